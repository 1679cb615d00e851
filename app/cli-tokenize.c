/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli tokenize: the numbers a language model reads for a text. */
#include "base/error.h"
#include "cli.h"
#include "models/language-file.h"

static GboxTokenizer *
load_tokenizer (const char *model, GError **error)
{
  g_autoptr (GboxCatalogue) catalogue = gbox_catalogue_new (error);
  g_autofree char *path = NULL;

  if (catalogue == NULL)
    return NULL;
  if (model == NULL)
    model = gbox_catalogue_get_default (catalogue, GBOX_MODEL_LANGUAGE);
  path = gbox_catalogue_locate (catalogue, model, error);
  return path != NULL ? gbox_tokenizer_load (path, error) : NULL;
}

static void
print_json (const GArray *ids, gsize n_missing)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  cli_add_ids (builder, ids);
  cli_add_missing (builder, n_missing);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static int
tokenize (const char *model, GboxTokenizeFlags flags)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTokenizer) tokenizer = NULL;
  g_autoptr (GByteArray) text = NULL;
  g_autoptr (GArray) ids = NULL;
  gsize n_missing = 0;

  if ((tokenizer = load_tokenizer (model, &error)) == NULL || (text = cli_read_input (&error)) == NULL)
    return cli_failure (error);
  ids = cli_encode (tokenizer, text, flags, &n_missing);
  print_json (ids, n_missing);
  return CLI_OK;
}

int
cli_tokenize (char **argv)
{
  gboolean json = FALSE, plain = FALSE;
  g_autofree char *model = NULL;
  GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_STRING, &model, "A name from “glassbox-cli models”, or a file", "MODEL" },
    { "plain", 0, 0, G_OPTION_ARG_NONE, &plain, "Take special tokens in the text for ordinary text", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object, as without it", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("— say what numbers a language model reads for a text");
  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GError) error = NULL;

  g_option_context_set_description (
    context,
    "Reads standard input to its end, line ends included, and prints {\"ids\": […]}. The beginning-of-\n"
    "text token is among them where the model was trained with one; of an empty text there are no others.\n"
    "Bytes that the model has no token for are left out, told on standard error and counted as \"missing\".");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!cli_parse (context, &words, &error))
    return cli_usage_error (argv[0], error);
  if (g_strv_length (words) != 1)
    {
      g_set_error (&error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "the text comes from standard input, not from “%s”.", words[1]);
      return cli_usage_error (argv[0], error);
    }
  return tokenize (model, plain ? GBOX_TOKENIZE_BEGIN : GBOX_TOKENIZE_BEGIN | GBOX_TOKENIZE_SPECIAL);
}
