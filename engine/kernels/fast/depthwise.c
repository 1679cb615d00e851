/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Depthwise convolution and its gradient: both are sums over a rectangle of taps. */
#include "kernels/fast/depthwise.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/rectify.h"
#include "kernels/slices.h"
#include "kernels/window.h"

/* Neighbouring results computed together, so that each weight, and each input that several of them look at,
 * is loaded once. */
#define GROUP 4
/* Up to this many columns have their weights in registers. */
#define MAX_KNOWN_COLUMNS 5

/*
 * A row of results: each is a sum over a rectangle of taps, of which tap (j, i) multiplies in[j·in_row_step +
 * (start + i)·in_column_step] with weights[j·weight_row_step + i·weight_column_step], all in floats. The next
 * result starts
 * @step columns further on. Of the columns only 0 … width − 1 are there;
 * the rows all are.
 */
typedef struct
{
  const float *in;
  const float *weights;
  gssize in_row_step;
  gssize in_column_step;
  gssize weight_row_step;
  gssize weight_column_step;
  int step;
  int width;
  int n_rows;
  int n_columns;
} Taps;

/* What happens to the sums. */
typedef struct
{
  const float *bias;
  float floor;
  float ceiling;
  gboolean accumulate;
  float mask_ceiling;
} Finish;

/* Where a row's results go, and what a rectifier made there, or NULL. */
typedef struct
{
  float *out;
  const float *mask;
  gssize out_step;
  gssize mask_step;
} Results;

ALWAYS_INLINE Vec
start_sum (const Finish *finish, gsize c, int n)
{
  return finish->bias != NULL ? vec_load_n (finish->bias + c, n) : vec_set (0);
}

ALWAYS_INLINE void
finish_sum (const Finish *finish, Vec sum, const Results *results, int p, gsize c, int n)
{
  float *out = results->out + p * results->out_step + c;
  const float *mask = results->mask != NULL ? results->mask + p * results->mask_step : NULL;

  if (finish->accumulate)
    sum += vec_load_n (out, n);
  sum = vec_min (vec_set (finish->ceiling), vec_max (vec_set (finish->floor), sum));
  vec_store_n (out, rectify_gradient (sum, mask, finish->mask_ceiling, c, n), n);
}

static void
advance (Results *results, int n)
{
  results->out += n * results->out_step;
  if (results->mask != NULL)
    results->mask += n * results->mask_step;
}

/* One row of taps. The columns @there of the group's are loaded; each goes to all results that look at it. */
ALWAYS_INLINE void
add_row (const float *in,
         gssize in_step,
         const float *weights,
         gssize weight_step,
         int n_columns,
         int step,
         GboxRange there,
         Vec sum[GROUP],
         int n)
{
  Vec weight[MAX_KNOWN_COLUMNS];

  for (int i = 0; i < n_columns; i++)
    weight[i] = vec_load_n (weights + i * weight_step, n);
#pragma GCC unroll 16
  for (int q = 0; q < (GROUP - 1) * step + n_columns; q++)
    if (q >= there.first && q < there.end)
      {
        const Vec value = vec_load_n (in + q * in_step, n);

#pragma GCC unroll 4
        for (int p = 0; p < GROUP; p++)
          if (q - p * step >= 0 && q - p * step < n_columns)
            sum[p] += weight[q - p * step] * value;
      }
}

/* The number of columns and the step are known when compiling, and in the middle of a row what is there, too.
 */
ALWAYS_INLINE void
sum_group (const Taps *t,
           int n_columns,
           int step,
           GboxRange there,
           int start,
           int n_results,
           const Finish *finish,
           const Results *results,
           gsize c,
           int n)
{
  const Vec first = start_sum (finish, c, n);
  Vec sum[GROUP] = { first, first, first, first };

  for (int j = 0; j < t->n_rows; j++)
    add_row (t->in + j * t->in_row_step + start * t->in_column_step + c, t->in_column_step,
             t->weights + j * t->weight_row_step + c, t->weight_column_step, n_columns, step, there, sum, n);
#pragma GCC unroll 4
  for (int p = 0; p < GROUP; p++)
    if (p < n_results)
      finish_sum (finish, sum[p], results, p, c, n);
}

ALWAYS_INLINE void
sum_known_row (const Taps *t,
               int n_columns,
               int step,
               int start,
               int n_results,
               const Finish *f,
               int channels,
               Results results)
{
  const int n_looked_at = (GROUP - 1) * step + n_columns;
  const Taps taps = *t;
  const Finish finish = *f;

  for (; n_results > 0; n_results -= GROUP, start += GROUP * step, advance (&results, GROUP))
    {
      const GboxRange there = { MAX (0, -start), MIN (n_looked_at, taps.width - start) };
      const gboolean whole = n_results >= GROUP && there.first == 0 && there.end == n_looked_at;

      if (whole)
        FOR_EACH_VECTOR (c, n, channels,
                         sum_group (&taps, n_columns, step, (GboxRange){ 0, n_looked_at }, start, GROUP,
                                    &finish, &results, c, n));
      else
        FOR_EACH_VECTOR (c, n, channels,
                         sum_group (&taps, n_columns, step, there, start, n_results, &finish, &results, c,
                                    n));
    }
}

ALWAYS_INLINE void
sum_one (
  const Taps *t, GboxRange columns, int start, const Finish *finish, const Results *results, gsize c, int n)
{
  Vec sum = start_sum (finish, c, n);

  for (int j = 0; j < t->n_rows; j++)
    for (int i = columns.first; i < columns.end; i++)
      sum += vec_load_n (t->weights + j * t->weight_row_step + i * t->weight_column_step + c, n)
             * vec_load_n (t->in + j * t->in_row_step + (start + i) * t->in_column_step + c, n);
  finish_sum (finish, sum, results, 0, c, n);
}

/* The widths that kernels of 3 and 5 have with strides of 1 and 2 are compiled apart. */
static void
sum_row (const Taps *taps, int start, int n_results, const Finish *finish, int channels, Results results)
{
  if (taps->step == 1 && taps->n_columns == 1)
    sum_known_row (taps, 1, 1, start, n_results, finish, channels, results);
  else if (taps->step == 1 && taps->n_columns == 2)
    sum_known_row (taps, 2, 1, start, n_results, finish, channels, results);
  else if (taps->step == 1 && taps->n_columns == 3)
    sum_known_row (taps, 3, 1, start, n_results, finish, channels, results);
  else if (taps->step == 1 && taps->n_columns == 5)
    sum_known_row (taps, 5, 1, start, n_results, finish, channels, results);
  else if (taps->step == 2 && taps->n_columns == 3)
    sum_known_row (taps, 3, 2, start, n_results, finish, channels, results);
  else if (taps->step == 2 && taps->n_columns == 5)
    sum_known_row (taps, 5, 2, start, n_results, finish, channels, results);
  else
    for (; n_results > 0; n_results--, start += taps->step, advance (&results, 1))
      {
        const GboxRange columns = { MAX (0, -start), MIN (taps->n_columns, taps->width - start) };

        FOR_EACH_VECTOR (c, n, channels, sum_one (taps, columns, start, finish, &results, c, n));
      }
}

static void
forward_row (const GboxDepthwiseWork *work, int image, int oy)
{
  const GboxDepthwiseShape *shape = &work->shape;
  const GboxTensor *x = &work->x, *y = &work->y;
  const GboxRange rows
    = gbox_window_taps ((GboxWindow){ shape->kernel, shape->stride, shape->pad_top }, oy, x->height);
  const Finish finish = { work->bias, work->floor, work->ceiling, FALSE, INFINITY };
  const gssize weight_row_step = (gssize) shape->kernel * (gssize) work->weight_stride;
  const Taps taps = { .in = gbox_tensor_pixel (x, image, oy * shape->stride - shape->pad_top + rows.first, 0),
                      .weights = work->weights + rows.first * weight_row_step,
                      .in_row_step = (gssize) x->width * (gssize) x->stride,
                      .in_column_step = (gssize) x->stride,
                      .weight_row_step = weight_row_step,
                      .weight_column_step = (gssize) work->weight_stride,
                      .step = shape->stride,
                      .width = x->width,
                      .n_rows = rows.end - rows.first,
                      .n_columns = shape->kernel };
  const Results results = { .out = gbox_tensor_pixel (y, image, oy, 0), .out_step = (gssize) y->stride };

  sum_row (&taps, -shape->pad_left, y->width, &finish, shape->channels, results);
}

void
FAST (depthwise_forward) (gpointer data, guint task, guint worker)
{
  const GboxDepthwiseWork *work = data;
  const gsize n_rows = (gsize) work->y.batch * (gsize) work->y.height;
  const gsize end = gbox_slice_first (n_rows, work->n_slices, task + 1);

  for (gsize row = gbox_slice_first (n_rows, work->n_slices, task); row < end; row++)
    forward_row (work, (int) (row / (gsize) work->y.height), (int) (row % (gsize) work->y.height));
}

/* The columns ≡ phase modulo the stride: they meet as many outputs each, and one output further on than the
 * one before. Outputs that look at column x with tap k, x + pad = o·stride + k, count down the taps. */
static void
backward_phase (const GboxDepthwiseWork *work, GboxRange rows, int image, int iy, int phase)
{
  const GboxDepthwiseShape *shape = &work->shape;
  const GboxTensor *dx = &work->x, *dy = &work->y;
  const Finish finish = { NULL, -INFINITY, INFINITY, work->accumulate, work->mask.ceiling };
  const gssize weight_stride = (gssize) work->weight_stride;
  const int position = phase + shape->pad_left;
  const int last_output = position / shape->stride, first_tap = position % shape->stride;
  const int n_columns = (shape->kernel - first_tap + shape->stride - 1) / shape->stride;
  const int start = last_output - n_columns + 1;
  const int ky = iy + shape->pad_top - rows.first * shape->stride;
  const int kx = position - start * shape->stride;
  const Taps taps = { .in = gbox_tensor_pixel (dy, image, rows.first, 0),
                      .weights = work->weights + (gssize) (ky * shape->kernel + kx) * weight_stride,
                      .in_row_step = (gssize) dy->width * (gssize) dy->stride,
                      .in_column_step = (gssize) dy->stride,
                      .weight_row_step = -(gssize) shape->stride * shape->kernel * weight_stride,
                      .weight_column_step = -(gssize) shape->stride * weight_stride,
                      .step = 1,
                      .width = dy->width,
                      .n_rows = rows.end - rows.first,
                      .n_columns = MAX (n_columns, 0) };
  const gsize pixel = ((gsize) image * (gsize) dx->height + (gsize) iy) * (gsize) dx->width + (gsize) phase;
  const Results results = { .out = dx->data + pixel * dx->stride,
                            .mask = gbox_mask_pixel (&work->mask, pixel),
                            .out_step = shape->stride * (gssize) dx->stride,
                            .mask_step = shape->stride * (gssize) work->mask.y.stride };
  const int n_results = (dx->width - phase + shape->stride - 1) / shape->stride;

  if (phase < dx->width)
    sum_row (&taps, start, n_results, &finish, shape->channels, results);
}

void
FAST (depthwise_backward) (gpointer data, guint task, guint worker)
{
  const GboxDepthwiseWork *work = data;
  const GboxDepthwiseShape *shape = &work->shape;
  const GboxTensor *dx = &work->x, *dy = &work->y;
  const GboxWindow vertical = { shape->kernel, shape->stride, shape->pad_top };
  const gsize n_rows = (gsize) dx->batch * (gsize) dx->height;
  const gsize end = gbox_slice_first (n_rows, work->n_slices, task + 1);

  for (gsize row = gbox_slice_first (n_rows, work->n_slices, task); row < end; row++)
    {
      const int image = (int) (row / (gsize) dx->height), iy = (int) (row % (gsize) dx->height);
      const GboxRange rows = gbox_window_outputs (vertical, iy, dy->height);

      for (int phase = 0; phase < shape->stride; phase++)
        backward_phase (work, rows, image, iy, phase);
    }
}
