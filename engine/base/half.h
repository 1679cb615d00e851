/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Floats of 16 bits. */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

static inline float
gbox_float_from_bits (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);

  return value;
}

/* IEEE 754 binary16: 1 sign, 5 exponent (bias 15) and 10 fraction bits. */
static inline float
gbox_half_to_float (guint16 half)
{
  const guint32 sign = (guint32) (half & 0x8000u) << 16;
  const guint32 exponent = (half >> 10) & 0x1fu;
  const guint32 fraction = half & 0x3ffu;

  if (exponent == 0)
    {
      const float magnitude = (float) fraction * 0x1p-24f;

      return sign != 0 ? -magnitude : magnitude;
    }
  if (exponent == 0x1f)
    return gbox_float_from_bits (sign | 0x7f800000u | (fraction << 13));

  return gbox_float_from_bits (sign | ((exponent + 112) << 23) | (fraction << 13));
}

/* The upper half of a float. */
static inline float
gbox_bfloat_to_float (guint16 half)
{
  return gbox_float_from_bits ((guint32) half << 16);
}

G_END_DECLS
