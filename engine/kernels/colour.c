/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From decorrelated colour to RGB and back: the last stage of an image parameterization. */
#include "kernels/colour.h"

#include <string.h>

#define PIXELS_PER_TASK 4096
#define BYTES_AT_A_TIME 256

/* The square root of ImageNet's colour correlation divided by its largest column norm, 0.461952 (lucid
 * `color.py`). */
static const float mixing[3][3] = {
  { 0.26f / 0.461952f, 0.09f / 0.461952f, 0.02f / 0.461952f },
  { 0.27f / 0.461952f, 0.00f, -0.05f / 0.461952f },
  { 0.27f / 0.461952f, -0.09f / 0.461952f, 0.03f / 0.461952f },
};

typedef struct
{
  gboolean decorrelate;
  const float *in;  /* (3, n) */
  const float *rgb; /* (3, n) */
  float *out;       /* (3, n) */
  guint8 *bytes;    /* (n, 3) */
  gsize n;
} Colours;

/* e^x for |x| ≤ 87 to 1.2e-7 relative: x = n·ln 2 + r with ln 2 in two parts, Cephes' polynomial for e^r, 2^n
 * through the exponent's bits. Without branches, so that the compiler vectorises it; a NaN stays one. */
static inline float
exponential (float x)
{
  const float magic = 12582912.0f; /* 1.5·2²³: adding it rounds to an integer in the low bits */
  const float shifted = x * 1.44269504f + magic;
  const float n = shifted - magic;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  guint32 bits;
  float power;

  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  memcpy (&bits, &shifted, sizeof bits);
  bits = (bits + 127u) << 23;
  memcpy (&power, &bits, sizeof power);
  return p * power;
}

static inline float
sigmoid (float x)
{
  const float below = x > 87.0f ? 87.0f : x;
  const float bounded = below < -87.0f ? -87.0f : below;

  return 1.0f / (1.0f + exponential (-bounded));
}

static gsize
find_slice (const Colours *c, guint task, gsize *first)
{
  *first = (gsize) task * PIXELS_PER_TASK;
  return MIN (*first + PIXELS_PER_TASK, c->n);
}

static void
forward_slice (gpointer data, guint task, guint worker)
{
  const Colours *c = data;
  gsize first, end = find_slice (c, task, &first);
  const float *t0 = c->in, *t1 = c->in + c->n, *t2 = c->in + 2 * c->n;
  float *r = c->out, *g = c->out + c->n, *b = c->out + 2 * c->n;

  if (!c->decorrelate)
    {
      for (int k = 0; k < 3; k++)
        for (gsize i = first; i < end; i++)
          c->out[(gsize) k * c->n + i] = sigmoid (c->in[(gsize) k * c->n + i]);
      return;
    }
#pragma GCC ivdep
  for (gsize i = first; i < end; i++)
    {
      const float u = t0[i], v = t1[i], w = t2[i];

      r[i] = sigmoid (mixing[0][0] * u + mixing[0][1] * v + mixing[0][2] * w);
      g[i] = sigmoid (mixing[1][0] * u + mixing[1][1] * v + mixing[1][2] * w);
      b[i] = sigmoid (mixing[2][0] * u + mixing[2][1] * v + mixing[2][2] * w);
    }
}

/* rgb = σ (M·t), σ' = σ·(1 − σ), so dt = Mᵀ·(drgb · rgb · (1 − rgb)). */
static void
backward_slice (gpointer data, guint task, guint worker)
{
  const Colours *c = data;
  gsize first, end = find_slice (c, task, &first);
  const float *r = c->rgb, *g = c->rgb + c->n, *b = c->rgb + 2 * c->n;
  const float *dr = c->in, *dg = c->in + c->n, *db = c->in + 2 * c->n;
  float *d0 = c->out, *d1 = c->out + c->n, *d2 = c->out + 2 * c->n;

#pragma GCC ivdep
  for (gsize i = first; i < end; i++)
    {
      const float u = dr[i] * r[i] * (1.0f - r[i]);
      const float v = dg[i] * g[i] * (1.0f - g[i]);
      const float w = db[i] * b[i] * (1.0f - b[i]);

      d0[i] = c->decorrelate ? mixing[0][0] * u + mixing[1][0] * v + mixing[2][0] * w : u;
      d1[i] = c->decorrelate ? mixing[0][1] * u + mixing[1][1] * v + mixing[2][1] * w : v;
      d2[i] = c->decorrelate ? mixing[0][2] * u + mixing[1][2] * v + mixing[2][2] * w : w;
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

/* Plane by plane into a small buffer first, which vectorises; only the bytes are interleaved one by one. */
static void
bytes_slice (gpointer data, guint task, guint worker)
{
  const Colours *c = data;
  gsize first, end = find_slice (c, task, &first);
  guint8 planes[3][BYTES_AT_A_TIME];

  for (gsize i = first; i < end; i += BYTES_AT_A_TIME)
    {
      const gsize n = MIN (BYTES_AT_A_TIME, end - i);

      for (gsize k = 0; k < 3; k++)
        for (gsize j = 0; j < n; j++)
          planes[k][j] = to_byte (c->rgb[k * c->n + i + j]);
      for (gsize j = 0; j < n; j++)
        for (gsize k = 0; k < 3; k++)
          c->bytes[3 * (i + j) + k] = planes[k][j];
    }
}

static guint
count_tasks (gsize n)
{
  return (guint) ((n + PIXELS_PER_TASK - 1) / PIXELS_PER_TASK);
}

void
gbox_colour_forward (GboxTeam *team, gboolean decorrelate, const float *t, float *rgb, gsize n)
{
  Colours c = { .decorrelate = decorrelate, .in = t, .out = rgb, .n = n };

  gbox_team_run (team, count_tasks (n), forward_slice, &c);
}

void
gbox_colour_backward (
  GboxTeam *team, gboolean decorrelate, const float *rgb, const float *drgb, float *dt, gsize n)
{
  Colours c = { .decorrelate = decorrelate, .in = drgb, .rgb = rgb, .out = dt, .n = n };

  gbox_team_run (team, count_tasks (n), backward_slice, &c);
}

void
gbox_colour_to_rgb8 (GboxTeam *team, const float *rgb, guint8 *out, gsize n)
{
  Colours c = { .rgb = rgb, .bytes = out, .n = n };

  gbox_team_run (team, count_tasks (n), bytes_slice, &c);
}
