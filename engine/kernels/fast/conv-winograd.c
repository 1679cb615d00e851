/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution by Winograd's tiles: inputs transformed, multiplied point by point, and transformed back while
 * in the cache. */
#include "kernels/fast/conv-winograd.h"

#include "kernels/fast/fast.h"

#define PRODUCT_PLAIN 1
#include "kernels/fast/product.h"
#include "kernels/fast/winograd-transforms.h"
#include "kernels/slices.h"

#define MAX_TILE   GBOX_WINOGRAD_MAX_TILE
#define MAX_OUT    GBOX_WINOGRAD_MAX_OUT
#define MAX_POINTS GBOX_WINOGRAD_MAX_POINTS

/* Floats of two neighbouring pixels of an image of colours: half of a phase pixel. */
#define COLOUR_PAIR 6

/* Where a tile lies: its first row and column of results, of one image. */
typedef struct
{
  int image;
  int y;
  int x;
} TilePlace;

/* One pixel of phases: at most 4 times 4 channels. */
typedef float PhasePixel[GBOX_PACKED_COLUMNS];

static TilePlace
place_tile (const GboxWinogradWork *work, int tile)
{
  const int tiles = work->tile_rows * work->tile_columns;
  const int inside = tile % tiles;

  return (TilePlace){ tile / tiles, inside / work->tile_columns * work->form->n_out,
                      inside % work->tile_columns * work->form->n_out };
}

/* Both columns of a row of pixels at stride 2, side by side: half of a phase pixel. */
ALWAYS_INLINE void
copy_pair (float *to, const float *from, gsize n)
{
  FOR_EACH_VECTOR (c, n_lanes, n, vec_store_n (to + c, vec_load_n (from + c, n_lanes), n_lanes));
}

/* The phases of the pixels around (2y, 2x): (phase row, phase column, channel). */
static void
read_phases (const GboxWinogradWork *work, int image, int y, int x, float *to)
{
  const GboxTensor *from = &work->from;
  const gsize channels = (gsize) from->channels;

  for (int row = 2 * y; row < 2 * y + 2; row++, to += 2 * channels)
    {
      const gboolean inside = row >= 0 && row < from->height && x >= 0;

      if (inside && 2 * x + 1 < from->width && from->stride == channels)
        {
          copy_pair (to, gbox_tensor_pixel (from, image, row, 2 * x), 2 * channels);
          continue;
        }
      for (int column = 0; column < 2; column++)
        copy_pair (to + (gsize) column * channels,
                   inside && 2 * x + column < from->width
                     ? gbox_tensor_pixel (from, image, row, 2 * x + column)
                     : work->zeros,
                   channels);
    }
}

/* Where each pixel of a tile of the input is found; phases are first written out to @room. */
ALWAYS_INLINE void
find_pixels (const GboxWinogradWork *work,
             TilePlace place,
             int tile,
             PhasePixel room[MAX_POINTS],
             const float *pixels[MAX_POINTS])
{
  const GboxTensor *from = &work->from;
  const int top = place.y - work->pad_top, left = place.x - work->pad_left;

  for (int i = 0; i < tile; i++)
    for (int j = 0; j < tile; j++)
      {
        const int y = top + i, x = left + j;
        const float **pixel = &pixels[i * tile + j];

        if (work->from_phases)
          {
            read_phases (work, place.image, y, x, room[i * tile + j]);
            *pixel = room[i * tile + j];
          }
        else if (y >= 0 && x >= 0 && y < from->height && x < from->width)
          *pixel = gbox_tensor_pixel (from, place.image, y, x);
        else
          *pixel = work->zeros;
      }
}

/* d → B'·d·B of n channels; point column·tile + row. */
ALWAYS_INLINE void
transform_channels (const float *const *pixels, gsize c, int tile, float *to, gsize point_step, int n)
{
  Vec rows[MAX_TILE][MAX_TILE];

#pragma GCC unroll 1
  for (int i = 0; i < tile; i++)
    {
      Vec d[MAX_TILE];

#pragma GCC unroll 8
      for (int j = 0; j < tile; j++)
        d[j] = vec_load_n (pixels[i * tile + j] + c, n);
      winograd_input (tile, d, rows[i]);
    }
#pragma GCC unroll 1
  for (int j = 0; j < tile; j++)
    {
      Vec d[MAX_TILE], points[MAX_TILE];

#pragma GCC unroll 8
      for (int i = 0; i < tile; i++)
        d[i] = rows[i][j];
      winograd_input (tile, d, points);
#pragma GCC unroll 8
      for (int i = 0; i < tile; i++, to += point_step)
        vec_store_n (to, points[i], n);
    }
}

ALWAYS_INLINE void
transform_tile (const GboxWinogradWork *work, int index, int tile, float *to)
{
  const float *pixels[MAX_POINTS];
  PhasePixel room[MAX_POINTS];

  find_pixels (work, place_tile (work, index), tile, room, pixels);
  FOR_EACH_VECTOR (c, n, work->n_in, transform_channels (pixels, c, tile, to + c, work->point_step, n));
}

/* Whether all pixels that the phases of a tile are made of lie inside, and pairs of them together. */
static gboolean
has_colour_pairs (const GboxTensor *image, int top, int left, int n)
{
  return image->channels == COLOUR_PAIR / 2 && image->stride == COLOUR_PAIR / 2 && top >= 0 && left >= 0
         && 2 * (top + n) <= image->height && 2 * (left + n) <= image->width;
}

/* The same of a tile whose phases need not be written out. Returns whether it is one. */
static __attribute__ ((noinline)) gboolean
transform_colours_8 (const GboxWinogradWork *work, int index, float *to)
{
  const TilePlace place = place_tile (work, index);
  const int top = place.y - work->pad_top, left = place.x - work->pad_left;
  const float *pixels[MAX_POINTS];

  if (!work->from_phases || !has_colour_pairs (&work->from, top, left, 8))
    return FALSE;

  for (int row = 0; row < 2; row++, to += COLOUR_PAIR)
    {
      for (int i = 0; i < MAX_POINTS; i++)
        pixels[i] = gbox_tensor_pixel (&work->from, place.image, 2 * (top + i / 8) + row, 2 * (left + i % 8));
      FOR_EACH_VECTOR (c, n, COLOUR_PAIR, transform_channels (pixels, c, 8, to + c, work->point_step, n));
    }
  return TRUE;
}

static __attribute__ ((noinline)) void
transform_tile_4 (const GboxWinogradWork *work, int index, float *to)
{
  transform_tile (work, index, 4, to);
}

static __attribute__ ((noinline)) void
transform_tile_6 (const GboxWinogradWork *work, int index, float *to)
{
  transform_tile (work, index, 6, to);
}

static __attribute__ ((noinline)) void
transform_tile_8 (const GboxWinogradWork *work, int index, float *to)
{
  transform_tile (work, index, 8, to);
}

/* The inputs of tiles first … end − 1: (tile², tiles, n_in), from @to on. */
static void
transform_inputs (const GboxWinogradWork *work, int first, int end, float *to)
{
  for (int tile = first; tile < end; tile++, to += work->n_in)
    if (work->form->tile == 4)
      transform_tile_4 (work, tile, to);
    else if (work->form->tile == 6)
      transform_tile_6 (work, tile, to);
    else if (!transform_colours_8 (work, tile, to))
      transform_tile_8 (work, tile, to);
}

/* For each tile and point the sums of 16 channels: (tiles, tile², 16). The weights of the next point are
 * asked for while this one's are multiplied. */
static void
multiply_points (const GboxWinogradWork *work, const float *inputs, int n_tiles, gsize block, float *sums)
{
  const gsize n_points = (gsize) work->form->tile * (gsize) work->form->tile;
  const gsize n_in = (gsize) work->n_in, slice = n_in * GBOX_PACKED_COLUMNS;
  const ProductGroups groups = product_groups (n_tiles);
  Product p = { .k = n_in,
                .a_stride = n_in,
                .b = work->packed + block * n_points * slice,
                .c_stride = n_points * GBOX_PACKED_COLUMNS,
                .n_columns = GBOX_PACKED_COLUMNS };

  for (gsize point = 0; point < n_points; point++, p.b += slice)
    {
      p.a = inputs + point * work->point_step;
      p.c = sums + point * GBOX_PACKED_COLUMNS;
      for (int group = 0; group < groups.n_groups; group++)
        {
          const int n_rows = product_group_rows (&groups, group);

          p.ahead = product_ahead (p.b, n_in, group);
          product (&p, n_rows);
          p.a += (gsize) n_rows * n_in;
          p.c += (gsize) n_rows * p.c_stride;
        }
    }
}

/* What is finished, and where it goes: n channels from a channel on. */
typedef struct
{
  float *to;
  const float *mask; /* nullable */
  const float *bias; /* nullable */
  gsize row_step, column_step;
  gsize mask_row_step, mask_column_step;
  int n_rows, n_columns; /* of the tile that lie inside */
} Target;

ALWAYS_INLINE void
finish_result (const GboxFinish *finish, const Target *target, gsize row, gsize column, gsize c, Vec v, int n)
{
  float *to = target->to + row * target->row_step + column * target->column_step + c;

  if (finish->accumulate)
    v += vec_load_n (to, n);
  if (target->bias != NULL)
    v = rectify_sum (v, vec_load (target->bias + c), finish->floor, finish->ceiling);
  if (target->mask != NULL)
    v = mask_sum (v,
                  vec_load_n (target->mask + row * target->mask_row_step + column * target->mask_column_step
                                + c,
                              n),
                  finish->mask_ceiling);
  vec_store_n (to, v, n);
}

/* s → A'·s·A of n channels. */
ALWAYS_INLINE void
transform_back (const GboxFinish *finish,
                const Target *target,
                const float *sums,
                int tile,
                int n_out,
                gsize c,
                gboolean whole,
                int n)
{
  Vec rows[MAX_OUT][MAX_TILE];

#pragma GCC unroll 8
  for (int j = 0; j < tile; j++)
    {
      Vec s[MAX_TILE], results[MAX_OUT];

#pragma GCC unroll 8
      for (int i = 0; i < tile; i++)
        s[i] = vec_load_n (sums + (gsize) (j * tile + i) * GBOX_PACKED_COLUMNS + c, n);
      winograd_output (tile, n_out, s, results);
#pragma GCC unroll 8
      for (int i = 0; i < n_out; i++)
        rows[i][j] = results[i];
    }
#pragma GCC unroll 8
  for (int i = 0; i < n_out; i++)
    {
      Vec results[MAX_OUT];

      if (!whole && i >= target->n_rows)
        break;
      winograd_output (tile, n_out, rows[i], results);
#pragma GCC unroll 8
      for (int j = 0; j < n_out; j++)
        if (whole || j < target->n_columns)
          finish_result (finish, target, (gsize) i, (gsize) j, c, results[j], n);
    }
}

ALWAYS_INLINE void
transform_channels_back (
  const GboxFinish *finish, const Target *target, const float *sums, int tile, int n_out, int n_channels)
{
  if (target->n_rows == n_out && target->n_columns == n_out)
    FOR_EACH_VECTOR (c, n, n_channels, transform_back (finish, target, sums, tile, n_out, c, TRUE, n));
  else
    FOR_EACH_VECTOR (c, n, n_channels, transform_back (finish, target, sums, tile, n_out, c, FALSE, n));
}

#define TRANSFORM_BACK(tile, n_out)                                                                          \
  static __attribute__ ((noinline)) void transform_back_##tile##_##n_out (const GboxFinish *finish,          \
                                                                          const Target *target,              \
                                                                          const float *sums, int n_channels) \
  {                                                                                                          \
    transform_channels_back (finish, target, sums, tile, n_out, n_channels);                                 \
  }

TRANSFORM_BACK (4, 2)
TRANSFORM_BACK (6, 4)
TRANSFORM_BACK (8, 4)
TRANSFORM_BACK (8, 5)

static void
transform_sums (const GboxWinogradForm *form,
                const GboxFinish *finish,
                const Target *target,
                const float *sums,
                int n_channels)
{
  if (form->tile == 4)
    transform_back_4_2 (finish, target, sums, n_channels);
  else if (form->tile == 6)
    transform_back_6_4 (finish, target, sums, n_channels);
  else if (form->n_out == 4)
    transform_back_8_4 (finish, target, sums, n_channels);
  else
    transform_back_8_5 (finish, target, sums, n_channels);
}

/* One channel of one pixel, finished; seldom more than stored. */
static float
finish_value (const GboxFinish *finish, float sum, float before, float mask)
{
  if (finish->accumulate)
    sum += before;

  return finish->mask.data == NULL || (mask > 0 && mask < finish->mask_ceiling) ? sum : 0;
}

/* One pixel of the result: to the pixels around (2y, 2x), whose phases it holds. */
static void
write_phases (const GboxWinogradWork *work, int image, int y, int x, const float *sums)
{
  const GboxFinish *finish = &work->finish;
  const GboxTensor *to = &work->to, *mask = &finish->mask;
  const gsize channels = (gsize) to->channels;
  const gboolean plain = !finish->accumulate && mask->data == NULL && to->stride == channels;

  for (int row = 2 * y; row < MIN (2 * y + 2, to->height); row++, sums += 2 * channels)
    {
      if (plain && 2 * x + 1 < to->width)
        {
          copy_pair (gbox_tensor_pixel (to, image, row, 2 * x), sums, 2 * channels);
          continue;
        }
      for (int column = 2 * x; column < MIN (2 * x + 2, to->width); column++)
        for (gsize c = 0; c < channels; c++)
          {
            float *pixel = gbox_tensor_pixel (to, image, row, column) + c;
            const float m = mask->data == NULL ? 0 : gbox_tensor_pixel (mask, image, row, column)[c];

            *pixel = finish_value (finish, sums[(gsize) (column % 2) * channels + c], *pixel, m);
          }
    }
}

/* A tile of a gradient that goes to pairs of pixels, with nothing else to be done to it. */
static __attribute__ ((noinline)) void
finish_colours_8_5 (const GboxWinogradWork *work, TilePlace place, const float *sums)
{
  static const GboxFinish plain = { 0 };
  const GboxTensor *to = &work->to;

  for (int row = 0; row < 2; row++)
    {
      const Target target = { .to = gbox_tensor_pixel (to, place.image, 2 * place.y + row, 2 * place.x),
                              .row_step = 2 * (gsize) to->width * to->stride,
                              .column_step = COLOUR_PAIR,
                              .n_rows = 5,
                              .n_columns = 5 };

      FOR_EACH_VECTOR (c, n, COLOUR_PAIR,
                       transform_back (&plain, &target, sums + row * COLOUR_PAIR, 8, 5, c, TRUE, n));
    }
}

/* A tile of a gradient at stride 2 is finished beside, and then divided among the phases. */
static void
finish_phases (const GboxWinogradWork *work, TilePlace place, const float *sums)
{
  static const GboxFinish plain = { 0 };
  const int n = work->form->n_out;
  PhasePixel pixels[MAX_OUT * MAX_OUT] = { { 0 } };
  const Target beside = { .to = pixels[0],
                          .row_step = (gsize) n * GBOX_PACKED_COLUMNS,
                          .column_step = GBOX_PACKED_COLUMNS,
                          .n_rows = n,
                          .n_columns = n };

  if (!work->finish.accumulate && work->finish.mask.data == NULL
      && has_colour_pairs (&work->to, place.y, place.x, n))
    {
      finish_colours_8_5 (work, place, sums);
      return;
    }
  transform_sums (work->form, &plain, &beside, sums, work->n_out);
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      write_phases (work, place.image, place.y + i, place.x + j, pixels[i * n + j]);
}

static void
finish_tile (const GboxWinogradWork *work, int tile, gsize block, const float *sums)
{
  const TilePlace place = place_tile (work, tile);
  const GboxTensor *to = &work->to, *mask = &work->finish.mask;
  const gsize channel = block * GBOX_PACKED_COLUMNS;

  if (work->to_phases)
    {
      finish_phases (work, place, sums);
      return;
    }

  const Target target
    = { .to = gbox_tensor_pixel (to, place.image, place.y, place.x) + channel,
        .mask = mask->data == NULL ? NULL : gbox_tensor_pixel (mask, place.image, place.y, place.x) + channel,
        .bias = work->finish.bias == NULL ? NULL : work->finish.bias + channel,
        .row_step = (gsize) to->width * to->stride,
        .column_step = to->stride,
        .mask_row_step = (gsize) mask->width * mask->stride,
        .mask_column_step = mask->stride,
        .n_rows = MIN (work->form->n_out, to->height - place.y),
        .n_columns = MIN (work->form->n_out, to->width - place.x) };

  transform_sums (work->form, &work->finish, &target, sums,
                  MIN (work->n_out - (int) channel, GBOX_PACKED_COLUMNS));
}

/* One block of 16 channels of the results of tiles first … end − 1. */
static void
compute_block (
  const GboxWinogradWork *work, int first, int end, const float *inputs, gsize block, float *sums)
{
  const gsize n_sums = (gsize) work->form->tile * (gsize) work->form->tile * GBOX_PACKED_COLUMNS;

  multiply_points (work, inputs, end - first, block, sums);
  for (int tile = first; tile < end; tile++, sums += n_sums)
    finish_tile (work, tile, block, sums);
}

/* A block of tiles from beginning to end; its inputs stay in the worker's cache. */
void
FAST (winograd_tiles) (gpointer data, guint task, guint worker)
{
  const GboxWinogradWork *work = data;
  const int first = (int) gbox_slice_first ((gsize) work->n_tiles, work->n_blocks, task);
  const int end = (int) gbox_slice_first ((gsize) work->n_tiles, work->n_blocks, task + 1);
  float *inputs = work->scratch + worker * work->worker_floats;
  float *sums = inputs + (gsize) work->form->tile * (gsize) work->form->tile * work->point_step;

  transform_inputs (work, first, end, inputs);
  for (gsize block = 0; block < gbox_packed_n_blocks ((gsize) work->n_out); block++)
    compute_block (work, first, end, inputs, block, sums);
}

/* Where there are few tiles: some of the inputs, for all … */
void
FAST (winograd_inputs) (gpointer data, guint task, guint worker)
{
  const GboxWinogradWork *work = data;
  const int first = (int) gbox_slice_first ((gsize) work->n_tiles, work->n_blocks, task);
  const int end = (int) gbox_slice_first ((gsize) work->n_tiles, work->n_blocks, task + 1);

  transform_inputs (work, first, end, work->shared_inputs + (gsize) first * (gsize) work->n_in);
}

/* … and then 16 channels of all results. */
void
FAST (winograd_channels) (gpointer data, guint task, guint worker)
{
  const GboxWinogradWork *work = data;

  compute_block (work, 0, work->n_tiles, work->shared_inputs, task,
                 work->scratch + worker * work->worker_floats);
}
