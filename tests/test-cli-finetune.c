/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “finetune” as scripts meet it, with a tiny model of the fixtures. */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "cli-json-testing.h"

#define FINETUNE                                                                                             \
  "finetune --json --prompt words --reward characters:ab --batch 8 --length 6 --learning-rate 0.02 "         \
  "--samples 3 --seed 4"

static char *
get_model (void)
{
  return g_test_build_filename (G_TEST_DIST, "fixtures", "transformer-llama.gguf", NULL);
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

static char *
read_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
assert_refused (const char *folder, const char *flags, const char *word)
{
  g_autofree char *model = get_model ();
  g_autofree char *line = g_strdup_printf (FINETUNE " --steps 2 --model %s %s", model, flags);
  g_auto (Answer) answer = cli (folder, line);

  g_test_message ("%s: %s", flags, answer.errors);
  g_assert_cmpint (answer.code, !=, 0);
  g_assert_cmpstr (answer.output, ==, "");
  g_assert_nonnull (strstr (answer.errors, word));
}

/* Only a table of the same kind is replaced, and where nothing can be saved nothing is trained. */
static void
test_places (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *model = get_model ();
  g_autofree char *line
    = g_strdup_printf (FINETUNE " --steps 2 --samples-csv {tmp}/s.csv --csv {tmp}/c.csv --model %s", model);
  g_autoptr (GPtrArray) first = run (folder, line);
  g_autoptr (GPtrArray) second = run (folder, line);
  g_autofree char *samples = read_file (folder, "s.csv");
  g_autofree char *kept = NULL;
  g_autofree char *letter_kept = NULL;

  g_assert_cmpuint (first->len, ==, second->len);
  write_file (folder, "letter.csv", "Dear reader,\n");
  write_file (folder, "model.safetensors", "Dear reader,\n");
  assert_refused (folder, "--csv {tmp}/letter.csv", "no table of curves");
  assert_refused (folder, "--csv {tmp}/s.csv", "no table of curves");
  assert_refused (folder, "--samples-csv {tmp}/c.csv", "no table of completions");
  assert_refused (folder, "--csv {tmp}/new.csv --samples-csv {tmp}/./new.csv", "the same file");
  assert_refused (folder, "--csv {tmp}/x.safetensors --checkpoint {tmp}/x.safetensors", "the same file");
  assert_refused (folder, "--csv {tmp}/nowhere/x.csv", "cannot be written");
  {
    g_autofree char *pipe = g_build_filename (folder, "pipe", NULL);

    g_assert_cmpint (mkfifo (pipe, 0666), ==, 0);
    assert_refused (folder, "--csv {tmp}/pipe", "cannot be written");
  }
  assert_refused (folder, "--checkpoint {tmp}/nowhere/x.safetensors", "could not be written");
  assert_refused (folder, "--checkpoint {tmp}/model.safetensors", "no checkpoint");
  kept = read_file (folder, "s.csv");
  letter_kept = read_file (folder, "letter.csv");
  g_assert_cmpstr (kept, ==, samples);
  g_assert_cmpstr (letter_kept, ==, "Dear reader,\n");
  remove_folder (g_steal_pointer (&folder));
}

/* The curve without what depends on the clock: the ninth column, and the last. */
static char *
drop_times (const char *csv)
{
  g_autoptr (GRegex) regex
    = g_regex_new ("^((?:[^,\n]*,){8})[^,\n]*(.*),[^,\n]*$", G_REGEX_MULTILINE, 0, NULL);

  return g_regex_replace (regex, csv, -1, 0, "\\1\\2", 0, NULL);
}

/* Seconds of each line of a curve. */
static void
assert_growing (const char *csv)
{
  g_auto (GStrv) lines = g_strsplit (csv, "\n", -1);
  double last = 0;

  for (guint i = 1; *lines[i] != '\0'; i++)
    {
      const double seconds = g_ascii_strtod (strrchr (lines[i], ',') + 1, NULL);

      g_assert_cmpfloat (seconds, >, last);
      last = seconds;
    }
}

/* Tables go on where the checkpoint was saved: what came after it then is replaced. */
static void
test_resume_tables (void)
{
  static const char tables[] = "--csv {tmp}/c.csv --samples-csv {tmp}/s.csv";
  static const char again[] = "finetune --json --resume {tmp}/c.safetensors --checkpoint {tmp}/d.safetensors";
  g_autofree char *folder = make_folder ();
  g_autofree char *model = get_model ();
  g_autofree char *whole_line
    = g_strdup_printf (FINETUNE " --steps 6 --csv {tmp}/whole.csv --samples-csv {tmp}/whole-s.csv --model %s",
                       model);
  g_autofree char *half_line
    = g_strdup_printf (FINETUNE " --steps 3 --checkpoint {tmp}/c.safetensors %s --model %s", tables, model);
  g_autofree char *more_line = g_strdup_printf ("%s --steps 5 %s", again, tables);
  g_autofree char *rest_line = g_strdup_printf ("%s --steps 6 %s", again, tables);
  g_autoptr (GPtrArray) whole = run (folder, whole_line);
  g_autoptr (GPtrArray) half = run (folder, half_line);
  g_autoptr (GPtrArray) more = run (folder, more_line);
  g_autofree char *five = read_file (folder, "c.csv");
  g_autofree char *torn = g_strconcat (five, "6,0.", NULL);
  g_autoptr (GPtrArray) rest = NULL;
  g_autofree char *curve = NULL, *whole_curve = NULL, *samples = NULL, *whole_samples = NULL;
  g_autofree char *timeless = NULL, *whole_timeless = NULL;

  write_file (folder, "c.csv", torn);
  rest = run (folder, rest_line);
  g_assert_cmpuint (rest->len, ==, 3 + 2 * 3);
  curve = read_file (folder, "c.csv");
  whole_curve = read_file (folder, "whole.csv");
  timeless = drop_times (curve);
  whole_timeless = drop_times (whole_curve);
  g_assert_cmpstr (timeless, !=, curve);
  g_assert_cmpstr (timeless, ==, whole_timeless);
  assert_growing (curve);
  samples = read_file (folder, "s.csv");
  whole_samples = read_file (folder, "whole-s.csv");
  g_assert_cmpstr (samples, ==, whole_samples);
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

static guint
count_lines (const char *text)
{
  guint n = 0;

  for (const char *at = strchr (text, '\n'); at != NULL; at = strchr (at + 1, '\n'))
    n++;
  return n;
}

/* While the process runs. */
static void
wait_for_lines (GSubprocess *process, const char *folder, const char *name, guint n)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  guint n_lines = 0;

  while (n_lines < n)
    {
      g_autofree char *text = NULL;

      g_assert_nonnull (g_subprocess_get_identifier (process));
      g_usleep (10000);
      if (g_file_get_contents (path, &text, NULL, NULL))
        n_lines = count_lines (text);
    }
}

/* A step is told when it is done, not when a buffer is full. */
static void
test_flushes (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *model = get_model ();
  g_autofree char *line = g_strdup_printf (
    "%s finetune --prompt words --batch 8 --length 6 --steps 100000 --csv %s/c.csv --model %s",
    g_getenv ("GBOX_CLI"), folder, model);
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
    = g_subprocess_newv ((const char *const *) words,
                         G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  g_autofree char *csv = NULL, *output = NULL;

  g_assert_no_error (error);
  wait_for_lines (process, folder, "c.csv", 5);
  g_subprocess_send_signal (process, SIGKILL);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error));
  csv = read_file (folder, "c.csv");
  /* Each row is written before its line; the header has none. */
  g_assert_cmpuint (count_lines (output) + 2, >=, count_lines (csv));
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
  g_test_add_func ("/cli-finetune/places", test_places);
  g_test_add_func ("/cli-finetune/resume-tables", test_resume_tables);
  g_test_add_func ("/cli-finetune/resume-tells", test_resume_tells);
  g_test_add_func ("/cli-finetune/flushes", test_flushes);
  g_test_add_func ("/cli-finetune/full-disk", test_full_disk);
  g_test_add_func ("/cli-finetune/usage", test_usage);
  return g_test_run ();
}
