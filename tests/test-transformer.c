/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transformers: against transformers' numbers, and that nothing depends on how the work is cut. */
#include "transformer-testing.h"

#include "formats/tensor-file-private.h"
#include "kernels/isa.h"

#define N_TOKENS    12
#define MAX_VOCAB   40
#define LONGEST     16
#define N_BRANCHES  3
#define BRANCH_FROM 5

/* Sums of a few dozen products in single precision, in another order, through three layers; values are of the
 * order of 1 to 30. */
#define TOLERANCE 5e-5

static void
assert_near (const float *actual, const float *expected, gsize n, const char *what)
{
  double worst = 0, largest = 1;

  for (gsize i = 0; i < n; i++)
    {
      worst = MAX (worst, fabs ((double) actual[i] - (double) expected[i]));
      largest = MAX (largest, fabs ((double) expected[i]));
    }
  g_test_message ("%s: off by %g of %g", what, worst, largest);
  g_assert_cmpfloat (worst, <=, TOLERANCE * largest);
}

static void
check_attention (GboxTransformerContext *context,
                 const GboxTransformer *model,
                 const int *tokens,
                 const float *expected,
                 float *attention)
{
  const GboxLanguageConfig *config = gbox_transformer_get_config (model);
  const gsize n_heads = (gsize) config->n_heads;

  for (int layer = 0; layer < config->n_layers; layer++)
    {
      const GboxTransformerTap tap = { .attention_layer = layer, .attention = attention };

      gbox_transformer_context_truncate (context, 0);
      gbox_transformer_context_set_tap (context, &tap);
      gbox_transformer_context_read (context, tokens, N_TOKENS);
      for (gsize row = 0; row < N_TOKENS * n_heads; row++)
        assert_near (attention + row * LONGEST,
                     expected + ((gsize) layer * N_TOKENS * n_heads + row) * N_TOKENS, N_TOKENS, "attention");
    }
}

/* The same from one pass. */
static void
check_all_attention (GboxTransformerContext *context,
                     const GboxTransformer *model,
                     const int *tokens,
                     const float *expected)
{
  const GboxLanguageConfig *config = gbox_transformer_get_config (model);
  const gsize n_rows = (gsize) config->n_layers * N_TOKENS * (gsize) config->n_heads;
  g_autofree float *attention = g_new (float, n_rows *LONGEST);
  const GboxTransformerTap tap = { .attention_layer = GBOX_TAP_ALL_LAYERS, .attention = attention };

  gbox_transformer_context_truncate (context, 0);
  gbox_transformer_context_set_tap (context, &tap);
  gbox_transformer_context_read (context, tokens, N_TOKENS);
  for (gsize row = 0; row < n_rows; row++)
    assert_near (attention + row * LONGEST, expected + row * N_TOKENS, N_TOKENS, "attention");
}

static void
check_values (GboxTeam *team, const char *name)
{
  g_autoptr (GboxTensorFile) values = fixture_open ("transformer-values.safetensors");
  g_autoptr (GboxTransformer) model = tiny_load (name);
  const GboxLanguageConfig *config = gbox_transformer_get_config (model);
  g_autoptr (GboxTransformerContext) context = tiny_context (model, team, LONGEST, 0, 0);
  gsize n, n_hidden = (gsize) (config->n_layers + 1) * N_TOKENS * (gsize) config->d_model;
  g_autofree float *hidden = g_new (float, n_hidden);
  g_autofree float *attention = g_new (float, (gsize) N_TOKENS *(gsize) config->n_heads *LONGEST);
  g_autofree float *logits = g_new (float, (gsize) N_TOKENS *(gsize) config->n_vocab);
  const GboxTransformerTap tap = { .hidden = hidden };
  const int *tokens = tiny_values (values, name, "tokens", &n);

  g_assert_cmpuint (n, ==, N_TOKENS);
  gbox_transformer_context_set_tap (context, &tap);
  gbox_transformer_context_read (context, tokens, N_TOKENS);
  gbox_transformer_context_get_logits (context, 0, N_TOKENS, logits);
  assert_near (hidden, tiny_values (values, name, "hidden", &n), n_hidden, "hidden states");
  g_assert_cmpuint (n, ==, n_hidden);
  assert_near (logits, tiny_values (values, name, "logits", &n), (gsize) N_TOKENS * (gsize) config->n_vocab,
               "logits");
  check_attention (context, model, tokens, tiny_values (values, name, "attention", &n), attention);
  check_all_attention (context, model, tokens, tiny_values (values, name, "attention", &n));
}

static void
test_values (gconstpointer data)
{
  const GboxIsa before = gbox_isa_get ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);

  for (GboxIsa isa = GBOX_ISA_REFERENCE; isa < GBOX_N_ISAS; isa++)
    if (gbox_isa_select (isa))
      check_values (team, data);
  g_assert_true (gbox_isa_select (before));
}

/* The logits of the last token, after reading in passes of @step. */
static void
read_in_steps (GboxTransformer *model, guint n_threads, int step, const int *tokens, float *logits)
{
  g_autoptr (GboxTeam) team = gbox_team_new (n_threads);
  g_autoptr (GboxTransformerContext) context = tiny_context (model, team, LONGEST, 0, 0);
  int n = 0;

  for (int at = 0; at < N_TOKENS; at += n)
    {
      n = MIN (step, N_TOKENS - at);
      gbox_transformer_context_read (context, tokens + at, n);
    }
  gbox_transformer_context_get_logits (context, n - 1, 1, logits);
}

/* The same, the end of the text in one of several branches whose others say something else. */
static void
read_in_branches (GboxTransformer *model, const int *tokens, float *logits)
{
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxTransformerContext) context
    = tiny_context (model, team, BRANCH_FROM, N_BRANCHES, N_TOKENS - BRANCH_FROM);
  const gsize n_vocab = (gsize) gbox_transformer_get_config (model)->n_vocab;
  float all[N_BRANCHES * MAX_VOCAB];

  gbox_transformer_context_read (context, tokens, BRANCH_FROM);
  for (int at = BRANCH_FROM; at < N_TOKENS; at++)
    {
      /* The last step alone: a branch needs not go on with the others. */
      const int n = at + 1 < N_TOKENS ? N_BRANCHES : 1;
      const int branches[N_BRANCHES] = { 1, 0, 2 };
      const int next[N_BRANCHES] = { tokens[at], 7, at };

      gbox_transformer_context_read_branches (context, branches, next, n);
      gbox_transformer_context_get_logits (context, 0, n, all);
    }
  memcpy (logits, all, n_vocab * sizeof (float));
}

static void
test_same_bits (gconstpointer data)
{
  g_autoptr (GboxTensorFile) values = fixture_open ("transformer-values.safetensors");
  g_autoptr (GboxTransformer) model = tiny_load (data);
  const gsize size = (gsize) gbox_transformer_get_config (model)->n_vocab * sizeof (float);
  float expected[MAX_VOCAB], actual[MAX_VOCAB];
  gsize n;
  const int *tokens = tiny_values (values, data, "tokens", &n);

  read_in_steps (model, 1, N_TOKENS, tokens, expected);
  for (int step = 1; step <= N_TOKENS; step++)
    {
      read_in_steps (model, 1 + (guint) step % 3, step, tokens, actual);
      g_assert_cmpmem (actual, size, expected, size);
    }
  read_in_branches (model, tokens, actual);
  g_assert_cmpmem (actual, size, expected, size);
}

static void
test_prefix (void)
{
  static const int first[] = { 1, 2, 3, 4, 5, 6, 7, 8 }, second[] = { 1, 2, 3, 9, 5 };
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GboxTransformer) model = tiny_load ("gemma3.safetensors");
  g_autoptr (GboxTransformerContext) context = tiny_context (model, team, LONGEST, 0, 0);
  g_autoptr (GboxTransformerContext) fresh = tiny_context (model, team, LONGEST, 0, 0);
  float actual[MAX_VOCAB], expected[MAX_VOCAB];
  int n;

  g_assert_cmpint (gbox_transformer_context_keep_prefix (context, first, G_N_ELEMENTS (first)), ==, 0);
  gbox_transformer_context_read (context, first, G_N_ELEMENTS (first));
  g_assert_cmpint (gbox_transformer_context_keep_prefix (context, second, G_N_ELEMENTS (second)), ==, 3);
  gbox_transformer_context_read (context, second + 3, 2);
  gbox_transformer_context_get_logits (context, 1, 1, actual);
  gbox_transformer_context_read (fresh, second, 5);
  gbox_transformer_context_get_logits (fresh, 4, 1, expected);
  g_assert_cmpmem (actual, sizeof actual, expected, sizeof expected);
  g_assert_cmpint (gbox_transformer_context_get_tokens (context, &n)[3], ==, 9);
  g_assert_cmpint (n, ==, 5);
}

/* What a branch has read goes on in the trunk, of the same context or of another, as far as there is room. */
static void
test_branch_prefix (void)
{
  enum
  {
    N_TRUNK = 5,
    N_BRANCH = 4,
    N_SMALL = 7
  };
  static const int text[] = { 1, 2, 3, 4, 5, 17, 21, 8, 30, 11 };
  static const int branches[] = { 0, 1 };
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GboxTransformer) model = tiny_load ("gemma3.safetensors");
  g_autoptr (GboxTransformerContext) context = tiny_context (model, team, LONGEST, 2, N_BRANCH);
  g_autoptr (GboxTransformerContext) other = tiny_context (model, team, LONGEST, 0, 0);
  g_autoptr (GboxTransformerContext) small = tiny_context (model, team, N_SMALL, 0, 0);
  g_autoptr (GboxTransformerContext) fresh = tiny_context (model, team, LONGEST, 0, 0);
  GboxTransformerContext *const contexts[] = { other, context };
  float actual[MAX_VOCAB], expected[MAX_VOCAB];
  int n;

  gbox_transformer_context_read (fresh, text, G_N_ELEMENTS (text));
  gbox_transformer_context_get_logits (fresh, G_N_ELEMENTS (text) - 1, 1, expected);
  gbox_transformer_context_read (context, text, N_TRUNK);
  for (int i = 0; i < N_BRANCH; i++)
    {
      const int tokens[] = { i == 0 ? text[N_TRUNK] : 7, text[N_TRUNK + i] };

      gbox_transformer_context_read_branches (context, branches, tokens, 2);
    }
  g_assert_cmpint (gbox_transformer_context_take_prefix (small, context, text, G_N_ELEMENTS (text)), ==,
                   N_SMALL);
  for (gsize i = 0; i < G_N_ELEMENTS (contexts); i++)
    {
      g_assert_cmpint (gbox_transformer_context_take_prefix (contexts[i], context, text, G_N_ELEMENTS (text)),
                       ==, N_TRUNK + N_BRANCH);
      gbox_transformer_context_read (contexts[i], text + N_TRUNK + N_BRANCH, 1);
      gbox_transformer_context_get_logits (contexts[i], 0, 1, actual);
      g_assert_cmpmem (actual, sizeof actual, expected, sizeof expected);
      g_assert_cmpmem (gbox_transformer_context_get_tokens (contexts[i], &n), sizeof text, text, sizeof text);
      g_assert_cmpint (n, ==, G_N_ELEMENTS (text));
    }
}

static void
test_too_long (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GboxTransformer) model = tiny_load ("gpt2.safetensors");
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_transformer_context_new (model, team, GBOX_PRECISION_FLOAT32, 30, 2, 3, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
  g_test_message ("%s", error->message);
}

/* A description that the tensors do not bear out. */
static void
test_wrong_shapes (gconstpointer data)
{
  GboxLanguageConfig proper;
  g_autoptr (GboxTensorFile) file = tiny_open (data, &proper);

  for (guint i = 0; i < 6; i++)
    {
      GboxLanguageConfig config = proper;
      g_autoptr (GError) error = NULL;
      int *const changed[] = { &config.n_layers, &config.d_model, &config.n_heads,
                               &config.d_ff,     &config.n_vocab, &config.head_size };

      *changed[i] += 1;
      g_assert_null (gbox_transformer_new (file, &config, &error));
      fixture_assert_sentence (error, gbox_tensor_file_get_display_name (file));
    }
}

static void
test_wrong_type (void)
{
  static const gint32 numbers[MAX_VOCAB * 16];
  static const float norm[16];
  GboxLanguageConfig config;
  g_autoptr (GboxTensorFile) proper = tiny_open ("qwen2.safetensors", &config);
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_new ("safetensors", "made-up.safetensors");
  GboxNamedTensor tensor
    = { .name = "model.norm.weight", .n_dims = 1, .dims = { 16 }, .data = norm, .n_bytes = sizeof norm };
  g_autoptr (GError) error = NULL;

  g_assert_true (gbox_tensor_file_add (file, &tensor, NULL));
  tensor = (GboxNamedTensor){ .name = "model.embed_tokens.weight",
                              .dtype = GBOX_DTYPE_I32,
                              .n_dims = 2,
                              .dims = { MAX_VOCAB, 16 },
                              .data = numbers,
                              .n_bytes = sizeof numbers };
  g_assert_true (gbox_tensor_file_add (file, &tensor, NULL));
  g_assert_true (gbox_tensor_file_seal (file, NULL));
  g_assert_null (gbox_transformer_new (file, &config, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED);
  fixture_assert_sentence (error, "made-up.safetensors");
}

/* The lens at the last layer is what the model says. */
static void
test_lens (void)
{
  g_autoptr (GboxTensorFile) values = fixture_open ("transformer-values.safetensors");
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxTransformer) model = tiny_load ("gpt2.safetensors");
  const GboxLanguageConfig *config = gbox_transformer_get_config (model);
  g_autoptr (GboxTransformerContext) context = tiny_context (model, team, LONGEST, 0, 0);
  const gsize rows = N_TOKENS * (gsize) config->d_model;
  g_autofree float *hidden = g_new (float, (gsize) (config->n_layers + 1) * rows);
  g_autofree float *logits = g_new (float, N_TOKENS *MAX_VOCAB);
  g_autofree float *lens = g_new (float, N_TOKENS *MAX_VOCAB);
  const GboxTransformerTap tap = { .hidden = hidden };
  gsize n;

  gbox_transformer_context_set_tap (context, &tap);
  gbox_transformer_context_read (context, tiny_values (values, "gpt2.x", "tokens", &n), N_TOKENS);
  gbox_transformer_context_get_logits (context, 0, N_TOKENS, logits);
  gbox_transformer_context_lens (context, hidden + (gsize) config->n_layers * rows, N_TOKENS, lens);
  g_assert_cmpmem (lens, N_TOKENS * MAX_VOCAB * sizeof (float), logits,
                   N_TOKENS * MAX_VOCAB * sizeof (float));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tiny_models); i++)
    {
      g_autofree char *values = g_strconcat ("/transformer/values/", tiny_models[i], NULL);
      g_autofree char *bits = g_strconcat ("/transformer/same-bits/", tiny_models[i], NULL);
      g_autofree char *shapes = g_strconcat ("/transformer/wrong-shapes/", tiny_models[i], NULL);

      g_test_add_data_func (values, tiny_models[i], test_values);
      g_test_add_data_func (bits, tiny_models[i], test_same_bits);
      g_test_add_data_func (shapes, tiny_models[i], test_wrong_shapes);
    }
  g_test_add_func ("/transformer/prefix", test_prefix);
  g_test_add_func ("/transformer/branch-prefix", test_branch_prefix);
  g_test_add_func ("/transformer/too-long", test_too_long);
  g_test_add_func ("/transformer/wrong-type", test_wrong_type);
  g_test_add_func ("/transformer/lens", test_lens);
  return g_test_run ();
}
