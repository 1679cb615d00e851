/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Element types of stored tensors: sizes, names, and conversion to float32. */
#include "formats/dtype.h"

#include "base/half.h"
#include "formats/quantized.h"

#include <string.h>

#if G_BYTE_ORDER != G_LITTLE_ENDIAN
#error "The formats read here store little-endian numbers, and they are used in place."
#endif

static const struct
{
  const char *name;
  gsize size;
  gsize block;
} dtypes[] = {
  [GBOX_DTYPE_F32] = { "F32", 4, 1 },
  [GBOX_DTYPE_F16] = { "F16", 2, 1 },
  [GBOX_DTYPE_BF16] = { "BF16", 2, 1 },
  [GBOX_DTYPE_F64] = { "F64", 8, 1 },
  [GBOX_DTYPE_I64] = { "I64", 8, 1 },
  [GBOX_DTYPE_I32] = { "I32", 4, 1 },
  [GBOX_DTYPE_I16] = { "I16", 2, 1 },
  [GBOX_DTYPE_I8] = { "I8", 1, 1 },
  [GBOX_DTYPE_U8] = { "U8", 1, 1 },
  [GBOX_DTYPE_BOOL] = { "BOOL", 1, 1 },
  [GBOX_DTYPE_Q4_0] = { "Q4_0", GBOX_Q4_0_BYTES, GBOX_Q_BLOCK },
  [GBOX_DTYPE_Q4_1] = { "Q4_1", GBOX_Q4_1_BYTES, GBOX_Q_BLOCK },
  [GBOX_DTYPE_Q5_0] = { "Q5_0", GBOX_Q5_0_BYTES, GBOX_Q_BLOCK },
  [GBOX_DTYPE_Q5_1] = { "Q5_1", GBOX_Q5_1_BYTES, GBOX_Q_BLOCK },
  [GBOX_DTYPE_Q8_0] = { "Q8_0", GBOX_Q8_0_BYTES, GBOX_Q_BLOCK },
  [GBOX_DTYPE_Q4_K] = { "Q4_K", GBOX_Q4_K_BYTES, GBOX_QK_BLOCK },
  [GBOX_DTYPE_Q5_K] = { "Q5_K", GBOX_Q5_K_BYTES, GBOX_QK_BLOCK },
  [GBOX_DTYPE_Q6_K] = { "Q6_K", GBOX_Q6_K_BYTES, GBOX_QK_BLOCK },
};

gsize
gbox_dtype_get_size (GboxDtype dtype)
{
  return dtypes[dtype].size;
}

gsize
gbox_dtype_get_block (GboxDtype dtype)
{
  return dtypes[dtype].block;
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
    if (dtypes[i].block == 1 && strcmp (name, dtypes[i].name) == 0)
      {
        *dtype = (GboxDtype) i;
        return TRUE;
      }
  return FALSE;
}

gboolean
gbox_dtype_count_bytes (GboxDtype dtype, guint n_dims, const guint64 *dims, gsize *n_bytes)
{
  const guint64 block = gbox_dtype_get_block (dtype);
  guint64 product = gbox_dtype_get_size (dtype);
  gboolean empty = FALSE;

  if (block > 1 && (n_dims == 0 || dims[n_dims - 1] % block != 0))
    return FALSE;
  for (guint i = 0; i < n_dims; i++)
    {
      const guint64 n = i + 1 == n_dims ? dims[i] / block : dims[i];

      empty = empty || n == 0;
      if (n != 0 && !g_uint64_checked_mul (&product, product, n))
        return FALSE;
    }
  /* The elements have to be countable as well as the bytes. */
  if (product > G_MAXSSIZE / block)
    return FALSE;
  *n_bytes = empty ? 0 : (gsize) product;
  return TRUE;
}

static void
convert_16 (const guint8 *data, gsize n, gboolean brain, float *out)
{
  for (gsize i = 0; i < n; i++)
    {
      guint16 bits;

      memcpy (&bits, data + 2 * i, sizeof bits);
      out[i] = brain ? gbox_bfloat_to_float (bits) : gbox_half_to_float (bits);
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
    case GBOX_DTYPE_Q4_0:
    case GBOX_DTYPE_Q4_1:
    case GBOX_DTYPE_Q5_0:
    case GBOX_DTYPE_Q5_1:
    case GBOX_DTYPE_Q8_0:
    case GBOX_DTYPE_Q4_K:
    case GBOX_DTYPE_Q5_K:
    case GBOX_DTYPE_Q6_K:
      gbox_quantized_to_floats (dtype, data, n, out);
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
