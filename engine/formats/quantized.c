/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The blocks of GGUF's quantized types, and the plain definition of what they stand for. */
#include "formats/quantized.h"

#include "base/half.h"
#include "formats/dtype.h"

#include <string.h>

typedef void (*BlockFunc) (const guint8 *block, float *out);

static float
read_half (const guint8 *bytes)
{
  guint16 half;

  memcpy (&half, bytes, sizeof half);
  return gbox_half_to_float (half);
}

static guint32
read_bits (const guint8 *bytes)
{
  guint32 bits;

  memcpy (&bits, bytes, sizeof bits);
  return bits;
}

/* The 32 four-bit numbers of 16 bytes, and bit j of @fifth as the fifth bit of number j. */
static void
unpack_nibbles (const guint8 *nibbles, guint32 fifth, int *q)
{
  for (guint j = 0; j < GBOX_Q_BLOCK / 2; j++)
    {
      q[j] = (nibbles[j] & 15) | (int) (fifth >> j & 1) << 4;
      q[j + 16] = nibbles[j] >> 4 | (int) (fifth >> (j + 16) & 1) << 4;
    }
}

/* d·(q − zero) + m */
static void
scale_block (const int *q, float d, int zero, float m, float *out)
{
  for (guint j = 0; j < GBOX_Q_BLOCK; j++)
    out[j] = d * (float) (q[j] - zero) + m;
}

static void
expand_q4_0 (const guint8 *block, float *out)
{
  int q[GBOX_Q_BLOCK];

  unpack_nibbles (block + 2, 0, q);
  scale_block (q, read_half (block), 8, 0, out);
}

static void
expand_q4_1 (const guint8 *block, float *out)
{
  int q[GBOX_Q_BLOCK];

  unpack_nibbles (block + 4, 0, q);
  scale_block (q, read_half (block), 0, read_half (block + 2), out);
}

static void
expand_q5_0 (const guint8 *block, float *out)
{
  int q[GBOX_Q_BLOCK];

  unpack_nibbles (block + 6, read_bits (block + 2), q);
  scale_block (q, read_half (block), 16, 0, out);
}

static void
expand_q5_1 (const guint8 *block, float *out)
{
  int q[GBOX_Q_BLOCK];

  unpack_nibbles (block + 8, read_bits (block + 4), q);
  scale_block (q, read_half (block), 0, read_half (block + 2), out);
}

static void
expand_q8_0 (const guint8 *block, float *out)
{
  const float d = read_half (block);

  for (guint j = 0; j < GBOX_Q_BLOCK; j++)
    out[j] = d * (float) (gint8) block[2 + j];
}

void
gbox_quantized_unpack_scales (const guint8 *packed, guint8 *scales, guint8 *minima)
{
  for (guint j = 0; j < GBOX_QK_N_SCALES / 2; j++)
    {
      scales[j] = packed[j] & 63;
      minima[j] = packed[j + 4] & 63;
      scales[j + 4] = (guint8) ((packed[j + 8] & 15) | packed[j] >> 6 << 4);
      minima[j + 4] = (guint8) (packed[j + 8] >> 4 | packed[j + 4] >> 6 << 4);
    }
}

/* Values 64 g … 64 g + 63 have the low, then the high nibbles of 32 bytes, and bits 2 g and 2 g + 1 of 32
 * others for their fifth bits. */
static void
expand_k (const guint8 *block, const guint8 *high, const guint8 *nibbles, float *out)
{
  const float d = read_half (block), dmin = read_half (block + 2);
  guint8 scales[GBOX_QK_N_SCALES], minima[GBOX_QK_N_SCALES];

  gbox_quantized_unpack_scales (block + 4, scales, minima);
  for (guint s = 0; s < GBOX_QK_N_SCALES; s++)
    {
      const float scale = d * (float) scales[s], minimum = dmin * (float) minima[s];

      for (guint j = 0; j < 32; j++)
        {
          guint8 q = s % 2 == 0 ? nibbles[s / 2 * 32 + j] & 15 : nibbles[s / 2 * 32 + j] >> 4;

          if (high != NULL)
            q = (guint8) (q | (high[j] >> s & 1) << 4);
          out[s * 32 + j] = scale * (float) q - minimum;
        }
    }
}

static void
expand_q4_k (const guint8 *block, float *out)
{
  expand_k (block, NULL, block + 16, out);
}

static void
expand_q5_k (const guint8 *block, float *out)
{
  expand_k (block, block + 16, block + 48, out);
}

/* Each half of 128 values has 64 bytes of nibbles and 32 of upper bits; quarter c of it takes the low nibbles
 * of the bytes from 32 (c mod 2) on for c < 2, else the high ones, and the bits 2 c and 2 c + 1. */
static void
expand_q6_k (const guint8 *block, float *out)
{
  const guint8 *low = block, *high = block + 128, *scales = block + 192;
  const float d = read_half (block + 208);

  for (guint i = 0; i < GBOX_QK_BLOCK; i++)
    {
      const guint half = i / 128, quarter = i % 128 / 32, j = i % 32;
      const guint8 byte = low[half * 64 + quarter % 2 * 32 + j];
      const int nibble = quarter < 2 ? byte & 15 : byte >> 4;
      const int upper = high[half * 32 + j] >> (2 * quarter) & 3;

      out[i] = d * (float) (gint8) scales[i / 16] * (float) ((nibble | upper << 4) - 32);
    }
}

static BlockFunc
get_block_func (GboxDtype dtype)
{
  switch (dtype)
    {
    case GBOX_DTYPE_Q4_0:
      return expand_q4_0;
    case GBOX_DTYPE_Q4_1:
      return expand_q4_1;
    case GBOX_DTYPE_Q5_0:
      return expand_q5_0;
    case GBOX_DTYPE_Q5_1:
      return expand_q5_1;
    case GBOX_DTYPE_Q8_0:
      return expand_q8_0;
    case GBOX_DTYPE_Q4_K:
      return expand_q4_k;
    case GBOX_DTYPE_Q5_K:
      return expand_q5_k;
    case GBOX_DTYPE_Q6_K:
      return expand_q6_k;
    case GBOX_DTYPE_F32:
    case GBOX_DTYPE_F16:
    case GBOX_DTYPE_BF16:
    case GBOX_DTYPE_F64:
    case GBOX_DTYPE_I64:
    case GBOX_DTYPE_I32:
    case GBOX_DTYPE_I16:
    case GBOX_DTYPE_I8:
    case GBOX_DTYPE_U8:
    case GBOX_DTYPE_BOOL:
    default:
      return NULL;
    }
}

void
gbox_quantized_to_floats (GboxDtype dtype, const void *data, gsize n, float *out)
{
  const BlockFunc expand = get_block_func (dtype);
  const gsize block = gbox_dtype_get_block (dtype), size = gbox_dtype_get_size (dtype);

  g_return_if_fail (expand != NULL);
  for (gsize i = 0; i < n / block; i++)
    expand ((const guint8 *) data + i * size, out + i * block);
}
