/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a completion is rewarded for. */
#include "learning/reward-private.h"

#include "learning/terms.h"

#include <math.h>
#include <string.h>

/* Steps of matching, and depth of nesting, after which a text is given up: some milliseconds. */
#define MATCH_LIMIT 100000
#define DEPTH_LIMIT 1000

/* What a share of letters is given in. */
#define PER_LETTERS 100

static void
clear_term (gpointer data)
{
  GboxRewardTerm *term = data;

  g_free (term->argument);
  pcre2_code_free (term->code);
  if (term->free != NULL)
    term->free (term->data);
}

GboxReward *
gbox_reward_new (void)
{
  GboxReward *reward = g_new0 (GboxReward, 1);

  reward->terms = g_array_new (FALSE, FALSE, sizeof (GboxRewardTerm));
  g_array_set_clear_func (reward->terms, clear_term);
  return reward;
}

GboxReward *
gbox_reward_new_for_function (const char *description,
                              GboxRewardFunc func,
                              gpointer data,
                              GDestroyNotify free)
{
  GboxReward *reward = gbox_reward_new ();
  const GboxRewardTerm term = {
    .kind = GBOX_REWARD_FUNCTION,
    .weight = 1,
    .argument = g_strdup (description),
    .func = func,
    .data = data,
    .free = free,
  };

  g_array_append_val (reward->terms, term);
  return reward;
}

void
gbox_reward_free (GboxReward *reward)
{
  if (reward == NULL)
    return;
  g_array_unref (reward->terms);
  g_free (reward);
}

gboolean
gbox_reward_has_code_checks (const GboxReward *reward)
{
  for (guint i = 0; i < reward->terms->len; i++)
    if (g_array_index (reward->terms, GboxRewardTerm, i).kind == GBOX_REWARD_CODE_CHECKS)
      return TRUE;
  return FALSE;
}

void
gbox_reward_set_code_checks (GboxReward *reward, GboxRewardFunc func, gpointer data)
{
  for (guint i = 0; i < reward->terms->len; i++)
    {
      GboxRewardTerm *term = &g_array_index (reward->terms, GboxRewardTerm, i);

      if (term->kind != GBOX_REWARD_CODE_CHECKS)
        continue;
      term->func = func;
      term->data = data;
    }
}

guint
gbox_reward_get_n_terms (const GboxReward *reward)
{
  return reward->terms->len;
}

GboxRewardKind
gbox_reward_get_term (const GboxReward *reward, guint i, double *weight, const char **argument)
{
  const GboxRewardTerm *term = &g_array_index (reward->terms, GboxRewardTerm, i);

  g_return_val_if_fail (i < reward->terms->len, GBOX_REWARD_LENGTH);

  if (weight != NULL)
    *weight = term->weight;
  if (argument != NULL)
    *argument = term->argument;
  return term->kind;
}

static void
describe_term (const GboxRewardTerm *term, GString *text)
{
  switch (term->kind)
    {
    case GBOX_REWARD_CHARACTERS:
      if (g_str_equal (term->argument, "."))
        g_string_append (text, "the full stops in the text");
      else
        g_string_append_printf (text, "the characters of the text that are one of “%s”", term->argument);
      break;
    case GBOX_REWARD_REGEX:
      g_string_append_printf (text, "the places that match “%s” and do not overlap", term->argument);
      break;
    case GBOX_REWARD_LENGTH:
      g_string_append (text, "the characters of the text");
      break;
    case GBOX_REWARD_DISTINCT_WORDS:
      g_string_append (text, "the words of the text, each once, whatever its case");
      break;
    case GBOX_REWARD_NO_LETTER:
      g_string_append_printf (text,
                              "how many of 100 letters are “%s”, whatever its case (100 without letters)",
                              term->argument);
      break;
    case GBOX_REWARD_CODE_CHECKS:
      g_string_append (text, "the share of the prompt's checks that the program passes in a sandbox, 0 to 1");
      break;
    case GBOX_REWARD_FUNCTION:
    default:
      g_string_append (text, term->argument);
    }
}

/* Whether more of what is described is worth less. */
static gboolean
is_punished (const GboxRewardTerm *term)
{
  return (term->kind == GBOX_REWARD_NO_LETTER) != (term->weight < 0);
}

char *
gbox_reward_describe (const GboxReward *reward)
{
  GString *text = g_string_new ("Counts ");
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i < reward->terms->len; i++)
    {
      const GboxRewardTerm *term = &g_array_index (reward->terms, GboxRewardTerm, i);
      const double size = fabs (term->weight);

      if (i > 0)
        g_string_append (text, ", ");
      if (is_punished (term))
        g_string_append (text, "minus ");
      else if (i > 0)
        g_string_append (text, "plus ");
      if (size < 1 || size > 1)
        g_string_append_printf (text, "%s times ", g_ascii_formatd (number, sizeof number, "%g", size));
      describe_term (term, text);
    }
  g_string_append_c (text, '.');
  return g_string_free (text, FALSE);
}

gboolean
gbox_reward_has_character (const GboxReward *reward, gunichar character)
{
  for (guint i = 0; i < reward->terms->len; i++)
    {
      const GboxRewardTerm *term = &g_array_index (reward->terms, GboxRewardTerm, i);

      if (term->kind == GBOX_REWARD_CHARACTERS && g_utf8_strchr (term->argument, -1, character) != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
add_range (GArray *ranges, gsize begin, gsize end)
{
  const GboxRewardRange range = { .begin = begin, .end = end };

  if (ranges != NULL)
    g_array_append_val (ranges, range);
}

static double
count_characters (const char *characters, const char *text, GArray *ranges)
{
  guint n = 0;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (g_utf8_strchr (characters, -1, g_utf8_get_char (at)) != NULL)
      {
        n++;
        add_range (ranges, (gsize) (at - text), (gsize) (g_utf8_next_char (at) - text));
      }
  return n;
}

/* The next match from byte @at on, without what is empty. */
static gboolean
match_next (const pcre2_code *code,
            pcre2_match_data *match,
            pcre2_match_context *limits,
            const char *text,
            gsize length,
            gsize at)
{
  return pcre2_match (code, (PCRE2_SPTR) text, length, at, PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY, match, limits)
         > 0;
}

static double
count_matches (const pcre2_code *code, const char *text, GArray *ranges)
{
  pcre2_match_data *match = pcre2_match_data_create_from_pattern (code, NULL);
  pcre2_match_context *limits = pcre2_match_context_create (NULL);
  const gsize length = strlen (text);
  gsize at = 0;
  guint n = 0;

  pcre2_set_match_limit (limits, MATCH_LIMIT);
  pcre2_set_depth_limit (limits, DEPTH_LIMIT);
  while (at < length && match_next (code, match, limits, text, length, at))
    {
      const PCRE2_SIZE *ends = pcre2_get_ovector_pointer (match);

      /* With \K a match may end before it began; what comes after it would be found for ever. */
      if (ends[1] <= at || ends[1] <= ends[0])
        break;
      n++;
      add_range (ranges, ends[0], ends[1]);
      at = ends[1];
    }
  pcre2_match_context_free (limits);
  pcre2_match_data_free (match);
  return n;
}

/* Words are runs of letters, digits and apostrophes with a letter or digit in them. */
static double
count_words (const char *text, GArray *ranges)
{
  g_autoptr (GHashTable) words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (const char *at = text; *at != '\0';)
    {
      const char *begin = at;
      gboolean is_word = FALSE;

      while (*at != '\0' && gbox_terms_is_word_character (g_utf8_get_char (at)))
        {
          is_word = is_word || g_unichar_isalnum (g_utf8_get_char (at));
          at = g_utf8_next_char (at);
        }
      if (is_word && g_hash_table_add (words, g_utf8_casefold (begin, at - begin)))
        add_range (ranges, (gsize) (begin - text), (gsize) (at - text));
      if (at == begin)
        at = g_utf8_next_char (at);
    }
  return g_hash_table_size (words);
}

static double
count_letter (const char *letter, const char *text, GArray *ranges)
{
  const gunichar wanted = g_unichar_tolower (g_utf8_get_char (letter));
  guint n_letters = 0, n = 0;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      const gunichar character = g_utf8_get_char (at);

      n_letters += g_unichar_isalpha (character);
      if (g_unichar_tolower (character) != wanted)
        continue;
      n++;
      add_range (ranges, (gsize) (at - text), (gsize) (g_utf8_next_char (at) - text));
    }
  return n_letters > 0 ? -PER_LETTERS * (double) n / n_letters : -PER_LETTERS;
}

static double
score_term (const GboxRewardTerm *term, const char *text, GArray *ranges)
{
  switch (term->kind)
    {
    case GBOX_REWARD_CHARACTERS:
      return count_characters (term->argument, text, ranges);
    case GBOX_REWARD_REGEX:
      return count_matches (term->code, text, ranges);
    case GBOX_REWARD_LENGTH:
      return (double) g_utf8_strlen (text, -1);
    case GBOX_REWARD_DISTINCT_WORDS:
      return count_words (text, ranges);
    case GBOX_REWARD_NO_LETTER:
      return count_letter (term->argument, text, ranges);
    case GBOX_REWARD_CODE_CHECKS:
    case GBOX_REWARD_FUNCTION:
    default:
      return term->func != NULL ? term->func (text, ranges, term->data) : 0;
    }
}

double
gbox_reward_score_term (const GboxReward *reward, guint i, const char *text, GArray *ranges)
{
  const guint n_before = ranges != NULL ? ranges->len : 0;
  double score;

  g_return_val_if_fail (i < reward->terms->len, 0);

  score = score_term (&g_array_index (reward->terms, GboxRewardTerm, i), text, ranges);
  for (guint j = n_before; ranges != NULL && j < ranges->len; j++)
    g_array_index (ranges, GboxRewardRange, j).term = i;
  return score;
}

double
gbox_reward_score (const GboxReward *reward, const char *text, GArray *ranges)
{
  double score = 0;

  for (guint i = 0; i < reward->terms->len; i++)
    score += g_array_index (reward->terms, GboxRewardTerm, i).weight
             * gbox_reward_score_term (reward, i, text, ranges);
  return score;
}
