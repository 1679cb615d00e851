/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trainable layer: the same as the model's own, and its gradient by finite differences. */
#include "learning/block.h"

#include "base/philox.h"
#include "models/transformer-context.h"
#include "models/transformer-layer.h"
#include "transformer-testing.h"

#include <string.h>

#define N_PROMPT    3
#define N_SEQUENCES 4
#define LENGTH      3

/* Small, and of different sizes where they can differ. */
static const GboxLanguageConfig small = {
  .architecture = GBOX_ARCHITECTURE_LLAMA,
  .n_layers = 1,
  .d_model = 10,
  .n_heads = 4,
  .n_kv_heads = 2,
  .head_size = 4,
  .d_ff = 7,
  .norm_eps = 1e-5F,
  .rope_size = 4,
  .rope_base = 100,
  .rope_scale = 1,
  .attention_scale = 0.5F,
};

static void
fill (float *to, gsize n, guint64 stream, float mean, float sd)
{
  GboxPhilox philox;

  gbox_philox_init (&philox, 9, 1, stream);
  gbox_philox_fill_normal (&philox, to, n, mean, sd);
}

/* Sequences of 3, 2, 1 and 3 positions; Σ z c over all rows. */
static double
run (GboxBlock *block, const float *x, const float *c)
{
  static const int orders[LENGTH][N_SEQUENCES] = { { 0, 1, 2, 3 }, { 3, 1, 0 }, { 0, 3 } };
  static const int counts[LENGTH] = { 4, 3, 2 };
  float z[N_SEQUENCES * 10];
  const float *all = gbox_block_get_z (block);
  double sum = 0;

  gbox_block_begin (block, x, NULL);
  x += N_PROMPT * small.d_model;
  for (int i = 0; i < LENGTH; i++)
    {
      gbox_block_forward (block, x, orders[i], counts[i], z);
      x += counts[i] * small.d_model;
    }
  for (int i = 0; i < gbox_block_get_n_rows (block) * small.d_model; i++)
    sum += (double) all[i] * (double) c[i];
  return sum;
}

/* Sums in single precision err by some 1e-6, which steps of 2⁻⁸ make 1e-4; the differences' own error falls
 * with the square of the step and is 3e-4 of what they are here. */
static void
check_gradient (GboxArchitecture architecture, GboxRopePairing pairing)
{
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GError) error = NULL;
  GboxLanguageConfig config = small;
  const float h = 0x1p-8F;
  gsize size;
  g_autoptr (GboxBlock) block = NULL;
  float x[(N_PROMPT + N_SEQUENCES * LENGTH) * 10], c[(N_PROMPT + N_SEQUENCES * LENGTH) * 10];
  float *parameters, *gradient;

  config.architecture = architecture;
  config.rope_pairing = pairing;
  size = gbox_block_get_size (&config);
  block = gbox_block_new (&config, team, N_PROMPT, N_SEQUENCES, LENGTH, &error);
  g_assert_no_error (error);
  parameters = gbox_block_get_parameters (block);
  fill (parameters, size, 1, 0, 0.4F);
  fill (parameters, (gsize) small.d_model, 2, 1, 0.2F);
  fill (x, G_N_ELEMENTS (x), 3, 0, 1);
  fill (c, G_N_ELEMENTS (c), 4, 0, 1);
  run (block, x, c);
  for (guint stage = 0; stage < GBOX_BLOCK_N_STAGES; stage++)
    gbox_block_backward (block, stage, c);
  gradient = g_memdup2 (gbox_block_get_gradient (block), size * sizeof (float));
  for (gsize i = 0; i < size; i++)
    {
      const float was = parameters[i];
      double up, down;

      parameters[i] = was + h;
      up = run (block, x, c);
      parameters[i] = was - h;
      down = run (block, x, c);
      parameters[i] = was;
      g_assert_cmpfloat_with_epsilon ((double) gradient[i], (up - down) / (2 * (double) h),
                                      2e-3 * (0.5 + fabs ((double) gradient[i])));
    }
  g_free (gradient);
}

static void
test_gradient (void)
{
  check_gradient (GBOX_ARCHITECTURE_LLAMA, GBOX_ROPE_HALVES);
  check_gradient (GBOX_ARCHITECTURE_LLAMA, GBOX_ROPE_NEIGHBOURS);
  check_gradient (GBOX_ARCHITECTURE_QWEN2, GBOX_ROPE_HALVES);
}

#define N_TOKENS 6

/* What comes into the last layer at each token, and what goes out. */
static void
tap (GboxTransformer *model, GboxTeam *team, float *in, float *out)
{
  static const int tokens[N_TOKENS] = { 3, 1, 4, 1, 5, 9 };
  const GboxLanguageConfig *config = gbox_transformer_get_config (model);
  const gsize size = N_TOKENS * (gsize) config->d_model;
  g_autofree float *tapped = g_new (float, (gsize) (config->n_layers + 1) * size);
  g_autoptr (GboxTransformerContext) context = tiny_context (model, team, N_TOKENS, 1, 1);

  gbox_transformer_context_set_tap (context, &(GboxTransformerTap){ .hidden = tapped });
  gbox_transformer_context_read (context, tokens, N_TOKENS);
  memcpy (in, tapped + (gsize) (config->n_layers - 1) * size, size * sizeof (float));
  memcpy (out, tapped + (gsize) config->n_layers * size, size * sizeof (float));
}

/* The model's own last layer, and one in its place, compute what the block does. Sums in another order err by
 * some 1e-6 of what is summed up. */
static void
check_model (const char *name)
{
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxTransformer) model = tiny_load (name);
  const GboxLanguageConfig *config = gbox_transformer_get_config (model);
  const gsize size = N_TOKENS * (gsize) config->d_model, n = gbox_block_get_size (config);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxBlock) block = gbox_block_new (config, team, N_TOKENS, 1, 1, &error);
  g_autoptr (GboxTransformer) variant = NULL;
  g_autofree float *in = g_new (float, size), *out = g_new (float, size), *z = g_new (float, size);
  g_autofree float *again = g_new (float, n);
  float *parameters;

  g_assert_no_error (error);
  g_assert_cmpuint (n % (gsize) config->d_model, ==, 0);
  parameters = gbox_block_get_parameters (block);
  gbox_transformer_read_layer (model, config->n_layers - 1, parameters);
  tap (model, team, in, out);
  gbox_block_begin (block, in, z);
  for (gsize i = 0; i < size; i++)
    g_assert_cmpfloat_with_epsilon (z[i], out[i], 1e-4F * (1 + fabsf (out[i])));
  /* Another bias is another layer, and comes back as it was. */
  parameters[n - gbox_transformer_get_bias_size (config)] += 1;
  gbox_block_begin (block, in, z);
  variant = gbox_transformer_new_with_layer (model, config->n_layers - 1, parameters);
  gbox_transformer_read_layer (variant, config->n_layers - 1, again);
  g_assert_cmpmem (parameters, n * sizeof (float), again, n * sizeof (float));
  tap (variant, team, in, out);
  for (gsize i = 0; i < size; i++)
    g_assert_cmpfloat_with_epsilon (z[i], out[i], 1e-4F * (1 + fabsf (out[i])));
}

static void
test_model (void)
{
  check_model ("qwen2.safetensors");
}

static void
test_unsupported (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GError) error = NULL;
  GboxLanguageConfig config = small;

  config.architecture = GBOX_ARCHITECTURE_GPT2;
  g_assert_null (gbox_block_new (&config, team, 1, 1, 1, &error));
  g_assert_nonnull (strstr (error->message, "llama's and of Qwen2's"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/block/gradient", test_gradient);
  g_test_add_func ("/block/model", test_model);
  g_test_add_func ("/block/unsupported", test_unsupported);
  return g_test_run ();
}
