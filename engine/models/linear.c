/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A weight matrix that activations are multiplied with. */
#include "models/linear.h"

#include <string.h>

#include "kernels/tile-product.h"
#include "models/tile-packing.h"

struct _GboxLinear
{
  GboxTiles *tiles;
  float *bias; /* (nullable): padded to whole tiles */
};

GboxLinear *
gbox_linear_new (GboxDtype dtype, int n_out, int n_in, gconstpointer rows, const float *bias)
{
  return gbox_linear_new_in (NULL, dtype, n_out, n_in, rows, bias);
}

GboxLinear *
gbox_linear_new_in (
  GboxPages *pages, GboxDtype dtype, int n_out, int n_in, gconstpointer rows, const float *bias)
{
  const GboxLinearPart part = { .n_out = n_out, .rows = rows, .bias = bias };

  return gbox_linear_new_stacked (pages, dtype, n_in, &part, 1);
}

GboxLinear *
gbox_linear_new_stacked (GboxPages *pages, GboxDtype dtype, int n_in, const GboxLinearPart *parts, guint n)
{
  GboxLinear *linear = g_new0 (GboxLinear, 1);
  int n_out = 0;

  for (guint i = 0; i < n; i++)
    n_out += parts[i].n_out;
  linear->tiles = gbox_tile_packing_new (dtype, n_out, n_in, pages);
  if (parts[0].bias != NULL)
    linear->bias = g_new0 (float, gbox_tiles_n_tiles (linear->tiles) * GBOX_TILE_ROWS);
  n_out = 0;
  for (guint i = 0; i < n; i++)
    {
      gbox_tile_packing_fill (linear->tiles, dtype, n_out, parts[i].n_out, parts[i].rows);
      if (linear->bias != NULL)
        memcpy (linear->bias + n_out, parts[i].bias, (gsize) parts[i].n_out * sizeof (float));
      n_out += parts[i].n_out;
    }

  return linear;
}

void
gbox_linear_free (GboxLinear *linear)
{
  if (linear == NULL)
    return;

  gbox_tiles_free (linear->tiles);
  g_free (linear->bias);
  g_free (linear);
}

int
gbox_linear_get_n_out (const GboxLinear *linear)
{
  return linear->tiles->n_out;
}

int
gbox_linear_get_n_in (const GboxLinear *linear)
{
  return linear->tiles->n_in;
}

gsize
gbox_linear_get_size (const GboxLinear *linear)
{
  return gbox_tiles_n_tiles (linear->tiles) * linear->tiles->tile_size;
}

gsize
gbox_linear_scratch_size (const GboxLinear *linear, int n, GboxPrecision precision, guint n_workers)
{
  return gbox_tile_product_scratch_size (linear->tiles, n, precision, n_workers);
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
  gbox_tile_product (linear->tiles, linear->bias, team, precision, x, x_stride, n, y, y_stride, accumulate,
                     scratch);
}

void
gbox_linear_get_row (const GboxLinear *linear, int row, float *to)
{
  gbox_tiles_get_row (linear->tiles, row, to);
}

const float *
gbox_linear_get_bias (const GboxLinear *linear)
{
  return linear->bias;
}
