/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the network kernels share: views with guarded gaps, comparisons, and loops over
 * instruction sets and threads. */
#pragma once

#include <math.h>
#include <string.h>

#include "base/philox.h"
#include "base/team.h"
#include "base/tensor.h"
#include "kernels/isa.h"

/* What lies between the channels of a view and the next pixel, and behind the last. No kernel may touch it.
 */
#define GUARD      12345.0f
#define GUARD_TAIL 64

typedef struct
{
  GboxTensor view;
  float *memory;
  gsize n;
  guint gap; /* floats between the pixels: half of it before the channels, the rest after */
} Block;

static inline float *
random_floats (guint purpose, gsize n)
{
  float *values = g_new (float, MAX (n, 1));
  GboxPhilox philox;

  gbox_philox_init (&philox, 1, purpose, 0);
  for (gsize i = 0; i < n; i++)
    values[i] = 2 * gbox_philox_uniform (&philox) - 1;

  return values;
}

/* Uniform in −1 … 1, a different stream for each purpose. */
static inline Block
block_new (guint purpose, int batch, int height, int width, int channels, guint gap)
{
  const gsize n_pixels = (gsize) batch * (gsize) height * (gsize) width;
  const gsize stride = (gsize) channels + gap;
  const gsize n = n_pixels * stride + GUARD_TAIL;
  g_autofree float *values = random_floats (purpose, n_pixels * (gsize) channels);
  Block block = { .memory = g_new (float, n), .n = n, .gap = gap };

  for (gsize i = 0; i < n; i++)
    block.memory[i] = GUARD;
  block.view = gbox_tensor (block.memory + gap / 2, batch, height, width, channels);
  block.view.stride = stride;
  for (gsize p = 0; p < n_pixels; p++)
    memcpy (block.view.data + p * stride, values + p * (gsize) channels, (gsize) channels * sizeof (float));

  return block;
}

/* What a rectifier that ends at six makes: a quarter of the values is at either end. Of the same shape as
 * another block, its pixels some other distance apart. */
static inline Block
block_new_rectified (guint purpose, const Block *like)
{
  const GboxTensor *view = &like->view;
  Block block = block_new (purpose, view->batch, view->height, view->width, view->channels, like->gap + 2);

  for (gsize p = 0; p < gbox_tensor_n_pixels (view); p++)
    for (gsize c = 0; c < (gsize) view->channels; c++)
      {
        float *value = block.view.data + p * block.view.stride + c;

        *value = CLAMP (3 + 6 * *value, 0, 6);
      }

  return block;
}

static inline Block
block_copy (const Block *from)
{
  Block block = *from;

  block.memory = g_memdup2 (from->memory, from->n * sizeof (float));
  block.view.data = block.memory + (from->view.data - from->memory);

  return block;
}

static inline void
block_clear (Block *block)
{
  g_clear_pointer (&block->memory, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Block, block_clear)

static inline float
block_get (const Block *block, gsize pixel, int c)
{
  return block->view.data[pixel * block->view.stride + (gsize) c];
}

/* Nothing outside the view has been written. */
static inline void
assert_guarded (const Block *block)
{
  const gsize stride = block->view.stride, before = block->gap / 2;
  const gsize n_pixels = gbox_tensor_n_pixels (&block->view);

  for (gsize i = 0; i < block->n; i++)
    {
      const gsize channel = i % stride;
      const gboolean inside
        = i < n_pixels * stride && channel >= before && channel < before + (gsize) block->view.channels;

      if (!inside)
        g_assert_cmpfloat (block->memory[i], ==, GUARD);
    }
}

/* The largest difference over the largest magnitude expected. */
static inline double
difference (const Block *actual, const Block *expected)
{
  double worst = 0, largest = 1e-30;

  for (gsize p = 0; p < gbox_tensor_n_pixels (&expected->view); p++)
    for (int c = 0; c < expected->view.channels; c++)
      {
        const double e = (double) block_get (expected, p, c), a = (double) block_get (actual, p, c);

        g_assert_true (isfinite (a));
        worst = MAX (worst, fabs (a - e));
        largest = MAX (largest, fabs (e));
      }

  return worst / largest;
}

static inline void
assert_close (const Block *actual, const Block *expected, double tolerance)
{
  g_assert_cmpfloat (difference (actual, expected), <=, tolerance);
}

static inline void
assert_same_bits (const Block *a, const Block *b)
{
  g_assert_cmpuint (a->n, ==, b->n);
  g_assert_cmpint (memcmp (a->memory, b->memory, a->n * sizeof (float)), ==, 0);
}

/* Σ a·b */
static inline double
inner_product (const Block *a, const Block *b)
{
  double sum = 0;

  for (gsize p = 0; p < gbox_tensor_n_pixels (&a->view); p++)
    for (int c = 0; c < a->view.channels; c++)
      sum += (double) block_get (a, p, c) * (double) block_get (b, p, c);

  return sum;
}

/* to = from + step·direction */
static inline void
move (Block *to, const Block *from, const Block *direction, float step)
{
  for (gsize p = 0; p < gbox_tensor_n_pixels (&from->view); p++)
    for (int c = 0; c < from->view.channels; c++)
      to->view.data[p * to->view.stride + (gsize) c]
        = block_get (from, p, c) + step * block_get (direction, p, c);
}

/* Runs the function for every instruction set of this machine, the reference included, and puts the choice
 * back. */
static inline void
for_each_isa (void (*func) (GboxTeam *team, gconstpointer data), gconstpointer data)
{
  const GboxIsa before = gbox_isa_get ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);

  for (GboxIsa isa = GBOX_ISA_REFERENCE; isa < GBOX_N_ISAS; isa++)
    if (gbox_isa_select (isa))
      func (team, data);
  g_assert_true (gbox_isa_select (before));
}

/*
 * The central difference of Σ weight·f(x) along a direction equals the inner product of the direction with
 * the gradient. forward writes f(x). The difference of single-precision values limits how small a step may
 * be.
 */
static inline void
assert_gradient (void (*forward) (const Block *x, Block *y, gconstpointer data),
                 gconstpointer data,
                 const Block *x,
                 const Block *weight,
                 const Block *gradient,
                 float step,
                 double tolerance)
{
  g_auto (Block) moved = block_copy (x);
  g_auto (Block) y = block_copy (weight);

  for (guint i = 0; i < 3; i++)
    {
      g_auto (Block) direction
        = block_new (900 + i, x->view.batch, x->view.height, x->view.width, x->view.channels, 0);
      double value[2], numeric;
      const double analytic = inner_product (gradient, &direction);
      const double scale
        = sqrt (inner_product (gradient, gradient) * inner_product (&direction, &direction)) + 1e-30;

      for (guint side = 0; side < 2; side++)
        {
          move (&moved, x, &direction, side == 0 ? step : -step);
          forward (&moved, &y, data);
          value[side] = inner_product (weight, &y);
        }
      numeric = (value[0] - value[1]) / (2 * (double) step);
      g_assert_cmpfloat (fabs (numeric - analytic) / scale, <=, tolerance);
    }
}
