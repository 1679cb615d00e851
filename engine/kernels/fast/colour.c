/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The colour map and its gradient. */
#include "kernels/fast/colour.h"

#include <string.h>

#include "kernels/fast/exponential.h"
#include "kernels/fast/fast.h"

#define BYTES_AT_A_TIME 256

static gsize
find_slice (const GboxColourWork *work, guint task, gsize *first)
{
  *first = (gsize) task * GBOX_COLOUR_SLICE;
  return MIN (*first + GBOX_COLOUR_SLICE, work->n);
}

/* Looks at the exponents' bits, which the compiler does for many at a time. */
static gboolean
is_finite (const float *values, gsize n)
{
  const guint32 exponent = 0x7f800000;
  guint32 special = 0;

  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, &values[i], sizeof bits);
      special |= (bits & exponent) == exponent;
    }
  return special == 0;
}

void
FAST (colour_forward) (gpointer data, guint task, guint worker)
{
  GboxColourWork *w = data;
  const float (*m)[3] = w->mixing;
  gsize first, end = find_slice (w, task, &first);
  const float *t0 = w->in, *t1 = w->in + w->n, *t2 = w->in + 2 * w->n;
  float *r = w->out, *g = w->out + w->n, *b = w->out + 2 * w->n;

  if (m == NULL)
    {
      for (gsize k = 0; k < 3; k++)
        for (gsize i = first; i < end; i++)
          w->out[k * w->n + i] = sigmoid (w->in[k * w->n + i]);
    }
  else
    {
#pragma GCC ivdep
      for (gsize i = first; i < end; i++)
        {
          const float x = t0[i], y = t1[i], z = t2[i];

          r[i] = sigmoid (m[0][0] * x + m[0][1] * y + m[0][2] * z);
          g[i] = sigmoid (m[1][0] * x + m[1][1] * y + m[1][2] * z);
          b[i] = sigmoid (m[2][0] * x + m[2][1] * y + m[2][2] * z);
        }
    }
  for (gsize k = 0; k < 3; k++)
    if (!is_finite (w->out + k * w->n + first, end - first))
      g_atomic_int_set (&w->has_nan, TRUE);
}

/* rgb = σ (M·t), σ' = σ·(1 − σ), so dt = Mᵀ·(drgb · rgb · (1 − rgb)). */
void
FAST (colour_backward) (gpointer data, guint task, guint worker)
{
  static const float identity[3][3] = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };
  const GboxColourWork *w = data;
  const float (*m)[3] = w->mixing != NULL ? w->mixing : identity;
  gsize first, end = find_slice (w, task, &first);
  const float *r = w->rgb, *g = w->rgb + w->n, *b = w->rgb + 2 * w->n;
  const float *dr = w->in, *dg = w->in + w->n, *db = w->in + 2 * w->n;
  float *d0 = w->out, *d1 = w->out + w->n, *d2 = w->out + 2 * w->n;

#pragma GCC ivdep
  for (gsize i = first; i < end; i++)
    {
      const float x = dr[i] * r[i] * (1.0f - r[i]);
      const float y = dg[i] * g[i] * (1.0f - g[i]);
      const float z = db[i] * b[i] * (1.0f - b[i]);

      d0[i] = m[0][0] * x + m[1][0] * y + m[2][0] * z;
      d1[i] = m[0][1] * x + m[1][1] * y + m[2][1] * z;
      d2[i] = m[0][2] * x + m[1][2] * y + m[2][2] * z;
    }
}

/* Comparisons written so that a NaN becomes 0, never an undefined conversion. */
static inline guint8
to_byte (float value)
{
  const float scaled = value * 255.0f + 0.5f;
  const float bounded = scaled > 0.0f ? scaled : 0.0f;

  return (guint8) (int) (bounded < 255.0f ? bounded : 255.0f);
}

typedef guint8 Bytes __attribute__ ((vector_size (16)));

/* Sixteen red, green and blue bytes as sixteen pixels. */
static inline void
interleave (const guint8 *red, const guint8 *green, const guint8 *blue, guint8 *pixels)
{
  Bytes r, g, b, out[3];

  memcpy (&r, red, sizeof r);
  memcpy (&g, green, sizeof g);
  memcpy (&b, blue, sizeof b);
  out[0] = __builtin_shufflevector (r, g, 0, 16, -1, 1, 17, -1, 2, 18, -1, 3, 19, -1, 4, 20, -1, 5);
  out[1] = __builtin_shufflevector (r, g, 21, -1, 6, 22, -1, 7, 23, -1, 8, 24, -1, 9, 25, -1, 10, 26);
  out[2] = __builtin_shufflevector (r, g, -1, 11, 27, -1, 12, 28, -1, 13, 29, -1, 14, 30, -1, 15, 31, -1);
  out[0] = __builtin_shufflevector (out[0], b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15);
  out[1] = __builtin_shufflevector (out[1], b, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15);
  out[2] = __builtin_shufflevector (out[2], b, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31);
  memcpy (pixels, out, sizeof out);
}

/* Plane by plane into a small buffer first, which vectorises. */
void
FAST (colour_bytes) (gpointer data, guint task, guint worker)
{
  const GboxColourWork *w = data;
  gsize first, end = find_slice (w, task, &first);
  guint8 planes[3][BYTES_AT_A_TIME];

  for (gsize i = first; i < end; i += BYTES_AT_A_TIME)
    {
      const gsize n = MIN (BYTES_AT_A_TIME, end - i);
      gsize j = 0;

      for (gsize k = 0; k < 3; k++)
        for (gsize l = 0; l < n; l++)
          planes[k][l] = to_byte (w->rgb[k * w->n + i + l]);
      for (; j + sizeof (Bytes) <= n; j += sizeof (Bytes))
        interleave (planes[0] + j, planes[1] + j, planes[2] + j, w->bytes + 3 * (i + j));
      for (; j < n; j++)
        for (gsize k = 0; k < 3; k++)
          w->bytes[3 * (i + j) + k] = planes[k][j];
    }
}
