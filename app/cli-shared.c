/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parsing, printing and loading that the subcommands share. */
#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/number-text.h"
#include "cli.h"
#include "models/missing-bytes.h"

/* Far more than any model reads; working on it takes up to 64 times the memory. */
#define MAX_BYTES (16 << 20)

int
cli_usage_error (const char *command, const GError *error)
{
  g_printerr ("%s: %s\n“%s --help” shows what it understands.\n", command, error->message, command);
  return CLI_USAGE;
}

int
cli_failure (const GError *error)
{
  g_printerr ("%s: %s\n", g_get_prgname (), error->message);
  return g_error_matches (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT) ? CLI_USAGE : CLI_FAILED;
}

int
cli_failed_check (const char *command, const GError *error)
{
  const gboolean is_usage
    = error->domain == G_OPTION_ERROR || g_error_matches (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);

  return is_usage ? cli_usage_error (command, error) : cli_failure (error);
}

gboolean
cli_parse (GOptionContext *context, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) owned = context;

  return g_option_context_parse_strv (owned, argv, error);
}

/* The generator writes 17 digits of every number, 3.3561179999999999 for 3.356118. */
static void
append_number (GString *text, const char *number, gsize n)
{
  g_autofree char *digits = g_strndup (number, n);
  g_autofree char *shortest = NULL;

  if (strpbrk (digits, ".eE") == NULL)
    {
      g_string_append (text, digits);
      return;
    }
  shortest = gbox_number_to_text (g_ascii_strtod (digits, NULL));
  g_string_append (text, shortest);
  if (strpbrk (shortest, ".eE") == NULL)
    g_string_append (text, ".0"); /* no whole number to those who tell them apart */
}

static char *
shorten_numbers (const char *json)
{
  GString *text = g_string_new (NULL);
  gboolean in_string = FALSE;

  for (const char *p = json; *p != '\0';)
    {
      const gsize n = in_string ? 0 : strspn (p, "+-.0123456789");
      /* Letters are a number's only behind a digit. */
      const gsize n_all = n > 0 ? n + strspn (p + n, "eE+-0123456789") : *p == '\\' ? 2 : 1;

      if (n > 0)
        append_number (text, p, n_all);
      else
        g_string_append_len (text, p, (gssize) n_all);
      in_string = *p == '"' ? !in_string : in_string;
      p += n_all;
    }
  return g_string_free (text, FALSE);
}

void
cli_print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *json = json_to_string (root, FALSE);
  g_autofree char *text = shorten_numbers (json);

  g_print ("%s\n", text);
  fflush (stdout);
}

gboolean
cli_parse_position (const char *text, int *y, int *x, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  guint64 values[2];

  if (g_strv_length (parts) != 2
      || !g_ascii_string_to_unsigned (g_strstrip (parts[0]), 10, 0, G_MAXINT, &values[0], NULL)
      || !g_ascii_string_to_unsigned (g_strstrip (parts[1]), 10, 0, G_MAXINT, &values[1], NULL))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "“%s” is no position; write row and column as Y,X, e.g. --at 7,7.", text);
      return FALSE;
    }
  *y = (int) values[0];
  *x = (int) values[1];
  return TRUE;
}

int
cli_find_layer (GboxNetwork *network, const char *name, GError **error)
{
  g_autoptr (GString) names = NULL;
  int layer = gbox_network_find_layer (network, name);

  if (layer >= 0)
    return layer;
  names = g_string_new (NULL);
  for (guint i = 0; i < gbox_network_get_n_layers (network); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", gbox_network_get_layer (network, i)->name);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "%s has no layer “%s”; its layers are %s.",
               gbox_network_get_title (network), name, names->str);
  return -1;
}

/* All of @file, which messages call @name. */
static GByteArray *
read_bounded (FILE *file, const char *name, GError **error)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();
  guint8 part[65536];
  gsize n;

  while ((n = fread (part, 1, sizeof part, file)) > 0)
    {
      g_byte_array_append (text, part, (guint) n);
      if (text->len > MAX_BYTES)
        {
          g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                       "%s is longer than 16 MiB. Split the text into parts.", name);
          return NULL;
        }
    }
  if (ferror (file))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "%s could not be read: %s.", name, g_strerror (errno));
      return NULL;
    }
  return g_steal_pointer (&text);
}

GByteArray *
cli_read_input (GError **error)
{
  return read_bounded (stdin, "Standard input", error);
}

GByteArray *
cli_read_file (const char *path, GError **error)
{
  g_autofree char *display_name = g_filename_display_name (path);
  g_autofree char *quoted = g_strdup_printf ("“%s”", display_name);
  FILE *file = g_fopen (path, "re");
  GByteArray *text;

  if (file == NULL)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "%s could not be read: %s.", quoted, g_strerror (errno));
      return NULL;
    }
  text = read_bounded (file, quoted, error);
  fclose (file);
  return text;
}

GByteArray *
cli_read_text (GError **error)
{
  g_autoptr (GByteArray) text = cli_read_input (error);

  if (text == NULL || text->len > 0)
    return g_steal_pointer (&text);
  g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                       "There is no text: standard input is empty. Give some.");
  return NULL;
}

GArray *
cli_encode (GboxTokenizer *tokenizer, const GByteArray *text, GboxTokenizeFlags flags, gsize *n_missing)
{
  const char *data = (const char *) text->data;
  GArray *ids = gbox_tokenizer_encode (tokenizer, data, text->len, flags);
  g_autofree char *words = gbox_missing_bytes_describe (tokenizer, data, text->len, ids, flags);
  gsize first;

  *n_missing = gbox_missing_bytes_count (tokenizer, data, text->len, ids, flags, &first);
  if (words != NULL)
    g_printerr ("%s: %s\n", g_get_prgname (), words);
  return ids;
}

GArray *
cli_encode_text (GboxTokenizer *tokenizer, const GByteArray *text, gsize *n_missing, GError **error)
{
  g_autoptr (GArray) ids
    = cli_encode (tokenizer, text, GBOX_TOKENIZE_BEGIN | GBOX_TOKENIZE_SPECIAL, n_missing);

  if (*n_missing < text->len)
    return g_steal_pointer (&ids);
  g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                       "Of this text the model reads nothing. Give another.");
  return NULL;
}

void
cli_add_missing (JsonBuilder *builder, gsize n_missing)
{
  if (n_missing > 0)
    cli_add_integer (builder, "missing", (gint64) n_missing);
}

void
cli_add_ids (JsonBuilder *builder, const GArray *ids)
{
  json_builder_set_member_name (builder, "ids");
  json_builder_begin_array (builder);
  for (guint i = 0; i < ids->len; i++)
    json_builder_add_int_value (builder, g_array_index (ids, int, i));
  json_builder_end_array (builder);
}

void
cli_add_number (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

void
cli_add_integer (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

void
cli_add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

char **
cli_spell_out (char **argv, const CliShortFlag *flags, guint n_flags)
{
  GPtrArray *words = g_ptr_array_new ();

  for (char **word = argv; *word != NULL; word++)
    {
      const char *flag = NULL;

      for (guint i = 0; i < n_flags; i++)
        if ((*word)[0] == '-' && (*word)[1] == flags[i].letter)
          flag = flags[i].flag;
      if (flag == NULL)
        g_ptr_array_add (words, g_strdup (*word));
      else
        g_ptr_array_add (words,
                         (*word)[2] == '\0' ? g_strdup (flag) : g_strconcat (flag, "=", *word + 2, NULL));
    }
  g_ptr_array_add (words, NULL);
  return (char **) g_ptr_array_free (words, FALSE);
}

gboolean
cli_check_output (const char *path, GError **error)
{
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;

  if (path == NULL)
    return TRUE;
  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "There is no folder “%s” to save into; make it first.",
                 folder);
  else if (g_file_test (path, G_FILE_TEST_IS_DIR))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "“%s” is a folder; give the name of a file.", path);
  else if (g_access (folder, W_OK) != 0)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO,
                 "Nothing can be saved into the folder “%s” (%s); choose another one.", folder,
                 g_strerror (errno));
  else
    return TRUE;
  return FALSE;
}

gboolean
cli_is_same_file (const char *a, const char *b)
{
  g_autoptr (GFile) file = g_file_new_for_path (a);
  g_autoptr (GFile) other = g_file_new_for_path (b);
  GStatBuf status, other_status;

  if (g_stat (a, &status) == 0 && g_stat (b, &other_status) == 0)
    return status.st_dev == other_status.st_dev && status.st_ino == other_status.st_ino;
  return g_file_equal (file, other);
}
