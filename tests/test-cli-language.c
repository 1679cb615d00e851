/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “score” and “complete” as scripts meet them, with a tiny model of the fixtures. */
#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define CHOICE "--max-tokens 9 --temperature 1.3 --top-k 0 --top-p 1 --seed 5"

/* What `@before glassbox-cli @line` prints, with the model; it must succeed. */
static char *
run (const char *before, const char *line)
{
  g_autofree char *model = g_test_build_filename (G_TEST_DIST, "fixtures", "transformer-llama.gguf", NULL);
  g_autofree char *full
    = g_strdup_printf ("%s '%s' %s --model '%s'", before, g_getenv ("GBOX_CLI"), line, model);
  const char *const shell[] = { "sh", "-c", full, NULL };
  g_autoptr (GError) error = NULL;
  char *output = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (shell, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
  return output;
}

static void
test_score (void)
{
  g_autofree char *output = run ("printf abcab |", "score --precision float32");
  g_autoptr (JsonNode) root = json_from_string (output, NULL);
  JsonObject *object = json_node_get_object (root);
  JsonArray *next = json_object_get_array_member (object, "next");
  double last = 0;

  /* The beginning of the text, the space before it, and five letters. */
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "ids")), ==, 7);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "logprobs")), ==, 6);
  g_assert_cmpuint (json_array_get_length (next), ==, 20);
  g_assert_cmpfloat (json_object_get_double_member (object, "entropy"), >, 0);
  g_assert_cmpfloat (json_object_get_double_member (object, "entropy"), <, log (40));
  for (guint i = 0; i < 20; i++)
    {
      JsonObject *token = json_array_get_object_element (next, i);

      g_assert_cmpfloat (json_object_get_double_member (token, "logprob"), <, last);
      last = json_object_get_double_member (token, "logprob");
      g_assert_true (json_object_has_member (token, "text") && json_object_has_member (token, "id"));
    }
}

/* Each sample's tokens make its text, and its sum of log-probabilities. */
static void
check_lines (const char *output, guint n_samples)
{
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);
  GString *texts[4] = { NULL };
  double logprobs[4] = { 0 };
  guint n_ended = 0;

  for (guint i = 0; i < n_samples; i++)
    texts[i] = g_string_new (NULL);
  for (char **line = lines; **line != '\0'; line++)
    {
      g_autoptr (JsonNode) root = json_from_string (*line, NULL);
      JsonObject *object = json_node_get_object (root);
      const gint64 sample = json_object_get_int_member (object, "sample");

      g_assert_cmpint (sample, <, n_samples);
      if (!json_object_has_member (object, "stop"))
        {
          g_string_append (texts[sample], json_object_get_string_member (object, "text"));
          logprobs[sample] += json_object_get_double_member (object, "logprob");
          continue;
        }
      n_ended++;
      g_assert_true (
        g_str_has_prefix (json_object_get_string_member (object, "completion"), texts[sample]->str));
      g_assert_cmpfloat_with_epsilon (json_object_get_double_member (object, "logprob"), logprobs[sample],
                                      1e-4);
    }
  g_assert_cmpuint (n_ended, ==, n_samples);
  for (guint i = 0; i < n_samples; i++)
    g_string_free (texts[i], TRUE);
}

/* Every layer of the lens and every head, of a text of seven tokens. */
static void
test_inside (void)
{
  g_autofree char *output = run ("printf abcab |", "inside --json");
  g_autoptr (JsonNode) root = json_from_string (output, NULL);
  JsonObject *object = json_node_get_object (root);
  JsonArray *lens = json_object_get_array_member (object, "lens");
  JsonArray *heads = json_object_get_array_member (object, "heads");
  JsonArray *attention = json_object_get_array_member (json_array_get_object_element (heads, 0), "attention");
  double sum = 0;

  g_assert_cmpuint (json_array_get_length (lens) % 7, ==, 0);
  g_assert_cmpuint (json_array_get_length (attention), ==, 7);
  for (guint i = 0; i < 7; i++)
    sum += json_array_get_double_element (attention, i);
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-4);
  for (guint i = 0; i < json_array_get_length (lens); i++)
    {
      JsonObject *cell = json_array_get_object_element (lens, i);

      g_assert_cmpuint (json_array_get_length (json_object_get_array_member (cell, "top")), ==, 5);
      g_assert_cmpfloat (json_object_get_double_member (cell, "probability"), >, 0);
      g_assert_cmpfloat (json_object_get_double_member (cell, "probability"), <=, 1);
    }
}

static void
test_complete_json (void)
{
  g_autofree char *one = run ("GBOX_THREADS=1", "complete --json --prompt abc " CHOICE);
  g_autofree char *again = run ("GBOX_THREADS=3", "complete --json --prompt abc " CHOICE);
  g_autofree char *four = run ("", "complete --json --prompt abc --samples 4 " CHOICE);

  g_assert_cmpstr (one, ==, again);
  check_lines (one, 1);
  check_lines (four, 4);
}

/* The text alone, however the prompt comes. */
static void
test_complete_text (void)
{
  g_autofree char *json = run ("", "complete --json --prompt abc " CHOICE);
  g_autofree char *text = run ("", "complete --prompt abc " CHOICE);
  g_autofree char *piped = run ("printf abc |", "complete " CHOICE);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (json), "\n", -1);
  g_autoptr (JsonNode) root = json_from_string (lines[g_strv_length (lines) - 1], NULL);
  g_autofree char *expected
    = g_strconcat (json_object_get_string_member (json_node_get_object (root), "completion"), "\n", NULL);

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpstr (piped, ==, text);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-language/score", test_score);
  g_test_add_func ("/cli-language/inside", test_inside);
  g_test_add_func ("/cli-language/complete/json", test_complete_json);
  g_test_add_func ("/cli-language/complete/text", test_complete_text);
  return g_test_run ();
}
