/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The completions before training beside those of now. */
#include "learning/finetune-list.h"

#include "learning/finetune-row.h"
#include "widgets/axis.h"

struct _GboxFinetuneList
{
  AdwBin parent_instance;

  GtkLabel *before_label;
  GtkLabel *now_label;
  GtkListBox *list;

  GboxFinetuneSession *session;
  guint tick; /* while there is something new to show in the next frame */
};

G_DEFINE_FINAL_TYPE (GboxFinetuneList, gbox_finetune_list, ADW_TYPE_BIN)

typedef const GboxFinetuneText *(*Side) (GboxFinetunePair *pair);

/* "Before  mean 1.6", once there is a mean. */
static void
show_heading (GboxFinetuneList *self, GtkLabel *label, const char *name, Side side)
{
  GListModel *pairs = gbox_finetune_session_get_pairs (self->session);
  GString *markup = g_string_new (NULL);
  double sum = 0;
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (pairs); i++)
    {
      g_autoptr (GboxFinetunePair) pair = g_list_model_get_item (pairs, i);
      const GboxFinetuneText *text = side (pair);

      sum += text->is_whole ? text->reward : 0;
      n += text->is_whole;
    }
  g_string_append_printf (markup, "<b>%s</b>", name);
  if (n > 0)
    {
      g_autofree char *mean = gbox_axis_format_value (sum / n);

      g_string_append_printf (markup, "  <small>mean %s</small>", mean);
    }
  gtk_label_set_markup (label, markup->str);
  g_string_free (markup, TRUE);
}

static gboolean
show_headings (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GboxFinetuneList *self = GBOX_FINETUNE_LIST (widget);
  const guint step = gbox_finetune_session_get_text_step (self->session);
  g_autofree char *now = NULL;

  switch (gbox_finetune_session_get_phase (self->session))
    {
    case GBOX_FINETUNE_TRAINING:
      now = g_strdup_printf ("In step %u", step);
      break;
    case GBOX_FINETUNE_BEFORE:
    case GBOX_FINETUNE_AFTER:
    default:
      now = g_strdup ("After");
    }
  show_heading (self, self->before_label, "Before", gbox_finetune_pair_get_before);
  show_heading (self, self->now_label, now, gbox_finetune_pair_get_now);
  self->tick = 0;
  return G_SOURCE_REMOVE;
}

/* Once a frame, however many completions end until then. */
static void
follow_texts (GboxFinetuneList *self)
{
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), show_headings, NULL, NULL);
}

static GtkWidget *
make_row (gpointer item, gpointer user_data)
{
  GboxFinetuneList *self = user_data;

  return gbox_finetune_row_new (self->session, item);
}

static void
gbox_finetune_list_dispose (GObject *object)
{
  g_clear_object (&GBOX_FINETUNE_LIST (object)->session);
  G_OBJECT_CLASS (gbox_finetune_list_parent_class)->dispose (object);
}

static void
gbox_finetune_list_class_init (GboxFinetuneListClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_finetune_list_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/finetune-list.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneList, before_label);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneList, now_label);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneList, list);
}

static void
gbox_finetune_list_init (GboxFinetuneList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
gbox_finetune_list_set_session (GboxFinetuneList *self, GboxFinetuneSession *session)
{
  g_return_if_fail (GBOX_IS_FINETUNE_LIST (self) && self->session == NULL);

  self->session = g_object_ref (session);
  gtk_list_box_bind_model (self->list, gbox_finetune_session_get_pairs (session), make_row, self, NULL);
  g_signal_connect_object (session, "cleared", G_CALLBACK (follow_texts), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "texts-changed", G_CALLBACK (follow_texts), self, G_CONNECT_SWAPPED);
  show_headings (GTK_WIDGET (self), NULL, NULL);
}
