/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How exactly products of quantized weights are computed. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxPrecision:
 * @GBOX_PRECISION_INT8: activations as 8-bit integers, a scale for each 32: the fastest
 * @GBOX_PRECISION_INT16: activations as 16-bit integers, a scale for each 32: nearly exact
 * @GBOX_PRECISION_FLOAT32: activations and sums in float32: the reference
 *
 * Weights that are stored as floats are always computed with in float32.
 */
typedef enum
{
  GBOX_PRECISION_INT8,
  GBOX_PRECISION_INT16,
  GBOX_PRECISION_FLOAT32,
} GboxPrecision;

G_END_DECLS
