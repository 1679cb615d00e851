/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a completed program is to answer: calls of its function and their values. */
#include "language/code-checks.h"

#include "base/error.h"
#include "language-resources.h"
#include "models/json-reading.h"

#include <string.h>

#define FOLDER    "/org/glassbox/Glassbox/engine/checks/"
#define MAX_BYTES (1 << 20)
#define MAX_CALLS 64

struct _GboxCodeChecks
{
  gint n_references; /* atomic */
  char *name;
  char *marker;
  GPtrArray *calls; /* of string */
  GPtrArray *values;
};

static const char *const shipped[] = { "smallest-equal", "is-palindrome", NULL };

GboxCodeChecks *
gbox_code_checks_ref (GboxCodeChecks *checks)
{
  g_atomic_int_inc (&checks->n_references);
  return checks;
}

void
gbox_code_checks_unref (GboxCodeChecks *checks)
{
  if (!g_atomic_int_dec_and_test (&checks->n_references))
    return;
  g_free (checks->name);
  g_free (checks->marker);
  g_ptr_array_unref (checks->calls);
  g_ptr_array_unref (checks->values);
  g_free (checks);
}

static gboolean
add_call (GboxCodeChecks *checks, JsonObject *object)
{
  const char *call = gbox_json_get_string (object, "call");
  const char *value = gbox_json_get_string (object, "value");

  if (call == NULL || value == NULL)
    return FALSE;
  g_ptr_array_add (checks->calls, g_strdup (call));
  g_ptr_array_add (checks->values, g_strdup (value));
  return TRUE;
}

static gboolean
add_calls (GboxCodeChecks *checks, JsonArray *calls)
{
  const guint n = calls != NULL ? json_array_get_length (calls) : 0;

  for (guint i = 0; i < n; i++)
    if (!add_call (checks, gbox_json_node_get_object (json_array_get_element (calls, i))))
      return FALSE;
  return n > 0 && n <= MAX_CALLS;
}

static GboxCodeChecks *
parse (GBytes *bytes, const char *display_name, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object = gbox_json_parse (parser, bytes, MAX_BYTES, display_name, NULL);
  g_autoptr (GboxCodeChecks) checks = NULL;

  if (object == NULL)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                   "%s holds no checks: it is no JSON object of at most 1 MiB. Choose another file.",
                   display_name);
      return NULL;
    }
  checks = g_new0 (GboxCodeChecks, 1);
  checks->n_references = 1;
  checks->name = g_strdup (gbox_json_get_string (object, "name"));
  checks->marker = g_strdup (gbox_json_get_string (object, "marker"));
  checks->calls = g_ptr_array_new_with_free_func (g_free);
  checks->values = g_ptr_array_new_with_free_func (g_free);
  if (checks->name != NULL && checks->marker != NULL && *checks->marker != '\0'
      && add_calls (checks, gbox_json_get_array (object, "calls")))
    return g_steal_pointer (&checks);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
               "%s holds no checks: it needs “name”, “marker” and 1 to %d “calls”, each with “call” and "
               "“value”.",
               display_name, MAX_CALLS);
  return NULL;
}

GboxCodeChecks *
gbox_code_checks_load (const char *name, GError **error)
{
  g_autofree char *path = g_strconcat (FOLDER, name, ".json", NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *content = NULL;
  g_autofree char *display_name = g_filename_display_name (name);
  g_autoptr (GError) why = NULL;
  gsize size;

  if (g_strv_contains (shipped, name))
    {
      bytes = g_resource_lookup_data (gbox_language_get_resource (), path, 0, error);
      return bytes != NULL ? parse (bytes, name, error) : NULL;
    }
  if (!g_file_get_contents (name, &content, &size, &why))
    {
      g_autofree char *names = g_strjoinv (", ", (char **) shipped);

      g_set_error (
        error, GBOX_ERROR, GBOX_ERROR_IO,
        "There are no checks “%s”: it is none of those that come with the program (%s), and no file "
        "that can be read (%s).",
        display_name, names, why->message);
      return NULL;
    }
  bytes = g_bytes_new_take (g_steal_pointer (&content), size);
  return parse (bytes, display_name, error);
}

GboxCodeChecks *
gbox_code_checks_find (const char *prompt)
{
  for (gsize i = 0; shipped[i] != NULL; i++)
    {
      g_autoptr (GboxCodeChecks) checks = gbox_code_checks_load (shipped[i], NULL);

      if (checks != NULL && strstr (prompt, checks->marker) != NULL)
        return g_steal_pointer (&checks);
    }
  return NULL;
}

const char *
gbox_code_checks_get_name (const GboxCodeChecks *checks)
{
  return checks->name;
}

guint
gbox_code_checks_get_n (const GboxCodeChecks *checks)
{
  return checks->calls->len;
}

const char *
gbox_code_checks_get_call (const GboxCodeChecks *checks, guint i)
{
  return g_ptr_array_index (checks->calls, i);
}

const char *
gbox_code_checks_get_value (const GboxCodeChecks *checks, guint i)
{
  return g_ptr_array_index (checks->values, i);
}
