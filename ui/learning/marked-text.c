/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A completion in a label, with what it is shown for highlighted. */
#include "learning/marked-text.h"

#include "learning/reward.h"

#include <string.h>

/* What is counted stands on a blue ground; of 65535. */
#define MATCH_RED   0x1c1c
#define MATCH_GREEN 0x7171
#define MATCH_BLUE  0xd8d8
#define MATCH_ALPHA 0x6000

/* @skipped: bytes of the text that are not shown at its beginning */
static void
add_match (PangoAttrList *attributes, const GboxRewardRange *range, gsize skipped)
{
  PangoAttribute *const both[] = {
    pango_attr_background_new (MATCH_RED, MATCH_GREEN, MATCH_BLUE),
    pango_attr_background_alpha_new (MATCH_ALPHA),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (both); i++)
    {
      both[i]->start_index = (guint) (MAX (range->begin, skipped) - skipped);
      both[i]->end_index = (guint) (MAX (range->end, skipped) - skipped);
      pango_attr_list_insert (attributes, both[i]);
    }
}

/* On a single line, byte for byte: a match stays where it is. Pango needs room for the white space at an end,
 * where it needs none at the end of a line that it wraps. */
static char *
join_lines (const char *text)
{
  return g_strchomp (g_strdelimit (g_strdup (text), "\n\r\t", ' '));
}

void
gbox_marked_text_show (GtkLabel *label, const char *text, const GArray *ranges)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  const gsize skipped = strspn (text, " \n\r\t");
  g_autofree char *line = join_lines (text + skipped);

  for (guint i = 0; i < ranges->len; i++)
    add_match (attributes, &g_array_index (ranges, GboxRewardRange, i), skipped);
  gtk_label_set_label (label, line);
  gtk_label_set_attributes (label, attributes);
}
