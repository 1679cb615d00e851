/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs that work, that do not, and that would do harm, checked in the sandbox. */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "language/code-check.h"

#define PROMPT "class Solution:\n    def smallestEqual(self, nums):"

#define RIGHT                                                                                                \
  "\n        for i, x in enumerate(nums):\n            if i % 10 == x:\n                return i\n        "  \
  "return -1\n"

typedef struct
{
  GboxCodeSandbox *sandbox; /* NULL where there can be none */
  GboxCodeChecks *checks;
} Fixture;

static void
on_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static GboxCodeSandbox *
open_sandbox (GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  gbox_code_sandbox_open_async (NULL, on_ready, &result);
  return gbox_code_sandbox_open_finish (wait_for (&result), error);
}

/* Two calls: each is a process. */
static GboxCodeChecks *
load_small_checks (void)
{
  static const char json[] = "{\"name\":\"small\",\"marker\":\"def smallestEqual(\",\"calls\":["
                             "{\"call\":\"Solution().smallestEqual([0, 1, 2])\",\"value\":\"0\"},"
                             "{\"call\":\"Solution().smallestEqual([1, 2, 3, 4])\",\"value\":\"-1\"}]}";
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  GboxCodeChecks *checks;

  g_close (g_file_open_tmp (NULL, &path, &error), NULL);
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (path, json, -1, NULL));
  checks = gbox_code_checks_load (path, &error);
  g_assert_no_error (error);
  g_remove (path);
  return checks;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->checks = load_small_checks ();
  fixture->sandbox = open_sandbox (&error);
  if (fixture->sandbox == NULL)
    {
      g_assert_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED);
      g_test_skip (error->message);
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->sandbox, gbox_code_sandbox_unref);
  gbox_code_checks_unref (fixture->checks);
}

static GboxCodeResult *
check (Fixture *fixture, const char *source)
{
  g_autoptr (GboxCodeChecker) checker = gbox_code_checker_new (fixture->sandbox);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GboxCodeResult *answer;

  gbox_code_checker_check_async (checker, fixture->checks, source, NULL, on_ready, &result);
  answer = gbox_code_checker_check_finish (wait_for (&result), &error);
  g_assert_no_error (error);
  return answer;
}

/* What a program does, and what is said of it. */
typedef struct
{
  const char *name;
  const char *completion;
  const char *words;
  GboxCodeVerdict verdict;
  guint passed;
} Case;

static const Case cases[] = {
  { "pass", RIGHT, "passes 2 of 2 checks", GBOX_CODE_PASS, 2 },
  /* What the model writes after the function is no part of it. */
  { "more-after", RIGHT "\n    def f(self): return (\nprint(", "passes 2 of 2 checks", GBOX_CODE_PASS, 2 },
  { "wrong", " return -1", "passes 1 of 2 checks", GBOX_CODE_WRONG, 1 },
  { "exception", " return nums[99]", "IndexError", GBOX_CODE_RAISED, 0 },
  { "exception-later", "\n        return -1 if len(nums) == 4 else nums[99]", "passes 1 of 2 checks",
    GBOX_CODE_RAISED, 1 },
  { "syntax", " return (", "SyntaxError", GBOX_CODE_RAISED, 0 },
  { "exit", " raise SystemExit(0)", "SystemExit", GBOX_CODE_RAISED, 0 },
  { "made-up-exception", " raise type('<b>' + 'x' * 99, (Exception,), {})", NULL, GBOX_CODE_RAISED, 0 },
  { "endless-loop", "\n        while True: pass", "time-out", GBOX_CODE_OUT_OF_TIME, 0 },
  { "memory", " return len(bytearray(1 << 30))", "out of memory", GBOX_CODE_OUT_OF_MEMORY, 0 },
  { "ends-itself", "\n        import os; os._exit(0)", "no answer", GBOX_CODE_SILENT, 0 },
  { "crash", "\n        import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "no answer",
    GBOX_CODE_SILENT, 0 },
  /* The answers' descriptor is the first one free. */
  { "endless-output",
    "\n        import os\n        for fd in range(3, 9):\n            try:\n"
    "                while True: os.write(fd, b'x' * 65536)\n            except OSError: pass",
    "no answer", GBOX_CODE_SILENT, 0 },
};

static void
test_case (Fixture *fixture, gconstpointer data)
{
  const Case *case_ = data;
  g_autofree char *source = gbox_code_join (PROMPT, case_->completion);
  g_autoptr (GboxCodeResult) result = NULL;
  g_autofree char *words = NULL;

  if (fixture->sandbox == NULL)
    return;
  result = check (fixture, source);
  words = gbox_code_result_describe (result);
  g_test_message ("%s", words);
  g_assert_cmpint (result->verdict, ==, case_->verdict);
  g_assert_cmpuint (result->passed, ==, case_->passed);
  g_assert_cmpuint (result->of, ==, 2);
  if (case_->words != NULL)
    g_assert_cmpstr (words, ==, case_->words);
  else
    g_assert_null (strpbrk (words, "<>"));
}

/* What must not be possible: each expression is True where it was refused. */
static const char *const harms[] = {
  "os.listdir('/tmp') == []",
  "refused(lambda: os.fork())",
  "refused(lambda: subprocess.run(['/usr/bin/python3', '-c', '0']))",
  "ctypes.CDLL(None).fork() == -1",
  "ctypes.CDLL(None).unshare(0x10000000) == -1",
  "refused(lambda: open('/written', 'w'))",
  "refused(lambda: open('/usr/lib/written', 'w'))",
  "refused(lambda: open('/dev/written', 'w'))",
  "refused(lambda: socket.socket())",
  "refused(lambda: socket.create_connection(('127.0.0.1', 80), 1))",
  "refused(lambda: open('/tmp/large', 'wb').write(bytes(1 << 25)))",
  "not any(os.path.exists(p) for p in ('/home', '/root', '/etc', '/proc/1', '/sys', '/var', '/bin/sh'))",
  "not [k for k in os.environ if k not in ('PWD', 'LC_CTYPE')]",
  "os.getpid() <= 2",
};

#define HARM_SOURCE                                                                                          \
  "import ctypes, os, socket, subprocess\n"                                                                  \
  "def refused(f):\n"                                                                                        \
  "    try: f()\n"                                                                                           \
  "    except OSError: return True\n"                                                                        \
  "    return False\n"

static void
test_harm (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) call = g_string_new ("");
  g_autoptr (GString) expected = g_string_new ("");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = NULL;
  GboxCodeAnswerKind kind;

  if (fixture->sandbox == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (harms); i++)
    {
      g_string_append_printf (call, "%s%s", i == 0 ? "[" : ", ", harms[i]);
      g_string_append (expected, i == 0 ? "[True" : ", True");
    }
  g_string_append_c (call, ']');
  g_string_append_c (expected, ']');
  gbox_code_sandbox_evaluate_async (fixture->sandbox, HARM_SOURCE, call->str, NULL, on_ready, &result);
  answer = gbox_code_sandbox_evaluate_finish (wait_for (&result), &kind, &error);
  g_assert_no_error (error);
  g_assert_cmpint (kind, ==, GBOX_CODE_VALUE);
  g_assert_cmpstr (answer, ==, expected->str);
}

/* The right programs pass the checks that come with the program. */
static void
test_shipped (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *checks;
    const char *source;
  } right[] = {
    { "smallest-equal", PROMPT RIGHT },
    { "is-palindrome", "def is_palindrome(text):\n    return text == text[::-1]\n" },
  };

  for (gsize i = 0; fixture->sandbox != NULL && i < G_N_ELEMENTS (right); i++)
    {
      g_autoptr (GboxCodeResult) result = NULL;

      gbox_code_checks_unref (fixture->checks);
      fixture->checks = gbox_code_checks_load (right[i].checks, NULL);
      result = check (fixture, right[i].source);
      g_assert_cmpint (result->verdict, ==, GBOX_CODE_PASS);
      g_assert_cmpuint (result->passed, ==, 8);
      g_assert_cmpuint (result->of, ==, 8);
    }
}

/* Killed long before its time was up: that was not the time. Only a machine that took that long to start it
 * could not know. */
static void
test_killed (Fixture *fixture, gconstpointer data)
{
  const gint64 begin = g_get_monotonic_time ();
  g_autoptr (GboxCodeResult) result = NULL;

  if (fixture->sandbox == NULL)
    return;
  result = check (fixture, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)");
  if (g_get_monotonic_time () - begin < GBOX_SANDBOX_CPU_SECONDS * G_USEC_PER_SEC)
    g_assert_cmpint (result->verdict, !=, GBOX_CODE_OUT_OF_TIME);
  g_assert_cmpuint (result->passed, ==, 0);
}

/* An answer that equals everything, and one that the program writes itself: neither knows what is expected.
 */
static void
test_faking (Fixture *fixture, gconstpointer data)
{
  static const char *const sources[] = {
    "class All:\n    def __eq__(self, other): return True\n    def __hash__(self): return 0\n"
    "class Solution:\n    def smallestEqual(self, nums): return All()\n",
    "import os\nfor fd in range(3, 9):\n    try: os.write(fd, b'{\"value\": \"passed\"}\\n')\n"
    "    except OSError: pass\nos._exit(0)\n",
    "import builtins, json\nbuiltins.repr = lambda x: 'True'\n"
    "class Solution:\n    def smallestEqual(self, nums): return True\n",
  };

  for (gsize i = 0; fixture->sandbox != NULL && i < G_N_ELEMENTS (sources); i++)
    {
      g_autoptr (GboxCodeResult) result = check (fixture, sources[i]);

      g_assert_cmpint (result->verdict, ==, GBOX_CODE_WRONG);
      g_assert_cmpuint (result->passed, ==, 0);
    }
}

/* One that runs, one that waits: both end at once, and without an answer. */
static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GboxCodeChecker) checker = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GAsyncResult *results[3] = { NULL, NULL, NULL };

  if (fixture->sandbox == NULL)
    return;
  checker = gbox_code_checker_new (fixture->sandbox);
  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    gbox_code_checker_check_async (checker, fixture->checks, "while True: pass", cancellable, on_ready,
                                   &results[i]);
  g_cancellable_cancel (cancellable);
  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gbox_code_checker_check_finish (wait_for (&results[i]), &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_object_unref (results[i]);
    }
}

static void
test_no_bwrap (void)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autoptr (GError) error = NULL;

  g_setenv ("PATH", "/nowhere", TRUE);
  g_assert_null (open_sandbox (&error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "bubblewrap"));
  g_setenv ("PATH", path, TRUE);
}

/* In place of bubblewrap, first in PATH. */
static char *
make_false_bwrap (const char *script)
{
  char *folder = g_dir_make_tmp ("glassbox-test-XXXXXX", NULL);
  g_autofree char *bwrap = g_build_filename (folder, "bwrap", NULL);
  g_autofree char *path = g_strdup_printf ("%s:%s", folder, g_getenv ("PATH"));

  g_assert_true (g_file_set_contents (bwrap, script, -1, NULL));
  g_assert_cmpint (g_chmod (bwrap, 0700), ==, 0);
  g_setenv ("PATH", path, TRUE);
  return folder;
}

static void
remove_false_bwrap (char *folder, const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_setenv ("PATH", path, TRUE);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (folder, name, NULL);

      g_remove (file);
    }
  g_rmdir (folder);
  g_free (folder);
}

/* A sandbox that never answers is not waited for without end. */
static void
test_endless_trial (void)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  char *folder = make_false_bwrap ("#!/bin/sh\nexec sleep 300\n");
  g_autoptr (GError) error = NULL;

  g_assert_null (open_sandbox (&error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "did not end"));
  remove_false_bwrap (folder, path);
}

/* The first two wait for each other, which only ends well if there are two; each notes how many there are. */
#define COUNTING                                                                                             \
  "#!/bin/sh\ncd \"${0%/*}\"\n"                                                                              \
  "if [ -e counting ]; then\n"                                                                               \
  "touch run-$$ began-$$; ls run-* | wc -l >> counts\n"                                                      \
  "while [ $(ls began-* | wc -l) -lt 2 ]; do sleep 0.01; done\n"                                             \
  "sleep 0.05; ls run-* | wc -l >> counts; rm run-$$\nfi\necho '{\"value\": \"42\"}'\n"

static void
test_two_at_a_time (void)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  char *folder = make_false_bwrap (COUNTING);
  g_autofree char *counting = g_build_filename (folder, "counting", NULL);
  g_autofree char *counts = g_build_filename (folder, "counts", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxCodeSandbox) sandbox = open_sandbox (&error);
  g_autoptr (GboxCodeChecker) checker = NULL;
  g_autoptr (GboxCodeChecks) checks = load_small_checks ();
  g_autofree char *text = NULL;
  GAsyncResult *results[5] = { NULL };

  if (sandbox == NULL)
    {
      g_test_skip (error->message);
      remove_false_bwrap (folder, path);
      return;
    }
  g_assert_true (g_file_set_contents (counting, "", 0, NULL));
  checker = gbox_code_checker_new (sandbox);
  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    gbox_code_checker_check_async (checker, checks, "", NULL, on_ready, &results[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr (GboxCodeResult) result = gbox_code_checker_check_finish (wait_for (&results[i]), &error);

      g_assert_no_error (error);
      g_assert_cmpint (result->verdict, ==, GBOX_CODE_WRONG);
      g_object_unref (results[i]);
    }
  g_assert_true (g_file_get_contents (counts, &text, NULL, NULL));
  for (const char *line = text; *line != '\0'; line = strchr (line, '\n') + 1)
    g_assert_cmpint (atoi (line), <=, 2);
  remove_false_bwrap (folder, path);
}

static void
check_join (const char *prompt, const char *completion, const char *expected)
{
  g_autofree char *source = gbox_code_join (prompt, completion);

  g_assert_cmpstr (source, ==, expected);
}

static void
test_join (void)
{
  check_join ("def f():", " return 1\n\n\n  # all\nprint(1)", "def f(): return 1\n\n\n  # all\n");
  check_join ("def f():\n", "  return 1\nx", "def f():\n  return 1\n");
  check_join ("def f():\n", "x", "def f():\n");
  check_join ("class A:\n\tdef f():", "\n\t\treturn 1\n    x", "class A:\n\tdef f():\n\t\treturn 1\n");
  check_join ("x = ", "1\ny = 2", "x = 1\ny = 2");
  /* What goes on with a statement does not end the function; what only looks like it does. */
  check_join ("def f():\n", "  s = '''\na\n'''\n  return s\nx", "def f():\n  s = '''\na\n'''\n  return s\n");
  check_join ("def f():\n", "  return (\n1,\n)\nx", "def f():\n  return (\n1,\n)\n");
  check_join ("def f():\n", "  return \\\n1\nx", "def f():\n  return \\\n1\n");
  check_join ("def f():\n", "  s = '(' # ''' \\\nx", "def f():\n  s = '(' # ''' \\\n");
  check_join ("def f():\n", "  s = '\\'('\nx", "def f():\n  s = '\\'('\n");
  check_join ("def f():\n", "  s = 'open\nx", "def f():\n  s = 'open\n");
  check_join ("\"\"\"\n  def g():\n\"\"\"\ndef f():\n", " 1\nx",
              "\"\"\"\n  def g():\n\"\"\"\ndef f():\n 1\n");
  check_join ("", "", "");
}

static void
test_checks (void)
{
  static const char *const bad[] = { "{}", "[]", "{\"name\":\"a\",\"marker\":\"b\",\"calls\":[]}",
                                     "{\"name\":\"a\",\"marker\":\"b\",\"calls\":[{\"call\":\"1\"}]}" };
  g_autoptr (GboxCodeChecks) found = gbox_code_checks_find (PROMPT);
  g_autofree char *path = NULL;

  g_assert_nonnull (found);
  g_assert_cmpstr (gbox_code_checks_get_name (found), ==, "smallest-equal");
  g_assert_null (gbox_code_checks_find ("Good morning"));
  g_clear_pointer (&found, gbox_code_checks_unref);
  found = gbox_code_checks_find ("def is_palindrome(text):");
  g_assert_cmpstr (gbox_code_checks_get_name (found), ==, "is-palindrome");
  g_close (g_file_open_tmp (NULL, &path, NULL), NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, bad[i], -1, NULL));
      g_assert_null (gbox_code_checks_load (path, &error));
      g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE);
    }
  g_remove (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/code-check/join", test_join);
  g_test_add_func ("/code-check/checks", test_checks);
  g_test_add_func ("/code-check/no-bwrap", test_no_bwrap);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/code-check/case/", cases[i].name, NULL);

      g_test_add (path, Fixture, &cases[i], set_up, test_case, tear_down);
    }
  g_test_add_func ("/code-check/endless-trial", test_endless_trial);
  g_test_add_func ("/code-check/two-at-a-time", test_two_at_a_time);
  g_test_add ("/code-check/killed", Fixture, NULL, set_up, test_killed, tear_down);
  g_test_add ("/code-check/harm", Fixture, NULL, set_up, test_harm, tear_down);
  g_test_add ("/code-check/shipped", Fixture, NULL, set_up, test_shipped, tear_down);
  g_test_add ("/code-check/faking", Fixture, NULL, set_up, test_faking, tear_down);
  g_test_add ("/code-check/cancel", Fixture, NULL, set_up, test_cancel, tear_down);
  return g_test_run ();
}
