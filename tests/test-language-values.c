/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SmolLM2, where it is on this computer, against what transformers computed from the same file in float32. */
#include "fixture.h"
#include "language/score.h"
#include "models/language-model.h"

#include <json-glib/json-glib.h>
#include <math.h>

#define MODEL "SmolLM2-135M-Instruct.Q4_1.gguf"

/* Sums of hundreds of products through 30 layers, in another order. */
#define TOLERANCE 2e-3

/* What 8-bit activations may do to the five most probable tokens. */
#define TOLERANCE_INT8 0.35

static void
check_prompt (GboxLanguageModel *model, JsonObject *prompt, GboxPrecision precision)
{
  g_autoptr (GboxTeam) team = gbox_team_new (0);
  g_autoptr (GError) error = NULL;
  const char *text = json_object_get_string_member (prompt, "prompt");
  g_autoptr (GArray) ids = gbox_tokenizer_encode (gbox_language_model_get_tokenizer (model), text,
                                                  strlen (text), GBOX_TOKENIZE_SPECIAL);
  JsonArray *expected_ids = json_object_get_array_member (prompt, "ids");
  JsonArray *expected = json_object_get_array_member (prompt, "prompt_logprobs");
  JsonArray *top = json_object_get_array_member (prompt, "next_top20");
  g_autofree float *logprobs = g_new (float, ids->len);
  GboxSample next;

  g_assert_cmpuint (ids->len, ==, json_array_get_length (expected_ids));
  for (guint i = 0; i < ids->len; i++)
    g_assert_cmpint (g_array_index (ids, int, i), ==, json_array_get_int_element (expected_ids, i));
  gbox_score (gbox_language_model_get_transformer (model), team, precision,
              (const int *) (gpointer) ids->data, (int) ids->len, logprobs, &next, &error);
  g_assert_no_error (error);
  for (guint i = 1; i < ids->len && precision != GBOX_PRECISION_INT8; i++)
    g_assert_cmpfloat_with_epsilon (logprobs[i], json_array_get_double_element (expected, i - 1),
                                    2 * TOLERANCE);
  for (guint i = 0; i < 5; i++)
    {
      JsonArray *pair = json_array_get_array_element (top, i);
      guint j = 0;

      while (j < next.n_top && next.top[j].id != json_array_get_int_element (pair, 0))
        j++;
      g_assert_cmpuint (j, <, next.n_top);
      g_assert_true (i > 0 || j == 0);
      g_assert_cmpfloat_with_epsilon (next.top[j].logprob, json_array_get_double_element (pair, 1),
                                      precision == GBOX_PRECISION_INT8 ? TOLERANCE_INT8 : TOLERANCE);
    }
}

static void
test_smollm2 (gconstpointer data)
{
  const GboxPrecision precision = (GboxPrecision) GPOINTER_TO_INT (data);
  g_autofree char *values = fixture_find_reference ("language-values.json");
  g_autofree char *path = values != NULL ? fixture_find_model (MODEL) : NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GboxLanguageModel) model = NULL;
  g_autoptr (GError) error = NULL;
  JsonArray *prompts;

  if (values == NULL)
    g_test_skip ("language-values.json is not on this computer");
  if (path == NULL)
    return;
  model = gbox_language_model_load (path, &error);
  g_assert_no_error (error);
  json_parser_load_from_file (parser, values, &error);
  g_assert_no_error (error);
  prompts = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "prompts");
  for (guint i = 0; i < json_array_get_length (prompts); i++)
    check_prompt (model, json_array_get_object_element (prompts, i), precision);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/language-values/float32", GINT_TO_POINTER (GBOX_PRECISION_FLOAT32), test_smollm2);
  g_test_add_data_func ("/language-values/int16", GINT_TO_POINTER (GBOX_PRECISION_INT16), test_smollm2);
  g_test_add_data_func ("/language-values/int8", GINT_TO_POINTER (GBOX_PRECISION_INT8), test_smollm2);
  return g_test_run ();
}
