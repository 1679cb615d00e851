/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What training changed, against what the script beside the fixture computes. */
#include "learning/what-changed.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

typedef struct
{
  JsonNode *root;
  JsonObject *values;
  GPtrArray *before;
  GPtrArray *after;
  GboxTextSample samples[2];
} Fixture;

static GPtrArray *
list_texts (JsonObject *values, const char *name)
{
  JsonArray *array = json_object_get_array_member (values, name);
  GPtrArray *texts = g_ptr_array_new ();

  for (guint i = 0; i < json_array_get_length (array); i++)
    g_ptr_array_add (texts, (gpointer) json_array_get_string_element (array, i));
  return texts;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "what-changed-values.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  f->root = json_from_string (text, NULL);
  f->values = json_node_get_object (f->root);
  f->before = list_texts (f->values, "before");
  f->after = list_texts (f->values, "after");
  f->samples[0] = (GboxTextSample){ .texts = (const char *const *) f->before->pdata, .n = f->before->len };
  f->samples[1] = (GboxTextSample){ .texts = (const char *const *) f->after->pdata, .n = f->after->len };
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_ptr_array_unref (f->before);
  g_ptr_array_unref (f->after);
  json_node_unref (f->root);
}

static JsonObject *
find_row (JsonArray *rows, const char *term)
{
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);

      if (g_str_equal (json_object_get_string_member (row, "term"), term))
        return row;
    }
  g_assert_not_reached ();
  return NULL;
}

/* Whether one of the words is full stops only. */
static gboolean
is_own (const char *term)
{
  g_auto (GStrv) words = g_strsplit (term, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (strspn (words[i], ".") == strlen (words[i]))
      return TRUE;
  return FALSE;
}

/* Both compute in double precision. */
static void
check_terms (const Fixture *f, const char *name, guint n_words)
{
  JsonArray *rows = json_object_get_array_member (f->values, name);
  g_autoptr (GboxReward) reward = gbox_reward_parse ("full-stops", NULL);
  g_autoptr (GArray) changes = gbox_find_term_changes (&f->samples[0], &f->samples[1], n_words, reward);
  double last = INFINITY;

  g_assert_cmpuint (changes->len, ==, json_array_get_length (rows));
  for (guint i = 0; i < changes->len; i++)
    {
      const GboxTermChange *change = &g_array_index (changes, GboxTermChange, i);
      JsonObject *row = find_row (rows, change->term);

      g_assert_cmpuint (change->n_before, ==, json_object_get_int_member (row, "before"));
      g_assert_cmpuint (change->n_after, ==, json_object_get_int_member (row, "after"));
      g_assert_cmpfloat_with_epsilon (change->log_odds, json_object_get_double_member (row, "log_odds"),
                                      1e-12);
      g_assert_cmpfloat_with_epsilon (change->z, json_object_get_double_member (row, "z"), 1e-12);
      g_assert_cmpfloat (fabs (change->z), <=, last);
      g_assert_cmpint (change->is_own, ==, is_own (change->term));
      last = fabs (change->z);
    }
}

static void
test_terms (Fixture *f, gconstpointer data)
{
  check_terms (f, "words", 1);
  check_terms (f, "pairs", 2);
}

static void
check_habits (const Fixture *f, const char *name, const GboxTextSample *sample)
{
  JsonObject *expected = json_object_get_object_member (f->values, name);
  const GboxTextHabits habits = gbox_measure_habits (sample);

  g_assert_cmpfloat_with_epsilon (habits.n_characters,
                                  json_object_get_double_member (expected, "n_characters"), 1e-12);
  g_assert_cmpfloat_with_epsilon (habits.n_words, json_object_get_double_member (expected, "n_words"), 1e-12);
  g_assert_cmpfloat_with_epsilon (habits.distinct_words,
                                  json_object_get_double_member (expected, "distinct_words"), 1e-12);
  g_assert_cmpfloat_with_epsilon (habits.distinct_pairs,
                                  json_object_get_double_member (expected, "distinct_pairs"), 1e-12);
  g_assert_cmpfloat_with_epsilon (habits.repetition, json_object_get_double_member (expected, "repetition"),
                                  1e-12);
}

static void
test_habits (Fixture *f, gconstpointer data)
{
  check_habits (f, "habits_before", &f->samples[0]);
  check_habits (f, "habits_after", &f->samples[1]);
}

static void
test_empty (void)
{
  static const char *const texts[] = { "", " ", "a" };
  const GboxTextSample none = { .texts = texts, .n = 0 }, blank = { .texts = texts, .n = 2 };
  const GboxTextSample single = { .texts = texts, .n = 3 };
  const GboxTextHabits habits = gbox_measure_habits (&blank);
  g_autoptr (GArray) nothing = gbox_find_term_changes (&none, &blank, 1, NULL);
  g_autoptr (GArray) one = gbox_find_term_changes (&none, &single, 1, NULL);

  g_assert_cmpuint (nothing->len, ==, 0);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpfloat (g_array_index (one, GboxTermChange, 0).z, ==, 0);
  g_assert_cmpfloat (habits.n_words, ==, 0);
  g_assert_cmpfloat (habits.n_characters, ==, 0.5);
  g_assert_cmpfloat (habits.repetition, ==, 0);
}

/* The text of range @i. */
static char *
cut (const char *text, const GArray *ranges, guint i)
{
  const GboxRewardRange *range = &g_array_index (ranges, GboxRewardRange, i);

  return g_strndup (text + range->begin, range->end - range->begin);
}

static void
assert_term (const char *text, const char *term, const char *const *expected)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (GboxRewardRange));

  g_assert_cmpint (gbox_text_find_term (text, term, ranges), ==, expected[0] != NULL);
  g_assert_cmpint (gbox_text_find_term (text, term, NULL), ==, expected[0] != NULL);
  g_assert_cmpuint (ranges->len, ==, g_strv_length ((char **) expected));
  for (guint i = 0; i < ranges->len; i++)
    {
      g_autofree char *place = cut (text, ranges, i);

      g_assert_cmpstr (place, ==, expected[i]);
    }
}

static void
test_find_term (void)
{
  assert_term ("The END. Endless end", "end", (const char *const[]){ "END", "end", NULL });
  assert_term ("The END .", "end .", (const char *const[]){ "END .", NULL });
  assert_term ("The END.", ".", (const char *const[]){ ".", NULL });
  assert_term ("The ending", "end", (const char *const[]){ NULL });
  assert_term ("' été ' ' Été", "été", (const char *const[]){ "été", "Été", NULL });
  assert_term ("", "end", (const char *const[]){ NULL });
}

/* Pairs: a b, b a, a B, B a, a c; signs are none. */
static void
test_find_repetition (void)
{
  static const char text[] = "a b, ' a B a c";
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (GboxRewardRange));
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_assert_cmpfloat_with_epsilon (gbox_text_find_repetition (text, ranges), 2.0 / 5, 1e-12);
  g_assert_cmpuint (ranges->len, ==, 2);
  first = cut (text, ranges, 0);
  second = cut (text, ranges, 1);
  g_assert_cmpstr (first, ==, "a B");
  g_assert_cmpstr (second, ==, "B a");
  g_assert_cmpfloat (gbox_text_find_repetition ("a", NULL), ==, 0);
}

/* Probabilities .5, .25, .25 and then .125, .125, .75, whatever is added to all logits. */
static void
test_tokens (void)
{
  const float before[] = { logf (2), 0, 0 }, after[] = { 5, 5, 5 + logf (6) };
  GboxTokenChange changes[2];

  gbox_find_token_changes (before, after, 3, changes, 2);
  g_assert_cmpint (changes[0].id, ==, 2);
  g_assert_cmpfloat_with_epsilon (changes[0].before, 0.25, 1e-6);
  g_assert_cmpfloat_with_epsilon (changes[0].after, 0.75, 1e-6);
  g_assert_cmpint (changes[1].id, ==, 0);
  g_assert_cmpfloat_with_epsilon (changes[1].after, 0.125, 1e-6);
}

static void
test_perplexity (void)
{
  const float logprobs[] = { 0, -logf (2), -logf (8) };

  g_assert_cmpfloat_with_epsilon (gbox_get_perplexity (logprobs, 3), 4, 1e-5);
  g_assert_cmpfloat (gbox_get_perplexity (logprobs, 1), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/what-changed/terms", Fixture, NULL, set_up, test_terms, tear_down);
  g_test_add ("/what-changed/habits", Fixture, NULL, set_up, test_habits, tear_down);
  g_test_add_func ("/what-changed/empty", test_empty);
  g_test_add_func ("/what-changed/find-term", test_find_term);
  g_test_add_func ("/what-changed/find-repetition", test_find_repetition);
  g_test_add_func ("/what-changed/tokens", test_tokens);
  g_test_add_func ("/what-changed/perplexity", test_perplexity);
  return g_test_run ();
}
