/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The blocks of GGUF's quantized types, and the plain definition of what they stand for. */
#pragma once

#include "formats/tensor-file.h"

G_BEGIN_DECLS

/* Values of a block, and of a block of the K types, along a row. */
#define GBOX_Q_BLOCK  32
#define GBOX_QK_BLOCK 256

/* Bytes of a block; d, m and dmin are float16. */
#define GBOX_Q4_0_BYTES 18  /* d, 16 bytes of nibbles */
#define GBOX_Q4_1_BYTES 20  /* d, m, nibbles */
#define GBOX_Q5_0_BYTES 22  /* d, 4 bytes of fifth bits, nibbles */
#define GBOX_Q5_1_BYTES 24  /* d, m, fifth bits, nibbles */
#define GBOX_Q8_0_BYTES 34  /* d, 32 signed bytes */
#define GBOX_Q4_K_BYTES 144 /* d, dmin, 12 bytes of scales, 128 of nibbles */
#define GBOX_Q5_K_BYTES 176 /* d, dmin, scales, 32 bytes of fifth bits, nibbles */
#define GBOX_Q6_K_BYTES 210 /* 128 bytes of nibbles, 64 of upper bits, 16 signed scales, d */

/* Scales, and minima, of a block of Q4_K and Q5_K: one for each 32 values. */
#define GBOX_QK_N_SCALES 8

/**
 * gbox_quantized_unpack_scales:
 * @packed: the 12 bytes of a Q4_K or Q5_K block
 * @scales: (out) (array fixed-size=8): 6-bit scales
 * @minima: (out) (array fixed-size=8): 6-bit minima
 */
void gbox_quantized_unpack_scales (const guint8 *packed, guint8 *scales, guint8 *minima);

/**
 * gbox_quantized_to_floats:
 * @dtype: a quantized type
 * @data: blocks, in any alignment
 * @n: values; whole blocks
 * @out: (out) (array length=n): the values
 *
 * The reference that faster code is compared with. In a block of 32, value j < 16 is the low nibble of byte j
 * and value j + 16 the high one. Source: ggml, `ggml-quants.c`.
 */
void gbox_quantized_to_floats (GboxDtype dtype, const void *data, gsize n, float *out);

G_END_DECLS
