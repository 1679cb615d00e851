/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “score” and “complete” as scripts meet them, with a tiny model of the fixtures. */
#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define CHOICE "--max-tokens 9 --temperature 1.3 --top-k 0 --top-p 1 --seed 5"

typedef struct
{
  int code;
  char *output;
  char *errors;
} Answer;

static void
answer_clear (Answer *answer)
{
  g_free (answer->output);
  g_free (answer->errors);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

/* What `@before glassbox-cli @line` answers, with the model. */
static Answer
ask (const char *before, const char *line)
{
  g_autofree char *model = g_test_build_filename (G_TEST_DIST, "fixtures", "transformer-llama.gguf", NULL);
  g_autofree char *full
    = g_strdup_printf ("%s '%s' %s --model '%s'", before, g_getenv ("GBOX_CLI"), line, model);
  const char *const shell[] = { "sh", "-c", full, NULL };
  g_autoptr (GError) error = NULL;
  Answer answer = { 0 };
  g_autoptr (GSubprocess) process
    = g_subprocess_newv (shell, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &answer.output, &answer.errors, &error));
  g_assert_no_error (error);
  answer.code = g_subprocess_get_exit_status (process);
  return answer;
}

/* What it prints; it must succeed. */
static char *
run (const char *before, const char *line)
{
  g_auto (Answer) answer = ask (before, line);

  g_assert_cmpint (answer.code, ==, 0);
  return g_steal_pointer (&answer.output);
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

/* Without a text there are no tokens, and nothing to work with. */
static void
test_empty (void)
{
  static const char *const lines[] = { "score", "inside", "complete", "complete --prompt-file /dev/null" };
  g_autofree char *tokens = run ("printf '' |", "tokenize --plain");
  g_autofree char *begun = run ("printf '' |", "complete --prompt= --max-tokens 1");

  /* The one that begins every text. */
  g_assert_cmpstr (tokens, ==, "{\"ids\":[1]}\n");
  g_assert_cmpstr (begun, !=, "");
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (Answer) answer = ask ("printf '' |", lines[i]);

      g_assert_cmpint (answer.code, ==, 2);
      g_assert_cmpstr (answer.output, ==, "");
      g_assert_nonnull (strstr (answer.errors, "There is no text"));
    }
}

/* What the model has no token for is told, and not read; the rest is. */
static void
test_missing (void)
{
  static const char *const lines[] = { "tokenize", "score", "inside --json" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (Answer) whole = ask ("printf 'ab' |", lines[i]);
      g_auto (Answer) answer = ask ("printf 'a\\004b\\377' |", lines[i]);
      g_auto (Answer) none = ask ("printf '\\377' |", lines[i]);

      g_assert_cmpint (answer.code, ==, 0);
      g_assert_nonnull (
        strstr (answer.errors,
                "no token for 2 of the text's 4 bytes and does not read them; the first is 0x04 at byte 1"));
      g_assert_nonnull (strstr (answer.output, "\"missing\":2"));
      g_assert_null (strstr (whole.output, "\"missing\""));
      g_assert_cmpstr (whole.errors, ==, "");
      g_assert_nonnull (strstr (answer.output, "\"ids\":[1,3,4,5]"));
      g_assert_nonnull (strstr (whole.output, "\"ids\":[1,3,4,5]"));
      g_assert_cmpint (none.code, ==, i == 0 ? 0 : 2);
    }
  {
    g_auto (Answer) answer = ask ("printf 'a\\004b' |", "complete --max-tokens 1");

    g_assert_cmpint (answer.code, ==, 0);
    g_assert_nonnull (strstr (answer.errors, "the first is 0x04 at byte 1"));
  }
}

/* Mistakes that must not pass for something else. */
static void
test_mistakes (void)
{
  static const struct
  {
    const char *line;
    int code;
    const char *words;
  } mistakes[] = {
    { "inside --position -1", 2, "counted from 0" },   { "inside --position 99", 2, "There is no token 99" },
    { "score --model ''", 2, "--model needs a name" }, { "complete --model=", 2, "--model needs a name" },
    { "tokenize -m ''", 2, "--model needs a name" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_auto (Answer) answer = ask ("printf abc |", mistakes[i].line);

      g_assert_cmpint (answer.code, ==, mistakes[i].code);
      g_assert_nonnull (strstr (answer.errors, mistakes[i].words));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-language/score", test_score);
  g_test_add_func ("/cli-language/inside", test_inside);
  g_test_add_func ("/cli-language/complete/json", test_complete_json);
  g_test_add_func ("/cli-language/complete/text", test_complete_text);
  g_test_add_func ("/cli-language/empty", test_empty);
  g_test_add_func ("/cli-language/missing", test_missing);
  g_test_add_func ("/cli-language/mistakes", test_mistakes);
  return g_test_run ();
}
