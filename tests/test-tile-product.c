/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrices in tiles, and their products, against plain sums. */
#include "kernel-testing.h"
#include "kernels/tile-form.h"
#include "kernels/tile-product.h"

#define ALIGNMENT    64
#define GAP          3
#define N_PRECISIONS (GBOX_PRECISION_FLOAT32 + 1)

/* Halves: 2⁻¹⁰ … 2⁻⁷, and their negatives, which files may hold. */
static guint16
random_half (GboxPhilox *random)
{
  const guint32 bits = gbox_philox_next (random);

  return (guint16) ((bits & 0x83ff) | (5 + (bits >> 16) % 4) << 10);
}

static void
fill_quantized (GboxTiles *tiles, GboxPhilox *random)
{
  const int bits = gbox_tile_form_bits (tiles->form);
  const guint32 mask = 0x01010101u * ((1u << bits) - 1);

  for (int row = 0; row < tiles->n_out; row++)
    {
      guint16 d = 0, m = 0;

      for (int block = 0; block < tiles->n_in / GBOX_TILE_BLOCK; block++)
        {
          GboxTileBlock values;

          if (block % (int) gbox_tile_form_n_blocks (tiles->form) == 0)
            {
              d = random_half (random);
              m = random_half (random);
            }
          values = (GboxTileBlock){ .d = d, .m = m };
          for (guint g = 0; g < GBOX_TILE_GROUPS; g++)
            values.quants[g] = gbox_philox_next (random) & mask;
          values.minimum = gbox_philox_next (random) & 63;
          for (guint i = 0; i < 2; i++)
            values.scales[i] = gbox_philox_next (random) & (tiles->form == GBOX_TILES_Q6_K ? 255 : 63);
          gbox_tiles_set_block (tiles, row, block, &values);
        }
    }
}

static void
fill_floats (GboxTiles *tiles, GboxPhilox *random)
{
  g_autofree float *floats = g_new (float, tiles->n_in);
  g_autofree guint16 *halves = g_new (guint16, tiles->n_in);

  for (int row = 0; row < tiles->n_out; row++)
    {
      for (int i = 0; i < tiles->n_in; i++)
        {
          floats[i] = 2 * gbox_philox_uniform (random) - 1;
          halves[i] = random_half (random);
          if (tiles->form == GBOX_TILES_BF16)
            halves[i] = (guint16) (0x3c00 | (halves[i] & 0x81ff));
        }
      gbox_tiles_set_floats (tiles, row, tiles->form == GBOX_TILES_F32 ? (gpointer) floats : halves);
    }
}

static GboxTiles *
tiles_new_random (GboxTileForm form, int n_out, int n_in)
{
  GboxTiles *tiles = gbox_tiles_new (form, n_out, n_in, NULL);
  GboxPhilox random;

  gbox_philox_init (&random, 3, (guint) form, (guint) n_out);
  if (gbox_tile_form_is_float (form))
    fill_floats (tiles, &random);
  else
    fill_quantized (tiles, &random);

  return tiles;
}

/* Some zeros, and magnitudes that differ from block to block. */
static float *
vectors_new (int n, int n_in)
{
  float *x = random_floats (7, (gsize) n * (gsize) (n_in + GAP));

  for (int i = 0; i < n; i++)
    for (int k = 0; k < n_in; k++)
      x[i * (n_in + GAP) + k]
        *= (k / GBOX_TILE_BLOCK + i) % 5 == 4 ? 0.0f : powf (10.0f, (float) (k / 32 % 3) - 1);

  return x;
}

typedef struct
{
  const GboxTiles *tiles;
  const float *bias;
  GboxPrecision precision;
  gboolean accumulate;
} Case;

static float *
multiply (GboxTeam *team, const Case *c, const float *x, int first, int n)
{
  const gsize n_in = (gsize) c->tiles->n_in, n_out = (gsize) c->tiles->n_out;
  const gsize size
    = gbox_tile_product_scratch_size (c->tiles, n, c->precision, gbox_team_get_n_threads (team));
  gpointer scratch = g_aligned_alloc (size + 1, 1, ALIGNMENT);
  float *y = random_floats (9, (gsize) (first + n) * (n_out + GAP));
  float *result;

  ((guint8 *) scratch)[size] = 123;
  gbox_tile_product (c->tiles, c->bias, team, c->precision, x + (gsize) first * (n_in + GAP), n_in + GAP, n,
                     y + (gsize) first * (n_out + GAP), n_out + GAP, c->accumulate, scratch);
  g_assert_cmpuint (((guint8 *) scratch)[size], ==, 123);
  g_aligned_free (scratch);
  result = g_memdup2 (y + (gsize) first * (n_out + GAP), (gsize) n * (n_out + GAP) * sizeof (float));
  g_free (y);

  return result;
}

/*
 * Sums of up to 768 products of float32: each scaled block is rounded about three times, so that the error is
 * below 100 roundings of the largest partial sum, which is below √768 times a typical result. Measured: at
 * most 2e-6 of the largest result.
 */
#define TOLERANCE 1e-5

static void
assert_near (const float *y, const float *expected, int n, int n_out)
{
  double largest = 0;

  for (int i = 0; i < n; i++)
    for (int row = 0; row < n_out; row++)
      largest = MAX (largest, fabs ((double) expected[i * (n_out + GAP) + row]));
  g_assert_cmpfloat (largest, >, 0);
  for (int i = 0; i < n; i++)
    for (int row = 0; row < n_out + GAP; row++)
      {
        const double e = (double) expected[i * (n_out + GAP) + row], a = (double) y[i * (n_out + GAP) + row];

        if (row >= n_out)
          g_assert_cmpfloat (a, ==, e); /* the gap is nobody's */
        else
          g_assert_cmpfloat (fabs (a - e), <=, TOLERANCE * largest);
      }
}

static void
check_case (GboxTeam *team, const Case *c, int n)
{
  const int n_in = c->tiles->n_in, n_out = c->tiles->n_out;
  g_autofree float *x = vectors_new (n, n_in);
  g_autofree float *y = multiply (team, c, x, 0, n);
  g_autofree float *expected = random_floats (9, (gsize) n * (gsize) (n_out + GAP));

  gbox_tile_product_reference (c->tiles, c->bias, c->precision, x, (gsize) n_in + GAP, n, expected,
                               (gsize) n_out + GAP, c->accumulate);
  assert_near (y, expected, n, n_out);
}

static const int shapes[][2] = { { 1, 256 }, { 45, 768 }, { 64, 512 } };
/* Whole blocks that are no superblocks, and of floats no blocks either. */
static const int odd_shapes[][2] = { { 1, 32 }, { 37, 96 }, { 16, 576 } };
static const int odd_float_shapes[][2] = { { 1, 1 }, { 37, 45 }, { 16, 259 } };

static void
check_shape (GboxTeam *team, GboxTileForm form, const int *shape)
{
  g_autoptr (GboxTiles) tiles = tiles_new_random (form, shape[0], shape[1]);
  g_autofree float *bias = random_floats (5, gbox_tiles_n_tiles (tiles) * GBOX_TILE_ROWS);
  static const int ns[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 33, 257 };

  for (guint i = 0; i < G_N_ELEMENTS (ns); i++)
    for (GboxPrecision precision = 0; precision < N_PRECISIONS; precision++)
      {
        const Case c = { tiles, i % 2 == 0 ? NULL : bias, precision, i % 3 == 0 };

        check_case (team, &c, ns[i]);
      }
}

static void
check_reference (GboxTeam *team, gconstpointer data)
{
  const GboxTileForm form = (GboxTileForm) GPOINTER_TO_UINT (data);

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    check_shape (team, form, shapes[i]);
  if (gbox_tile_form_is_float (form))
    for (guint i = 0; i < G_N_ELEMENTS (odd_float_shapes); i++)
      check_shape (team, form, odd_float_shapes[i]);
  else if (!gbox_tile_form_is_k (form))
    for (guint i = 0; i < G_N_ELEMENTS (odd_shapes); i++)
      check_shape (team, form, odd_shapes[i]);
}

static void
test_reference (gconstpointer data)
{
  for_each_isa (check_reference, data);
}

/* A vector's result has the same bits in every batch, at every place in it, and with any number of threads.
 */
static void
check_bits (GboxTeam *two, gconstpointer data)
{
  const int n = 11, n_out = 53, n_in = 512;
  g_autoptr (GboxTiles) tiles = tiles_new_random ((GboxTileForm) GPOINTER_TO_UINT (data), n_out, n_in);
  g_autofree float *x = vectors_new (n, n_in);

  for (GboxPrecision precision = 0; precision < N_PRECISIONS; precision++)
    {
      const Case c = { tiles, NULL, precision, FALSE };
      g_autofree float *whole = multiply (two, &c, x, 0, n);

      for (guint n_threads = 1; n_threads <= 3; n_threads += 2)
        {
          g_autoptr (GboxTeam) team = gbox_team_new (n_threads);
          g_autofree float *y = multiply (team, &c, x, 0, n);

          for (int i = 0; i < n; i++)
            g_assert_cmpmem (y + i * (n_out + GAP), n_out * sizeof (float), whole + i * (n_out + GAP),
                             n_out * sizeof (float));
        }
      for (int size = 1; size < n; size++)
        for (int first = 0; first + size <= n; first += size)
          {
            g_autofree float *y = multiply (two, &c, x, first, size);

            for (int i = 0; i < size; i++)
              g_assert_cmpmem (y + i * (n_out + GAP), n_out * sizeof (float),
                               whole + (first + i) * (n_out + GAP), n_out * sizeof (float));
          }
    }
}

static void
test_bits (gconstpointer data)
{
  for_each_isa (check_bits, data);
}

/* The largest products that integers have to hold: every quant and every number at its end. */
static void
check_extremes (GboxTeam *team, gconstpointer data)
{
  const int n_in = 512, n = 5;
  const GboxTileForm form = (GboxTileForm) GPOINTER_TO_UINT (data);
  const int bits = gbox_tile_form_bits (form);
  g_autoptr (GboxTiles) tiles = gbox_tiles_new (form, 4, n_in, NULL);
  g_autofree float *x = g_new (float, (gsize) n *(gsize) (n_in + GAP));

  for (int row = 0; row < 4; row++)
    for (int block = 0; block < n_in / GBOX_TILE_BLOCK; block++)
      {
        const guint8 end = row % 2 == 0 ? 0 : (guint8) ((1u << bits) - 1);
        const guint8 quant = bits == 8 ? end ^ 0x80 : end;
        GboxTileBlock values = { .d = 0x3c00, .m = 0x3c00, .scales = { 63, 63 }, .minimum = 63 };

        for (guint g = 0; g < GBOX_TILE_GROUPS; g++)
          values.quants[g] = quant * 0x01010101u;
        gbox_tiles_set_block (tiles, row, block, &values);
      }
  for (int i = 0; i < n * (n_in + GAP); i++)
    x[i] = i / (n_in + GAP) % 2 == 0 ? 1.0f : -1.0f;

  for (GboxPrecision precision = 0; precision < N_PRECISIONS; precision++)
    {
      const Case c = { tiles, NULL, precision, FALSE };

      for (int first = 0; first < n; first++)
        {
          g_autofree float *y = multiply (team, &c, x, first, n - first);
          g_autofree float *expected = random_floats (9, (gsize) n * (4 + GAP));

          gbox_tile_product_reference (tiles, NULL, precision, x + first * (n_in + GAP), (gsize) n_in + GAP,
                                       n - first, expected + first * (4 + GAP), 4 + GAP, FALSE);
          assert_near (y, expected + first * (4 + GAP), n - first, 4);
        }
    }
}

static void
test_extremes (gconstpointer data)
{
  for_each_isa (check_extremes, data);
}

/* Rounding to 8 bits moves a product by about .4 % of its terms' size, to 16 bits by .0015 %. */
static void
test_precisions (void)
{
  const int n = 8, n_out = 64, n_in = 768;
  const double most[N_PRECISIONS] = { 2e-2, 1e-4, 1e-6 };
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GboxTiles) tiles = tiles_new_random (GBOX_TILES_Q4_1, n_out, n_in);
  g_autofree float *x = vectors_new (n, n_in);
  const Case exact = { tiles, NULL, GBOX_PRECISION_FLOAT32, FALSE };
  g_autofree float *expected = g_new0 (float, n *(n_out + GAP));

  gbox_tile_product_reference (tiles, NULL, exact.precision, x, n_in + GAP, n, expected, n_out + GAP, FALSE);
  for (GboxPrecision precision = 0; precision < N_PRECISIONS; precision++)
    {
      const Case c = { tiles, NULL, precision, FALSE };
      g_autofree float *y = multiply (team, &c, x, 0, n);
      double error = 0, size = 0;

      for (int i = 0; i < n * (n_out + GAP); i++)
        if (i % (n_out + GAP) < n_out)
          {
            error += pow ((double) y[i] - (double) expected[i], 2);
            size += pow ((double) expected[i], 2);
          }
      g_test_message ("relative error %.2e", sqrt (error / size));
      g_assert_cmpfloat (sqrt (error / size), <, most[precision]);
      if (precision < GBOX_PRECISION_FLOAT32)
        g_assert_cmpfloat (sqrt (error / size), >, most[precision] / 1000);
    }
}

static void
add (const char *what, GboxTileForm form, const char *name, void (*func) (gconstpointer data))
{
  g_autofree char *path = g_strdup_printf ("/tile-product/%s/%s", what, name);

  g_test_add_data_func (path, GUINT_TO_POINTER (form), func);
}

int
main (int argc, char **argv)
{
  static const char *const names[GBOX_N_TILE_FORMS]
    = { "f32", "f16", "bf16", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q4_k", "q5_k", "q6_k" };

  g_test_init (&argc, &argv, NULL);
  for (GboxTileForm form = 0; form < GBOX_N_TILE_FORMS; form++)
    {
      add ("reference", form, names[form], test_reference);
      add ("bits", form, names[form], test_bits);
      if (!gbox_tile_form_is_float (form))
        add ("extremes", form, names[form], test_extremes);
    }
  g_test_add_func ("/tile-product/precisions", test_precisions);
  return g_test_run ();
}
