/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Combinations of channels as text: "12:1,40:-0.5". */
#include "vision/direction.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

#define MAX_CHANNEL 99999
#define MAX_WEIGHT  1e6 /* keeps the products within float */

static gboolean
parse_term (char *text, GboxDirectionTerm *term)
{
  char *colon = strchr (text, ':');
  guint64 channel;
  char *end;

  term->weight = 1.0;
  if (colon != NULL)
    {
      *colon = '\0';
      g_strstrip (colon + 1);
      term->weight = g_ascii_strtod (colon + 1, &end);
      if (end == colon + 1 || *end != '\0')
        return FALSE;
    }
  if (!g_ascii_string_to_unsigned (g_strstrip (text), 10, 0, MAX_CHANNEL, &channel, NULL))
    return FALSE;
  term->channel = (int) channel;
  return isfinite (term->weight) && term->weight != 0.0 && fabs (term->weight) <= MAX_WEIGHT;
}

static gboolean
has_channel (const GArray *terms, int channel)
{
  for (guint i = 0; i < terms->len; i++)
    if (g_array_index (terms, GboxDirectionTerm, i).channel == channel)
      return TRUE;
  return FALSE;
}

GArray *
gbox_direction_parse (const char *text, GError **error)
{
  g_autoptr (GArray) terms = g_array_new (FALSE, FALSE, sizeof (GboxDirectionTerm));
  g_auto (GStrv) words = g_strsplit (text, ",", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      GboxDirectionTerm term;

      if (!parse_term (words[i], &term) || has_channel (terms, term.channel))
        {
          g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                       "“%s” is no direction; write channels and their weights as 12:1,40:-0.5, each channel "
                       "once and no "
                       "weight 0.",
                       text);
          return NULL;
        }
      g_array_append_val (terms, term);
    }
  if (terms->len == 0)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "A direction needs channels and their weights; write them as 12:1,40:-0.5.");
      return NULL;
    }
  return g_steal_pointer (&terms);
}
