/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line of two completions, with their rewards and what is counted in them. */
#include "learning/finetune-row.h"

#include "learning/marked-text.h"
#include "widgets/axis.h"

struct _GboxFinetuneRow
{
  GtkListBoxRow parent_instance;

  GtkLabel *before_badge;
  GtkLabel *before_label;
  GtkLabel *now_badge;
  GtkLabel *now_label;

  GboxFinetuneSession *session;
  GboxFinetunePair *pair;
  guint tick; /* while there is something new to show in the next frame */
};

G_DEFINE_FINAL_TYPE (GboxFinetuneRow, gbox_finetune_row, GTK_TYPE_LIST_BOX_ROW)

static void
show_text (GboxFinetuneRow *self, GtkLabel *label, GtkLabel *badge, const GboxFinetuneText *text)
{
  const GboxReward *reward = gbox_finetune_session_get_reward (self->session);
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (GboxRewardRange));

  if (reward != NULL)
    gbox_reward_score (reward, text->text, ranges);
  gbox_marked_text_show (label, text->text, ranges);
  /* Its place is kept. */
  gtk_widget_set_opacity (GTK_WIDGET (badge), text->is_whole ? 1 : 0);
  if (text->is_whole)
    {
      g_autofree char *number = gbox_axis_format_constant (text->reward);

      gtk_label_set_label (badge, number);
    }
}

static gboolean
show (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GboxFinetuneRow *self = GBOX_FINETUNE_ROW (widget);
  const GboxFinetuneText *before = gbox_finetune_pair_get_before (self->pair);
  const GboxFinetuneText *now = gbox_finetune_pair_get_now (self->pair);

  show_text (self, self->before_label, self->before_badge, before);
  show_text (self, self->now_label, self->now_badge, now);
  if (now->is_whole && before->is_whole && now->reward > before->reward)
    gtk_widget_add_css_class (GTK_WIDGET (self->now_badge), "success");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->now_badge), "success");
  self->tick = 0;
  return G_SOURCE_REMOVE;
}

/* A small model writes more pieces a second than there are frames. */
static void
follow (GboxFinetuneRow *self)
{
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), show, NULL, NULL);
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
  show (GTK_WIDGET (self), NULL, NULL);
  return GTK_WIDGET (self);
}
