/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A completion with what it is shown for highlighted, each term of a reward in a colour of its own. */
#include "learning/marked-text.h"

#include "learning/reward.h"

#include <string.h>

/* What is counted stands on a ground of this; of 65535. */
typedef struct
{
  guint16 red;
  guint16 green;
  guint16 blue;
} Ground;

/* By term, over and over again: blue, orange, purple. */
static const Ground grounds[] = {
  { 0x3535, 0x8484, 0xe4e4 },
  { 0xffff, 0x7878, 0x0000 },
  { 0xa8a8, 0x4f4f, 0xc0c0 },
};

/* Enough to stand out on a light ground and on a dark one. */
#define GROUND_ALPHA 0x7800
#define GROUND_MAX   65535.0F

/* @skipped: bytes of the text that are not shown at its beginning */
static void
add_match (PangoAttrList *attributes, const GboxRewardRange *range, gsize skipped)
{
  const Ground *ground = &grounds[range->term % G_N_ELEMENTS (grounds)];
  PangoAttribute *const both[] = {
    pango_attr_background_new (ground->red, ground->green, ground->blue),
    pango_attr_background_alpha_new (GROUND_ALPHA),
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

/* (transfer none): the buffer keeps it. */
static GtkTextTag *
require_tag (GtkTextBuffer *buffer, guint term)
{
  const guint index = term % G_N_ELEMENTS (grounds);
  const GdkRGBA rgba = { grounds[index].red / GROUND_MAX, grounds[index].green / GROUND_MAX,
                         grounds[index].blue / GROUND_MAX, GROUND_ALPHA / GROUND_MAX };
  g_autofree char *name = g_strdup_printf ("term-%u", index);
  GtkTextTag *tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (buffer), name);

  return tag != NULL ? tag : gtk_text_buffer_create_tag (buffer, name, "background-rgba", &rgba, NULL);
}

void
gbox_marked_text_tag (GtkTextBuffer *buffer, const char *text, const GArray *ranges)
{
  GtkTextIter begin, end;

  gtk_text_buffer_get_bounds (buffer, &begin, &end);
  gtk_text_buffer_remove_all_tags (buffer, &begin, &end);
  for (guint i = 0; i < ranges->len; i++)
    {
      const GboxRewardRange *range = &g_array_index (ranges, GboxRewardRange, i);

      gtk_text_buffer_get_iter_at_offset (buffer, &begin,
                                          (int) g_utf8_pointer_to_offset (text, text + range->begin));
      gtk_text_buffer_get_iter_at_offset (buffer, &end,
                                          (int) g_utf8_pointer_to_offset (text, text + range->end));
      gtk_text_buffer_apply_tag (buffer, require_tag (buffer, range->term), &begin, &end);
    }
}
