/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of matrices rounded to 14 bits, against sums of the numbers as they were. */
#include "kernels/short-product.h"

#include "kernel-testing.h"

#define ALIGNMENT 64
#define GAP       3

/* Less and more than a row group, a block and a tile, and several slices for a team. */
static const struct
{
  gsize m, k, n;
} shapes[] = { { 1, 1, 1 }, { 3, 31, 15 }, { 4, 32, 16 }, { 5, 33, 17 }, { 17, 70, 50 }, { 10, 200, 700 } };

typedef struct
{
  gsize m, k, n;
  float *a, *b, *c;
  guint8 *rows, *columns;
} Case;

static guint8 *
allocate (gsize size)
{
  guint8 *memory = g_aligned_alloc (size + 1, 1, ALIGNMENT);

  memory[size] = 123;
  return memory;
}

/* Magnitudes differ from block to block, and some blocks are zero. */
static void
fill (float *x, gsize n_rows, gsize n_columns)
{
  for (gsize i = 0; i < n_rows; i++)
    for (gsize j = 0; j < n_columns; j++)
      x[i * (n_columns + GAP) + j] *= (i / 32 + j / 32) % 5 == 4 ? 0 : powf (10, (float) ((i + j / 32) % 3));
}

static void
case_init (Case *c, gsize m, gsize k, gsize n)
{
  *c = (Case){
    .m = m,
    .k = k,
    .n = n,
    .a = random_floats (1, m * (k + GAP)),
    .b = random_floats (2, k * (n + GAP)),
    .c = g_new (float, m *(n + GAP)),
    .rows = allocate (gbox_short_rows_size (m, k)),
    .columns = allocate (gbox_short_columns_size (k, n)),
  };
  fill (c->a, m, k);
  fill (c->b, k, n);
}

static void
case_clear (Case *c)
{
  g_assert_cmpuint (c->rows[gbox_short_rows_size (c->m, c->k)], ==, 123);
  g_assert_cmpuint (c->columns[gbox_short_columns_size (c->k, c->n)], ==, 123);
  g_free (c->a);
  g_free (c->b);
  g_free (c->c);
  g_aligned_free (c->rows);
  g_aligned_free (c->columns);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

static void
run (Case *c, GboxTeam *team)
{
  for (gsize i = 0; i < c->m * (c->n + GAP); i++)
    c->c[i] = GUARD;
  gbox_short_rows_round (team, c->a, c->k + GAP, c->m, c->k, c->rows);
  gbox_short_columns_round (team, c->b, c->n + GAP, c->k, c->n, c->columns);
  gbox_short_product (team, c->rows, c->columns, c->m, c->k, c->n, c->c, c->n + GAP);
}

/* What a number of the result is, and how far rounding may take it: both factors of a product by half a step,
 * which is 1/8191 of the largest of their block, and sums in single precision. */
static double
get_exact (const Case *c, gsize row, gsize column, double *bound)
{
  double sum = 0;

  *bound = 0;
  for (gsize first = 0; first < c->k; first += GBOX_SHORT_BLOCK)
    {
      double largest_a = 0, largest_b = 0;

      for (gsize k = first; k < MIN (c->k, first + GBOX_SHORT_BLOCK); k++)
        {
          const double a = (double) c->a[row * (c->k + GAP) + k];
          const double b = (double) c->b[k * (c->n + GAP) + column];

          sum += a * b;
          largest_a = MAX (largest_a, fabs (a));
          largest_b = MAX (largest_b, fabs (b));
        }
      *bound += GBOX_SHORT_BLOCK * largest_a * largest_b * (1.01 / GBOX_SHORT_PEAK);
    }
  return sum;
}

static void
check_values (GboxTeam *team, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_auto (Case) c;
      double square = 0, error = 0;

      case_init (&c, shapes[i].m, shapes[i].k, shapes[i].n);
      run (&c, team);
      for (gsize at = 0; at < c.m * (c.n + GAP); at++)
        {
          const gsize row = at / (c.n + GAP), column = at % (c.n + GAP);
          double bound, exact;

          if (column >= c.n)
            {
              g_assert_cmpfloat (c.c[at], ==, GUARD);
              continue;
            }
          exact = get_exact (&c, row, column, &bound);
          g_assert_cmpfloat_with_epsilon ((double) c.c[at], exact, bound);
          error += pow ((double) c.c[at] - exact, 2);
          square += exact * exact;
        }
      /* Of all together far less than what may befall one: 10⁻⁴ were measured. */
      g_assert_cmpfloat (sqrt (error / square), <, 3e-4);
    }
}

static void
test_values (void)
{
  for_each_isa (check_values, NULL);
}

/* Every instruction set rounds to the same integers and scales. */
static void
check_rounding (GboxTeam *team, gconstpointer data)
{
  const Case *expected = data;
  g_auto (Case) c;

  case_init (&c, expected->m, expected->k, expected->n);
  run (&c, team);
  g_assert_cmpmem (c.rows, gbox_short_rows_size (c.m, c.k), expected->rows, gbox_short_rows_size (c.m, c.k));
  g_assert_cmpmem (c.columns, gbox_short_columns_size (c.k, c.n), expected->columns,
                   gbox_short_columns_size (c.k, c.n));
}

static void
test_rounding (void)
{
  const GboxIsa before = gbox_isa_get ();

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_auto (Case) c;

      case_init (&c, shapes[i].m, shapes[i].k, shapes[i].n);
      g_assert_true (gbox_isa_select (GBOX_ISA_REFERENCE));
      run (&c, NULL);
      g_assert_true (gbox_isa_select (before));
      for_each_isa (check_rounding, &c);
    }
}

/* The largest there may be do not overflow. */
static void
check_largest (GboxTeam *team, gconstpointer data)
{
  g_auto (Case) c;

  case_init (&c, 5, 64, 16);
  for (gsize i = 0; i < c.m * (c.k + GAP); i++)
    c.a[i] = -2;
  for (gsize i = 0; i < c.k * (c.n + GAP); i++)
    c.b[i] = 3;
  run (&c, team);
  for (gsize i = 0; i < c.n; i++)
    g_assert_cmpfloat_with_epsilon (c.c[4 * (c.n + GAP) + i], -64 * 6, 64 * 6 * 1e-6F);
}

static void
test_largest (void)
{
  for_each_isa (check_largest, NULL);
}

/* Numbers that are none are not lost. */
static void
check_not_finite (GboxTeam *team, gconstpointer data)
{
  static const float values[] = { NAN, INFINITY, -INFINITY };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_auto (Case) c;

      case_init (&c, 5, 40, 20);
      c.a[3 * (c.k + GAP) + 7 + i] = values[i];
      c.b[(30 + 4 * i) * (c.n + GAP) + 18] = values[i];
      run (&c, team);
      for (gsize at = 0; at < c.m * c.n; at++)
        {
          const gsize row = at / c.n, column = at % c.n;

          g_assert_true (isfinite (c.c[row * (c.n + GAP) + column]) == (row != 3 && column != 18));
        }
    }
}

static void
test_not_finite (void)
{
  for_each_isa (check_not_finite, NULL);
}

static void
check_threads (GboxTeam *team, gconstpointer data)
{
  g_autoptr (GboxTeam) three = gbox_team_new (3);
  GboxTeam *teams[] = { team, three };
  g_auto (Case) alone;

  case_init (&alone, 10, 200, 700);
  run (&alone, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (teams); i++)
    {
      g_auto (Case) c;

      case_init (&c, 10, 200, 700);
      run (&c, teams[i]);
      g_assert_cmpmem (c.c, c.m * (c.n + GAP) * sizeof (float), alone.c, c.m * (c.n + GAP) * sizeof (float));
    }
}

static void
test_threads (void)
{
  for_each_isa (check_threads, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/short-product/values", test_values);
  g_test_add_func ("/short-product/rounding", test_rounding);
  g_test_add_func ("/short-product/largest", test_largest);
  g_test_add_func ("/short-product/not-finite", test_not_finite);
  g_test_add_func ("/short-product/threads", test_threads);
  return g_test_run ();
}
