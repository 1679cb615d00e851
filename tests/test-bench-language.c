/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “glassbox-cli bench language”: its cases, what it prints, and how it takes a peer that fails. */
#include "bench-language-case.h"
#include "bench-language-testing.h"

static Answer
bench (const char *flags)
{
  return bench_tiny ("language", flags);
}

/* No two cases are called the same, and each can be asked for. */
static void
test_cases (void)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  char *none[] = { (char *) "nothing-like-this", NULL };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < bench_language_get_n_cases (); i++)
    {
      const BenchLanguageCase *work = bench_language_get_case (i);
      char *only[] = { (char *) work->name, NULL };

      g_assert_true (g_hash_table_add (names, (gpointer) work->name));
      g_assert_true (bench_language_is_wanted (work->name, only));
      g_assert_true (bench_language_check_names (only, NULL));
      g_assert_nonnull (strstr (work->name, bench_precision_get_name (work->precision)));
    }
  g_assert_false (bench_language_is_wanted ("decode/int8", none));
  g_assert_false (bench_language_check_names (none, &error));
  g_assert_nonnull (strstr (error->message, "decode/int8"));
}

static void
test_json (void)
{
  g_auto (Answer) answer = bench ("--no-peer --json --repeats 2 --parts --only decode --only prompt-256/int8 "
                                  "--only sequences-8/int16 --only load --only logits");
  g_autoptr (GPtrArray) lines = parse_lines (answer.output);
  JsonObject *object;

  g_assert_cmpstr (answer.errors, ==,
                   "timing load …\ntiming logits …\ntiming decode/int8 …\ntiming decode/int16 …\n"
                   "timing prompt-256/int8 …\ntiming sequences-8/int16 …\n");
  g_assert_cmpint (answer.code, ==, 0);
  g_assert_true (json_object_get_null_member (find_line (lines, "machine", NULL), "llama_cpp"));
  object = find_line (lines, "load", NULL);
  assert_times (object, "milliseconds", 2);
  assert_times (object, "first_milliseconds", 2);
  g_assert_cmpfloat (json_object_get_double_member (object, "file_mbytes"), >, 0);
  g_assert_cmpfloat (json_object_get_double_member (object, "peak_mbytes"), >, 0);
  g_assert_cmpuint (count_lines (lines, "logits"), ==, 2);
  g_assert_cmpuint (count_lines (lines, "case"), ==, 4);
  assert_times (find_line (lines, "case", "sequences-8/int16"), "tokens_per_second", 2);
  assert_times (find_line (lines, "parts", "prompt-256/int8"), "milliseconds", 2);
  g_assert_cmpuint (count_lines (lines, "part"), ==, 4 * GBOX_LANGUAGE_BENCH_N_PARTS);
  object = find_line (lines, "part", "decode/int16");
  g_assert_cmpstr (json_object_get_string_member (object, "part"), ==, "embedding");
  g_assert_cmpfloat (json_object_get_double_member (object, "share"), <, 1);
}

static void
test_text (void)
{
  static const char *const expected[]
    = { "without llama.cpp", "times the file", "logits of int8", "decode/int8", "attention", "sampler" };
  g_auto (Answer) answer = bench ("--no-peer --repeats 1 --only decode/int8 --only logits --only load");

  g_assert_cmpint (answer.code, ==, 0);
  g_assert_cmpstr (answer.errors, ==, "timing load …\ntiming logits …\ntiming decode/int8 …\n");
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_nonnull (strstr (answer.output, expected[i]));
}

/* A model made for texts shorter than the work: it is said, and the rest is done. */
static void
test_too_short (void)
{
  g_autofree char *model = g_test_build_filename (G_TEST_DIST, "fixtures", "transformer-llama.gguf", NULL);
  g_autofree char *line = g_strdup_printf ("bench language --no-peer --json --repeats 1 --model %s", model);
  g_auto (Answer) answer = cli (NULL, line);
  g_autoptr (GPtrArray) lines = parse_lines (answer.output);

  g_assert_cmpint (answer.code, ==, 0);
  g_assert_cmpuint (count_lines (lines, "missing"), ==, bench_language_get_n_cases ());
  g_assert_nonnull (find_line (lines, "load", NULL));
}

static void
test_usage (void)
{
  g_auto (Answer) unknown = bench ("--only nothing-like-this"), missing = { 0 };

  g_assert_cmpint (unknown.code, ==, 2);
  g_assert_nonnull (strstr (unknown.errors, "nothing-like-this"));
  missing = cli (NULL, "bench language --model /nowhere/model.gguf");
  g_assert_cmpint (missing.code, ==, 1);
}

/* Without llama-cpp-python it goes on alone; a peer that fails, ends or says something else is the end. */
static void
test_peer (void)
{
  static const struct
  {
    const char *answers, *reason;
    int code;
  } cases[] = {
    { "{\"error\": \"This python3 has no llama-cpp-python.\"}", "has no llama-cpp-python", 0 },
    { "{\"version\": \"0\"}\n{\"error\": \"out of memory\"}", "out of memory", 1 },
    { "{\"version\": \"0\"}\n{\"n_vocab\": 7}", "another number of tokens", 1 },
    { "{\"version\": \"0\"}\nnonsense", "nonsense", 1 },
    { "{\"version\": \"0\"}", "llama.cpp’s process ended", 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer
        = bench_beside (cases[i].answers, "language", "--json --repeats 1 --only decode/int8");
      g_autoptr (GPtrArray) lines = parse_lines (answer.output);

      g_test_message ("%d: %s", answer.code, answer.errors);
      g_assert_cmpint (answer.code, ==, cases[i].code);
      g_assert_nonnull (strstr (cases[i].code == 0 ? answer.output : answer.errors, cases[i].reason));
      g_assert_cmpuint (count_lines (lines, "case"), ==, cases[i].code == 0 ? 1 : 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bench-language/cases", test_cases);
  g_test_add_func ("/bench-language/json", test_json);
  g_test_add_func ("/bench-language/text", test_text);
  g_test_add_func ("/bench-language/too-short", test_too_short);
  g_test_add_func ("/bench-language/usage", test_usage);
  g_test_add_func ("/bench-language/peer", test_peer);
  return g_test_run ();
}
