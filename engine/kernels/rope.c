/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rotary positions: queries and keys turned by where they are. */
#include "kernels/rope.h"

#include "kernels/slices.h"

#include <math.h>

typedef struct
{
  GboxRopePairing pairing;
  const float *table;
  int rope_size;
  float *x;
  gsize x_stride;
  const int *positions;
  int n;
  int n_heads;
  int head_size;
  guint n_slices;
} RopeWork;

void
gbox_rope_fill_table (float *table, int n_positions, int rope_size, float base, float scale)
{
  const int half = rope_size / 2;

  for (int i = 0; i < half; i++)
    {
      const double frequency = pow ((double) base, -2.0 * i / rope_size) / (double) scale;

      for (int p = 0; p < n_positions; p++)
        {
          float *row = table + (gsize) p * (gsize) rope_size;

          row[i] = (float) cos (p * frequency);
          row[half + i] = (float) sin (p * frequency);
        }
    }
}

static void
turn_halves (float *x, const float *cosines, const float *sines, int half)
{
  for (int i = 0; i < half; i++)
    {
      const float a = x[i], b = x[half + i];

      x[i] = a * cosines[i] - b * sines[i];
      x[half + i] = b * cosines[i] + a * sines[i];
    }
}

static void
turn_neighbours (float *x, const float *cosines, const float *sines, int half)
{
  for (int i = 0; i < half; i++)
    {
      const float a = x[2 * i], b = x[2 * i + 1];

      x[2 * i] = a * cosines[i] - b * sines[i];
      x[2 * i + 1] = b * cosines[i] + a * sines[i];
    }
}

static void
rope_task (gpointer data, guint task, guint worker)
{
  const RopeWork *work = data;
  const int half = work->rope_size / 2;
  const gsize end = gbox_slice_first ((gsize) work->n, work->n_slices, task + 1);

  for (gsize row = gbox_slice_first ((gsize) work->n, work->n_slices, task); row < end; row++)
    {
      const float *cosines = work->table + (gsize) work->positions[row] * (gsize) work->rope_size;
      float *x = work->x + row * work->x_stride;

      for (int head = 0; head < work->n_heads; head++, x += work->head_size)
        if (work->pairing == GBOX_ROPE_HALVES)
          turn_halves (x, cosines, cosines + half, half);
        else
          turn_neighbours (x, cosines, cosines + half, half);
    }
}

void
gbox_rope (GboxTeam *team,
           GboxRopePairing pairing,
           const float *table,
           int rope_size,
           float *x,
           gsize x_stride,
           const int *positions,
           int n,
           int n_heads,
           int head_size)
{
  RopeWork work = {
    .pairing = pairing,
    .table = table,
    .rope_size = rope_size,
    .x = x,
    .x_stride = x_stride,
    .positions = positions,
    .n = n,
    .n_heads = n_heads,
    .head_size = head_size,
  };

  work.n_slices = gbox_slice_count ((gsize) n, 2 * sizeof (float) * (gsize) n_heads * (gsize) head_size);
  gbox_team_run (team, work.n_slices, rope_task, &work);
}
