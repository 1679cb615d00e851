/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the unit looked while an image grew, and the image with the rest faded. */
#include "vision/transparency.h"

#include <math.h>
#include <string.h>

#define GREY 0.5f

/* Of the pixels, that are not shown entirely. */
#define FADED_SHARE 0.8

typedef struct
{
  const float *planes;
  const float *transparency;
  float *out;
  gsize size;
  float most;
} Work;

/* Task: a row of an image. */
static void
add_row (gpointer data, guint task, guint worker)
{
  const Work *work = data;
  const gsize size = work->size, n = size * size;
  const gsize image = task / size, row = task % size;
  const float *red = work->planes + 3 * n * image + row * size;
  float *sum = work->out + n * image + row * size;

  for (gsize x = 0; x < size; x++)
    sum[x] += (fabsf (red[x]) + fabsf (red[n + x]) + fabsf (red[2 * n + x])) / 3.0f;
}

void
gbox_transparency_add (GboxTeam *team, const float *drgb, int n_images, int size, float *sums)
{
  Work work = { .planes = drgb, .out = sums, .size = (gsize) size };

  gbox_team_run (team, (guint) (n_images * size), add_row, &work);
}

/* The element that @k others are before in order, in linear time on average (Hoare 1961); reorders them. */
static float
select_nth (float *values, gsize n, gsize k)
{
  gsize first = 0, last = n - 1;

  while (first < last)
    {
      const float pivot = values[first + (last - first) / 2];
      gsize i = first, j = last;

      for (;;)
        {
          while (values[i] < pivot)
            i++;
          while (values[j] > pivot)
            j--;
          if (i >= j)
            break;

          const float swapped = values[i];

          values[i++] = values[j];
          values[j--] = swapped;
        }
      if (k <= j)
        last = j;
      else
        first = j + 1;
    }
  return values[k];
}

static void
fade_row (gpointer data, guint task, guint worker)
{
  const Work *work = data;
  const gsize size = work->size, n = size * size, row = (gsize) task * size;

  for (gsize x = row; x < row + size; x++)
    {
      const float alpha = work->most > 0.0f ? MIN (work->transparency[x] / work->most, 1.0f) : 0.0f;

      for (gsize c = 0; c < 3; c++)
        work->out[c * n + x] = GREY + alpha * (work->planes[c * n + x] - GREY);
    }
}

void
gbox_transparency_fade (
  GboxTeam *team, const float *sums, const float *rgb, int size, float *out, float *scratch)
{
  const gsize n = (gsize) size * (gsize) size;
  Work work = { .planes = rgb, .transparency = sums, .out = out, .size = (gsize) size };

  memcpy (scratch, sums, n * sizeof (float));
  work.most = select_nth (scratch, n, (gsize) (FADED_SHARE * (double) (n - 1)));
  gbox_team_run (team, (guint) size, fade_row, &work);
}
