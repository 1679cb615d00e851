/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The product of many vectors and a matrix in tiles: each tile is unpacked once. */
#include "kernels/fast/fast.h"
#include "kernels/fast/product.h"
#include "kernels/fast/tile-unpack.h"
#include "kernels/slices.h"

/* Vectors at a time, as many as leave registers for their integer sums. */
#if defined __AVX512F__
#define DOT_ROWS 8
#elif defined __AVX2__
#define DOT_ROWS 4
#else
#define DOT_ROWS 2
#endif

#define CACHE_LINE 64

/**
 * Dot:
 * @n_scales: scales of a vector
 * @quants: an unpacked tile
 * @factors: (n_scales, 2, 16)
 * @x: the first of the rounded vectors
 * @x_stride: bytes from one to the next
 * @x_scales: (rows, n_scales)
 * @x_sums: (rows, n_scales)
 * @n_rows: rows of the tile that the matrix has
 */
typedef struct
{
  gsize n_scales;
  const guint8 *quants;
  const float *factors;
  const guint8 *x;
  gsize x_stride;
  const float *x_scales;
  const float *x_sums;
  float *y;
  gsize y_stride;
  int n_rows;
  const float *bias;
  gboolean accumulate;
} Dot;

typedef Vec Sums[DOT_ROWS][TILE_VECTORS];

/* What the integers of one scale stand for, added to the sums of n vectors. */
ALWAYS_INLINE void
add_scaled (
  const Dot *dot, int n, gsize block, gboolean has_minima, VecInt dots[DOT_ROWS][TILE_VECTORS], Sums sums)
{
  const float *factors = dot->factors + block * TILE_FACTORS;

#pragma GCC unroll 8
  for (int r = 0; r < n; r++)
    {
      const Vec scale = vec_set (dot->x_scales[(gsize) r * dot->n_scales + block]);
      const Vec sum = vec_set (dot->x_sums[(gsize) r * dot->n_scales + block]);

#pragma GCC unroll 4
      for (int v = 0; v < TILE_VECTORS; v++)
        {
          const Vec d = vec_load (factors + v * LANES);

          sums[r][v] += __builtin_convertvector(dots[r][v], Vec) * (d * scale);
          if (has_minima)
            sums[r][v] += vec_load (factors + GBOX_TILE_ROWS + v * LANES) * sum;
        }
    }
}

ALWAYS_INLINE void
store_sums (const Dot *dot, int n, Sums sums)
{
#pragma GCC unroll 8
  for (int r = 0; r < n; r++)
#pragma GCC unroll 4
    for (int v = 0; v < TILE_VECTORS; v++)
      sums_store (dot->bias, dot->accumulate, dot->y + (gsize) r * dot->y_stride, dot->n_rows, v, sums[r][v]);
}

/* @n_pairs: of columns that share a scale. */
ALWAYS_INLINE void
multiply_shorts (const Dot *dot, int n, int n_pairs, gboolean has_minima)
{
  const guint8 *quants = dot->quants, *x = dot->x;
  Sums sums = { 0 };

  for (gsize block = 0; block < dot->n_scales; block++)
    {
      VecInt dots[DOT_ROWS][TILE_VECTORS];

#pragma GCC unroll 16
      for (int i = 0; i < n_pairs; i++, quants += GBOX_TILE_WORDS_SIZE, x += 2 * sizeof (gint16))
#pragma GCC unroll 8
        for (int r = 0; r < n; r++)
#pragma GCC unroll 4
          for (int v = 0; v < TILE_VECTORS; v++)
            dots[r][v] = dot_shorts (dots[r][v], words_load (quants + v * LANES * 4),
                                     word_at (x + (gsize) r * dot->x_stride), i == 0);
      add_scaled (dot, n, block, has_minima, dots, sums);
    }
  store_sums (dot, n, sums);
}

#define SHORTS_DEFINE(n)                                                                                     \
  static                                                                                                     \
    __attribute__ ((noinline)) void multiply_shorts_##n (const Dot *dot, int n_pairs, gboolean has_minima)   \
  {                                                                                                          \
    if (n_pairs == GBOX_TILE_BLOCK / 2 && has_minima)                                                        \
      multiply_shorts (dot, n, GBOX_TILE_BLOCK / 2, TRUE);                                                   \
    else if (n_pairs == GBOX_TILE_BLOCK / 2)                                                                 \
      multiply_shorts (dot, n, GBOX_TILE_BLOCK / 2, FALSE);                                                  \
    else                                                                                                     \
      multiply_shorts (dot, n, GBOX_TILE_BLOCK / 4, FALSE);                                                  \
  }

#if HAVE_BYTE_DOTS

/* @n_groups: of columns that share a scale; @n_together: how many of them are added up before their sums are
 * widened. */
ALWAYS_INLINE void
multiply_bytes (const Dot *dot, int n, int n_groups, int n_together)
{
  const guint8 *quants = dot->quants, *x = dot->x;
  Sums sums = { 0 };

  for (gsize block = 0; block < dot->n_scales; block++)
    {
      VecInt dots[DOT_ROWS][TILE_VECTORS];

#pragma GCC unroll 4
      for (int first = 0; first < n_groups; first += n_together)
        {
          VecInt parts[DOT_ROWS][TILE_VECTORS];

#pragma GCC unroll 8
          for (int g = 0; g < n_together; g++, quants += GBOX_TILE_WORDS_SIZE, x += GBOX_TILE_GROUP)
#pragma GCC unroll 8
            for (int r = 0; r < n; r++)
#pragma GCC unroll 4
              for (int v = 0; v < TILE_VECTORS; v++)
                parts[r][v] = dot_bytes (parts[r][v], words_load (quants + v * LANES * 4),
                                         word_at (x + (gsize) r * dot->x_stride) - (VecInt){ 0 }, g == 0);
#pragma GCC unroll 8
          for (int r = 0; r < n; r++)
#pragma GCC unroll 4
            for (int v = 0; v < TILE_VECTORS; v++)
              dots[r][v] = add_part (dots[r][v], parts[r][v], first == 0);
        }
      add_scaled (dot, n, block, TRUE, dots, sums);
    }
  store_sums (dot, n, sums);
}

#define BYTES_DEFINE(n)                                                                                      \
  static __attribute__ ((noinline)) void multiply_bytes_##n (const Dot *dot, int bits)                       \
  {                                                                                                          \
    if (bits == 4)                                                                                           \
      multiply_bytes (dot, n, GBOX_TILE_GROUPS, byte_groups (4));                                            \
    else if (bits == 5)                                                                                      \
      multiply_bytes (dot, n, GBOX_TILE_GROUPS, byte_groups (5));                                            \
    else                                                                                                     \
      multiply_bytes (dot, n, GBOX_TILE_GROUPS / 2, MIN (byte_groups (6), GBOX_TILE_GROUPS / 2));            \
  }

#else
#define BYTES_DEFINE(n)
#endif

#define DEFINE(n)                                                                                            \
  SHORTS_DEFINE (n)                                                                                          \
  BYTES_DEFINE (n)

DEFINE (1)
DEFINE (2)
#if DOT_ROWS > 2
DEFINE (3)
DEFINE (4)
#endif
#if DOT_ROWS > 4
DEFINE (5)
DEFINE (6)
DEFINE (7)
DEFINE (8)
#endif

#if DOT_ROWS > 4
#define ALL_OF(name)                                                                                         \
  {                                                                                                          \
    name##_1, name##_2, name##_3, name##_4, name##_5, name##_6, name##_7, name##_8                           \
  }
#elif DOT_ROWS > 2
#define ALL_OF(name)                                                                                         \
  {                                                                                                          \
    name##_1, name##_2, name##_3, name##_4                                                                   \
  }
#else
#define ALL_OF(name)                                                                                         \
  {                                                                                                          \
    name##_1, name##_2                                                                                       \
  }
#endif

static void
multiply_rows (const Dot *dot, GboxTileForm form, gboolean bytes, int n)
{
  static void (*const shorts[]) (const Dot *, int, gboolean) = ALL_OF (multiply_shorts);
#if HAVE_BYTE_DOTS
  static void (*const byte_products[]) (const Dot *, int) = ALL_OF (multiply_bytes);

  if (bytes)
    {
      byte_products[n - 1](dot, gbox_tile_form_bits (form));
      return;
    }
#endif
  shorts[n - 1](dot, gbox_tile_form_scale_columns (form) / 2, gbox_tile_form_has_minima (form));
}

static __attribute__ ((noinline)) void
unpack_bytes (GboxTileForm form, const guint8 *p, gsize n_superblocks, guint8 *to, float *factors)
{
  unpack (form, UNPACK_BYTES, p, n_superblocks, to, factors);
}

static __attribute__ ((noinline)) void
unpack_shorts (GboxTileForm form, const guint8 *p, gsize n_superblocks, guint8 *to, float *factors)
{
  unpack (form, UNPACK_SHORTS, p, n_superblocks, to, factors);
}

static __attribute__ ((noinline)) void
unpack_floats (GboxTileForm form, const guint8 *p, gsize n_superblocks, guint8 *to)
{
  unpack (form, UNPACK_FLOATS, p, n_superblocks, to, NULL);
}

/* Asks for part @i of @n of @size bytes. */
static inline void
prefetch_part (const guint8 *p, gsize size, gsize i, gsize n)
{
  for (gsize at = size * i / n / CACHE_LINE; at < size * (i + 1) / n / CACHE_LINE; at++)
    __builtin_prefetch (p + at * CACHE_LINE);
}

/* Asks for what will be written of @n vectors' results. */
static inline void
prefetch_results (const float *y, gsize y_stride, gsize n)
{
  for (gsize i = 0; i < n; i++)
    __builtin_prefetch (y + i * y_stride, 1);
}

static void
multiply_integers (const GboxTileWork *work, gsize tile, guint8 *scratch)
{
  const GboxTiles *tiles = work->tiles;
  const GboxTileForm form = tiles->form;
  const gsize n_in = (gsize) tiles->n_in, row = tile * GBOX_TILE_ROWS;
  const gsize n_superblocks = n_in / GBOX_TILE_BLOCK / gbox_tile_form_n_blocks (form);
  const gboolean bytes = is_in_bytes (work);
  const gsize factors_size = work->n_scales * TILE_FACTORS * sizeof (float);
  guint8 *quants = scratch + (factors_size + 63) / 64 * 64;
  float *factors = (float *) (gpointer) scratch;
  Dot dot = {
    .n_scales = work->n_scales,
    .quants = quants,
    .factors = factors,
    .x_stride = bytes ? n_in : n_in * sizeof (gint16),
    .y_stride = work->y_stride,
    .n_rows = tiles->n_out - (int) row,
    .bias = work->bias == NULL ? NULL : work->bias + row,
    .accumulate = work->accumulate,
  };

  (bytes ? unpack_bytes : unpack_shorts) (form, tiles->data + tile * tiles->tile_size, n_superblocks, quants,
                                          factors);
  for (gsize i = 0; i < (gsize) work->n; i += DOT_ROWS)
    {
      /* The next tile arrives while this one is multiplied. */
      prefetch_part (tiles->data + (tile + 1) * tiles->tile_size, tiles->tile_size, i / DOT_ROWS,
                     ((gsize) work->n + DOT_ROWS - 1) / DOT_ROWS);
      if (i + DOT_ROWS < (gsize) work->n)
        prefetch_results (work->y + (i + DOT_ROWS) * work->y_stride + row, work->y_stride,
                          MIN ((gsize) work->n - i - DOT_ROWS, DOT_ROWS));
      dot.x = (const guint8 *) work->quants + i * dot.x_stride;
      dot.x_scales = work->scales + i * work->n_scales;
      dot.x_sums = work->sums + i * work->n_scales;
      dot.y = work->y + i * work->y_stride + row;
      multiply_rows (&dot, form, bytes, (int) MIN ((gsize) work->n - i, DOT_ROWS));
    }
}

/* Columns k … k + n − 1 of a tile as floats, in @scratch or where they are. */
static const float *
get_slab (const GboxTiles *tiles, const guint8 *tile, gsize k, gsize n, guint8 *scratch)
{
  const GboxTileForm form = tiles->form;
  float *to = (float *) (gpointer) scratch;

  if (form == GBOX_TILES_F32)
    return (const float *) (gconstpointer) tile + k * GBOX_TILE_ROWS;

  tile += k * tiles->tile_size / (gsize) tiles->n_in;
  if (form == GBOX_TILES_F16)
    for (gsize i = 0; i < n * GBOX_TILE_ROWS; i += LANES)
      vec_store (to + i, halves_load (tile + i * 2));
  else if (form == GBOX_TILES_BF16)
    for (gsize i = 0; i < n * GBOX_TILE_ROWS; i++)
      to[i] = gbox_bfloat_to_float (((const guint16 *) (gconstpointer) tile)[i]);
  else
    unpack_floats (form, tile, n / GBOX_TILE_BLOCK / gbox_tile_form_n_blocks (form), scratch);

  return to;
}

static void
multiply_floats (const GboxTileWork *work, gsize tile, guint8 *scratch)
{
  const GboxTiles *tiles = work->tiles;
  const gsize n_in = (gsize) tiles->n_in, row = tile * GBOX_TILE_ROWS;
  const ProductGroups groups = product_groups (work->n);

  for (gsize k = 0; k < n_in; k += GBOX_TILE_SLAB)
    {
      const gsize n = MIN (n_in - k, GBOX_TILE_SLAB);
      const gsize slab_size = tiles->tile_size * n / n_in;
      const guint8 *next = tiles->data + tile * tiles->tile_size + tiles->tile_size * k / n_in + slab_size;
      Product product_ = {
        .k = n,
        .a = work->x + k,
        .a_stride = work->x_stride,
        .b = get_slab (tiles, tiles->data + tile * tiles->tile_size, k, n, scratch),
        .c = work->y + row,
        .c_stride = work->y_stride,
        .n_columns = MIN (tiles->n_out - (int) row, GBOX_TILE_ROWS),
        .accumulate = work->accumulate || k > 0,
        .bias = work->bias == NULL || k + n < n_in ? NULL : work->bias + row,
        .floor = -INFINITY,
        .ceiling = INFINITY,
      };

      for (int group = 0; group < groups.n_groups; group++)
        {
          const gsize n_rows = (gsize) product_group_rows (&groups, group);

          /* As much as this slab has of what comes after it arrives while it is multiplied. */
          prefetch_part (next, slab_size, (gsize) group, (gsize) groups.n_groups);
          if (k + n >= n_in && tile + 1 < gbox_tiles_n_tiles (tiles))
            prefetch_results (product_.c + GBOX_TILE_ROWS, work->y_stride, n_rows);
          product (&product_, (int) n_rows);
          product_.a += n_rows * product_.a_stride;
          product_.c += n_rows * product_.c_stride;
        }
    }
}

void
FAST (tile_product) (gpointer data, guint task, guint worker)
{
  const GboxTileWork *work = data;
  const gsize n_tiles = gbox_tiles_n_tiles (work->tiles);
  const gsize end = gbox_slice_first (n_tiles, work->n_slices, task + 1);
  guint8 *scratch = work->scratch + worker * work->worker_size;

  for (gsize tile = gbox_slice_first (n_tiles, work->n_slices, task); tile < end; tile++)
    if (work->precision == GBOX_PRECISION_FLOAT32)
      multiply_floats (work, tile, scratch);
    else
      multiply_integers (work, tile, scratch);
}
