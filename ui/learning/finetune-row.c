/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line of two completions, with their rewards and what is counted in them. */
#include "learning/finetune-row.h"

#include "widgets/axis.h"

/* What is counted stands on a blue ground; of 65535. */
#define MATCH_RED   0x1c1c
#define MATCH_GREEN 0x7171
#define MATCH_BLUE  0xd8d8
#define MATCH_ALPHA 0x6000

struct _GboxFinetuneRow
{
  GtkListBoxRow parent_instance;

  GtkLabel *before_badge;
  GtkLabel *before_label;
  GtkLabel *now_badge;
  GtkLabel *now_label;

  GboxFinetuneSession *session;
  GboxFinetunePair *pair;
};

G_DEFINE_FINAL_TYPE (GboxFinetuneRow, gbox_finetune_row, GTK_TYPE_LIST_BOX_ROW)

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

/* On a single line, byte for byte: a match stays where it is. */
static char *
join_lines (const char *text)
{
  return g_strdelimit (g_strdup (text), "\n\r\t", ' ');
}

static void
show_text (GboxFinetuneRow *self, GtkLabel *label, GtkLabel *badge, const GboxFinetuneText *text)
{
  const GboxReward *reward = gbox_finetune_session_get_reward (self->session);
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (GboxRewardRange));
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  const gsize skipped = strspn (text->text, " \n\r\t");
  g_autofree char *line = join_lines (text->text + skipped);

  if (reward != NULL)
    gbox_reward_score (reward, text->text, ranges);
  for (guint i = 0; i < ranges->len; i++)
    add_match (attributes, &g_array_index (ranges, GboxRewardRange, i), skipped);
  gtk_label_set_label (label, line);
  gtk_label_set_attributes (label, attributes);
  /* Its place is kept. */
  gtk_widget_set_opacity (GTK_WIDGET (badge), text->is_whole ? 1 : 0);
  if (text->is_whole)
    {
      g_autofree char *number = gbox_axis_format_constant (text->reward);

      gtk_label_set_label (badge, number);
    }
}

static void
follow (GboxFinetuneRow *self)
{
  const GboxFinetuneText *before = gbox_finetune_pair_get_before (self->pair);
  const GboxFinetuneText *now = gbox_finetune_pair_get_now (self->pair);

  show_text (self, self->before_label, self->before_badge, before);
  show_text (self, self->now_label, self->now_badge, now);
  if (now->is_whole && before->is_whole && now->reward > before->reward)
    gtk_widget_add_css_class (GTK_WIDGET (self->now_badge), "success");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->now_badge), "success");
}

static void
gbox_finetune_row_dispose (GObject *object)
{
  GboxFinetuneRow *self = GBOX_FINETUNE_ROW (object);

  g_clear_object (&self->pair);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_finetune_row_parent_class)->dispose (object);
}

static void
gbox_finetune_row_class_init (GboxFinetuneRowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_finetune_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/finetune-row.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneRow, before_badge);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneRow, before_label);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneRow, now_badge);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneRow, now_label);
}

static void
gbox_finetune_row_init (GboxFinetuneRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
gbox_finetune_row_new (GboxFinetuneSession *session, GboxFinetunePair *pair)
{
  GboxFinetuneRow *self = g_object_new (GBOX_TYPE_FINETUNE_ROW, NULL);

  self->session = g_object_ref (session);
  self->pair = g_object_ref (pair);
  g_signal_connect_object (pair, "changed", G_CALLBACK (follow), self, G_CONNECT_SWAPPED);
  follow (self);
  return GTK_WIDGET (self);
}
