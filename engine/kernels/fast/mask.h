/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rectifier's gradient applied by the kernel that writes the gradient. */
#pragma once

#include "kernels/activation.h"

G_BEGIN_DECLS

/**
 * GboxMask:
 * @y: what the rectifier made; no data where there is none
 * @ceiling: 6 or ∞
 *
 * A gradient passes where 0 < y < ceiling.
 */
typedef struct
{
  GboxTensor y;
  float ceiling;
} GboxMask;

static inline GboxMask
gbox_mask (const GboxTensor *rectified, GboxActivation activation)
{
  if (rectified == NULL || activation == GBOX_ACTIVATION_NONE)
    return (GboxMask){ .ceiling = INFINITY };

  return (GboxMask){ *rectified, gbox_activation_ceiling (activation) };
}

/* What the rectifier made of a pixel, counted over all images; %NULL where there is none. */
static inline const float *
gbox_mask_pixel (const GboxMask *mask, gsize pixel)
{
  return mask->y.data != NULL ? mask->y.data + pixel * mask->y.stride : NULL;
}

G_END_DECLS
