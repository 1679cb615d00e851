/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inner loop of every product of matrices: a few rows times 16 packed columns, kept in registers. */
#pragma once

#include "kernels/fast/vector.h"
#include "kernels/packed.h"

#define PRODUCT_VECTORS (GBOX_PACKED_COLUMNS / LANES)

/* As many rows as leave registers for the columns: 8 sums of 32 registers (a broadcast is part of the
 * instruction that adds), 12 of 16, 8 of 16. */
#if defined __AVX512F__
#define PRODUCT_ROWS 8
#elif defined __AVX2__
#define PRODUCT_ROWS 6
#else
#define PRODUCT_ROWS 2
#endif

/* How near __builtin_prefetch() brings something. */
#define PRODUCT_SECOND_CACHE 2

/* A source that only wants the sums, 16 columns of them, defines this as 1 before. */
#ifndef PRODUCT_PLAIN
#define PRODUCT_PLAIN 0
#endif

/**
 * Product:
 * @k: how many products each sum has
 * @a: (rows, k)
 * @a_stride: floats from one row to the next
 * @b: (k, 16), packed
 * @ahead: (nullable): (k / 2, 16): what is brought into the second cache meanwhile
 * @c: (rows, n_columns)
 * @c_stride: floats from one row to the next
 * @n_columns: how many columns are stored, at most 16
 * @bias: (nullable): (16), see #GboxFinish, as are the rest
 * @mask: (nullable): (rows, n_columns)
 *
 * Where there is a bias nothing is masked.
 */
typedef struct
{
  gsize k;
  const float *a;
  gsize a_stride;
  const float *b;
  const float *ahead;
  float *c;
  gsize c_stride;
  int n_columns;
  gboolean accumulate;
  const float *bias;
  float floor;
  float ceiling;
  const float *mask;
  gsize mask_stride;
  float mask_ceiling;
} Product;

/* v where the rectifier that made the mask let it through. */
ALWAYS_INLINE Vec
mask_sum (Vec v, Vec mask, float ceiling)
{
  return vec_keep (vec_greater (mask, vec_set (0)) & vec_greater (vec_set (ceiling), mask), v);
}

ALWAYS_INLINE Vec
rectify_sum (Vec v, Vec bias, float floor, float ceiling)
{
  return vec_min (vec_set (ceiling), vec_max (vec_set (floor), v + bias));
}

/* What is asked of all sums alike, so that it is asked once. */
typedef struct
{
  gboolean accumulate;
  gboolean rectify;
  gboolean mask;
} ProductEnd;

ALWAYS_INLINE void
product_finish (const Product *p, ProductEnd end, int row, int column, Vec v, int n)
{
  float *c = p->c + (gsize) row * p->c_stride + column;

  if (end.accumulate)
    v += vec_load_n (c, n);
  if (end.rectify)
    v = rectify_sum (v, vec_load (p->bias + column), p->floor, p->ceiling);
  if (end.mask)
    v = mask_sum (v, vec_load_n (p->mask + (gsize) row * p->mask_stride + column, n), p->mask_ceiling);
  vec_store_n (c, v, n);
}

ALWAYS_INLINE void
product_finish_whole (const Product *p, ProductEnd end, int n_rows, Vec sums[PRODUCT_ROWS][PRODUCT_VECTORS])
{
#pragma GCC unroll 8
  for (int r = 0; r < n_rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < PRODUCT_VECTORS; v++)
      product_finish (p, end, r, v * LANES, sums[r][v], LANES);
}

/* Where there are fewer than 16 columns. */
ALWAYS_INLINE void
product_finish_rest (const Product *p, ProductEnd end, int n_rows, Vec sums[PRODUCT_ROWS][PRODUCT_VECTORS])
{
#pragma GCC unroll 8
  for (int r = 0; r < n_rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < PRODUCT_VECTORS; v++)
      if (p->n_columns > v * LANES)
        product_finish (p, end, r, v * LANES, sums[r][v], MIN (p->n_columns - v * LANES, LANES));
}

ALWAYS_INLINE void
product_end (const Product *p, gboolean plain, int n_rows, Vec sums[PRODUCT_ROWS][PRODUCT_VECTORS])
{
  const ProductEnd end = { p->accumulate, p->bias != NULL, p->mask != NULL };

  if (plain)
    product_finish_whole (p, (ProductEnd){ FALSE, FALSE, FALSE }, n_rows, sums);
  else if (p->n_columns < GBOX_PACKED_COLUMNS)
    product_finish_rest (p, end, n_rows, sums);
  else if (end.rectify && end.accumulate)
    product_finish_whole (p, (ProductEnd){ TRUE, TRUE, FALSE }, n_rows, sums);
  else if (end.rectify)
    product_finish_whole (p, (ProductEnd){ FALSE, TRUE, FALSE }, n_rows, sums);
  else if (end.accumulate && end.mask)
    product_finish_whole (p, (ProductEnd){ TRUE, FALSE, TRUE }, n_rows, sums);
  else if (end.accumulate)
    product_finish_whole (p, (ProductEnd){ TRUE, FALSE, FALSE }, n_rows, sums);
  else if (end.mask)
    product_finish_whole (p, (ProductEnd){ FALSE, FALSE, TRUE }, n_rows, sums);
  else
    product_finish_whole (p, (ProductEnd){ FALSE, FALSE, FALSE }, n_rows, sums);
}

/* Where @plain the sums are only stored. */
ALWAYS_INLINE void
product_rows (const Product *p, int n_rows, gboolean plain)
{
  Vec sums[PRODUCT_ROWS][PRODUCT_VECTORS];
  const float *rows[PRODUCT_ROWS];
  const float *b = p->b;
  const float *ahead = p->ahead != NULL ? p->ahead : b;
  const gsize k = p->k;

#pragma GCC unroll 8
  for (int r = 0; r < n_rows; r++)
    {
      rows[r] = p->a + (gsize) r * p->a_stride;
#pragma GCC unroll 4
      for (int v = 0; v < PRODUCT_VECTORS; v++)
        sums[r][v] = vec_set (0);
    }

#define PRODUCT_STEP(l)                                                                                      \
  do                                                                                                         \
    {                                                                                                        \
      Vec columns[PRODUCT_VECTORS];                                                                          \
      _Pragma ("GCC unroll 4") for (int v = 0; v < PRODUCT_VECTORS; v++) columns[v]                          \
        = vec_load (b + ((l) *PRODUCT_VECTORS + v) * LANES);                                                 \
      _Pragma ("GCC unroll 8") for (int r = 0; r < n_rows; r++)                                              \
      {                                                                                                      \
        const Vec factor = vec_set (rows[r][i + (l)]);                                                       \
        _Pragma ("GCC unroll 4") for (int v = 0; v < PRODUCT_VECTORS; v++) sums[r][v]                        \
          += factor * columns[v];                                                                            \
      }                                                                                                      \
    }                                                                                                        \
  while (0)

  gsize i = 0;
  for (; i + 4 <= k; i += 4, b += 4 * GBOX_PACKED_COLUMNS)
    {
      __builtin_prefetch (ahead, 0, PRODUCT_SECOND_CACHE);
      __builtin_prefetch (ahead + GBOX_PACKED_COLUMNS, 0, PRODUCT_SECOND_CACHE);
      ahead += 2 * GBOX_PACKED_COLUMNS;
      PRODUCT_STEP (0);
      PRODUCT_STEP (1);
      PRODUCT_STEP (2);
      PRODUCT_STEP (3);
    }
  for (; i < k; i++, b += GBOX_PACKED_COLUMNS)
    PRODUCT_STEP (0);
#undef PRODUCT_STEP

  product_end (p, plain, n_rows, sums);
}

#define PRODUCT_DEFINE(n_rows)                                                                               \
  static __attribute__ ((noinline)) void product_rows_##n_rows (const Product *p)                            \
  {                                                                                                          \
    product_rows (p, n_rows, PRODUCT_PLAIN);                                                                 \
  }

PRODUCT_DEFINE (1)
PRODUCT_DEFINE (2)
#if PRODUCT_ROWS > 2
PRODUCT_DEFINE (3)
PRODUCT_DEFINE (4)
PRODUCT_DEFINE (5)
PRODUCT_DEFINE (6)
#endif
#if PRODUCT_ROWS > 6
PRODUCT_DEFINE (7)
PRODUCT_DEFINE (8)
#endif

/* What follows the packed columns @b, in parts: each of so many products after one another asks for its own,
 * until all is on its way. */
ALWAYS_INLINE const float *
product_ahead (const float *b, gsize k, int number)
{
  return number < 2 ? b + (k + (gsize) number * (k / 2)) * GBOX_PACKED_COLUMNS : NULL;
}

/* The product of @n_rows ≤ PRODUCT_ROWS rows. */
static inline void
product (const Product *p, int n_rows)
{
  static void (*const products[]) (const Product *)
    = { product_rows_1,
        product_rows_2,
#if PRODUCT_ROWS > 2
        product_rows_3,
        product_rows_4,
        product_rows_5,
        product_rows_6,
#endif
#if PRODUCT_ROWS > 6
        product_rows_7,
        product_rows_8,
#endif
      };

  products[n_rows - 1](p);
}

/* Groups of rows of nearly equal size: 7 are 4 and 3, not 6 and 1. */
typedef struct
{
  int n_groups;
  int n_long; /* the first of them have a row more */
  int n_short_rows;
} ProductGroups;

ALWAYS_INLINE ProductGroups
product_groups (int n_rows)
{
  const int n_groups = (n_rows + PRODUCT_ROWS - 1) / PRODUCT_ROWS;

  return (ProductGroups){ n_groups, n_rows % n_groups, n_rows / n_groups };
}

ALWAYS_INLINE int
product_group_rows (const ProductGroups *groups, int group)
{
  return groups->n_short_rows + (group < groups->n_long);
}
