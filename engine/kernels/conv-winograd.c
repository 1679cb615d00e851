/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution by Winograd's tiles: how they are laid over an image, and cut into tasks. */
#include "kernels/conv-internal.h"
#include "kernels/fast/conv-winograd.h"
#include "kernels/packed.h"

/* What the inputs of a block of tiles may take: most of a core's second-level cache. */
#define BLOCK_BYTES     (320 * 1024)
#define MIN_BLOCK_TILES 25
#define MAX_BLOCK_TILES 48
/* Tiles of which one task transforms the input where all share it. */
#define INPUT_TASK_TILES 4

static int
n_points (const GboxWinogradForm *form)
{
  return form->tile * form->tile;
}

static gsize
get_n_packed (const GboxConvShape *shape, const GboxConvPacking *packing)
{
  const gsize n_in = (gsize) gbox_winograd_n_in (shape, packing);
  const gsize n_out = (gsize) gbox_winograd_n_out (shape, packing);

  return gbox_packed_size (n_in, n_out) * (gsize) n_points (gbox_winograd_form (packing->method));
}

/* An odd number of cache lines, or the points of one tile would compete for the same few places of a cache.
 */
static gsize
get_point_step (gsize n_floats)
{
  return ((n_floats + GBOX_PACKED_COLUMNS - 1) / GBOX_PACKED_COLUMNS | 1) * GBOX_PACKED_COLUMNS;
}

/* Phases of rows or columns: ⌈n / 2⌉ of them. */
static int
n_positions (const GboxWinogradForm *form, gboolean phases, int n)
{
  return phases ? (n + form->stride - 1) / form->stride : n;
}

/* The padding of the stride-1 convolution that this is, along one axis; what the phase leaves over is even.
 */
static int
get_pad (const GboxWinogradForm *form, GboxConvDirection direction, int pad, int phase)
{
  const int forward = (pad + phase) / form->stride;

  return direction == GBOX_CONV_FORWARD ? forward : form->kernel - 1 - forward;
}

static void
cut (GboxWinogradWork *work)
{
  const gsize tile_bytes = (gsize) n_points (work->form) * (gsize) work->n_in * sizeof (float);
  const gsize block_tiles = CLAMP (BLOCK_BYTES / tile_bytes, MIN_BLOCK_TILES, MAX_BLOCK_TILES);

  work->n_blocks = (guint) (((gsize) work->n_tiles + block_tiles - 1) / block_tiles);
  if (work->n_blocks > 1)
    work->n_blocks += work->n_blocks % 2;
}

/* Everything but what belongs to one run. */
static GboxWinogradWork
lay_out (const GboxConv *conv, const GboxConvShape *shape, const GboxTensor *from, const GboxTensor *to)
{
  const GboxConvPacking *packing = &conv->packing;
  const GboxWinogradForm *form = gbox_winograd_form (packing->method);
  const gboolean forward = packing->direction == GBOX_CONV_FORWARD;
  GboxWinogradWork work = { .form = form,
                            .n_in = gbox_winograd_n_in (shape, packing),
                            .n_out = gbox_winograd_n_out (shape, packing),
                            .packed = conv->packed,
                            .zeros = conv->zeros,
                            .from = *from,
                            .to = *to,
                            .from_phases = forward && form->stride == 2,
                            .to_phases = !forward && form->stride == 2 };

  work.pad_top = get_pad (form, packing->direction, shape->pad_top, packing->phase_y);
  work.pad_left = get_pad (form, packing->direction, shape->pad_left, packing->phase_x);
  work.tile_rows = (n_positions (form, work.to_phases, to->height) + form->n_out - 1) / form->n_out;
  work.tile_columns = (n_positions (form, work.to_phases, to->width) + form->n_out - 1) / form->n_out;
  work.n_tiles = to->batch * work.tile_rows * work.tile_columns;
  if (work.n_tiles > GBOX_WINOGRAD_SHARED_TILES)
    cut (&work);
  return work;
}

/* Memory of each worker, and how it is used. Returns: floats of all workers together. */
static gsize
lay_out_memory (GboxWinogradWork *work, guint n_workers)
{
  const gsize points = (gsize) n_points (work->form);
  const gsize most_tiles = work->n_blocks == 0
                             ? (gsize) work->n_tiles
                             : ((gsize) work->n_tiles + work->n_blocks - 1) / work->n_blocks;
  const gsize sums = most_tiles * points * GBOX_PACKED_COLUMNS;

  work->point_step = get_point_step (most_tiles * (gsize) work->n_in);
  work->worker_floats = work->n_blocks == 0 ? sums : sums + points * work->point_step;
  return work->worker_floats * n_workers + (work->n_blocks == 0 ? points * work->point_step : 0);
}

static gsize
get_scratch_size (const GboxConv *conv,
                  const GboxConvShape *shape,
                  const GboxTensor *from,
                  const GboxTensor *to,
                  guint n_workers)
{
  GboxWinogradWork work = lay_out (conv, shape, from, to);

  return lay_out_memory (&work, n_workers) * sizeof (float);
}

static void
run (const GboxConvCall *call)
{
  const guint n_workers = gbox_team_get_n_threads (call->team);
  GboxWinogradWork work = lay_out (call->conv, call->shape, call->from, call->to);

  work.finish = call->finish;
  work.scratch = call->scratch;
  lay_out_memory (&work, n_workers);
  if (work.n_blocks > 0)
    {
      gbox_team_run (call->team, work.n_blocks, call->kernels->winograd_tiles, &work);
      return;
    }
  work.shared_inputs = work.scratch + work.worker_floats * n_workers;
  work.n_blocks = (guint) (work.n_tiles + INPUT_TASK_TILES - 1) / INPUT_TASK_TILES;
  gbox_team_run (call->team, work.n_blocks, call->kernels->winograd_inputs, &work);
  gbox_team_run (call->team, (guint) gbox_packed_n_blocks ((gsize) work.n_out),
                 call->kernels->winograd_channels, &work);
}

const GboxConvMethodClass gbox_conv_winograd_class = {
  .get_n_packed = get_n_packed,
  .pack = gbox_winograd_pack,
  .get_scratch_size = get_scratch_size,
  .run = run,
};
