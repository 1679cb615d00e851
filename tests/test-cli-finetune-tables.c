/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables that “finetune” writes beside what it prints: when, where, and what becomes of those there are.
 */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "cli-finetune-testing.h"

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

static const char three_steps[] = FINETUNE
  " --steps 3 --checkpoint {tmp}/c.safetensors --csv {tmp}/c.csv --samples-csv {tmp}/s.csv --model ";
static const char resume[] = "finetune --json --resume {tmp}/c.safetensors --checkpoint {tmp}/d.safetensors "
                             "--csv {tmp}/c.csv --samples-csv {tmp}/s.csv --steps ";

static void
train_three (const char *folder)
{
  g_autofree char *model = get_model ();
  g_autofree char *line = g_strconcat (three_steps, model, NULL);
  g_autoptr (GPtrArray) objects = run (folder, line);

  g_assert_cmpuint (objects->len, ==, 3 + 2 * 3);
}

/* As a spreadsheet saves a table: with a mark before it, and carriage returns, but not within a text. */
static char *
save_as_spreadsheets_do (const char *folder, const char *name, const char *line_end)
{
  g_autofree char *text = read_file (folder, name);
  g_autoptr (GRegex) regex = g_regex_new (line_end, 0, 0, NULL);
  g_autofree char *lines = g_regex_replace (regex, text, -1, 0, "\r\n", 0, NULL);
  char *saved = g_strconcat ("\xef\xbb\xbf", lines, NULL);

  write_file (folder, name, saved);
  return saved;
}

/* Such tables go on with the ends that their lines have: trained again, they are what they were. */
static void
test_spreadsheet (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *line = g_strconcat (resume, "5", NULL);
  g_autofree char *curve = NULL, *samples = NULL, *curve_again = NULL, *samples_again = NULL;
  g_autofree char *timeless = NULL, *timeless_again = NULL;
  g_auto (Answer) first = { 0 };
  g_auto (Answer) second = { 0 };

  train_three (folder);
  first = cli (folder, line);
  g_assert_cmpint (first.code, ==, 0);
  curve = save_as_spreadsheets_do (folder, "c.csv", "\n");
  samples = save_as_spreadsheets_do (folder, "s.csv", "\n(?=(before|training|after),|$)");
  second = cli (folder, line);
  g_test_message ("%s", second.errors);
  g_assert_cmpint (second.code, ==, 0);
  g_assert_null (strstr (second.errors, "lacks"));
  curve_again = read_file (folder, "c.csv");
  samples_again = read_file (folder, "s.csv");
  timeless = drop_times (curve);
  timeless_again = drop_times (curve_again);
  g_assert_cmpstr (samples_again, ==, samples);
  g_assert_cmpstr (timeless_again, ==, timeless);
  for (const char *at = strchr (curve_again, '\n'); at != NULL; at = strchr (at + 1, '\n'))
    g_assert_true (at[-1] == '\r');
  remove_folder (g_steal_pointer (&folder));
}

/* Steps that a table has no line of are named, and it goes on. */
static void
test_gap (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *line = g_strconcat (resume, "4", NULL);
  g_autofree char *curve = NULL, *longer = NULL;
  g_auto (Answer) answer = { 0 };

  train_three (folder);
  curve = read_file (folder, "c.csv");
  *strstr (curve, "\n2,") = '\0';
  longer = g_strconcat (curve, "\n", NULL);
  write_file (folder, "c.csv", longer);
  answer = cli (folder, line);
  g_test_message ("%s", answer.errors);
  g_assert_cmpint (answer.code, ==, 0);
  g_assert_nonnull (strstr (answer.errors, "c.csv” lacks steps 2 to 3: it is gone on with after step 3."));
  g_assert_null (strstr (answer.errors, "s.csv” lacks"));
  g_free (curve);
  curve = read_file (folder, "c.csv");
  g_assert_true (g_str_has_prefix (curve, longer));
  g_assert_true (g_str_has_prefix (curve + strlen (longer), "4,"));
  remove_folder (g_steal_pointer (&folder));
}

/* Which rows are trained again is told; none goes that is not. */
static void
test_longer (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *to_four = g_strconcat (resume, "4", NULL);
  g_autofree char *to_six = g_strconcat (resume, "6", NULL);
  g_autofree char *curve = NULL, *kept = NULL, *noted = NULL;

  train_three (folder);
  {
    g_auto (Answer) six = cli (folder, to_six);
    g_auto (Answer) four = { 0 };
    g_auto (Answer) again = { 0 };

    g_assert_cmpint (six.code, ==, 0);
    g_assert_null (strstr (six.errors, "c.csv” takes the place"));
    curve = read_file (folder, "c.csv");
    four = cli (folder, to_four);
    g_test_message ("%s", four.errors);
    g_assert_cmpint (four.code, ==, 2);
    g_assert_nonnull (strstr (four.errors, "Row 6 of “"));
    g_assert_nonnull (strstr (
      four.errors,
      "of step 5, while training goes on after step 3 and ends with step 4. Give another file with --csv"));
    kept = read_file (folder, "c.csv");
    g_assert_cmpstr (kept, ==, curve);
    again = cli (folder, to_six);
    g_test_message ("%s", again.errors);
    g_assert_cmpint (again.code, ==, 0);
    g_assert_nonnull (strstr (again.errors, "c.csv” takes the place of rows 5 to 7, later than step 3."));
  }
  noted = g_strconcat (curve, "a note of mine\n", NULL);
  write_file (folder, "c.csv", noted);
  {
    g_auto (Answer) answer = cli (folder, to_six);

    g_assert_cmpint (answer.code, ==, 2);
    g_assert_nonnull (strstr (answer.errors, "Row 8 of “"));
  }
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-finetune-tables/places", test_places);
  g_test_add_func ("/cli-finetune-tables/resume-tables", test_resume_tables);
  g_test_add_func ("/cli-finetune-tables/spreadsheet", test_spreadsheet);
  g_test_add_func ("/cli-finetune-tables/gap", test_gap);
  g_test_add_func ("/cli-finetune-tables/longer", test_longer);
  g_test_add_func ("/cli-finetune-tables/flushes", test_flushes);
  g_test_add_func ("/cli-finetune-tables/full-disk", test_full_disk);
  return g_test_run ();
}
