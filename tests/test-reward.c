/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rewards: what each counts, where, and how they are written. */
#include "learning/reward.h"

#include "base/error.h"

#include <string.h>

static GboxReward *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GboxReward *reward = gbox_reward_parse (text, &error);

  g_assert_no_error (error);
  return reward;
}

static void
test_scores (void)
{
  static const struct
  {
    const char *reward;
    const char *text;
    double score;
  } cases[] = {
    { "full-stops", "One. Two... Three", 4 },
    { "full-stops", "", 0 },
    { "full-stops", "1.5 … 。", 1 },
    { "characters:!?", "What?! No.", 2 },
    { "characters:é", "élève e", 1 },
    { "characters:+", "1+1+1", 2 },
    { "regex:[a-z]+ing\\b", "singing and ringing bring", 3 },
    { "regex:x*", "axxbxc", 2 },
    { "regex:(?i)the", "The the THE", 3 },
    { "length", "dé…", 3 },
    { "distinct-words", "The cat, the dog; THE end. '", 4 },
    { "distinct-words", "don't Don't - 3", 2 },
    { "no-letter:e", "Eel. 12", -100 * 2 / 3.0 },
    { "no-letter:e", "cold", 0 },
    { "no-letter:e", "12", -100 },
    { "full-stops+0.1*length", "ab. c.", 2 + 0.6 },
    { "length - 2*full-stops", "ab.", 1 },
    { "characters:.,+0.5*length", "a.,", 3.5 },
    { "regex:a+b-distinct-words", "aab b", 1 - 2 },
    { "-full-stops", "ab.", -1 },
    { " - 2*full-stops+length", "ab.", 1 },
    { "-1*length+-2*full-stops", "ab.", -3 - 2 },
    { "+length - -2*full-stops", "ab.", 3 + 2 },
    { "characters:ab+-0.5*length", "ab.", 2 - 1.5 },
    { "regex:[+-]-+length", "+-", 2 - 2 },
    { "1000000*full-stops", "ab.", 1e6 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GboxReward) reward = parse (cases[i].reward);

      g_test_message ("%s of “%s”", cases[i].reward, cases[i].text);
      g_assert_cmpfloat_with_epsilon (gbox_reward_score (reward, cases[i].text, NULL), cases[i].score, 1e-12);
    }
}

/* The matched pieces of a text, with commas between them. */
static char *
mark (const char *how, const char *text)
{
  g_autoptr (GboxReward) reward = parse (how);
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (GboxRewardRange));
  GString *marked = g_string_new (NULL);

  gbox_reward_score (reward, text, ranges);
  for (guint i = 0; i < ranges->len; i++)
    {
      const GboxRewardRange *range = &g_array_index (ranges, GboxRewardRange, i);

      g_string_append_printf (marked, "%u%.*s,", range->term, (int) (range->end - range->begin),
                              text + range->begin);
    }
  return g_string_free (marked, FALSE);
}

static void
test_ranges (void)
{
  static const char *const cases[][3] = {
    { "full-stops", "a. b..", "0.,0.,0.," },
    { "distinct-words", "Day by day", "0Day,0by," },
    { "no-letter:é", "Été", "0É,0é," },
    { "full-stops+regex:\\d+", "12 a. 7", "0.,112,17," },
    { "length", "abc", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *marked = mark (cases[i][0], cases[i][1]);

      g_assert_cmpstr (marked, ==, cases[i][2]);
    }
}

static void
test_refused (void)
{
  static const char *const bad[] = {
    "",
    "stops",
    "full-stopsx",
    "full-stops+",
    "regex:(",
    "regex:",
    "no-letter:",
    "no-letter:ab",
    "no-letter:1",
    "characters:",
    "1/full-stops",
    "0.1 length",
    "regex:\\C",
    "--length",
    "1*-length",
    "full-stops--",
    "1e308*length",
    "-1e308*length",
    "1e999*length",
    "1000001*length",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GboxReward) reward = gbox_reward_parse (bad[i], &error);

      g_test_message ("%s: %s", bad[i], error != NULL ? error->message : "taken");
      g_assert_null (reward);
      g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
    }
}

/* What is missing is named. */
static void
test_missing (void)
{
  static const char *const cases[][2] = {
    { "", "Nothing says what to reward: " },
    { " - ", "Nothing says what to reward: " },
    { "full-stops+", "A term is missing after the sign at the end" },
    { "full-stops - ", "A term is missing after the sign at the end" },
    { "regex:", "The regular expression is missing after regex:" },
    { "length+regex:", "The regular expression is missing after regex:" },
    { "characters:", "The characters to count are missing after characters:" },
    { "0*length", "The reward is always 0" },
    { "-0.0*length+0*full-stops", "The reward is always 0" },
  };
  g_autoptr (GboxReward) partly = parse ("0*length+full-stops");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GboxReward) reward = gbox_reward_parse (cases[i][0], &error);

      g_assert_null (reward);
      g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
      g_test_message ("%s: %s", cases[i][0], error->message);
      g_assert_nonnull (strstr (error->message, cases[i][1]));
    }
}

/* An expression whose time grows exponentially is given up, and what was found before counts. */
static void
test_limits (void)
{
  g_autoptr (GboxReward) reward = parse ("regex:z|(a+)+b");
  g_autofree char *many = g_strnfill (60, 'a');
  g_autofree char *text = g_strconcat ("z", many, "c", NULL);

  g_assert_cmpfloat (gbox_reward_score (reward, text, NULL), ==, 1);
}

static double
score_first (const char *text, GArray *ranges, gpointer data)
{
  const GboxRewardRange range = { .begin = 0, .end = 1 };

  if (ranges != NULL)
    g_array_append_val (ranges, range);
  return text[0] == *(const char *) data ? 1 : 0;
}

static void
test_function (void)
{
  g_autoptr (GboxReward) reward
    = gbox_reward_new_for_function ("texts that begin with an x", score_first, g_strdup ("x"), g_free);
  g_autofree char *description = gbox_reward_describe (reward);

  g_assert_cmpstr (description, ==, "Counts texts that begin with an x.");
  g_assert_cmpfloat (gbox_reward_score (reward, "xy", NULL), ==, 1);
  g_assert_cmpfloat (gbox_reward_score (reward, "y", NULL), ==, 0);
}

static void
test_signs (void)
{
  g_autoptr (GboxReward) reward = parse ("-full-stops-2*length+no-letter:e-no-letter:x");
  g_autofree char *description = gbox_reward_describe (reward);

  g_assert_cmpstr (
    description, ==,
    "Counts minus the full stops in the text, minus 2 times the characters of the text, minus how "
    "many of 100 letters are “e”, whatever its case (100 without letters), plus how many of 100 "
    "letters are “x”, whatever its case (100 without letters).");
}

static void
test_description (void)
{
  g_autoptr (GboxReward) reward = parse ("full-stops+0.1*length");
  g_autofree char *description = gbox_reward_describe (reward);

  g_assert_cmpstr (description, ==,
                   "Counts the full stops in the text, plus 0.1 times the characters of the text.");
  g_assert_cmpuint (gbox_reward_get_n_terms (reward), ==, 2);
  g_assert_true (gbox_reward_has_character (reward, '.'));
  g_assert_false (gbox_reward_has_character (reward, ','));
}

/* What is written reads the same; only an argument that holds another term does not. */
static void
test_terms (void)
{
  static const char *const texts[]
    = { "full-stops",      "-characters:!?",   "0.5*regex:a+b+2*length", "distinct-words-0.25*no-letter:e",
        "characters:.,-1", "1e-05*full-stops", "regex:.+regex:." };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GboxReward) reward = parse (texts[i]);
      g_autoptr (GString) written = g_string_new (NULL);

      for (guint j = 0; j < gbox_reward_get_n_terms (reward); j++)
        {
          const char *argument;
          double weight;
          const GboxRewardKind kind = gbox_reward_get_term (reward, j, &weight, &argument);

          gbox_reward_append_term (written, kind, weight, argument);
        }
      g_assert_cmpstr (written->str, ==, texts[i]);
    }
}

/* Each term by itself, its weight left out. */
static void
test_score_term (void)
{
  g_autoptr (GboxReward) reward = parse ("0.5*full-stops-length");
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (GboxRewardRange));

  g_assert_cmpfloat (gbox_reward_score_term (reward, 0, "a.b.", ranges), ==, 2);
  g_assert_cmpuint (ranges->len, ==, 2);
  g_assert_cmpfloat (gbox_reward_score_term (reward, 1, "a.b.", ranges), ==, 4);
  g_assert_cmpuint (ranges->len, ==, 2);
}

static double
say_half (const char *text, GArray *ranges, gpointer data)
{
  return 0.5;
}

/* Who runs programs is set from outside. */
static void
test_code_checks (void)
{
  g_autoptr (GboxReward) reward = parse ("4*code-checks+full-stops");
  g_autoptr (GboxReward) other = parse ("length");

  g_assert_true (gbox_reward_has_code_checks (reward));
  g_assert_false (gbox_reward_has_code_checks (other));
  g_assert_cmpfloat (gbox_reward_score (reward, "a.", NULL), ==, 1);
  gbox_reward_set_code_checks (reward, say_half, NULL);
  g_assert_cmpfloat (gbox_reward_score (reward, "a.", NULL), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reward/scores", test_scores);
  g_test_add_func ("/reward/ranges", test_ranges);
  g_test_add_func ("/reward/refused", test_refused);
  g_test_add_func ("/reward/missing", test_missing);
  g_test_add_func ("/reward/limits", test_limits);
  g_test_add_func ("/reward/function", test_function);
  g_test_add_func ("/reward/description", test_description);
  g_test_add_func ("/reward/signs", test_signs);
  g_test_add_func ("/reward/terms", test_terms);
  g_test_add_func ("/reward/score-term", test_score_term);
  g_test_add_func ("/reward/code-checks", test_code_checks);
  return g_test_run ();
}
