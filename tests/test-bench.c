/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “glassbox-cli bench”: its sums, its list of cases, what it prints, and how it takes a peer that fails. */
#include <math.h>
#include <string.h>

#include "bench-case.h"
#include "bench-spread.h"
#include "bench-testing.h"
#include "made-up-weights.h"
#include "vision/vision-bench.h"

static void
assert_spread (const BenchSpread *s, double least, double lower, double median, double upper, double most)
{
  /* The numbers are all multiples of 1/4: exact. */
  g_assert_cmpfloat (s->least, ==, least);
  g_assert_cmpfloat (s->lower, ==, lower);
  g_assert_cmpfloat (s->median, ==, median);
  g_assert_cmpfloat (s->upper, ==, upper);
  g_assert_cmpfloat (s->most, ==, most);
}

static void
test_spread (void)
{
  const double samples[] = { 9, 1, 5, 3, 7 }, twice[] = { 18, 1, 10, 9, 28 };
  BenchSpread s = bench_spread (samples, 5);

  assert_spread (&s, 1, 3, 5, 7, 9);
  s = bench_spread (samples, 4);
  assert_spread (&s, 1, 2.5, 4, 6, 9);
  s = bench_spread (samples, 1);
  assert_spread (&s, 9, 9, 9, 9, 9);
  /* 2, 1, 2, 3, 4: pair by pair, not of the medians. */
  s = bench_spread_of_ratios (twice, samples, 5);
  assert_spread (&s, 1, 2, 2, 3, 4);
  g_assert_cmpuint (s.n, ==, 5);
}

/* Every case can be set up, and no two are called the same. */
static void
test_cases (void)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GboxNetwork) inception = made_up_network (MADE_UP_BVLC);
  g_autoptr (GboxNetwork) efficientnet = made_up_network (MADE_UP_EFFICIENTNET);
  g_autoptr (GboxTeam) team = gbox_team_new (1);

  for (guint i = 0; i < bench_get_n_cases (); i++)
    {
      const BenchCase *work = bench_get_case (i);
      const gboolean is_inception = g_str_equal (work->model, "inceptionv1");
      GboxNetwork *network = is_inception ? inception : efficientnet;
      g_autoptr (GboxVisualizationSpec) spec = bench_case_make_spec (work, bench_sizes[0]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GboxVisionBench) bench = gbox_vision_bench_new_step (network, team, spec, &error);

      g_assert_no_error (error);
      g_assert_nonnull (bench);
      g_assert_true (is_inception || g_str_equal (work->model, "efficientnet-lite0"));
      g_assert_true (g_hash_table_add (names, bench_case_get_full_name (work)));
    }
}

static double
count_flops (GboxNetwork *network, GboxTeam *team, const BenchCase *work, int unit)
{
  g_autoptr (GboxVisualizationSpec) spec = bench_case_make_spec (work, bench_sizes[0]);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxVisionBench) bench = NULL;
  double flops = 0;

  g_object_set (spec, "unit", unit, NULL);
  bench = gbox_vision_bench_new_step (network, team, spec, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < gbox_vision_bench_get_n_parts (bench); i++)
    flops += gbox_vision_bench_get_part (bench, i)->flops;
  return flops;
}

/* What is said of a layer holds for all of its units: no branch of its module computes more. */
static void
test_dearest (void)
{
  /* The branches' first units: of 1×1, 3×3, 5×5, and the pool's. */
  static const struct
  {
    const char *layer;
    int units[4];
  } modules[]
    = { { "3b", { 0, 128, 320, 416 } }, { "4a", { 0, 192, 400, 448 } }, { "4e", { 0, 256, 576, 704 } } };
  g_autoptr (GboxNetwork) network = made_up_network (MADE_UP_BVLC);
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  guint n = 0;

  for (guint i = 0; i < bench_get_n_cases (); i++)
    for (gsize m = 0; m < G_N_ELEMENTS (modules); m++)
      {
        const BenchCase *work = bench_get_case (i);

        if (!g_str_equal (work->layer, modules[m].layer) || work->size != bench_sizes[0])
          continue;
        n++;
        for (gsize k = 0; k < G_N_ELEMENTS (modules[m].units); k++)
          g_assert_cmpfloat (count_flops (network, team, work, modules[m].units[k]), <=,
                             count_flops (network, team, work, work->unit));
      }
  g_assert_cmpuint (n, ==, 4);
}

static void
test_wanted (void)
{
  char *only[] = { (char *) "4a@", (char *) "lite0/class@224", NULL };
  guint n = 0;

  for (guint i = 0; i < bench_get_n_cases (); i++)
    {
      g_autofree char *name = bench_case_get_full_name (bench_get_case (i));
      const gboolean wanted = bench_case_is_wanted (bench_get_case (i), only);

      g_assert_cmpint (wanted, ==,
                       strstr (name, "/4a@") != NULL || g_str_equal (name, "efficientnet-lite0/class@224"));
      g_assert_true (bench_case_is_wanted (bench_get_case (i), NULL));
      n += wanted ? 1 : 0;
    }
  g_assert_cmpuint (n, ==, 3);
}

static char *
save_made_up_efficientnet (void)
{
  g_autoptr (MadeUpFile) file = made_up_file_new ();

  made_up_file_add_network (file, MADE_UP_EFFICIENTNET);
  return made_up_file_save (file);
}

static void
test_json (void)
{
  g_autofree char *path = save_made_up_efficientnet ();
  g_autofree char *line = g_strdup_printf (
    "bench vision --no-peer --json --parts --repeats 2 --model %s --only block8@128 --only classify-one "
    "--only threads",
    path);
  g_auto (Answer) answer = cli (NULL, line);
  g_autoptr (GPtrArray) lines = parse_lines (answer.output);
  JsonObject *object;

  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (answer.code, ==, 0);
  object = find_line (lines, "machine", NULL);
  g_assert_cmpint (json_object_get_int_member (object, "threads"), ==, 2);
  g_assert_cmpfloat (json_object_get_double_member (object, "sgemm_gflops"), >, 0);
  g_assert_cmpfloat (json_object_get_double_member (object, "read_gbytes"), >, 0);
  g_assert_true (json_object_get_null_member (object, "torch"));

  g_assert_cmpuint (count_lines (lines, "case"), ==, 2);
  object = find_line (lines, "case", "efficientnet-lite0/block8@128");
  assert_times (object, "milliseconds", 2);
  g_assert_cmpfloat (json_object_get_double_member (object, "others"), >=, 0);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "torch")), ==, 0);
  g_assert_nonnull (find_line (lines, "case", "efficientnet-lite0/classify-one"));
  object = find_line (lines, "threads", "efficientnet-lite0/threads");
  assert_times (object, "one_milliseconds", 2);
  assert_times (object, "speedup", 2);

  /* Up to block8: the stem, 2 operations of block0, 3 of each other block and 4 sums, the pixel map; both
   * ways, and 7 stages. */
  object = find_line (lines, "parts", "efficientnet-lite0/block8@128");
  assert_times (object, "network_milliseconds", 2);
  g_assert_cmpfloat (json_object_get_double_member (json_object_get_object_member (object, "network_share"),
                                                    "max"),
                     <, 1);
  object = find_line (lines, "part", "efficientnet-lite0/block8@128");
  g_assert_cmpstr (json_object_get_string_member (object, "part"), ==, "sampling");
  g_assert_false (json_object_has_member (object, "direction"));
  g_assert_cmpuint (count_lines (lines, "part"), ==,
                    2 * (1 + 1 + 2 + 8 * 3 + 4) + 7 + 1 + 1 + 2 + 15 * 3 + 9 + 1 + 2);
}

/* The same for people: each case's name stands in a line, and nothing is said on standard error. */
static void
test_text (void)
{
  static const char *const expected[]
    = { "GFLOP/s", "without PyTorch", "efficientnet-lite0/block8@128", "stem 3×3/2 3→32", "Adam", "all " };
  g_autofree char *path = save_made_up_efficientnet ();
  g_autofree char *line
    = g_strdup_printf ("bench vision --no-peer --parts --repeats 1 --model %s --only block8@128", path);
  g_auto (Answer) answer = cli (NULL, line);

  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (answer.code, ==, 0);
  g_assert_cmpstr (answer.errors, ==, "timing efficientnet-lite0/block8@128 …\n");
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_nonnull (strstr (answer.output, expected[i]));
}

/* Runs a small case with a python3 that answers each request with the next line of @answers. */
static Answer
bench_beside (const char *answers)
{
  char *folder = make_folder ();
  g_autofree char *python = g_build_filename (folder, "python3", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\nwhile read -r answer <&3; do\n"
                                             "echo \"$answer\"\nread -r request || exit\n"
                                             "done 3<<'END'\n%s\nEND\n",
                                             answers);
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *search = g_strconcat (folder, ":", path, NULL);
  g_autofree char *model = g_build_filename (folder, "made-up.pth", NULL);
  g_autofree char *saved = save_made_up_efficientnet ();
  g_autofree char *line
    = g_strdup_printf ("bench vision --json --repeats 1 --model %s --only block8@128", model);
  Answer answer;

  g_assert_true (g_file_set_contents (python, script, -1, NULL));
  g_assert_cmpint (g_chmod (python, 0700), ==, 0);
  g_assert_cmpint (g_rename (saved, model), ==, 0);
  g_setenv ("PATH", search, TRUE);
  answer = cli (NULL, line);
  g_setenv ("PATH", path, TRUE);
  remove_folder (folder);
  return answer;
}

/* Where no model is: each is said to be missing, and there was nothing to time. */
static void
test_missing (void)
{
  char *folder = make_folder ();
  g_auto (Answer) answer = { 0 };
  g_autoptr (GPtrArray) lines = NULL;
  g_auto (GStrv) kept = g_get_environ ();

  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  g_unsetenv ("GBOX_MODEL_PATH");
  answer = cli (NULL, "bench vision --no-peer --json --repeats 1");
  if (g_environ_getenv (kept, "GBOX_MODEL_PATH") != NULL)
    g_setenv ("GBOX_MODEL_PATH", g_environ_getenv (kept, "GBOX_MODEL_PATH"), TRUE);
  if (g_environ_getenv (kept, "XDG_DATA_HOME") != NULL)
    g_setenv ("XDG_DATA_HOME", g_environ_getenv (kept, "XDG_DATA_HOME"), TRUE);
  else
    g_unsetenv ("XDG_DATA_HOME");
  remove_folder (folder);

  lines = parse_lines (answer.output);
  g_assert_cmpint (answer.code, ==, 1);
  g_assert_cmpuint (count_lines (lines, "missing"), ==, 2);
  g_assert_cmpuint (count_lines (lines, "case"), ==, 0);
}

/* Without torch it goes on alone. */
static void
test_no_torch (void)
{
  g_auto (Answer) answer = bench_beside ("{\"error\": \"This python3 has no torch.\"}");
  g_autoptr (GPtrArray) lines = parse_lines (answer.output);
  JsonObject *machine = find_line (lines, "machine", NULL);

  g_assert_cmpint (answer.code, ==, 0);
  g_assert_true (json_object_get_null_member (machine, "torch"));
  g_assert_cmpstr (json_object_get_string_member (machine, "without_torch"), ==,
                   "This python3 has no torch.");
  g_assert_cmpuint (count_lines (lines, "case"), ==, 1);
}

/* What is no peer is left out, too, and said to be. */
static void
test_no_peer (void)
{
  static const struct
  {
    const char *answers, *reason;
  } cases[] = {
    { "[]", "no answer" },
    { "{\"error\": 5}", "no answer" },
    { "{\"torch\": 2}", "which version" },
    { "{}", "which version" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = bench_beside (cases[i].answers);
      g_autoptr (GPtrArray) lines = parse_lines (answer.output);
      JsonObject *machine = find_line (lines, "machine", NULL);

      g_assert_cmpint (answer.code, ==, 0);
      g_assert_nonnull (strstr (json_object_get_string_member (machine, "without_torch"), cases[i].reason));
      g_assert_cmpstr (answer.errors, ==, "timing efficientnet-lite0/block8@128 …\n");
    }
}

/* Of a model that has nothing by the names asked for. */
static void
test_none_named (void)
{
  g_autofree char *path = save_made_up_efficientnet ();
  g_autofree char *line = g_strdup_printf ("bench vision --no-peer --model %s --only 4a@224", path);
  g_auto (Answer) answer = cli (NULL, line);

  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (answer.code, ==, 2);
  g_assert_nonnull (strstr (answer.errors, "EfficientNet-Lite0"));
}

/* A peer that computes something else, fails, or ends: no times, and the reason. */
static void
test_bad_peer (void)
{
  static const struct
  {
    const char *answers, *reason;
  } cases[] = {
    { "{\"torch\": \"0\"}\n{\"id\": 0}\n{\"values\": [1.0, 2.0, 3.0]}", "do not compute the same" },
    { "{\"torch\": \"0\"}\n{\"id\": 0}\n{\"values\": []}", "do not compute the same" },
    { "{\"torch\": \"0\"}\n{\"error\": \"out of memory\"}", "out of memory" },
    { "{\"torch\": \"0\"}\nnonsense", "nonsense" },
    { "{\"torch\": \"0\"}\n{\"error\": 5}", "no answer" },
    { "{\"torch\": \"0\"}\n{\"id\": \"0\"}", "“id”" },
    { "{\"torch\": \"0\"}\n{\"id\": 0}\n{\"values\": 3}", "“values”" },
    { "{\"torch\": \"0\"}\n{\"id\": 0}\n{\"values\": [[1.0], {}, \"3\"]}", "do not compute the same" },
    { "{\"torch\": \"0\"}", "ended" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = bench_beside (cases[i].answers);
      g_autoptr (GPtrArray) lines = parse_lines (answer.output);

      g_test_message ("%d: %s", answer.code, answer.errors);
      g_assert_cmpint (answer.code, ==, 1);
      g_assert_nonnull (strstr (answer.errors, cases[i].reason));
      g_assert_cmpuint (count_lines (lines, "case"), ==, 0);
    }
}

/* The real script and the real torch, where both are: the two sides agree, which the command itself checks.
 */
static void
test_torch (void)
{
  g_auto (Answer) answer = { 0 };
  g_autoptr (GPtrArray) lines = NULL;
  JsonArray *ways;

  answer = cli (NULL, "bench vision --json --repeats 1 --only lite0/block8@128 --only lite0/classify-one");
  lines = parse_lines (answer.output);
  if (count_lines (lines, "missing") > 0)
    {
      g_test_skip ("efficientnet-lite0 is not here");
      return;
    }
  g_assert_cmpint (answer.code, ==, 0);
  if (json_object_get_null_member (find_line (lines, "machine", NULL), "torch"))
    {
      g_test_skip ("python3 has no torch");
      return;
    }
  ways = json_object_get_array_member (find_line (lines, "case", "efficientnet-lite0/block8@128"), "torch");
  g_assert_cmpuint (json_array_get_length (ways), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      assert_times (json_array_get_object_element (ways, i), "milliseconds", 1);
      assert_times (json_array_get_object_element (ways, i), "ratio", 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bench/spread", test_spread);
  g_test_add_func ("/bench/cases", test_cases);
  g_test_add_func ("/bench/dearest", test_dearest);
  g_test_add_func ("/bench/wanted", test_wanted);
  g_test_add_func ("/bench/json", test_json);
  g_test_add_func ("/bench/text", test_text);
  g_test_add_func ("/bench/missing", test_missing);
  g_test_add_func ("/bench/no-torch", test_no_torch);
  g_test_add_func ("/bench/no-peer", test_no_peer);
  g_test_add_func ("/bench/none-named", test_none_named);
  g_test_add_func ("/bench/bad-peer", test_bad_peer);
  g_test_add_func ("/bench/torch", test_torch);
  return g_test_run ();
}
