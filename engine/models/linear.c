/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A weight matrix that activations are multiplied with: the plain way. */
#include "models/linear.h"

#include "formats/dtype.h"
#include "formats/quantized.h"

#include <math.h>
#include <string.h>

/* Partial sums of a product, for the compiler to keep in vectors. */
#define LANES 16

/* Rows of a task. */
#define TASK_ROWS 32

struct _GboxLinear
{
  GboxDtype dtype;
  int n_out;
  int n_in;
  gsize row_size; /* bytes */
  guint8 *rows;
  float *bias; /* (nullable) */
};

/* A product on its way through the team. */
typedef struct
{
  const GboxLinear *linear;
  const float *x;
  gsize x_stride;
  int n;
  float *y;
  gsize y_stride;
  gboolean accumulate;
  float *rows; /* a row of floats a worker */
} Product;

/* Floats of a vector in scratch memory: whole cache lines. */
static gsize
padded (int n)
{
  return ((gsize) n + LANES - 1) / LANES * LANES;
}

GboxLinear *
gbox_linear_new (GboxDtype dtype, int n_out, int n_in, gconstpointer rows, const float *bias)
{
  GboxLinear *linear = g_new0 (GboxLinear, 1);

  linear->dtype = dtype;
  linear->n_out = n_out;
  linear->n_in = n_in;
  linear->row_size = (gsize) n_in / gbox_dtype_get_block (dtype) * gbox_dtype_get_size (dtype);
  linear->rows = g_memdup2 (rows, linear->row_size * (gsize) n_out);
  linear->bias = bias != NULL ? g_memdup2 (bias, (gsize) n_out * sizeof (float)) : NULL;
  return linear;
}

void
gbox_linear_free (GboxLinear *linear)
{
  if (linear == NULL)
    return;
  g_free (linear->rows);
  g_free (linear->bias);
  g_free (linear);
}

int
gbox_linear_get_n_out (const GboxLinear *linear)
{
  return linear->n_out;
}

int
gbox_linear_get_n_in (const GboxLinear *linear)
{
  return linear->n_in;
}

gsize
gbox_linear_get_size (const GboxLinear *linear)
{
  return linear->row_size * (gsize) linear->n_out;
}

void
gbox_linear_get_row (const GboxLinear *linear, int row, float *to)
{
  gbox_dtype_to_floats (linear->dtype, linear->rows + (gsize) row * linear->row_size, (gsize) linear->n_in,
                        to);
}

static gboolean
rounds (const GboxLinear *linear, GboxPrecision precision)
{
  return precision != GBOX_PRECISION_FLOAT32 && gbox_dtype_get_block (linear->dtype) > 1;
}

gsize
gbox_linear_scratch_size (const GboxLinear *linear, int n, GboxPrecision precision, guint n_workers)
{
  const gsize n_vectors = (gsize) n_workers + (rounds (linear, precision) ? (gsize) n : 0);

  return n_vectors * padded (linear->n_in) * sizeof (float);
}

/* What is left of @x when each 32 numbers are kept as integers of @limit at most and a scale. */
static void
round_vector (const float *x, int n, float limit, float *out)
{
  for (int b = 0; b < n; b += GBOX_Q_BLOCK)
    {
      float largest = 0, scale, inverse;

      for (int i = b; i < b + GBOX_Q_BLOCK; i++)
        largest = MAX (largest, fabsf (x[i]));
      scale = largest / limit;
      inverse = largest > 0 ? limit / largest : 0;
      for (int i = b; i < b + GBOX_Q_BLOCK; i++)
        out[i] = rintf (x[i] * inverse) * scale;
    }
}

static float
dot (const float *a, const float *b, int n)
{
  float sums[LANES] = { 0 };
  float sum = 0;
  int i = 0;

  for (; i + LANES <= n; i += LANES)
    for (int j = 0; j < LANES; j++)
      sums[j] += a[i + j] * b[i + j];
  for (; i < n; i++)
    sum += a[i] * b[i];
  for (int j = 0; j < LANES; j++)
    sum += sums[j];
  return sum;
}

static void
multiply (gpointer data, guint task, guint worker)
{
  const Product *product = data;
  const GboxLinear *linear = product->linear;
  const int first = (int) task * TASK_ROWS, end = MIN (first + TASK_ROWS, linear->n_out);
  float *weights = product->rows + worker * padded (linear->n_in);

  for (int row = first; row < end; row++)
    {
      const float bias = linear->bias != NULL ? linear->bias[row] : 0;

      gbox_linear_get_row (linear, row, weights);
      for (int i = 0; i < product->n; i++)
        {
          float *y = product->y + (gsize) i * product->y_stride + row;
          const float value = bias + dot (weights, product->x + (gsize) i * product->x_stride, linear->n_in);

          *y = product->accumulate ? *y + value : value;
        }
    }
}

void
gbox_linear_forward (const GboxLinear *linear,
                     GboxTeam *team,
                     GboxPrecision precision,
                     const float *x,
                     gsize x_stride,
                     int n,
                     float *y,
                     gsize y_stride,
                     gboolean accumulate,
                     gpointer scratch)
{
  Product product = {
    .linear = linear,
    .x = x,
    .x_stride = x_stride,
    .n = n,
    .y = y,
    .y_stride = y_stride,
    .accumulate = accumulate,
    .rows = scratch,
  };

  if (rounds (linear, precision))
    {
      const gsize stride = padded (linear->n_in);
      float *rounded = product.rows + gbox_team_get_n_threads (team) * stride;

      for (int i = 0; i < n; i++)
        round_vector (x + (gsize) i * x_stride, linear->n_in,
                      precision == GBOX_PRECISION_INT8 ? G_MAXINT8 : G_MAXINT16,
                      rounded + (gsize) i * stride);
      product.x = rounded;
      product.x_stride = stride;
    }
  gbox_team_run (team, ((guint) linear->n_out + TASK_ROWS - 1) / TASK_ROWS, multiply, &product);
}
