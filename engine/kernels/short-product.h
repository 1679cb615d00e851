/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of matrices whose numbers are rounded to 14 bits: faster than those of floats, and nearly as
 * exact. */
#pragma once

#include "base/team.h"

G_BEGIN_DECLS

/* Numbers that share a scale: neighbours in a row of the left matrix, in a column of the right one. */
#define GBOX_SHORT_BLOCK 32

/* What the largest of a block becomes: the sum of a block's products still fits in 32 bits. */
#define GBOX_SHORT_PEAK 8191

/**
 * gbox_short_rows_size:
 * @m: rows of a left matrix
 * @k: its columns
 *
 * Returns: bytes of the matrix when it is rounded
 */
gsize gbox_short_rows_size (gsize m, gsize k);

/**
 * gbox_short_columns_size:
 * @k: rows of a right matrix
 * @n: its columns
 *
 * Returns: bytes of the matrix when it is rounded
 */
gsize gbox_short_columns_size (gsize k, gsize n);

/**
 * gbox_short_rows_round:
 * @team: (nullable): the workers; %NULL for the calling thread alone
 * @a: (m, k), rows @a_stride floats apart
 * @a_stride: of @a
 * @m: rows
 * @k: columns
 * @to: (out): gbox_short_rows_size() bytes, aligned to 64
 *
 * Each number becomes s q with |q| ≤ 8191 and one s = max |a| / 8191 each 32 columns of a row.
 */
void gbox_short_rows_round (GboxTeam *team, const float *a, gsize a_stride, gsize m, gsize k, gpointer to);

/**
 * gbox_short_columns_round:
 * @team: (nullable): the workers; %NULL for the calling thread alone
 * @b: (k, n), rows @b_stride floats apart
 * @b_stride: of @b
 * @k: rows
 * @n: columns
 * @to: (out): gbox_short_columns_size() bytes, aligned to 64
 *
 * The same each 32 rows of a column.
 */
void gbox_short_columns_round (GboxTeam *team, const float *b, gsize b_stride, gsize k, gsize n, gpointer to);

/**
 * gbox_short_product:
 * @team: (nullable): the workers; %NULL for the calling thread alone
 * @a: what gbox_short_rows_round() made of (m, k)
 * @b: what gbox_short_columns_round() made of (k, n)
 * @m: rows of the result
 * @k: numbers of a sum
 * @n: columns of the result
 * @c: (out): (m, n), rows @c_stride floats apart
 * @c_stride: of @c
 *
 * C = A B. Sums of a block are those of integers, exact, and are scaled and added up in float32, block after
 * block: a number of the result is the same, bit for bit, whatever else is computed with it and for any
 * number of threads. Rounding leaves some 10⁻⁴ of it where A and B are of one size throughout. A number of A
 * or B that is not finite makes all that its block has a part in so. Allocates nothing.
 */
void gbox_short_product (
  GboxTeam *team, gconstpointer a, gconstpointer b, gsize m, gsize k, gsize n, float *c, gsize c_stride);

G_END_DECLS
