/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli inside: what each layer of a language model would say next, and where its heads look. */
#include "base/error.h"
#include "cli.h"
#include "language/induction.h"
#include "language/inside.h"
#include "models/token-decoder.h"
#include "models/token-description.h"

#include <string.h>

/* Of the text's tokens, where none is asked for. */
#define LAST G_MININT

typedef struct
{
  GboxTokenizer *tokenizer;
  const int *tokens;
  int n;
  gsize n_missing; /* bytes of the text */
  const GboxInside *inside;
  const float *scores; /* (nullable): (n_layers, n_heads) */
} Findings;

/* A token as one sees it; what is no text of its own shows as U+FFFD. */
static char *
describe_token (GboxTokenizer *tokenizer, int id)
{
  g_autoptr (GboxTokenDecoder) decoder = gbox_token_decoder_new (tokenizer, FALSE);
  GString *text = g_string_new (NULL);

  gbox_token_decoder_push (decoder, id, text);
  gbox_token_decoder_finish (decoder, text);
  return g_string_free (text, FALSE);
}

/* On one line, with bytes that are a part of a character as such. */
static char *
show_token (GboxTokenizer *tokenizer, int id)
{
  g_autofree char *text = gbox_token_describe (tokenizer, id);
  GString *shown = g_string_new (NULL);

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      const gunichar character = g_utf8_get_char (at);

      if (character == '\n')
        g_string_append (shown, "↵");
      else if (character == '\t')
        g_string_append (shown, "⇥");
      else if (g_unichar_iscntrl (character))
        g_string_append_printf (shown, "\\x%02x", character);
      else
        g_string_append_unichar (shown, character);
    }
  return g_string_free (shown, FALSE);
}

/* The token of the text that a head looks at most, of those at the end that counts as much the last. */
static int
find_strongest (const float *attention, int n)
{
  int best = 0;

  for (int i = 1; i < n; i++)
    if (attention[i] >= attention[best])
      best = i;
  return best;
}

static void
add_token (JsonBuilder *builder, const char *member, GboxTokenizer *tokenizer, int id)
{
  g_autofree char *text = describe_token (tokenizer, id);

  cli_add_text (builder, member, text);
}

static void
add_cell (JsonBuilder *builder, const Findings *findings, int layer, int row)
{
  const GboxLensCell *cell = gbox_inside_get_cell (findings->inside, layer, row);
  const int position = findings->n - gbox_inside_get_n_rows (findings->inside) + row;

  json_builder_begin_object (builder);
  cli_add_integer (builder, "layer", layer);
  cli_add_integer (builder, "position", position);
  cli_add_number (builder, "probability", (double) cell->probability);
  cli_add_integer (builder, "rank", cell->rank);
  json_builder_set_member_name (builder, "top");
  json_builder_begin_array (builder);
  for (int i = 0; i < GBOX_INSIDE_N_TOP; i++)
    {
      json_builder_begin_object (builder);
      cli_add_integer (builder, "id", cell->top[i].id);
      add_token (builder, "text", findings->tokenizer, cell->top[i].id);
      cli_add_number (builder, "probability", (double) cell->top[i].probability);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
add_head (JsonBuilder *builder, const Findings *findings, int layer, int head)
{
  const float *attention = gbox_inside_get_attention (findings->inside, layer, head);

  json_builder_begin_object (builder);
  cli_add_integer (builder, "layer", layer);
  cli_add_integer (builder, "head", head);
  if (findings->scores != NULL)
    {
      const float score = findings->scores[layer * gbox_inside_get_n_heads (findings->inside) + head];

      cli_add_number (builder, "induction_score", (double) score);
      json_builder_set_member_name (builder, "induction");
      json_builder_add_boolean_value (builder, score >= GBOX_INDUCTION_THRESHOLD);
    }
  json_builder_set_member_name (builder, "attention");
  json_builder_begin_array (builder);
  for (int i = 0; i < findings->n; i++)
    json_builder_add_double_value (builder, (double) attention[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
print_json (const Findings *findings)
{
  const GboxInside *inside = findings->inside;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (int));

  g_array_append_vals (ids, findings->tokens, (guint) findings->n);
  json_builder_begin_object (builder);
  cli_add_ids (builder, ids);
  cli_add_missing (builder, findings->n_missing);
  json_builder_set_member_name (builder, "lens");
  json_builder_begin_array (builder);
  for (int row = 0; row < gbox_inside_get_n_rows (inside); row++)
    for (int layer = 0; layer <= gbox_inside_get_n_layers (inside); layer++)
      add_cell (builder, findings, layer, row);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "heads");
  json_builder_begin_array (builder);
  for (int layer = 0; layer < gbox_inside_get_n_layers (inside); layer++)
    for (int head = 0; head < gbox_inside_get_n_heads (inside); head++)
      add_head (builder, findings, layer, head);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
print_lens (const Findings *findings)
{
  const int last = gbox_inside_get_n_rows (findings->inside) - 1;

  g_print (
    "What each layer would say next (the logit lens), and how probable it finds what the last one says:\n");
  for (int layer = 0; layer <= gbox_inside_get_n_layers (findings->inside); layer++)
    {
      const GboxLensCell *cell = gbox_inside_get_cell (findings->inside, layer, last);
      g_autofree char *text = show_token (findings->tokenizer, cell->top[0].id);
      g_autofree char *place = layer == 0 ? g_strdup ("embedding") : g_strdup_printf ("layer %d", layer - 1);

      g_print ("  %-10s %.4f rank %-6d “%s” %.4f\n", place, (double) cell->probability, cell->rank, text,
               (double) cell->top[0].probability);
    }
}

static void
print_heads (const Findings *findings)
{
  const GboxInside *inside = findings->inside;
  const int n_heads = gbox_inside_get_n_heads (inside), n = gbox_inside_get_n_layers (inside) * n_heads;
  int n_found = 0;

  g_print (
    "\nInduction heads (they look for what came after the same token before), and where they look now:\n");
  for (int i = 0; i < n; i++)
    if (findings->scores[i] >= GBOX_INDUCTION_THRESHOLD)
      {
        const float *attention = gbox_inside_get_attention (inside, i / n_heads, i % n_heads);
        const int position = find_strongest (attention, findings->n);
        g_autofree char *text = show_token (findings->tokenizer, findings->tokens[position]);

        g_print ("  layer %2d head %2d  score %.2f  token %d “%s” %.2f\n", i / n_heads, i % n_heads,
                 (double) findings->scores[i], position, text, (double) attention[position]);
        n_found++;
      }
  g_print ("The other %d of %d heads, and all that each looks at, are in what --json prints.\n", n - n_found,
           n);
}

static int
look (GboxLanguageModel *model, const GArray *ids, gsize n_missing, int n, gboolean json)
{
  g_autoptr (GboxTeam) team = gbox_team_new (0);
  g_autoptr (GError) error = NULL;
  GboxTransformer *transformer = gbox_language_model_get_transformer (model);
  const int *tokens = (const int *) (gconstpointer) ids->data;
  g_autoptr (GboxInside) inside
    = gbox_inside_new (transformer, team, GBOX_PRECISION_INT16, tokens, n, &error);
  g_autoptr (GboxInduction) induction = NULL;
  Findings findings;

  if (inside == NULL)
    return cli_failure (error);
  while (gbox_inside_step (inside))
    ;
  /* A model that reads only short texts cannot be tested. */
  induction = gbox_induction_new (transformer, team, GBOX_PRECISION_INT8, &error);
  while (induction != NULL && gbox_induction_step (induction))
    ;
  findings = (Findings){ .tokenizer = gbox_language_model_get_tokenizer (model),
                         .tokens = tokens,
                         .n = n,
                         .n_missing = n_missing,
                         .inside = inside,
                         .scores = induction != NULL ? gbox_induction_get_scores (induction) : NULL };
  if (json)
    print_json (&findings);
  else
    {
      print_lens (&findings);
      if (induction != NULL)
        print_heads (&findings);
      else
        g_printerr ("Induction heads were not looked for: %s\n", error->message);
    }
  return CLI_OK;
}

static int
run (const char *name, int position, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxModelStore) store = gbox_model_store_new (&error);
  g_autoptr (GboxLanguageModel) model
    = store != NULL ? gbox_model_store_get_language_model (store, name, &error) : NULL;
  g_autoptr (GByteArray) text = model != NULL ? cli_read_text (&error) : NULL;
  g_autoptr (GArray) ids = NULL;

  gsize n_missing;

  if (text == NULL
      || (ids = cli_encode_text (gbox_language_model_get_tokenizer (model), text, &n_missing, &error))
           == NULL)
    return cli_failure (error);
  if (position >= (int) ids->len)
    {
      g_set_error (&error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "There is no token %d: the text has %u tokens, from 0 on.", position, ids->len);
      return cli_failure (error);
    }
  return look (model, ids, n_missing, position != LAST ? position + 1 : (int) ids->len, json);
}

int
cli_inside (char **argv)
{
  gboolean json = FALSE;
  g_autofree char *model = NULL;
  int position = LAST;
  GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_STRING, &model, "A name from “glassbox-cli models”, or a file", "MODEL" },
    { "position", 0, 0, G_OPTION_ARG_INT, &position,
      "Which token to look at, from 0 on; the last one where it is not given", "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object with all layers, tokens and heads",
      NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context
    = g_option_context_new ("— look inside a language model as it says what comes next");
  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GError) error = NULL;

  g_option_context_set_description (
    context,
    "Reads standard input to its end. Prints what each layer would say after the token looked at, and\n"
    "where the heads look that find repetitions. With --json {\"ids\", \"lens\", \"heads\"}: of the last 12\n"
    "tokens what every layer would say (layer 0 is the embedding), and the attention of every head. Bytes\n"
    "that the model has no token for are left out, told on standard error and counted as \"missing\".\n"
    "Without a text there is nothing to look at: that is bad usage.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!cli_parse (context, &words, &error))
    return cli_usage_error (argv[0], error);
  if (g_strv_length (words) != 1)
    {
      g_set_error (&error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "the text comes from standard input, not from “%s”.", words[1]);
      return cli_usage_error (argv[0], error);
    }
  if (position < 0 && position != LAST)
    {
      g_set_error (&error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "tokens are counted from 0 on: there is none with the number %d.", position);
      return cli_usage_error (argv[0], error);
    }
  return run (model, position, json);
}
