/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “gridworld” as scripts meet it. */
#include <math.h>
#include <string.h>

#include "cli-json-testing.h"

static void
test_usage (void)
{
  static const char *const lines[]
    = { "gridworld --world S.X", "gridworld --algorithm magic", "gridworld --repeats 0", "gridworld one" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (Answer) answer = cli (NULL, lines[i]);

      g_assert_cmpint (answer.code, ==, 2);
      g_assert_cmpstr (answer.output, ==, "");
    }
}

/* A number beyond the limit hears of it, what is none does not. */
static void
test_limit (void)
{
  g_auto (Answer) beyond = cli (NULL, "gridworld --seed 4294967296");
  g_auto (Answer) word = cli (NULL, "gridworld --seed first");

  g_assert_cmpint (beyond.code, ==, 2);
  g_assert_nonnull (strstr (beyond.errors, "give a whole number from 0 to 4294967295."));
  g_assert_cmpint (word.code, ==, 2);
  g_assert_nonnull (strstr (word.errors, "give a whole number from 0 on."));
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

/* Each move is told, and those of an episode follow each other. */
static void
test_moves (void)
{
  g_autoptr (GPtrArray) objects = run (NULL, "gridworld --json --world S.G --episodes 1 --moves 1 --seed 2");
  JsonObject *episode = get (objects, objects->len - 2);
  const guint n = objects->len - 2;

  g_assert_cmpint (json_object_get_int_member (episode, "length"), ==, n);
  for (guint i = 0; i < n; i++)
    {
      JsonObject *move = get (objects, i);
      JsonArray *state = json_object_get_array_member (move, "next_state");

      g_assert_cmpint (json_object_get_int_member (move, "episode"), ==, 1);
      g_assert_cmpint (json_object_get_int_member (move, "move"), ==, i + 1);
      g_assert_cmpint (json_array_get_int_element (state, 1) == 2, ==, i + 1 == n);
      g_assert_cmpint (json_object_has_member (move, "next_action"), ==, i + 1 < n);
    }
}

/* The figures of three seeds are those of each, averaged. */
static void
test_repeats (void)
{
  static const char line[] = "gridworld --json --algorithm q-learning --episodes 120 --seed";
  g_autofree char *all_line = g_strdup_printf ("%s 4 --repeats 3", line);
  g_autoptr (GPtrArray) all = run (NULL, all_line);
  JsonObject *summary = get (all, 120);
  double late[3], first[3], mean = 0, square = 0, first_mean = 0;

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *one_line = g_strdup_printf ("%s %u", line, 4 + i);
      g_autoptr (GPtrArray) one = run (NULL, one_line);

      late[i] = get_member (get (one, 120), "late_return");
      first[i] = get_member (get (one, 0), "return");
      mean += late[i] / 3;
      first_mean += first[i] / 3;
    }
  for (guint i = 0; i < 3; i++)
    square += (late[i] - mean) * (late[i] - mean);
  /* Sums in another order. */
  g_assert_cmpfloat_with_epsilon (get_member (get (all, 0), "return"), first_mean, 1e-9);
  g_assert_cmpfloat_with_epsilon (get_member (summary, "late_return"), mean, 1e-9);
  g_assert_cmpfloat_with_epsilon (get_member (summary, "late_return_std"), sqrt (square / 2), 1e-9);
  g_assert_cmpint (json_object_get_int_member (summary, "repeats"), ==, 3);
  g_assert_cmpint (json_object_get_int_member (summary, "greedy_reaching"), ==, 3);
}

/* Who has not found a way yet has none of 0 moves. */
static void
test_no_way (void)
{
  g_auto (Answer) answer = cli (NULL, "gridworld --episodes 1 --seed 3");

  g_assert_cmpint (answer.code, ==, 0);
  g_assert_nonnull (strstr (answer.output, "last 1 episode:"));
  g_assert_nonnull (strstr (answer.output, "does not lead to the goal yet"));
  g_assert_null (strstr (answer.output, "moves"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-gridworld/usage", test_usage);
  g_test_add_func ("/cli-gridworld/limit", test_limit);
  g_test_add_func ("/cli-gridworld/learns", test_gridworld);
  g_test_add_func ("/cli-gridworld/moves", test_moves);
  g_test_add_func ("/cli-gridworld/repeats", test_repeats);
  g_test_add_func ("/cli-gridworld/no-way", test_no_way);
  return g_test_run ();
}
