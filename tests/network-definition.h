/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the operations of a network mean, in plain loops and double precision: what test-plan compares with.
 */
#pragma once

#include "models/network-internal.h"

#include <math.h>

typedef struct
{
  int height, width, channels;
  double *data; /* (H, W, C) */
} Plane;

/* 0 outside, as convolutions see it. */
static double
peek (const Plane *plane, int y, int x, int c)
{
  if (y < 0 || x < 0 || y >= plane->height || x >= plane->width)
    return 0.0;

  return plane->data[((gsize) y * (gsize) plane->width + (gsize) x) * (gsize) plane->channels + (gsize) c];
}

static double
rectify (GboxActivation activation, double value)
{
  if (activation == GBOX_ACTIVATION_RELU)
    return MAX (value, 0.0);
  if (activation == GBOX_ACTIVATION_RELU6)
    return CLAMP (value, 0.0, 6.0);

  return value;
}

static double
define_conv (const GboxOperation *op, const Plane *x, int y0, int x0, int o)
{
  const int k = op->window.kernel;
  double sum = (double) op->bias[o];

  for (int i = 0; i < op->input.n; i++)
    for (int ky = 0; ky < k; ky++)
      for (int kx = 0; kx < k; kx++)
        sum += peek (x, y0 + ky, x0 + kx, op->input.first + i)
               * (double) op->weights[((o * op->input.n + i) * k + ky) * k + kx];

  return rectify (op->activation, sum);
}

static double
define_depthwise (const GboxOperation *op, const Plane *x, int y0, int x0, int c)
{
  const int k = op->window.kernel;
  double sum = (double) op->bias[c];

  for (int ky = 0; ky < k; ky++)
    for (int kx = 0; kx < k; kx++)
      sum += peek (x, y0 + ky, x0 + kx, op->input.first + c)
             * (double) op->weights[(ky * k + kx) * op->input.n + c];

  return rectify (op->activation, sum);
}

static double
define_max_pool (const GboxOperation *op, const Plane *x, int y0, int x0, int c)
{
  double largest = -G_MAXDOUBLE;

  for (int yy = MAX (y0, 0); yy < MIN (y0 + op->window.kernel, x->height); yy++)
    for (int xx = MAX (x0, 0); xx < MIN (x0 + op->window.kernel, x->width); xx++)
      largest = MAX (largest, peek (x, yy, xx, op->input.first + c));

  return largest;
}

static double
define_lrn (const GboxOperation *op, const Plane *x, int y0, int x0, int c)
{
  const int half = op->lrn.size / 2;
  double sum = 0.0;

  for (int j = MAX (c - half, 0); j <= MIN (c + half, op->input.n - 1); j++)
    sum += pow (peek (x, y0, x0, op->input.first + j), 2.0);

  return peek (x, y0, x0, op->input.first + c)
         * pow ((double) op->lrn.k + (double) op->lrn.alpha / op->lrn.size * sum, (double) -op->lrn.beta);
}

static double
define_average (const GboxOperation *op, const Plane *x, int c)
{
  double sum = 0.0;

  for (int yy = 0; yy < x->height; yy++)
    for (int xx = 0; xx < x->width; xx++)
      sum += peek (x, yy, xx, op->input.first + c);

  return sum / (x->height * x->width);
}

/* Output channel @c at a window that begins at @y0, @x0. */
static double
define (const GboxOperation *op, const Plane *planes, int y0, int x0, int c)
{
  const Plane *x = &planes[op->input.value];

  switch (op->kind)
    {
    case GBOX_OPERATION_CONV:
      return define_conv (op, x, y0, x0, c);
    case GBOX_OPERATION_DEPTHWISE:
      return define_depthwise (op, x, y0, x0, c);
    case GBOX_OPERATION_MAX_POOL:
      return define_max_pool (op, x, y0, x0, c);
    case GBOX_OPERATION_LRN:
      return define_lrn (op, x, y0, x0, c);
    case GBOX_OPERATION_ADD:
      return peek (x, y0, x0, op->input.first + c)
             + peek (&planes[op->addend.value], y0, x0, op->addend.first + c);
    case GBOX_OPERATION_GLOBAL_AVERAGE:
      return define_average (op, x, c);
    }

  g_assert_not_reached ();
}

static void
execute (const GboxNetworkData *data, const GboxOperation *op, Plane *planes)
{
  const Plane *x = &planes[op->input.value];
  Plane *y = &planes[op->output.value];
  int pad_top, pad_left;

  y->channels = g_array_index (data->values, int, op->output.value);
  g_assert_true (gbox_operation_get_extent (op, x->height, &y->height, &pad_top));
  g_assert_true (gbox_operation_get_extent (op, x->width, &y->width, &pad_left));
  if (y->data == NULL)
    y->data = g_new0 (double, y->height * y->width * y->channels);
  for (int oy = 0; oy < y->height; oy++)
    for (int ox = 0; ox < y->width; ox++)
      for (int c = 0; c < op->output.n; c++)
        y->data[(oy * y->width + ox) * y->channels + op->output.first + c]
          = define (op, planes, oy * op->window.stride - pad_top, ox * op->window.stride - pad_left, c);
}

/* Σ weights · layer, the objective of these tests; the layer itself into @layer_out where that is not NULL.
 */
G_GNUC_UNUSED static double
define_objective (GboxNetwork *network,
                  guint layer,
                  const double *image,
                  int height,
                  int width,
                  const float *weights,
                  double *layer_out)
{
  const GboxNetworkData *data = gbox_network_get_data (network);
  const GboxSlice *slice = &g_array_index (data->layer_slices, GboxSlice, layer);
  g_autofree Plane *planes = g_new0 (Plane, data->values->len);
  const Plane *target = &planes[slice->value];
  double sum = 0.0;

  planes[0] = (Plane){ height, width, 3, g_new (double, height *width * 3) };
  for (int i = 0; i < height * width * 3; i++)
    planes[0].data[i]
      = image[i / 3 * 3 + data->pixel_map.order[i % 3]] * (double) data->pixel_map.scale[i % 3]
        + (double) data->pixel_map.shift[i % 3];
  for (guint i = 0; i < data->operations->len; i++)
    execute (data, &g_array_index (data->operations, GboxOperation, i), planes);

  for (int i = 0; i < target->height * target->width * slice->n; i++)
    {
      const double value = target->data[i / slice->n * target->channels + slice->first + i % slice->n];

      sum += value * (double) weights[i];
      if (layer_out != NULL)
        layer_out[i] = value;
    }
  for (guint i = 0; i < data->values->len; i++)
    g_free (planes[i].data);

  return sum;
}
