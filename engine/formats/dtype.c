/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Element types of stored tensors: sizes, names, and conversion to float32. */
#include "formats/dtype.h"

#include <string.h>

#if G_BYTE_ORDER != G_LITTLE_ENDIAN
#error "The formats read here store little-endian numbers, and they are used in place."
#endif

static const struct
{
  const char *name;
  gsize size;
} dtypes[] = {
  [GBOX_DTYPE_F32] = { "F32", 4 },   [GBOX_DTYPE_F16] = { "F16", 2 }, [GBOX_DTYPE_BF16] = { "BF16", 2 },
  [GBOX_DTYPE_F64] = { "F64", 8 },   [GBOX_DTYPE_I64] = { "I64", 8 }, [GBOX_DTYPE_I32] = { "I32", 4 },
  [GBOX_DTYPE_I16] = { "I16", 2 },   [GBOX_DTYPE_I8] = { "I8", 1 },   [GBOX_DTYPE_U8] = { "U8", 1 },
  [GBOX_DTYPE_BOOL] = { "BOOL", 1 },
};

gsize
gbox_dtype_get_size (GboxDtype dtype)
{
  return dtypes[dtype].size;
}

const char *
gbox_dtype_get_name (GboxDtype dtype)
{
  return dtypes[dtype].name;
}

gboolean
gbox_dtype_from_name (const char *name, GboxDtype *dtype)
{
  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (strcmp (name, dtypes[i].name) == 0)
      {
        *dtype = (GboxDtype) i;
        return TRUE;
      }
  return FALSE;
}

gboolean
gbox_dtype_count_bytes (GboxDtype dtype, guint n_dims, const guint64 *dims, gsize *n_bytes)
{
  guint64 product = gbox_dtype_get_size (dtype);
  gboolean empty = FALSE;

  for (guint i = 0; i < n_dims; i++)
    {
      empty = empty || dims[i] == 0;
      if (dims[i] != 0 && !g_uint64_checked_mul (&product, product, dims[i]))
        return FALSE;
    }
  if (product > G_MAXSSIZE)
    return FALSE;
  *n_bytes = empty ? 0 : (gsize) product;
  return TRUE;
}

static float
float_from_bits (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* IEEE 754 binary16: 1 sign, 5 exponent (bias 15) and 10 fraction bits. */
static float
float_from_half (guint16 half)
{
  guint32 sign = (guint32) (half & 0x8000u) << 16;
  guint32 exponent = (half >> 10) & 0x1fu;
  guint32 fraction = half & 0x3ffu;

  if (exponent == 0)
    {
      float magnitude = (float) fraction * 0x1p-24f;

      return sign != 0 ? -magnitude : magnitude;
    }
  if (exponent == 0x1f)
    return float_from_bits (sign | 0x7f800000u | (fraction << 13));
  return float_from_bits (sign | ((exponent + 112) << 23) | (fraction << 13));
}

static void
convert_16 (const guint8 *data, gsize n, gboolean brain, float *out)
{
  for (gsize i = 0; i < n; i++)
    {
      guint16 bits;

      memcpy (&bits, data + 2 * i, sizeof bits);
      out[i] = brain ? float_from_bits ((guint32) bits << 16) : float_from_half (bits);
    }
}

static void
convert_64 (const guint8 *data, gsize n, float *out)
{
  for (gsize i = 0; i < n; i++)
    {
      double value;

      memcpy (&value, data + 8 * i, sizeof value);
      out[i] = (float) value;
    }
}

gboolean
gbox_dtype_to_floats (GboxDtype dtype, const void *data, gsize n, float *out)
{
  switch (dtype)
    {
    case GBOX_DTYPE_F32:
      if (n > 0)
        memcpy (out, data, n * sizeof (float));
      return TRUE;
    case GBOX_DTYPE_F16:
    case GBOX_DTYPE_BF16:
      convert_16 (data, n, dtype == GBOX_DTYPE_BF16, out);
      return TRUE;
    case GBOX_DTYPE_F64:
      convert_64 (data, n, out);
      return TRUE;
    case GBOX_DTYPE_I64:
    case GBOX_DTYPE_I32:
    case GBOX_DTYPE_I16:
    case GBOX_DTYPE_I8:
    case GBOX_DTYPE_U8:
    case GBOX_DTYPE_BOOL:
    default:
      return FALSE;
    }
}
