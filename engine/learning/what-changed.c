/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What else training changed: words, tokens, and habits of two policies' texts. */
#include "learning/what-changed.h"

#include "learning/terms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The prior counts as much as so many words. */
#define PRIOR 500.0

/* How often a term is in each sample. */
typedef struct
{
  guint before;
  guint after;
} Counts;

static void
count_sample (GHashTable *counts, const GboxTextSample *sample, guint n_words, gsize offset, double *total)
{
  for (guint i = 0; i < sample->n; i++)
    {
      g_autoptr (GPtrArray) terms = gbox_terms_list (sample->texts[i], n_words);

      for (guint j = 0; j < terms->len; j++)
        {
          Counts *entry = g_hash_table_lookup (counts, terms->pdata[j]);

          if (entry == NULL)
            {
              entry = g_new0 (Counts, 1);
              g_hash_table_insert (counts, g_strdup (terms->pdata[j]), entry);
            }
          G_STRUCT_MEMBER (guint, entry, offset)++;
        }
      *total += terms->len;
    }
}

/* Whether all signs of a term's only word, or of one of a pair, are the reward's: what stands beside them
 * came with them. */
static gboolean
is_own (const char *term, const GboxReward *reward)
{
  gboolean is_own_word = TRUE;

  for (const char *at = term; *at != '\0'; at = g_utf8_next_char (at))
    if (*at == ' ' && is_own_word)
      return TRUE;
    else if (*at == ' ')
      is_own_word = TRUE;
    else if (!gbox_reward_has_character (reward, g_utf8_get_char (at)))
      is_own_word = FALSE;
  return is_own_word;
}

static double
get_log_odds (double count, double total, double prior)
{
  return log ((count + prior) / (total + PRIOR - count - prior));
}

static int
compare_changes (gconstpointer a, gconstpointer b)
{
  const GboxTermChange *first = a, *second = b;
  const double x = fabs (first->z), y = fabs (second->z);

  if (x < y || x > y)
    return x > y ? -1 : 1;
  return strcmp (first->term, second->term);
}

static void
clear_change (gpointer change)
{
  g_free (((GboxTermChange *) change)->term);
}

GArray *
gbox_find_term_changes (const GboxTextSample *before,
                        const GboxTextSample *after,
                        guint n_words,
                        const GboxReward *reward)
{
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GArray *changes = g_array_new (FALSE, FALSE, sizeof (GboxTermChange));
  double n_before = 0, n_after = 0;
  GHashTableIter iter;
  gpointer term, entry;

  g_array_set_clear_func (changes, clear_change);
  count_sample (counts, before, n_words, G_STRUCT_OFFSET (Counts, before), &n_before);
  count_sample (counts, after, n_words, G_STRUCT_OFFSET (Counts, after), &n_after);
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &term, &entry))
    {
      const Counts *y = entry;
      const double prior = PRIOR * (y->before + y->after) / (n_before + n_after);
      GboxTermChange change = {
        .term = g_strdup (term),
        .n_before = y->before,
        .n_after = y->after,
        .is_own = reward != NULL && is_own (term, reward),
      };

      /* Where there is but one term, there are no odds. */
      if (g_hash_table_size (counts) > 1)
        change.log_odds = get_log_odds (y->after, n_after, prior) - get_log_odds (y->before, n_before, prior);
      change.z = change.log_odds / sqrt (1 / (y->after + prior) + 1 / (y->before + prior));
      g_array_append_val (changes, change);
    }
  g_array_sort (changes, compare_changes);
  return changes;
}

static double
get_log_sum (const float *logits, int n, float *max)
{
  double sum = 0;

  *max = logits[0];
  for (int i = 1; i < n; i++)
    *max = MAX (*max, logits[i]);
  for (int i = 0; i < n; i++)
    sum += exp ((double) (logits[i] - *max));
  return log (sum);
}

static double
get_move (const GboxTokenChange *change)
{
  return fabs (change->after - change->before);
}

void
gbox_find_token_changes (
  const float *before, const float *after, int n_vocab, GboxTokenChange *changes, guint n)
{
  float max_before, max_after;
  const double sum_before = get_log_sum (before, n_vocab, &max_before);
  const double sum_after = get_log_sum (after, n_vocab, &max_after);
  guint n_found = 0;

  /* Insertion into a short sorted list, which almost no token enters. */
  for (int i = 0; i < n_vocab; i++)
    {
      const GboxTokenChange change = {
        .id = i,
        .before = exp ((double) (before[i] - max_before) - sum_before),
        .after = exp ((double) (after[i] - max_after) - sum_after),
      };
      guint at;

      if (n_found == n && get_move (&change) <= get_move (&changes[n - 1]))
        continue;
      at = n_found < n ? n_found++ : n - 1;
      for (; at > 0 && get_move (&changes[at - 1]) < get_move (&change); at--)
        changes[at] = changes[at - 1];
      changes[at] = change;
    }
}

/* Share of the terms of a text that it had before. */
static double
get_repetition (const GPtrArray *terms)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < terms->len; i++)
    g_hash_table_add (seen, terms->pdata[i]);
  return 1 - (double) g_hash_table_size (seen) / terms->len;
}

/* Takes the terms. */
static void
add_terms (GHashTable *all, GPtrArray *terms, double *total)
{
  *total += terms->len;
  g_ptr_array_set_free_func (terms, NULL);
  for (guint i = 0; i < terms->len; i++)
    g_hash_table_add (all, terms->pdata[i]);
  g_ptr_array_unref (terms);
}

GboxTextHabits
gbox_measure_habits (const GboxTextSample *sample)
{
  g_autoptr (GHashTable) words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) pairs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  double n_words = 0, n_pairs = 0, repetition = 0;
  GboxTextHabits habits = { 0 };
  guint n_with_pairs = 0;

  for (guint i = 0; i < sample->n; i++)
    {
      GPtrArray *own = gbox_terms_list_words (sample->texts[i], 1);
      GPtrArray *own_pairs = gbox_terms_list_words (sample->texts[i], 2);

      habits.n_characters += (double) g_utf8_strlen (sample->texts[i], -1) / sample->n;
      if (own_pairs->len > 0)
        {
          repetition += get_repetition (own_pairs);
          n_with_pairs++;
        }
      add_terms (words, own, &n_words);
      add_terms (pairs, own_pairs, &n_pairs);
    }
  habits.n_words = sample->n > 0 ? n_words / sample->n : 0;
  habits.distinct_words = n_words > 0 ? g_hash_table_size (words) / n_words : 0;
  habits.distinct_pairs = n_pairs > 0 ? g_hash_table_size (pairs) / n_pairs : 0;
  habits.repetition = n_with_pairs > 0 ? repetition / n_with_pairs : 0;
  return habits;
}

double
gbox_get_perplexity (const float *logprobs, int n)
{
  double sum = 0;

  for (int i = 1; i < n; i++)
    sum += (double) logprobs[i];
  return n > 1 ? exp (-sum / (n - 1)) : 1;
}
