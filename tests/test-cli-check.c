/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “check” as scripts meet it. */
#include <json-glib/json-glib.h>
#include <string.h>

#include "cli-testing.h"

#define RIGHT "def is_palindrome(text):\n    return text == text[::-1]\n"
#define WRONG "def is_palindrome(text):\n    return True\n"
#define ENDS  "def is_palindrome(text):\n    raise KeyError\n"

static void
write_file (const char *folder, const char *name, const char *content)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, content, -1, NULL));
}

static void
check_line (const char *line, const char *name, const char *verdict, int passed)
{
  g_autoptr (JsonNode) root = json_from_string (line, NULL);
  JsonObject *object = json_node_get_object (root);

  g_assert_true (g_str_has_suffix (json_object_get_string_member (object, "file"), name));
  g_assert_cmpstr (json_object_get_string_member (object, "verdict"), ==, verdict);
  g_assert_cmpint (json_object_get_int_member (object, "passed"), ==, passed);
  g_assert_cmpint (json_object_get_int_member (object, "of"), ==, 8);
}

/* A line for each file, in their order; a program that does not work is no failure. */
static void
test_programs (void)
{
  g_autofree char *folder = make_folder ();
  g_auto (GStrv) lines = NULL;

  write_file (folder, "right.py", RIGHT);
  write_file (folder, "wrong.py", WRONG);
  write_file (folder, "ends.py", ENDS);
  {
    g_auto (Answer) answer
      = cli (folder, "check --json -c is-palindrome {tmp}/wrong.py {tmp}/right.py {tmp}/ends.py");

    if (strstr (answer.errors, "cannot be run safely") != NULL)
      g_test_skip (answer.errors);
    else
      {
        g_assert_cmpint (answer.code, ==, 0);
        lines = g_strsplit (answer.output, "\n", -1);
        g_assert_cmpuint (g_strv_length (lines), ==, 4);
        check_line (lines[0], "wrong.py", "wrong answer", 5);
        check_line (lines[1], "right.py", "pass", 8);
        check_line (lines[2], "ends.py", "exception", 0);
      }
  }
  remove_folder (g_steal_pointer (&folder));
}

/* What is no program, or no checks, is said in words. */
static void
test_refusals (void)
{
  static const struct
  {
    const char *line;
    const char *words;
  } refusals[] = {
    { "check -c no-such-checks {tmp}/right.py", "smallest-equal, is-palindrome" },
    { "check -c {tmp}/right.py {tmp}/right.py", "holds no checks: it is no JSON object" },
    { "check -c {tmp}/empty.json {tmp}/right.py", "holds no checks: it needs" },
    { "check {tmp}/no-such-file.py", "could not be read" },
    { "check {tmp}/latin.py", "is no text in UTF-8" },
  };
  g_autofree char *folder = make_folder ();

  write_file (folder, "right.py", RIGHT);
  write_file (folder, "latin.py", "# \xe4\n");
  write_file (folder, "empty.json", "{}");
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_auto (Answer) answer = cli (folder, refusals[i].line);

      g_assert_cmpint (answer.code, ==, 1);
      g_assert_cmpstr (answer.output, ==, "");
      g_assert_nonnull (strstr (answer.errors, refusals[i].words));
    }
  remove_folder (g_steal_pointer (&folder));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-check/programs", test_programs);
  g_test_add_func ("/cli-check/refusals", test_refusals);
  return g_test_run ();
}
