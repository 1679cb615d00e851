/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrix products against their definition, with gaps between the rows and whatever lay in the result before.
 */
#include "kernel-testing.h"
#include "kernels/gemm.h"

typedef struct
{
  int m, n, k;
  guint gap;
} Case;

static const Case cases[] = {
  { 1, 1, 1, 0 }, { 1, 1000, 1024, 0 }, { 1, 37, 129, 5 },
  { 2, 7, 3, 1 }, { 49, 96, 480, 4 },   { 196, 33, 65, 0 },
};

/* A matrix is a plane of one row of pixels a row and the columns as channels, so that its gaps are guarded.
 */
static Block
matrix (guint purpose, int n_rows, int n_columns, guint gap)
{
  return block_new (purpose, 1, n_rows, 1, n_columns, gap);
}

static double
product_at (const Block *a, const Block *b, int k, int i, int j)
{
  double sum = 0;

  for (int l = 0; l < k; l++)
    sum += (double) block_get (a, (gsize) i, l) * (double) block_get (b, (gsize) l, j);

  return sum;
}

/* Up to 1024 products of numbers below one in single precision: their rounding stays below √1024 · 2⁻²⁴ · 20.
 */
#define TOLERANCE 4e-5

static void
check_product (GboxTeam *team, gconstpointer data)
{
  static const float betas[] = { 0, 1, -0.5f };
  const Case *s = data;
  g_auto (Block) a = matrix (1, s->m, s->k, s->gap);
  g_auto (Block) b = matrix (2, s->k, s->n, s->gap);

  for (gsize t = 0; t < G_N_ELEMENTS (betas); t++)
    {
      g_auto (Block) c = matrix (3, s->m, s->n, s->gap);
      g_auto (Block) before = block_copy (&c);

      gbox_gemm (s->m, s->n, s->k, a.view.data, a.view.stride, b.view.data, b.view.stride, betas[t],
                 c.view.data, c.view.stride);
      for (int i = 0; i < s->m; i++)
        for (int j = 0; j < s->n; j++)
          {
            const double kept = (double) betas[t] * (double) block_get (&before, (gsize) i, j);

            g_assert_cmpfloat_with_epsilon (block_get (&c, (gsize) i, j),
                                            product_at (&a, &b, s->k, i, j) + kept, TOLERANCE);
          }
      assert_guarded (&c);
    }
}

/* The second factor given by its columns. */
static void
check_transposed (GboxTeam *team, gconstpointer data)
{
  const Case *s = data;
  g_auto (Block) a = matrix (1, s->m, s->k, s->gap);
  g_auto (Block) b = matrix (2, s->n, s->k, s->gap);
  g_auto (Block) c = matrix (3, s->m, s->n, s->gap);
  g_auto (Block) before = block_copy (&c);

  gbox_gemm_transposed (s->m, s->n, s->k, a.view.data, a.view.stride, b.view.data, b.view.stride, 0.5f,
                        c.view.data, c.view.stride);
  for (int i = 0; i < s->m; i++)
    for (int j = 0; j < s->n; j++)
      {
        double sum = 0.5 * (double) block_get (&before, (gsize) i, j);

        for (int l = 0; l < s->k; l++)
          sum += (double) block_get (&a, (gsize) i, l) * (double) block_get (&b, (gsize) j, l);
        g_assert_cmpfloat_with_epsilon (block_get (&c, (gsize) i, j), sum, TOLERANCE);
      }
  assert_guarded (&c);
}

/* With beta 0 the result may hold anything before, also what is not a number. */
static void
check_overwrite (GboxTeam *team, gconstpointer data)
{
  const Case *s = data;
  g_auto (Block) a = matrix (1, s->m, s->k, 0);
  g_auto (Block) b = matrix (2, s->k, s->n, 0);
  g_autofree float *c = g_new (float, (gsize) s->m *(gsize) s->n);

  for (int i = 0; i < s->m * s->n; i++)
    c[i] = NAN;
  gbox_gemm (s->m, s->n, s->k, a.view.data, a.view.stride, b.view.data, b.view.stride, 0, c, (gsize) s->n);
  for (int i = 0; i < s->m * s->n; i++)
    {
      g_assert_true (isfinite (c[i]));
      c[i] = NAN;
    }
  gbox_gemm_transposed (s->m, s->n, s->k, a.view.data, a.view.stride, b.view.data, (gsize) s->k, 0, c,
                        (gsize) s->n);
  for (int i = 0; i < s->m * s->n; i++)
    g_assert_true (isfinite (c[i]));
}

static void
test_product (gconstpointer data)
{
  for_each_isa (check_product, data);
}

static void
test_transposed (gconstpointer data)
{
  for_each_isa (check_transposed, data);
}

static void
test_overwrite (gconstpointer data)
{
  for_each_isa (check_overwrite, data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i];
      g_autofree char *product = g_strdup_printf ("/gemm/product/%dx%dx%d", c->m, c->n, c->k);
      g_autofree char *transposed = g_strdup_printf ("/gemm/transposed/%dx%dx%d", c->m, c->n, c->k);
      g_autofree char *overwrite = g_strdup_printf ("/gemm/overwrite/%dx%dx%d", c->m, c->n, c->k);

      g_test_add_data_func (product, c, test_product);
      g_test_add_data_func (transposed, c, test_transposed);
      g_test_add_data_func (overwrite, c, test_overwrite);
    }

  return g_test_run ();
}
