/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attention: every instruction set against the definition, with windows, groups and branches. */
#include "kernels/attention.h"

#include "kernel-testing.h"

/* Weights are rounded to single precision, and sums of some dozen of them. */
#define TOLERANCE 3e-6

#define N_BRANCHES 2

typedef struct
{
  int n_heads, n_kv_heads, head_size, window, n_trunk, n_branch;
} Case;

static const Case cases[] = {
  { 1, 1, 4, 0, 1, 1 },    { 4, 2, 6, 0, 15, 3 },   { 9, 3, 64, 0, 40, 20 },
  { 4, 1, 16, 5, 33, 17 }, { 6, 6, 10, 16, 16, 1 }, { 5, 1, 80, 3, 7, 9 },
};

typedef struct
{
  GboxAttention attention;
  GboxKvCache branches[N_BRANCHES];
  GboxAttentionRow rows[64];
  int n;
  float *q;
} Fixture;

static GboxKvCache
make_cache (const Case *c, int n_positions, guint purpose)
{
  const int n = c->n_kv_heads * c->head_size;
  const GboxKvCache cache = {
    .capacity = gbox_kv_cache_round (n_positions),
    .keys
    = g_new0 (float, gbox_kv_cache_size (gbox_kv_cache_round (n_positions), c->n_kv_heads, c->head_size)),
    .values
    = g_new0 (float, gbox_kv_cache_size (gbox_kv_cache_round (n_positions), c->n_kv_heads, c->head_size)),
  };

  for (int i = 0; i < n_positions; i++)
    {
      g_autofree float *keys = random_floats (purpose + 2 * (guint) i, (gsize) n);
      g_autofree float *values = random_floats (purpose + 2 * (guint) i + 1, (gsize) n);

      gbox_kv_cache_store (&cache, c->n_kv_heads, c->head_size, i, keys, values);
    }
  return cache;
}

/* Some rows of the trunk, and all of the branches. */
static void
fixture_init (Fixture *f, const Case *c)
{
  *f = (Fixture){ .attention = { .n_heads = c->n_heads,
                                 .n_kv_heads = c->n_kv_heads,
                                 .head_size = c->head_size,
                                 .scale = 2,
                                 .window = c->window,
                                 .trunk = make_cache (c, c->n_trunk, 1000),
                                 .n_trunk = c->n_trunk,
                                 .max_positions = c->n_trunk + c->n_branch } };
  for (int i = 0; i < N_BRANCHES; i++)
    f->branches[i] = make_cache (c, c->n_branch, 2000 + 1000 * (guint) i);
  f->attention.branches = f->branches;
  for (int i = MAX (c->n_trunk - 6, 0); i < c->n_trunk; i++)
    f->rows[f->n++] = (GboxAttentionRow){ .position = i, .sequence = -1 };
  for (int i = 0; i < c->n_branch; i++)
    for (int j = 0; j < N_BRANCHES; j++)
      f->rows[f->n++] = (GboxAttentionRow){ .position = c->n_trunk + i, .sequence = j };
  f->q = random_floats (1, (gsize) f->n * (gsize) c->n_heads * (gsize) c->head_size);
}

static void
fixture_free (Fixture *f)
{
  for (int i = -1; i < N_BRANCHES; i++)
    {
      const GboxKvCache *cache = i < 0 ? &f->attention.trunk : &f->branches[i];

      g_free (cache->keys);
      g_free (cache->values);
    }
  g_free (f->q);
}

static float *
attend (const Fixture *f, GboxTeam *team, int first, int n, float *weights)
{
  const gsize width = (gsize) f->attention.n_heads * (gsize) f->attention.head_size;
  float *y = g_new (float, (gsize) n *width);
  g_autofree float *scratch
    = g_new (float, gbox_attention_scratch_size (&f->attention, gbox_team_get_n_threads (team)));

  gbox_attention_forward (&f->attention, team, f->rows + first, n, f->q + (gsize) first * width, width, y,
                          width, weights, scratch);
  return y;
}

static void
assert_floats (const float *actual, const float *expected, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (actual[i], expected[i], TOLERANCE);
}

static void
check (GboxTeam *team, gconstpointer data)
{
  const Fixture *f = data;
  const gsize width = (gsize) f->attention.n_heads * (gsize) f->attention.head_size;
  const gsize n_weights = (gsize) f->n * (gsize) f->attention.n_heads * (gsize) f->attention.max_positions;
  const GboxIsa isa = gbox_isa_get ();
  g_autofree float *weights = g_new (float, n_weights);
  g_autofree float *expected_weights = g_new (float, n_weights);
  g_autofree float *actual = attend (f, team, 0, f->n, weights);
  g_autofree float *expected = NULL;

  g_assert_true (gbox_isa_select (GBOX_ISA_REFERENCE));
  expected = attend (f, team, 0, f->n, expected_weights);
  g_assert_true (gbox_isa_select (isa));
  assert_floats (actual, expected, (gsize) f->n * width);
  assert_floats (weights, expected_weights, n_weights);
  /* Each row by itself is the same to the bit. */
  for (int i = 0; i < f->n; i++)
    {
      g_autofree float *alone = attend (f, team, i, 1, NULL);

      g_assert_cmpmem (alone, width * sizeof (float), actual + (gsize) i * width, width * sizeof (float));
    }
}

static void
test_attention (gconstpointer data)
{
  Fixture f;

  fixture_init (&f, data);
  for_each_isa (check, &f);
  fixture_free (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("/attention/%u", i);

      g_test_add_data_func (name, &cases[i], test_attention);
    }
  return g_test_run ();
}
