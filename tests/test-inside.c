/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The logit lens, attention and induction heads, against what transformers computes. */
#include "language/induction.h"
#include "language/inside.h"
#include "models/model-store.h"
#include "transformer-testing.h"

#define N_TOKENS 12

/* Sums in another order than transformers', as tests of the passes themselves allow it. */
#define TOLERANCE 1e-5

/* Probabilities of what rounding has changed by some 1e-6 of logits of up to 30. */
#define LENS_TOLERANCE 1e-4

/* Whether @rank others are more probable than @id, where those that are as probable by rounding may stand
 * either way. */
static void
check_rank (const float *expected, int n_vocab, int id, int rank)
{
  int n_better = 0, n_alike = 0;

  for (int i = 0; i < n_vocab; i++)
    if ((double) expected[i] > (double) expected[id] + LENS_TOLERANCE)
      n_better++;
    else if ((double) expected[i] > (double) expected[id] - LENS_TOLERANCE)
      n_alike++;
  g_assert_cmpint (rank, >=, n_better);
  g_assert_cmpint (rank, <, n_better + n_alike);
}

/* One place: @expected is the distribution that transformers' norm and head make of its hidden state, @last
 * that of the last layer. */
static void
check_cell (const GboxLensCell *cell, const float *expected, const float *last, int n_vocab)
{
  int said = 0;

  for (int i = 1; i < n_vocab; i++)
    if (last[i] > last[said])
      said = i;
  check_rank (expected, n_vocab, said, cell->rank);
  g_assert_cmpfloat_with_epsilon ((double) cell->probability, (double) expected[said], LENS_TOLERANCE);
  for (int i = 0; i < GBOX_INSIDE_N_TOP; i++)
    {
      check_rank (expected, n_vocab, cell->top[i].id, i);
      g_assert_cmpfloat_with_epsilon ((double) cell->top[i].probability, (double) expected[cell->top[i].id],
                                      LENS_TOLERANCE);
    }
}

static void
check_lens (const GboxInside *inside, const float *expected, int n_layers, int n_vocab)
{
  const int n_rows = gbox_inside_get_n_rows (inside);

  for (int layer = 0; layer <= n_layers; layer++)
    for (int row = 0; row < n_rows; row++)
      {
        const gsize at = (gsize) (N_TOKENS - n_rows + row);
        const float *cell = expected + ((gsize) layer * N_TOKENS + at) * (gsize) n_vocab;
        const float *last = expected + ((gsize) n_layers * N_TOKENS + at) * (gsize) n_vocab;

        check_cell (gbox_inside_get_cell (inside, layer, row), cell, last, n_vocab);
      }
}

static void
check_attention (const GboxInside *inside, const float *expected)
{
  const int n_heads = gbox_inside_get_n_heads (inside);

  for (int layer = 0; layer < gbox_inside_get_n_layers (inside); layer++)
    for (int head = 0; head < n_heads; head++)
      {
        const float *attention = gbox_inside_get_attention (inside, layer, head);
        const float *row
          = expected
            + (((gsize) layer * N_TOKENS + N_TOKENS - 1) * (gsize) n_heads + (gsize) head) * N_TOKENS;

        for (int i = 0; i < N_TOKENS; i++)
          g_assert_cmpfloat_with_epsilon ((double) attention[i], (double) row[i], TOLERANCE);
      }
}

static void
test_inside (gconstpointer data)
{
  const char *name = data;
  g_autoptr (GboxTensorFile) values = fixture_open ("transformer-values.safetensors");
  g_autoptr (GboxTransformer) model = tiny_load (name);
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GError) error = NULL;
  gsize n;
  const int *tokens = tiny_values (values, name, "tokens", &n);
  g_autoptr (GboxInside) inside
    = gbox_inside_new (model, team, GBOX_PRECISION_FLOAT32, tokens, N_TOKENS, &error);
  const GboxLanguageConfig *config = gbox_transformer_get_config (model);
  const float *expected;

  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, N_TOKENS);
  g_assert_cmpint (gbox_inside_get_n_rows (inside), ==, GBOX_INSIDE_MAX_ROWS);
  while (gbox_inside_step (inside))
    ;
  expected = tiny_values (values, name, "lens", &n);
  g_assert_cmpuint (n, ==, (gsize) (config->n_layers + 1) * N_TOKENS * (gsize) config->n_vocab);
  check_lens (inside, expected, config->n_layers, config->n_vocab);
  check_attention (inside, tiny_values (values, name, "attention", &n));
}

static GboxInside *
look (GboxLanguageModel *model, GboxTeam *team, const int *tokens, int n)
{
  g_autoptr (GError) error = NULL;
  GboxInside *inside = gbox_inside_new_for_model (model, team, GBOX_PRECISION_INT16, tokens, n, &error);

  g_assert_no_error (error);
  while (gbox_inside_step (inside))
    ;
  return inside;
}

static void
assert_same (const GboxInside *a, const GboxInside *b, int n)
{
  for (int layer = 0; layer <= gbox_inside_get_n_layers (a); layer++)
    for (int row = 0; row < gbox_inside_get_n_rows (a); row++)
      g_assert_cmpmem (gbox_inside_get_cell (a, layer, row), sizeof (GboxLensCell),
                       gbox_inside_get_cell (b, layer, row), sizeof (GboxLensCell));
  for (int layer = 0; layer < gbox_inside_get_n_layers (a); layer++)
    for (int head = 0; head < gbox_inside_get_n_heads (a); head++)
      g_assert_cmpmem (gbox_inside_get_attention (a, layer, head), (gsize) n * sizeof (float),
                       gbox_inside_get_attention (b, layer, head), (gsize) n * sizeof (float));
}

/* A second look reads only what it has to, and sees the same; also after a look that was given up. */
static void
test_second_look (void)
{
  static const int tokens[] = { 1, 9, 4, 30, 5, 5, 21, 8, 30, 11, 2, 26, 7, 7, 12, 9, 3, 28, 6, 15 };
  enum
  {
    N = G_N_ELEMENTS (tokens),
    EARLIER = 16
  };
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "transformer-llama.gguf", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxLanguageModel) model = gbox_language_model_load (path, &error);
  g_autoptr (GboxLanguageModel) other = gbox_language_model_load (path, &error);
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxInside) fresh = look (other, team, tokens, N);

  g_assert_cmpint (gbox_inside_get_n_reused (fresh), ==, 0);
  gbox_inside_free (look (model, team, tokens, EARLIER));
  {
    g_autoptr (GboxInside) second = look (model, team, tokens, N);

    g_assert_cmpint (gbox_inside_get_n_reused (second), ==, N - GBOX_INSIDE_MAX_ROWS);
    assert_same (second, fresh, N);
  }
  {
    g_autoptr (GboxInside) stopped
      = gbox_inside_new_for_model (model, team, GBOX_PRECISION_INT16, tokens + 1, N - 1, &error);

    g_assert_no_error (error);
    g_assert_cmpint (gbox_inside_get_n_reused (stopped), ==, 0);
    g_assert_true (gbox_inside_step (stopped));
  }
  {
    g_autoptr (GboxInside) again = look (model, team, tokens, N);

    g_assert_cmpint (gbox_inside_get_n_reused (again), ==, 0);
    assert_same (again, fresh, N);
  }
}

static void
test_refusals (void)
{
  g_autoptr (GboxTransformer) model = tiny_load (tiny_models[0]);
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  const int n_vocab = gbox_transformer_get_config (model)->n_vocab;
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_inside_new (model, team, GBOX_PRECISION_FLOAT32, NULL, 0, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (gbox_inside_new (model, team, GBOX_PRECISION_FLOAT32, &n_vocab, 1, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
}

/* Half of each token's attention goes where an induction head looks, the rest to the first token. However
 * the rows are divided, the parts are the whole. */
static void
test_score (void)
{
  enum
  {
    PERIOD = 6,
    N = 2 * PERIOD,
    PART = 4, /* some of which lies in the first half, some in the second */
    STRIDE = 2 * N
  };
  float attention[N * STRIDE] = { 0 };
  float sum = 0;

  for (int i = 0; i < N; i++)
    {
      attention[i * STRIDE] = 0.5f;
      if (i >= PERIOD)
        attention[i * STRIDE + i - PERIOD + 1] = 0.5f;
    }
  g_assert_cmpfloat ((double) gbox_induction_score (attention, STRIDE, 0, N, PERIOD), ==, 0.5);
  for (int first = 0; first < N; first += PART)
    sum += gbox_induction_score (attention + first * STRIDE, STRIDE, first, PART, PERIOD);
  g_assert_cmpfloat_with_epsilon ((double) sum, 0.5, 1e-6);
}

/* SmolLM2 has heads that find repetitions. */
static void
test_induction_heads (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxModelStore) store = gbox_model_store_new (&error);
  g_autoptr (GboxLanguageModel) model
    = store != NULL ? gbox_model_store_get_language_model (store, "smollm2-135m", &error) : NULL;
  g_autoptr (GboxTeam) team = gbox_team_new (0);
  g_autoptr (GboxInduction) induction = NULL;
  const GboxLanguageConfig *config;
  int n_found = 0;

  if (model == NULL)
    {
      g_test_skip (error->message);
      return;
    }
  config = gbox_transformer_get_config (gbox_language_model_get_transformer (model));
  induction
    = gbox_induction_new (gbox_language_model_get_transformer (model), team, GBOX_PRECISION_INT8, &error);
  g_assert_no_error (error);
  while (gbox_induction_step (induction))
    ;
  for (int i = 0; i < config->n_layers * config->n_heads; i++)
    n_found += gbox_induction_get_scores (induction)[i] >= GBOX_INDUCTION_THRESHOLD;
  g_test_message ("%d of %d heads", n_found, config->n_layers * config->n_heads);
  g_assert_cmpint (n_found, >, 0);
  g_assert_cmpint (n_found, <, config->n_layers * config->n_heads / 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tiny_models); i++)
    {
      g_autofree char *path = g_strconcat ("/inside/values/", tiny_models[i], NULL);

      g_test_add_data_func (path, tiny_models[i], test_inside);
    }
  g_test_add_func ("/inside/second-look", test_second_look);
  g_test_add_func ("/inside/refusals", test_refusals);
  g_test_add_func ("/inside/score", test_score);
  g_test_add_func ("/inside/induction-heads", test_induction_heads);
  return g_test_run ();
}
