/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Max pooling, and its gradient gathered from the positions of the largest values. */
#include "kernels/fast/pool.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/rectify.h"
#include "kernels/slices.h"
#include "kernels/window.h"

/* The part of a window that lies on the input, its corner at x. */
typedef struct
{
  const float *x;
  gsize row_step;
  gsize column_step;
  GboxRange rows;
  GboxRange columns;
  int kernel;
} Window;

ALWAYS_INLINE void
largest (const Window *w, gsize c, int n, float *y, guint8 *argmax)
{
  const float *x = w->x + c;
  Vec best = vec_load_n (x, n);
  VecBytes position = bytes_set (w->rows.first * w->kernel + w->columns.first);

  for (int ky = w->rows.first; ky < w->rows.end; ky++, x += w->row_step)
    for (int kx = w->columns.first; kx < w->columns.end; kx++)
      {
        const Vec value = vec_load_n (x + (gsize) (kx - w->columns.first) * w->column_step, n);
        const VecMask larger = vec_greater (value, best);

        best = vec_select (larger, value, best);
        position = bytes_select (larger, bytes_set (ky * w->kernel + kx), position);
      }

  vec_store_n (y + c, best, n);
  bytes_store_n (argmax + c, position, n);
}

/* A 3×3 window wholly inside: the loops of known length unroll. */
ALWAYS_INLINE void
largest_of_9 (const float *x, gsize row_step, gsize column_step, gsize c, int n, float *y, guint8 *argmax)
{
  const Window w = { x, row_step, column_step, { 0, 3 }, { 0, 3 }, 3 };

  largest (&w, c, n, y, argmax);
}

static void
pool_pixel (const Window *w, int channels, float *y, guint8 *argmax)
{
  const gboolean is_empty = w->rows.end <= w->rows.first || w->columns.end <= w->columns.first;
  const gboolean is_whole = w->rows.end - w->rows.first == 3 && w->columns.end - w->columns.first == 3;

  if (is_empty)
    for (int c = 0; c < channels; c++)
      {
        y[c] = -INFINITY;
        argmax[c] = GBOX_POOL_NOWHERE;
      }
  else if (is_whole && w->kernel == 3)
    FOR_EACH_VECTOR (c, n, channels, largest_of_9 (w->x, w->row_step, w->column_step, c, n, y, argmax));
  else
    FOR_EACH_VECTOR (c, n, channels, largest (w, c, n, y, argmax));
}

void
FAST (max_pool_forward) (gpointer data, guint task, guint worker)
{
  const GboxPoolWork *work = data;
  const GboxTensor *x = &work->x, *y = &work->y;
  const GboxPoolShape *shape = &work->shape;
  const GboxWindow vertical = { shape->kernel, shape->stride, shape->pad_top };
  const GboxWindow horizontal = { shape->kernel, shape->stride, shape->pad_left };
  const gsize n_rows = (gsize) y->batch * (gsize) y->height;
  const gsize end = gbox_slice_first (n_rows, work->n_slices, task + 1);

  for (gsize row = gbox_slice_first (n_rows, work->n_slices, task); row < end; row++)
    {
      const int image = (int) (row / (gsize) y->height), oy = (int) (row % (gsize) y->height);
      Window w = { .row_step = (gsize) x->width * x->stride,
                   .column_step = x->stride,
                   .rows = gbox_window_taps (vertical, oy, x->height),
                   .kernel = shape->kernel };

      for (int ox = 0; ox < y->width; ox++)
        {
          const gsize pixel = row * (gsize) y->width + (gsize) ox;
          guint8 *argmax = work->argmax + pixel * (gsize) y->channels;

          w.columns = gbox_window_taps (horizontal, ox, x->width);
          w.x = gbox_tensor_pixel (x, image, oy * shape->stride - shape->pad_top + w.rows.first,
                                   ox * shape->stride - shape->pad_left + w.columns.first);
          pool_pixel (&w, y->channels, y->data + pixel * y->stride, argmax);
        }
    }
}

/* The outputs whose windows contain one input, from the first (top left) on; position is that of the input in
 * the first. */
typedef struct
{
  const float *dy;
  const guint8 *argmax;
  gsize dy_row_step;
  gsize dy_column_step;
  gsize argmax_row_step;
  gsize argmax_column_step;
  int position;
  int position_row_step;
  int position_column_step;
} Sources;

/* The gradient of one input's channels, and what it passes through. */
typedef struct
{
  float *dx;
  gboolean accumulate;
  const float *mask;
  float ceiling;
} Target;

ALWAYS_INLINE void
gather (const Sources *s, int n_rows, int n_columns, const Target *t, const float *mask, gsize c, int n)
{
  Vec sum = t->accumulate ? vec_load_n (t->dx + c, n) : vec_set (0);

  for (int j = 0; j < n_rows; j++)
    for (int i = 0; i < n_columns; i++)
      {
        const float *dy = s->dy + (gsize) j * s->dy_row_step + (gsize) i * s->dy_column_step + c;
        const guint8 *argmax
          = s->argmax + (gsize) j * s->argmax_row_step + (gsize) i * s->argmax_column_step + c;
        const int position = s->position - j * s->position_row_step - i * s->position_column_step;

        sum += vec_keep (bytes_equal (bytes_load_n (argmax, n), bytes_set (position)), vec_load_n (dy, n));
      }
  vec_store_n (t->dx + c, rectify_gradient (sum, mask, t->ceiling, c, n), n);
}

/* Where there is no mask the loop does not ask for one. */
#define GATHER(n_rows, n_columns)                                                                            \
  do                                                                                                         \
    {                                                                                                        \
      if (target.mask == NULL)                                                                               \
        FOR_EACH_VECTOR (c, n, channels, gather (&sources, n_rows, n_columns, &target, NULL, c, n));         \
      else                                                                                                   \
        FOR_EACH_VECTOR (c, n, channels, gather (&sources, n_rows, n_columns, &target, target.mask, c, n));  \
    }                                                                                                        \
  while (0)

/* The counts that windows of 3 with strides of 1 and 2 have are compiled apart, so that their loops unroll.
 */
static void
gather_pixel (const Sources *s, int n_rows, int n_columns, Target target, int channels)
{
  const Sources sources = *s;

  if (n_rows == 3 && n_columns == 3)
    GATHER (3, 3);
  else if (n_rows == 2 && n_columns == 2)
    GATHER (2, 2);
  else if (n_rows == 2 && n_columns == 1)
    GATHER (2, 1);
  else if (n_rows == 1 && n_columns == 2)
    GATHER (1, 2);
  else if (n_rows == 1 && n_columns == 1)
    GATHER (1, 1);
  else
    GATHER (n_rows, n_columns);
}

void
FAST (max_pool_backward) (gpointer data, guint task, guint worker)
{
  const GboxPoolWork *work = data;
  const GboxTensor *x = &work->x, *y = &work->y;
  const GboxPoolShape *shape = &work->shape;
  const GboxWindow vertical = { shape->kernel, shape->stride, shape->pad_top };
  const GboxWindow horizontal = { shape->kernel, shape->stride, shape->pad_left };
  const gsize n_rows = (gsize) x->batch * (gsize) x->height;
  const gsize channels = (gsize) x->channels;
  const gsize end = gbox_slice_first (n_rows, work->n_slices, task + 1);

  for (gsize row = gbox_slice_first (n_rows, work->n_slices, task); row < end; row++)
    {
      const int image = (int) (row / (gsize) x->height), iy = (int) (row % (gsize) x->height);
      const GboxRange rows = gbox_window_outputs (vertical, iy, y->height);
      Sources s = { .dy_row_step = (gsize) y->width * y->stride,
                    .dy_column_step = y->stride,
                    .argmax_row_step = (gsize) y->width * channels,
                    .argmax_column_step = channels,
                    .position_row_step = shape->stride * shape->kernel,
                    .position_column_step = shape->stride };

      for (int ix = 0; ix < x->width; ix++)
        {
          const GboxRange columns = gbox_window_outputs (horizontal, ix, y->width);
          const gsize first = ((gsize) image * (gsize) y->height + (gsize) rows.first) * (gsize) y->width
                              + (gsize) columns.first;
          const int ky = iy + shape->pad_top - rows.first * shape->stride;
          const int kx = ix + shape->pad_left - columns.first * shape->stride;
          const gsize pixel = row * (gsize) x->width + (gsize) ix;
          const Target target = { x->data + pixel * x->stride, work->accumulate,
                                  gbox_mask_pixel (&work->mask, pixel), work->mask.ceiling };

          s.dy = y->data + first * y->stride;
          s.argmax = work->argmax + first * channels;
          s.position = ky * shape->kernel + kx;
          gather_pixel (&s, rows.end - rows.first, columns.end - columns.first, target, x->channels);
        }
    }
}
