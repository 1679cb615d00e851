/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “finetune” and “gridworld” as scripts meet them, with a tiny model of the fixtures. */
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#include "cli-testing.h"

#define FINETUNE                                                                                             \
  "finetune --json --prompt words --reward characters:ab --batch 8 --length 6 --learning-rate 0.02 "         \
  "--samples 3 --seed 4"

static char *
get_model (void)
{
  return g_test_build_filename (G_TEST_DIST, "fixtures", "transformer-llama.gguf", NULL);
}

/* The objects of a run's lines; it must succeed. */
static GPtrArray *
run (const char *folder, const char *line)
{
  g_auto (Answer) answer = cli (folder, line);
  g_auto (GStrv) lines = g_strsplit (answer.output, "\n", -1);
  GPtrArray *objects = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);

  if (answer.code != 0)
    g_test_message ("%s", answer.errors);
  g_assert_cmpint (answer.code, ==, 0);
  for (char **at = lines; **at != '\0'; at++)
    {
      JsonNode *node = json_from_string (*at, NULL);

      g_assert_nonnull (node);
      g_ptr_array_add (objects, node);
    }
  return objects;
}

static JsonObject *
get (const GPtrArray *objects, guint i)
{
  g_assert_cmpuint (i, <, objects->len);
  return json_node_get_object (objects->pdata[i]);
}

/* All that does not depend on the clock. */
static void
assert_same_step (JsonObject *a, JsonObject *b)
{
  g_autoptr (GList) names = json_object_get_members (a);

  g_assert_cmpuint (g_list_length (names), ==, 14);
  for (GList *link = names; link != NULL; link = link->next)
    if (strcmp (link->data, "seconds") != 0 && strcmp (link->data, "tokens_per_second") != 0)
      g_assert_cmpfloat (json_object_get_double_member (a, link->data), ==,
                         json_object_get_double_member (b, link->data));
}

/* The table has a line for a completion that was printed, with its text in quotes. */
static void
check_sample (const char *table, JsonObject *completion)
{
  const char *phase = json_object_get_string_member (completion, "phase");
  g_auto (GStrv) parts = g_strsplit (json_object_get_string_member (completion, "completion"), "\"", -1);
  g_autofree char *text = g_strjoinv ("\"\"", parts);
  g_autofree char *end = g_strdup_printf (",\"%s\"\n", text);
  g_autofree char *begin = g_strdup_printf ("\n%s,%d,%d,%d,", phase, g_str_equal (phase, "before") ? 0 : 4,
                                            (int) json_object_get_int_member (completion, "sample"),
                                            (int) json_object_get_int_member (completion, "tokens"));
  const char *line = strstr (table, begin);

  g_assert_nonnull (line);
  g_assert_nonnull (strstr (line, end));
}

static void
test_lines (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *model = get_model ();
  g_autofree char *line
    = g_strconcat (FINETUNE " --steps 4 --csv {tmp}/curve.csv --samples-csv {tmp}/samples.csv --model ",
                   model, NULL);
  g_autoptr (GPtrArray) objects = run (folder, line);
  g_autofree char *csv_path = g_build_filename (folder, "curve.csv", NULL);
  g_autofree char *samples_path = g_build_filename (folder, "samples.csv", NULL);
  g_autofree char *samples = NULL;
  g_autofree char *csv = NULL;
  g_auto (GStrv) rows = NULL;
  double in_csv;

  g_assert_cmpuint (objects->len, ==, 4 + 2 * 3);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (json_object_get_int_member (get (objects, i), "step"), ==, i + 1);
  for (guint i = 0; i < 6; i++)
    {
      JsonObject *completion = get (objects, 4 + i);

      g_assert_cmpstr (json_object_get_string_member (completion, "phase"), ==, i < 3 ? "before" : "after");
      g_assert_cmpint (json_object_get_int_member (completion, "sample"), ==, i % 3);
      g_assert_true (json_object_has_member (completion, "completion"));
    }
  g_assert_true (g_file_get_contents (csv_path, &csv, NULL, NULL));
  rows = g_strsplit (csv, "\n", -1);
  g_assert_cmpuint (g_strv_length (rows), ==, 6);
  g_assert_true (g_str_has_prefix (rows[0], "step,reward_mean,"));
  in_csv = g_ascii_strtod (strchr (rows[2], ',') + 1, NULL);
  g_assert_cmpfloat (in_csv, ==, json_object_get_double_member (get (objects, 1), "reward_mean"));
  g_assert_true (g_file_get_contents (samples_path, &samples, NULL, NULL));
  g_assert_true (
    g_str_has_prefix (samples, "phase,step,sample,tokens,ended,reward,advantage,kl,completion\n"));
  check_sample (samples, get (objects, 4));
  check_sample (samples, get (objects, 4 + 5));
  g_assert_nonnull (strstr (samples, "\ntraining,4,0,"));
  remove_folder (g_steal_pointer (&folder));
}

/* Starts a run that saves after each step, and kills it when it has told of @n steps. Returns how many lines
 * it has told in all. */
static guint
run_and_kill (const char *folder, const char *model, guint n)
{
  g_autofree char *line
    = g_strdup_printf ("%s " FINETUNE
                       " --steps 100000 --checkpoint-every 1 --checkpoint %s/c.safetensors --model %s",
                       g_getenv ("GBOX_CLI"), folder, model);
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
    = g_subprocess_newv ((const char *const *) words, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_autoptr (GDataInputStream) stream = NULL;
  guint n_lines = 0;

  g_assert_no_error (error);
  stream = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  for (;;)
    {
      g_autofree char *text = g_data_input_stream_read_line (stream, NULL, NULL, NULL);

      if (text == NULL)
        break;
      if (++n_lines == n)
        g_subprocess_send_signal (process, SIGKILL);
    }
  g_assert_true (g_subprocess_wait (process, NULL, &error));
  g_assert_true (g_subprocess_get_if_signaled (process));
  return n_lines;
}

/* However it ended, it goes on from its last checkpoint as if nothing had happened. */
static void
test_kill (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *model = get_model ();
  const guint n_steps = run_and_kill (folder, model, 7) + 5;
  g_autofree char *whole_line = g_strdup_printf (FINETUNE " --steps %u --model %s", n_steps, model);
  g_autofree char *rest_line = g_strdup_printf (
    "finetune --json --resume {tmp}/c.safetensors --checkpoint {tmp}/d.safetensors --steps %u", n_steps);
  g_autoptr (GPtrArray) whole = run (folder, whole_line);
  g_autoptr (GPtrArray) rest = run (folder, rest_line);
  const guint n_rest = rest->len - 6;
  GDir *dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_assert_cmpuint (n_rest, >=, 1);
  g_assert_cmpuint (n_rest, <, n_steps);
  for (guint i = 0; i < n_rest; i++)
    assert_same_step (get (whole, n_steps - n_rest + i), get (rest, i));
  for (guint i = 0; i < 6; i++)
    g_assert_cmpstr (json_object_get_string_member (get (whole, n_steps + i), "completion"), ==,
                     json_object_get_string_member (get (rest, n_rest + i), "completion"));
  /* What was being written when it was killed may lie beside it, under another name. */
  while ((name = g_dir_read_name (dir)) != NULL)
    g_test_message ("left: %s", name);
  g_dir_close (dir);
  remove_folder (g_steal_pointer (&folder));
}

static void
test_complete (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *model = get_model ();
  g_autofree char *line
    = g_strconcat (FINETUNE " --steps 9 --checkpoint {tmp}/c.safetensors --model ", model, NULL);
  g_autofree char *base_line
    = g_strconcat ("complete --prompt words --max-tokens 12 --temperature 0 --model ", model, NULL);
  g_autoptr (GPtrArray) objects = run (folder, line);
  g_auto (Answer) base = cli (folder, base_line);
  g_auto (Answer) policy
    = cli (folder, "complete --prompt words --max-tokens 12 --temperature 0 --model {tmp}/c.safetensors");

  g_assert_cmpint (base.code, ==, 0);
  g_assert_cmpint (policy.code, ==, 0);
  g_assert_cmpstr (base.output, !=, policy.output);
  remove_folder (g_steal_pointer (&folder));
}

static double
get_member (JsonObject *object, const char *name)
{
  return json_object_get_double_member (object, name);
}

/* What the reward counts has become more frequent, and each finding says how often a term was there. */
static void
test_what_changed (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *model = get_model ();
  g_autofree char *line
    = g_strconcat (FINETUNE " --steps 30 --checkpoint {tmp}/c.safetensors --model ", model, NULL);
  g_autoptr (GPtrArray) trained = run (folder, line);
  g_autoptr (GPtrArray) findings
    = run (folder, "what-changed --json --policy {tmp}/c.safetensors --samples 70 --text abc");
  guint n_terms = 0, n_tokens = 0, n_others = 0;
  double last = 1;

  for (guint i = 0; i < findings->len; i++)
    {
      JsonObject *finding = get (findings, i);
      const char *kind = json_object_get_string_member (finding, "kind");

      n_terms += json_object_has_member (finding, "z");
      n_others += strcmp (json_object_get_string_member_with_default (finding, "prompts", ""), "other") == 0;
      g_assert_cmpfloat (get_member (finding, "before"), >=, 0);
      g_assert_cmpfloat (get_member (finding, "after"), >=, 0);
      if (strcmp (kind, "perplexity") == 0)
        g_assert_cmpfloat (get_member (finding, "before"), >, 1);
      if (strcmp (kind, "token") != 0)
        continue;
      n_tokens++;
      g_assert_cmpfloat (ABS (get_member (finding, "after") - get_member (finding, "before")), <=, last);
      last = ABS (get_member (finding, "after") - get_member (finding, "before"));
    }
  g_assert_cmpuint (n_terms, >, 10);
  g_assert_cmpuint (n_others, >, 5);
  g_assert_cmpuint (n_tokens, ==, 20);
  remove_folder (g_steal_pointer (&folder));
}

/* The first completion of a step that begins with @prompt, an argument. */
static char *
complete_once (const char *folder, const char *prompt)
{
  g_autofree char *model = get_model ();
  g_autofree char *line = g_strdup_printf (FINETUNE " --steps 1 --model %s %s", model, prompt);
  g_autoptr (GPtrArray) objects = run (folder, line);

  return g_strdup (json_object_get_string_member (get (objects, 1), "completion"));
}

/* A prompt in a file is one. */
static void
test_prompt_file (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "prompt.txt", NULL);
  g_autofree char *from_file = NULL;
  g_autofree char *given = NULL;
  g_auto (Answer) answer = cli (folder, "finetune --prompt-file {tmp}/missing.txt");

  g_assert_cmpint (answer.code, ==, 1);
  g_assert_nonnull (strstr (answer.errors, "prompt could not be read"));
  g_assert_true (g_file_set_contents (path, "others", -1, NULL));
  from_file = complete_once (folder, "--prompt-file {tmp}/prompt.txt");
  given = complete_once (folder, "--prompt others");
  g_assert_cmpstr (from_file, ==, given);
  remove_folder (g_steal_pointer (&folder));
}

/* A table that could not be written does not pass for one. */
static void
test_full_disk (void)
{
  g_autofree char *model = get_model ();
  g_autofree char *line = g_strconcat (FINETUNE " --steps 1 --csv /dev/full --model ", model, NULL);
  g_auto (Answer) answer = cli (NULL, line);

  g_assert_cmpint (answer.code, ==, 1);
  g_assert_nonnull (strstr (answer.errors, "“/dev/full” cannot be written"));
}

static void
test_usage (void)
{
  static const char *const lines[] = { "finetune --reward applause",
                                       "finetune --train everything",
                                       "finetune --checkpoint x.png",
                                       "finetune one",
                                       "gridworld --world S.X",
                                       "gridworld --algorithm magic",
                                       "what-changed" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (Answer) answer = cli (NULL, lines[i]);

      g_assert_cmpint (answer.code, ==, 2);
      g_assert_cmpstr (answer.output, ==, "");
    }
}

static void
test_gridworld (void)
{
  g_autoptr (GPtrArray) objects
    = run (NULL, "gridworld --json --world cliff --algorithm q-learning --episodes 500 --seed 1");
  JsonObject *summary = get (objects, 500);

  g_assert_cmpuint (objects->len, ==, 501);
  g_assert_cmpint (json_object_get_int_member (get (objects, 499), "episode"), ==, 500);
  g_assert_cmpfloat (json_object_get_double_member (get (objects, 0), "return"), <, -100);
  g_assert_true (json_object_get_boolean_member (summary, "greedy_reaches_goal"));
  g_assert_cmpint (json_object_get_int_member (summary, "greedy_length"), ==, 13);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (summary, "greedy_path")), ==, 14);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (summary, "policy")), ==, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-finetune/lines", test_lines);
  g_test_add_func ("/cli-finetune/kill", test_kill);
  g_test_add_func ("/cli-finetune/complete", test_complete);
  g_test_add_func ("/cli-finetune/what-changed", test_what_changed);
  g_test_add_func ("/cli-finetune/prompt-file", test_prompt_file);
  g_test_add_func ("/cli-finetune/full-disk", test_full_disk);
  g_test_add_func ("/cli-finetune/usage", test_usage);
  g_test_add_func ("/cli-finetune/gridworld", test_gridworld);
  return g_test_run ();
}
