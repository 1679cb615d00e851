/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “finetune” as scripts meet it, with a tiny model of the fixtures. */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "cli-finetune-testing.h"

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
  g_auto (Answer) long_text = cli (folder, "what-changed --policy {tmp}/c.safetensors");
  guint n_terms = 0, n_tokens = 0, n_others = 0;
  double last = 1;

  g_assert_cmpint (long_text.code, ==, 2);
  g_assert_nonnull (strstr (long_text.errors, "give a shorter one with --text"));

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
  g_assert_nonnull (strstr (answer.errors, "could not be read"));
  g_assert_true (g_file_set_contents (path, "others", -1, NULL));
  from_file = complete_once (folder, "--prompt-file {tmp}/prompt.txt");
  given = complete_once (folder, "--prompt others");
  g_assert_cmpstr (from_file, ==, given);
  remove_folder (g_steal_pointer (&folder));
}

/* A text may come through a pipe, but has an end. */
static void
test_prompt_bounds (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);
  g_autofree char *command = g_strdup_printf ("printf others >'%s'", fifo);
  char *words[] = { (char *) "/bin/sh", (char *) "-c", command, NULL };
  g_autofree char *piped = NULL;
  g_autofree char *given = complete_once (folder, "--prompt others");

  for (gsize i = 0; i < 2; i++)
    {
      g_auto (Answer) answer = cli (NULL, i == 0 ? "finetune --prompt-file /dev/zero"
                                                 : "complete --model x --prompt-file /dev/zero");

      g_assert_cmpint (answer.code, ==, 1);
      g_assert_nonnull (strstr (answer.errors, "longer than 16 MiB"));
    }
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_true (g_spawn_async (NULL, words, NULL, 0, NULL, NULL, NULL, NULL));
  piped = complete_once (folder, "--prompt-file {tmp}/fifo");
  g_assert_cmpstr (piped, ==, given);
  remove_folder (g_steal_pointer (&folder));
}

/* What is gone on from is said, and what is another than it was. */
static void
test_resume_tells (void)
{
  static const char again[] = "finetune --json --resume {tmp}/c.safetensors --checkpoint {tmp}/d.safetensors";
  g_autofree char *folder = make_folder ();
  g_autofree char *model = get_model ();
  g_autofree char *line
    = g_strdup_printf (FINETUNE " --steps 2 --checkpoint {tmp}/c.safetensors --model %s", model);
  g_autofree char *other_line = g_strdup_printf ("%s --steps 3 --reward length", again);
  g_autofree char *block_line = g_strdup_printf ("%s --steps 3 --train last-block", again);
  g_autoptr (GPtrArray) objects = run (folder, line);
  g_auto (Answer) other = cli (folder, other_line);
  g_auto (Answer) block = cli (folder, block_line);
  g_auto (Answer) done = cli (folder, again);

  g_assert_cmpint (other.code, ==, 0);
  g_assert_nonnull (
    strstr (other.errors, "after step 2, with the prompt “words” and the reward characters:ab"));
  g_assert_nonnull (strstr (other.errors, "--reward is “length”, no longer “characters:ab”"));
  g_assert_null (strstr (other.errors, "--steps"));
  g_assert_nonnull (strstr (other.errors, "saved into “"));
  g_assert_nonnull (strstr (other.errors, "d.safetensors”"));
  g_assert_cmpint (block.code, ==, 1);
  g_assert_nonnull (strstr (block.errors, "was finetuned in its head"));
  g_assert_cmpint (done.code, ==, 2);
  g_assert_nonnull (strstr (done.errors, "after 2 steps already"));
  remove_folder (g_steal_pointer (&folder));
}

/* A folder is there, but no checkpoint. */
static void
test_folder (void)
{
  g_autofree char *folder = make_folder ();
  g_auto (Answer) answer = cli (folder, "finetune --resume {tmp}");

  g_assert_cmpint (answer.code, ==, 1);
  g_assert_nonnull (strstr (answer.errors, "” is a folder. Name a file in it."));
  remove_folder (g_steal_pointer (&folder));
}

static void
test_usage (void)
{
  static const char *const lines[] = { "finetune --reward applause", "finetune --train everything",
                                       "finetune --checkpoint x.png", "finetune one", "what-changed" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (Answer) answer = cli (NULL, lines[i]);

      g_assert_cmpint (answer.code, ==, 2);
      g_assert_cmpstr (answer.output, ==, "");
    }
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
  g_test_add_func ("/cli-finetune/prompt-bounds", test_prompt_bounds);
  g_test_add_func ("/cli-finetune/resume-tells", test_resume_tells);
  g_test_add_func ("/cli-finetune/folder", test_folder);
  g_test_add_func ("/cli-finetune/usage", test_usage);
  return g_test_run ();
}
