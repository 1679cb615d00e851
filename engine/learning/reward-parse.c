/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rewards as they are written. */
#include "learning/reward-private.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

#define FULL_STOP "."

#define KNOWN_TERMS                                                                                               \
  "use full-stops, characters:…, regex:…, length, distinct-words, no-letter:… or code-checks, with + or - " \
  "between two and NUMBER* before one."

/* Far more than one reward is worth beside another; what it is summed up and squared with stays finite. */
#define MAX_WEIGHT 1e6

/* What terms are called. */
static const struct
{
  const char *name; /* with the colon, where something follows */
  GboxRewardKind kind;
} names[] = {
  { "full-stops", GBOX_REWARD_CHARACTERS },
  { "characters:", GBOX_REWARD_CHARACTERS },
  { "regex:", GBOX_REWARD_REGEX },
  { "length", GBOX_REWARD_LENGTH },
  { "distinct-words", GBOX_REWARD_DISTINCT_WORDS },
  { "no-letter:", GBOX_REWARD_NO_LETTER },
  { "code-checks", GBOX_REWARD_CODE_CHECKS },
};

/* The sign that @text may begin with. Moves @text behind it. */
static double
read_sign (const char **text)
{
  const char *at = *text + strspn (*text, " ");
  const gboolean is_signed = *at == '+' || *at == '-';

  *text = is_signed ? at + 1 : at;
  return is_signed && *at == '-' ? -1 : 1;
}

/* The name that @text begins with, after its sign and weight; −1 if there is none. Moves @text behind it. */
static int
read_head (const char **text, double *weight)
{
  const char *at = *text;
  char *end;

  *weight = read_sign (&at);
  at += strspn (at, " ");
  if (g_ascii_isdigit (*at) || *at == '.')
    {
      *weight *= g_ascii_strtod (at, &end);
      end += strspn (end, " ");
      if (*end != '*')
        return -1;
      at = end + 1;
      at += strspn (at, " ");
    }
  for (int i = 0; i < (int) G_N_ELEMENTS (names); i++)
    if (g_str_has_prefix (at, names[i].name))
      {
        const char *after = at + strlen (names[i].name);

        if (!g_str_has_suffix (names[i].name, ":") && *after != '\0' && strchr ("+- ", *after) == NULL)
          continue;
        *text = after;
        return i;
      }
  return -1;
}

/* Where an argument ends: at the first sign after which another term comes. */
static const char *
find_end (const char *argument)
{
  for (const char *at = argument; *at != '\0'; at++)
    {
      const char *after = at + 1;
      double weight;

      if (at > argument && (*at == '+' || *at == '-') && read_head (&after, &weight) >= 0)
        return at;
    }
  return argument + strlen (argument);
}

static gboolean
compile (GboxRewardTerm *term, GError **error)
{
  PCRE2_UCHAR message[256];
  PCRE2_SIZE offset;
  int code;

  term->code = pcre2_compile ((PCRE2_SPTR) term->argument, PCRE2_ZERO_TERMINATED,
                              PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &code, &offset, NULL);
  if (term->code != NULL)
    return TRUE;
  pcre2_get_error_message (code, message, G_N_ELEMENTS (message));
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
               "“%s” is no regular expression: %s at its byte %" G_GSIZE_FORMAT ".", term->argument,
               (const char *) message, (gsize) offset);
  return FALSE;
}

static gboolean
check_argument (GboxRewardTerm *term, GError **error)
{
  if (term->kind == GBOX_REWARD_LENGTH || term->kind == GBOX_REWARD_DISTINCT_WORDS
      || term->kind == GBOX_REWARD_CODE_CHECKS)
    return TRUE;
  if (term->kind == GBOX_REWARD_REGEX && term->argument[0] != '\0')
    return compile (term, error);
  if (term->kind == GBOX_REWARD_REGEX)
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                         "The regular expression is missing after regex:, as in regex:\\d+.");
  else if (term->kind == GBOX_REWARD_NO_LETTER
           && (g_utf8_strlen (term->argument, -1) != 1
               || !g_unichar_isalpha (g_utf8_get_char (term->argument))))
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                         "no-letter: is followed by one letter, as in no-letter:e.");
  else if (term->argument[0] == '\0')
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                         "The characters to count are missing after characters:, as in characters:!?.");
  else
    return TRUE;
  return FALSE;
}

/* @text: what stands where a term is to. */
static gboolean
refuse_term (const char *text, gboolean is_first, GError **error)
{
  const char *rest = text;

  read_sign (&rest);
  rest += strspn (rest, " ");
  if (*rest != '\0')
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "“%s” is no reward: " KNOWN_TERMS, text);
  else if (is_first)
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                         "Nothing says what to reward: " KNOWN_TERMS);
  else
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                         "A term is missing after the sign at the end of the reward: write one, as in "
                         "full-stops+length, or leave out the sign.");
  return FALSE;
}

static gboolean
read_term (const char **text, double sign, GboxReward *reward, GError **error)
{
  double weight;
  const int index = read_head (text, &weight);
  const char *end;
  GboxRewardTerm term = { 0 };

  if (index < 0)
    return refuse_term (*text, reward->terms->len == 0, error);
  if (fabs (weight) > MAX_WEIGHT)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "A weight in the reward is too large: give a number from -%.0f to %.0f before the *.",
                   MAX_WEIGHT, MAX_WEIGHT);
      return FALSE;
    }
  term.kind = names[index].kind;
  term.weight = sign * weight;
  if (g_str_has_suffix (names[index].name, ":"))
    {
      end = find_end (*text);
      term.argument = g_strndup (*text, (gsize) (end - *text));
      *text = end;
    }
  else
    term.argument = g_strdup (term.kind == GBOX_REWARD_CHARACTERS ? FULL_STOP : "");
  g_array_append_val (reward->terms, term);
  return check_argument (&g_array_index (reward->terms, GboxRewardTerm, reward->terms->len - 1), error);
}

/* Nothing is learnt from what is always nothing. */
static gboolean
check_weights (const GboxReward *reward, GError **error)
{
  for (guint i = 0; i < reward->terms->len; i++)
    if (fabs (g_array_index (reward->terms, GboxRewardTerm, i).weight) > 0)
      return TRUE;
  g_set_error_literal (
    error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
    "The reward is always 0, as there is no weight but 0 in it: give another number before "
    "the *.");
  return FALSE;
}

GboxReward *
gbox_reward_parse (const char *text, GError **error)
{
  g_autoptr (GboxReward) reward = gbox_reward_new ();
  const char *at = text;
  double sign = 1;

  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "The reward is no UTF-8 text.");
      return NULL;
    }
  for (;;)
    {
      if (!read_term (&at, sign, reward, error))
        return NULL;
      at += strspn (at, " ");
      if (*at == '\0')
        return check_weights (reward, error) ? g_steal_pointer (&reward) : NULL;
      if (*at != '+' && *at != '-')
        {
          g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                       "Between the terms of a reward stands + or -, not “%s”.", at);
          return NULL;
        }
      sign = *at++ == '+' ? 1 : -1;
    }
}

static const char *
find_name (GboxRewardKind kind, const char *argument)
{
  gsize i = 0;

  while (names[i].kind != kind)
    i++;
  /* The first is the short name of a full stop. */
  if (kind == GBOX_REWARD_CHARACTERS && !g_str_equal (argument, FULL_STOP))
    i++;
  return names[i].name;
}

void
gbox_reward_append_term (GString *text, GboxRewardKind kind, double weight, const char *argument)
{
  const char *name;
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_return_if_fail (kind != GBOX_REWARD_FUNCTION);

  name = find_name (kind, argument);
  if (weight < 0)
    g_string_append_c (text, '-');
  else if (text->len > 0)
    g_string_append_c (text, '+');
  if (fabs (weight) < 1 || fabs (weight) > 1)
    g_string_append_printf (text, "%s*", g_ascii_formatd (number, sizeof number, "%g", fabs (weight)));
  g_string_append (text, name);
  if (g_str_has_suffix (name, ":"))
    g_string_append (text, argument);
}
