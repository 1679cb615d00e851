/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A weight matrix that activations are multiplied with. */
#pragma once

#include "base/pages.h"
#include "base/team.h"
#include "formats/tensor-file.h"
#include "kernels/precision.h"

G_BEGIN_DECLS

/**
 * GboxLinear:
 *
 * y = W·x (+ bias), with W of shape (n_out, n_in). Immutable, for any thread.
 */
typedef struct _GboxLinear GboxLinear;

/**
 * gbox_linear_new:
 * @dtype: F32, F16, BF16 or a quantized type, for which @n_in is whole blocks
 * @n_out: rows
 * @n_in: columns
 * @rows: row-major values of that type; copied, and may be unaligned
 * @bias: (nullable) (array length=n_out): copied
 *
 * Returns: (transfer full): the matrix
 */
GboxLinear *gbox_linear_new (GboxDtype dtype, int n_out, int n_in, gconstpointer rows, const float *bias);

/**
 * gbox_linear_new_in:
 * @pages: (nullable): where to keep the weights, for all matrices of a model the same
 *
 * As gbox_linear_new(), for a model that is read from memory a token: see #GboxPages. Any thread, several at
 * a time.
 *
 * Returns: (transfer full): the matrix
 */
GboxLinear *gbox_linear_new_in (
  GboxPages *pages, GboxDtype dtype, int n_out, int n_in, gconstpointer rows, const float *bias);

/**
 * GboxLinearPart:
 * @n_out: rows
 * @rows: row-major values
 * @bias: (nullable) (array length=n_out)
 */
typedef struct
{
  int n_out;
  gconstpointer rows;
  const float *bias;
} GboxLinearPart;

/**
 * gbox_linear_new_stacked:
 * @pages: (nullable): as for gbox_linear_new_in()
 * @dtype: of all parts
 * @n_in: columns of all parts
 * @parts: (array length=n): matrices with the same input; either all have a bias or none has
 * @n: how many
 *
 * Returns: (transfer full): one matrix, of the parts one below the other
 */
GboxLinear *
gbox_linear_new_stacked (GboxPages *pages, GboxDtype dtype, int n_in, const GboxLinearPart *parts, guint n);
void gbox_linear_free (GboxLinear *linear);

int gbox_linear_get_n_out (const GboxLinear *linear);
int gbox_linear_get_n_in (const GboxLinear *linear);

/* Bytes of the weights as they are held. */
gsize gbox_linear_get_size (const GboxLinear *linear);

/**
 * gbox_linear_scratch_size:
 * @linear: a matrix
 * @n: vectors that are multiplied at a time, at most
 * @precision: how exactly
 * @n_workers: gbox_team_get_n_threads() of the team
 *
 * Returns: bytes that gbox_linear_forward() needs, aligned to 64
 */
gsize gbox_linear_scratch_size (const GboxLinear *linear, int n, GboxPrecision precision, guint n_workers);

/**
 * gbox_linear_forward:
 * @linear: a matrix
 * @team: the workers
 * @precision: how exactly
 * @x: (n, n_in), rows @x_stride floats apart
 * @x_stride: see there
 * @n: how many vectors
 * @y: (out): (n, n_out), rows @y_stride floats apart; must not overlap @x
 * @y_stride: see there
 * @accumulate: whether to add to @y
 * @scratch: as gbox_linear_scratch_size() says
 *
 * What a vector becomes depends neither on the others nor on the number of threads. Allocates nothing.
 */
void gbox_linear_forward (const GboxLinear *linear,
                          GboxTeam *team,
                          GboxPrecision precision,
                          const float *x,
                          gsize x_stride,
                          int n,
                          float *y,
                          gsize y_stride,
                          gboolean accumulate,
                          gpointer scratch);

/* Row @row of the weights as n_in floats: the embedding of a token, where the head is also that. */
void gbox_linear_get_row (const GboxLinear *linear, int row, float *to);

/* (nullable) (array length=n_out): transfer none. */
const float *gbox_linear_get_bias (const GboxLinear *linear);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxLinear, gbox_linear_free)

G_END_DECLS
