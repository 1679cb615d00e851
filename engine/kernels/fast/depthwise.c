/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Depthwise convolution and its gradient: both are sums over a rectangle of taps. */
#include "kernels/fast/depthwise.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/vector.h"
#include "kernels/slices.h"
#include "kernels/window.h"

/* Neighbouring results computed together, so that each weight is loaded once for all of them. */
#define GROUP 4

/*
 * A rectangle of taps: tap (j, i) multiplies in[j·in_row_step + i·in_column_step] with
 * weights[j·weight_row_step + i·weight_column_step], all in floats. The next result of a group reads in_step
 * further on and is written out_step further on.
 */
typedef struct
{
  const float *in;
  const float *weights;
  gssize in_row_step;
  gssize in_column_step;
  gssize weight_row_step;
  gssize weight_column_step;
  gssize in_step;
  gssize out_step;
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
} Finish;

ALWAYS_INLINE void
sum_taps (const Taps *t, int n_columns, int n_results, const Finish *finish, float *out, gsize c, int n)
{
  Vec sum[GROUP];

  for (int p = 0; p < n_results; p++)
    sum[p] = finish->bias != NULL ? vec_load_n (finish->bias + c, n) : vec_set (0);

  for (int j = 0; j < t->n_rows; j++)
    for (int i = 0; i < n_columns; i++)
      {
        const gssize at = j * t->in_row_step + i * t->in_column_step;
        const Vec weight
          = vec_load_n (t->weights + j * t->weight_row_step + i * t->weight_column_step + c, n);

        for (int p = 0; p < n_results; p++)
          sum[p] += weight * vec_load_n (t->in + at + p * t->in_step + c, n);
      }

  for (int p = 0; p < n_results; p++)
    {
      float *to = out + p * t->out_step + c;

      if (finish->accumulate)
        sum[p] += vec_load_n (to, n);
      vec_store_n (to, vec_min (vec_set (finish->ceiling), vec_max (vec_set (finish->floor), sum[p])), n);
    }
}

#define SUM(n_columns, n_results)                                                                            \
  FOR_EACH_VECTOR (c, n, channels, sum_taps (&taps, n_columns, n_results, &finish, out, c, n))

/* The widths that kernels of 3 and 5 have with strides of 1 and 2 are compiled apart, so that their loops
 * unroll. */
static void
sum_group (const Taps *t, const Finish *f, int channels, float *out)
{
  const Taps taps = *t;
  const Finish finish = *f;

  switch (taps.n_columns)
    {
    case 1:
      SUM (1, GROUP);
      break;
    case 2:
      SUM (2, GROUP);
      break;
    case 3:
      SUM (3, GROUP);
      break;
    case 5:
      SUM (5, GROUP);
      break;
    default:
      SUM (taps.n_columns, GROUP);
    }
}

static void
sum_one (const Taps *t, const Finish *f, int channels, float *out)
{
  const Taps taps = *t;
  const Finish finish = *f;

  SUM (taps.n_columns, 1);
}

static void
forward_row (const GboxDepthwiseWork *work, int image, int oy)
{
  const GboxDepthwiseShape *shape = &work->shape;
  const GboxTensor *x = &work->x, *y = &work->y;
  const GboxWindow horizontal = { shape->kernel, shape->stride, shape->pad_left };
  const GboxRange rows
    = gbox_window_taps ((GboxWindow){ shape->kernel, shape->stride, shape->pad_top }, oy, x->height);
  const Finish finish = { work->bias, work->floor, work->ceiling, FALSE };
  Taps taps = { .in_row_step = (gssize) x->width * (gssize) x->stride,
                .in_column_step = (gssize) x->stride,
                .weight_row_step = (gssize) shape->kernel * shape->channels,
                .weight_column_step = shape->channels,
                .in_step = shape->stride * (gssize) x->stride,
                .out_step = (gssize) y->stride,
                .n_rows = rows.end - rows.first };

  for (int ox = 0; ox < y->width;)
    {
      const GboxRange columns = gbox_window_taps (horizontal, ox, x->width);
      const int last = (ox + GROUP - 1) * shape->stride - shape->pad_left + shape->kernel;
      const gboolean is_group = ox + GROUP <= y->width && columns.first == 0 && last <= x->width;
      float *out = gbox_tensor_pixel (y, image, oy, ox);

      taps.n_columns = columns.end - columns.first;
      taps.weights = work->weights + (gssize) (rows.first * shape->kernel + columns.first) * shape->channels;
      taps.in = gbox_tensor_pixel (x, image, oy * shape->stride - shape->pad_top + rows.first,
                                   ox * shape->stride - shape->pad_left + columns.first);
      if (is_group)
        sum_group (&taps, &finish, shape->channels, out);
      else
        sum_one (&taps, &finish, shape->channels, out);
      ox += is_group ? GROUP : 1;
    }
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

/* Columns of one phase (those ≡ phase modulo the stride) follow each other as the outputs that they meet do.
 */
static void
backward_phase (const GboxDepthwiseWork *work, Taps *taps, GboxRange rows, int image, int iy, int phase)
{
  const GboxDepthwiseShape *shape = &work->shape;
  const GboxTensor *dx = &work->x, *dy = &work->y;
  const GboxWindow horizontal = { shape->kernel, shape->stride, shape->pad_left };
  const Finish finish = { NULL, -INFINITY, INFINITY, work->accumulate };
  const int ky = iy + shape->pad_top - rows.first * shape->stride;

  for (int ix = phase; ix < dx->width;)
    {
      const int last = ix + (GROUP - 1) * shape->stride;
      const GboxRange columns = gbox_window_outputs (horizontal, ix, dy->width);
      const GboxRange last_columns = gbox_window_outputs (horizontal, last, dy->width);
      const gboolean is_group = last < dx->width && last_columns.first == columns.first + GROUP - 1
                                && last_columns.end == columns.end + GROUP - 1;
      const int kx = ix + shape->pad_left - columns.first * shape->stride;
      float *out = gbox_tensor_pixel (dx, image, iy, ix);

      taps->n_columns = columns.end - columns.first;
      taps->weights = work->weights + (gssize) (ky * shape->kernel + kx) * shape->channels;
      taps->in = gbox_tensor_pixel (dy, image, rows.first, columns.first);
      if (is_group)
        sum_group (taps, &finish, shape->channels, out);
      else
        sum_one (taps, &finish, shape->channels, out);
      ix += (is_group ? GROUP : 1) * shape->stride;
    }
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
      Taps taps = { .in_row_step = (gssize) dy->width * (gssize) dy->stride,
                    .in_column_step = (gssize) dy->stride,
                    .weight_row_step = -(gssize) shape->stride * shape->kernel * shape->channels,
                    .weight_column_step = -(gssize) shape->stride * shape->channels,
                    .in_step = (gssize) dy->stride,
                    .out_step = shape->stride * (gssize) dx->stride,
                    .n_rows = rows.end - rows.first };

      for (int phase = 0; phase < shape->stride; phase++)
        backward_phase (work, &taps, rows, image, iy, phase);
    }
}
