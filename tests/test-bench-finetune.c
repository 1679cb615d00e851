/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “glassbox-cli bench finetune”: what it prints, alone and beside a peer, and how it takes one that fails. */
#include "bench-language-testing.h"
#include "learning/finetune-bench.h"

static void
test_json (void)
{
  g_auto (Answer) answer = bench_tiny ("finetune", "--no-peer --json --repeats 1");
  g_autoptr (GPtrArray) lines = parse_lines (answer.output);
  JsonObject *object;
  double share = 0;

  g_assert_cmpstr (answer.errors, ==, "timing training steps …\ntiming their parts …\n");
  g_assert_cmpint (answer.code, ==, 0);
  g_assert_true (json_object_get_null_member (find_line (lines, "machine", NULL), "torch"));
  object = find_line (lines, "step", NULL);
  assert_times (object, "seconds", 1);
  g_assert_cmpint (json_object_get_int_member (object, "tokens"), >=, GBOX_FINETUNE_BENCH_BATCH);
  g_assert_cmpint (json_object_get_int_member (object, "tokens"), <=,
                   GBOX_FINETUNE_BENCH_BATCH * GBOX_FINETUNE_BENCH_LENGTH);
  g_assert_cmpuint (count_lines (lines, "part"), ==, GBOX_N_FINETUNE_LAPS);
  for (guint i = 0; i < lines->len; i++)
    {
      object = json_node_get_object (lines->pdata[i]);
      if (g_str_equal (json_object_get_string_member (object, "kind"), "part"))
        {
          g_assert_cmpfloat (json_object_get_double_member (object, "milliseconds"), >, 0);
          share += json_object_get_double_member (object, "share");
        }
    }
  /* Of one step, in which no part is counted twice. */
  g_assert_cmpfloat (share, <=, 1 + 1e-9);
  assert_times (find_line (lines, "parts", NULL), "milliseconds", 1);
}

static void
test_text (void)
{
  static const char *const expected[]
    = { "without PyTorch", "64 completions of 28 tokens", "tokens/s", "trained head", "gradient", "all" };
  g_auto (Answer) answer = bench_tiny ("finetune", "--no-peer --repeats 1");

  g_assert_cmpint (answer.code, ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_nonnull (strstr (answer.output, expected[i]));
}

static void
test_usage (void)
{
  g_auto (Answer) only = bench_tiny ("finetune", "--only decode");
  g_auto (Answer) none = bench_tiny ("finetune", "--repeats 0");
  g_auto (Answer) missing = cli (NULL, "bench finetune --model /nowhere/model.gguf");

  g_assert_cmpint (only.code, ==, 2);
  g_assert_nonnull (strstr (only.errors, "--only"));
  g_assert_cmpint (none.code, ==, 2);
  g_assert_cmpint (missing.code, ==, 1);
}

/* Without transformers it goes on alone; a peer that fails, or begins with another distribution, is the end.
 */
static void
test_peer (void)
{
  static const struct
  {
    const char *answers, *reason;
    int code;
  } cases[] = {
    { "{\"error\": \"This python3 has not all that is needed.\"}", "has not all", 0 },
    { "{\"version\": \"0\"}\n{\"error\": \"out of memory\"}", "out of memory", 1 },
    { "{\"version\": \"0\"}\n{\"id\": 0, \"entropy\": 99}", "do not compute the same", 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = bench_beside (cases[i].answers, "finetune", "--json --repeats 1");
      g_autoptr (GPtrArray) lines = parse_lines (answer.output);

      g_test_message ("%d: %s", answer.code, answer.errors);
      g_assert_cmpint (answer.code, ==, cases[i].code);
      g_assert_nonnull (strstr (cases[i].code == 0 ? answer.output : answer.errors, cases[i].reason));
      g_assert_cmpuint (count_lines (lines, "step"), ==, cases[i].code == 0 ? 1 : 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bench-finetune/json", test_json);
  g_test_add_func ("/bench-finetune/text", test_text);
  g_test_add_func ("/bench-finetune/usage", test_usage);
  g_test_add_func ("/bench-finetune/peer", test_peer);
  return g_test_run ();
}
