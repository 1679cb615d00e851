/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rectifiers' gradients, a vector at a time. */
#pragma once

#include "kernels/fast/vector.h"

/* Where the gradient of a rectifier that made @y is one. */
ALWAYS_INLINE VecMask
open_lanes (Vec y, float ceiling)
{
  return vec_greater (y, vec_set (0)) & vec_greater (vec_set (ceiling), y);
}

/* The gradient of channels c … c + n − 1 before the rectifier that made @y, or as it is where that is NULL.
 */
ALWAYS_INLINE Vec
rectify_gradient (Vec gradient, const float *y, float ceiling, gsize c, int n)
{
  return y != NULL ? vec_keep (open_lanes (vec_load_n (y + c, n), ceiling), gradient) : gradient;
}
