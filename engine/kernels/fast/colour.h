/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of the colour map read. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Pixels of a task: part of how work is cut, so the same for every instruction set. */
#define GBOX_COLOUR_SLICE 2048

/**
 * GboxColourWork:
 * @mixing: (nullable): rgb = σ (mixing · t); %NULL for σ (t)
 * @in: (3, n), t or drgb
 * @rgb: (3, n), what the backward pass and the bytes need
 * @out: (3, n), rgb or dt; may be @in
 * @bytes: (n, 3)
 * @n: pixels
 * @has_nan: (out): atomic: whether the forward pass wrote a value that is no number
 */
typedef struct
{
  const float (*mixing)[3];
  const float *in;
  const float *rgb;
  float *out;
  guint8 *bytes;
  gsize n;
  gint has_nan;
} GboxColourWork;

G_END_DECLS
