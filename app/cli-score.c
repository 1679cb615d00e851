/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli score: how probable a text is to a language model, and what would come next. */
#include "base/error.h"
#include "cli.h"
#include "language/completion-spec.h"
#include "language/score.h"
#include "models/token-decoder.h"

static void
add_next (JsonBuilder *builder, GboxTokenizer *tokenizer, const GboxSample *next)
{
  json_builder_set_member_name (builder, "next");
  json_builder_begin_array (builder);
  for (guint i = 0; i < next->n_top; i++)
    {
      const int id = next->top[i].id;
      g_autoptr (GboxTokenDecoder) decoder = gbox_token_decoder_new (tokenizer, FALSE);
      g_autoptr (GString) text = g_string_new (NULL);

      gbox_token_decoder_push (decoder, id, text);
      gbox_token_decoder_finish (decoder, text);
      json_builder_begin_object (builder);
      cli_add_integer (builder, "id", id);
      cli_add_text (builder, "text", text->str);
      cli_add_number (builder, "logprob", (double) next->top[i].logprob);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* The first token's probability is not among them: nothing comes before it. */
static void
print_score (
  GboxTokenizer *tokenizer, const GArray *ids, gsize n_missing, const float *logprobs, const GboxSample *next)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  cli_add_ids (builder, ids);
  json_builder_set_member_name (builder, "logprobs");
  json_builder_begin_array (builder);
  for (guint i = 1; i < ids->len; i++)
    json_builder_add_double_value (builder, (double) logprobs[i]);
  json_builder_end_array (builder);
  add_next (builder, tokenizer, next);
  cli_add_number (builder, "entropy", (double) next->entropy);
  cli_add_missing (builder, n_missing);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static int
score (const char *name, GboxPrecision precision)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxModelStore) store = gbox_model_store_new (&error);
  g_autoptr (GboxLanguageModel) model
    = store != NULL ? gbox_model_store_get_language_model (store, name, &error) : NULL;
  g_autoptr (GByteArray) text = model != NULL ? cli_read_text (&error) : NULL;
  g_autoptr (GboxTeam) team = NULL;
  g_autoptr (GArray) ids = NULL;
  g_autofree float *logprobs = NULL;
  GboxTokenizer *tokenizer;
  GboxSample next;
  gsize n_missing;

  if (text == NULL)
    return cli_failure (error);
  team = gbox_team_new (0);
  tokenizer = gbox_language_model_get_tokenizer (model);
  if ((ids = cli_encode_text (tokenizer, text, &n_missing, &error)) == NULL)
    return cli_failure (error);
  logprobs = g_new (float, ids->len + 1);
  if (!gbox_score (gbox_language_model_get_transformer (model), team, precision,
                   (const int *) (gpointer) ids->data, (int) ids->len, logprobs, &next, &error))
    return cli_failure (error);
  print_score (tokenizer, ids, n_missing, logprobs, &next);
  return CLI_OK;
}

static gboolean
parse_precision (const char *name, GboxPrecision *precision, GError **error)
{
  g_autoptr (GboxCompletionSpec) spec = gbox_completion_spec_new ();

  if (name != NULL && !gbox_spec_set_from_string (GBOX_SPEC (spec), "precision", name, error))
    return FALSE;
  *precision = name != NULL ? gbox_completion_spec_get_values (spec)->precision : GBOX_PRECISION_INT16;
  return TRUE;
}

int
cli_score (char **argv)
{
  gboolean json = FALSE;
  g_autofree char *model = NULL;
  g_autofree char *precision_name = NULL;
  GboxPrecision precision;
  GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_STRING, &model, "A name from “glassbox-cli models”, or a file", "MODEL" },
    { "precision", 0, 0, G_OPTION_ARG_STRING, &precision_name,
      "int8 (fast), int16 (nearly exact; the default) or float32 (exact)", "NAME" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object, as without it", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("— say how probable a text is to a language model");
  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GError) error = NULL;

  g_option_context_set_description (
    context,
    "Reads standard input to its end and prints {\"ids\", \"logprobs\", \"next\", \"entropy\"}: the "
    "logarithms\n"
    "of the probabilities of all tokens but the first, the 20 most probable next ones, and the entropy of\n"
    "their distribution in nats. Bytes that the model has no token for are left out, told on standard error\n"
    "and counted as \"missing\". Without a text there is nothing to score: that is bad usage.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!cli_parse (context, &words, &error) || !parse_precision (precision_name, &precision, &error))
    return cli_usage_error (argv[0], error);
  if (g_strv_length (words) != 1)
    {
      g_set_error (&error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "the text comes from standard input, not from “%s”.", words[1]);
      return cli_usage_error (argv[0], error);
    }
  return score (model, precision);
}
