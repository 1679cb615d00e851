/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a completion is rewarded for: a number that says how much of something its text has, and where. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxReward:
 *
 * A sum of weighted terms. Immutable once it counts, for any thread.
 */
typedef struct _GboxReward GboxReward;

/* What a term counts. */
typedef enum
{
  GBOX_REWARD_CHARACTERS,     /* "characters:xyz" and "full-stops": those characters */
  GBOX_REWARD_REGEX,          /* "regex:…": matches that are not empty and do not overlap */
  GBOX_REWARD_LENGTH,         /* "length": characters */
  GBOX_REWARD_DISTINCT_WORDS, /* "distinct-words": words, each once, upper and lower case being the same */
  GBOX_REWARD_NO_LETTER,      /* "no-letter:e": minus so many of a hundred letters */
  GBOX_REWARD_CODE_CHECKS,    /* "code-checks": the share of the prompt's checks that the program passes */
  GBOX_REWARD_FUNCTION,       /* what a function says */
} GboxRewardKind;

/**
 * GboxRewardRange:
 * @begin: byte of the text
 * @end: the byte after the last
 * @term: which term found it there
 */
typedef struct
{
  gsize begin;
  gsize end;
  guint term;
} GboxRewardRange;

/**
 * GboxRewardFunc:
 * @text: a completion, UTF-8
 * @ranges: (nullable) (element-type GboxRewardRange): to append to what was found and where
 * @data: what was given with the function
 *
 * Called on the engine thread; not for long.
 *
 * Returns: the reward
 */
typedef double (*GboxRewardFunc) (const char *text, GArray *ranges, gpointer data);

/**
 * gbox_reward_parse:
 * @text: "full-stops", or "full-stops+0.1*length-2*no-letter:e": terms as #GboxRewardKind calls them, with
 * plus or minus between them; each may have a sign and a weight of its own, as in "-1*length+-2*full-stops"
 * @error: return location for an error
 *
 * What stands after a colon goes on to the end, or to the first sign that another term comes after. Weights
 * are numbers from −10⁶ to 10⁶, not all 0.
 *
 * Returns: (transfer full) (nullable): the reward; %NULL with %GBOX_ERROR_INVALID_ARGUMENT
 */
GboxReward *gbox_reward_parse (const char *text, GError **error);

/* A reward of a single term; transfer full. @free is called with @data in the end. */
GboxReward *gbox_reward_new_for_function (const char *description,
                                          GboxRewardFunc func,
                                          gpointer data,
                                          GDestroyNotify free);
void gbox_reward_free (GboxReward *reward);

/* Whether a term has to run programs first. */
gboolean gbox_reward_has_code_checks (const GboxReward *reward);

/* Who says what the terms "code-checks" count; without, that is 0. Before anything is counted. */
void gbox_reward_set_code_checks (GboxReward *reward, GboxRewardFunc func, gpointer data);

guint gbox_reward_get_n_terms (const GboxReward *reward);

/**
 * gbox_reward_get_term:
 * @reward: a reward
 * @i: which of its terms
 * @weight: (out) (optional): what the term is multiplied by
 * @argument: (out) (optional) (transfer none): its characters, pattern or letter; "" where it has none
 *
 * Returns: what it counts
 */
GboxRewardKind
gbox_reward_get_term (const GboxReward *reward, guint i, double *weight, const char **argument);

/**
 * gbox_reward_append_term:
 * @text: a reward as gbox_reward_parse() takes it, or nothing yet
 * @kind: what one more term counts; not %GBOX_REWARD_FUNCTION
 * @weight: what it is multiplied by
 * @argument: its characters, pattern or letter; not looked at where it has none
 *
 * What an argument says may be read as another term: compare what gbox_reward_parse() makes of it.
 */
void gbox_reward_append_term (GString *text, GboxRewardKind kind, double weight, const char *argument);

/* A sentence that says precisely what is counted. Free with g_free(). */
char *gbox_reward_describe (const GboxReward *reward);

/* Whether a term counts this character as such: it is then the reward's own, and no finding. */
gboolean gbox_reward_has_character (const GboxReward *reward, gunichar character);

/**
 * gbox_reward_score:
 * @reward: a reward
 * @text: a completion, UTF-8
 * @ranges: (nullable) (element-type GboxRewardRange): what was counted is appended, term by term; a term that
 * counts all characters appends none
 *
 * Counts in the text, not in tokens: a token of seven full stops counts seven. A regular expression that
 * takes too long on a text counts what it found so far.
 *
 * Returns: the reward
 */
double gbox_reward_score (const GboxReward *reward, const char *text, GArray *ranges);

/* The same of the term @i alone, without its weight. */
double gbox_reward_score_term (const GboxReward *reward, guint i, const char *text, GArray *ranges);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxReward, gbox_reward_free)

G_END_DECLS
