/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words that came and went with finetuning, and what finds them. */
#include "learning/changes-card.h"

#include "widgets/share-bar.h"

#include <math.h>

/* Words each way. */
#define N_WORDS 6
/* Below, chance alone would do: the 95 % of a single word. */
#define MIN_Z 1.96

#define HINT                                                                                                 \
  "Pause the training or wait for its end, then find out which words each policy writes more often than "    \
  "the other beside what is rewarded."
#define RUNNING    "Four prompts are completed with both policies, to compare what they write."
#define NO_FINDING "No single word changed by more than chance would change it. Pairs and tokens may have."

#define WORD_CHARS  10
#define VALUE_CHARS 5

struct _GboxChangesCard
{
  GtkBox parent_instance;

  GtkLabel *step_label;
  GtkWidget *details_button;
  GtkWidget *start_button;
  GtkWidget *cancel_button;
  GtkProgressBar *progress_bar;
  GtkLabel *hint_label;
  GtkWidget *lists_box;
  GtkListBox *came_list;
  GtkListBox *went_list;

  GboxChangesSession *session;
};

G_DEFINE_FINAL_TYPE (GboxChangesCard, gbox_changes_card, GTK_TYPE_BOX)

static void
on_row_activated (GboxChangesCard *self, GtkListBoxRow *row)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.what-changed-samples", "s",
                              gtk_widget_get_name (GTK_WIDGET (row)));
}

static GtkWidget *
make_label (const char *text, int n_chars, float xalign)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), xalign);
  gtk_label_set_width_chars (GTK_LABEL (label), n_chars);
  gtk_label_set_max_width_chars (GTK_LABEL (label), n_chars);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, "caption");
  return label;
}

/* @share: of the bar's length */
static GtkWidget *
make_row (const GboxTermChange *change, double share)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *bar = gbox_share_bar_new ();
  g_autofree char *value
    = g_strdup_printf ("%s%.1f", change->log_odds < 0 ? "−" : "+", fabs (change->log_odds));
  g_autofree char *tip = g_strdup_printf ("%u times before, %u times after; z = %+.1f", change->n_before,
                                          change->n_after, change->z);
  GtkWidget *number = make_label (value, VALUE_CHARS, 1);

  gbox_share_bar_set (GBOX_SHARE_BAR (bar), share, -1);
  gtk_widget_set_hexpand (bar, TRUE);
  gtk_widget_add_css_class (number, "numeric");
  gtk_box_append (GTK_BOX (box), make_label (change->term, WORD_CHARS, 0));
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), number);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_tooltip_text (row, tip);
  gtk_widget_set_name (row, change->term);
  return row;
}

static void
clear_list (GtkListBox *list)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (list))) != NULL)
    gtk_list_box_remove (list, row);
}

/* The words that are surest to have come (@sign 1) or gone (−1), the rewarded ones apart. */
static GArray *
choose_words (const GboxComparison *comparison, int sign)
{
  GArray *chosen = g_array_new (FALSE, FALSE, sizeof (GboxTermChange));

  for (guint i = 0; i < comparison->words->len && chosen->len < N_WORDS; i++)
    {
      const GboxTermChange *change = &g_array_index (comparison->words, GboxTermChange, i);

      if (!change->is_own && sign * change->z > MIN_Z)
        g_array_append_vals (chosen, change, 1);
    }
  return chosen;
}

static double
get_largest (const GArray *words)
{
  double largest = 0;

  for (guint i = 0; i < words->len; i++)
    largest = MAX (largest, fabs (g_array_index (words, GboxTermChange, i).log_odds));
  return largest;
}

static void
fill_list (GtkListBox *list, const GArray *words, double largest)
{
  clear_list (list);
  for (guint i = 0; i < words->len; i++)
    {
      const GboxTermChange *change = &g_array_index (words, GboxTermChange, i);

      gtk_list_box_append (list, make_row (change, fabs (change->log_odds) / largest));
    }
}

static void
show_hint (GboxChangesCard *self)
{
  if (gbox_changes_session_is_running (self->session))
    gtk_label_set_label (self->hint_label, RUNNING);
  else
    gtk_label_set_label (self->hint_label,
                         gbox_changes_session_get_comparison (self->session) != NULL ? NO_FINDING : HINT);
}

static void
follow_comparison (GboxChangesCard *self)
{
  const GboxComparison *comparison = gbox_changes_session_get_comparison (self->session);
  g_autofree char *step = NULL;

  show_hint (self);
  gtk_widget_set_visible (GTK_WIDGET (self->hint_label), TRUE);
  gtk_widget_set_visible (self->lists_box, FALSE);
  gtk_widget_set_visible (self->details_button, comparison != NULL);
  gtk_button_set_label (GTK_BUTTON (self->start_button), comparison != NULL ? "Again" : "Find Out");
  if (comparison != NULL)
    {
      g_autoptr (GArray) came = choose_words (comparison, 1);
      g_autoptr (GArray) went = choose_words (comparison, -1);
      const double largest = MAX (get_largest (came), get_largest (went));

      fill_list (self->came_list, came, largest);
      fill_list (self->went_list, went, largest);
      gtk_widget_set_visible (self->lists_box, largest > 0);
      gtk_widget_set_visible (GTK_WIDGET (self->hint_label), largest <= 0);
      step = g_strdup_printf ("Words that came and went by step %u: log-odds against the original; click one "
                              "to read where it stands",
                              gbox_changes_session_get_step (self->session));
    }
  gtk_label_set_label (self->step_label, step != NULL ? step : "");
  gtk_widget_set_visible (GTK_WIDGET (self->step_label), step != NULL);
}

static void
follow_running (GboxChangesCard *self)
{
  const gboolean is_running = gbox_changes_session_is_running (self->session);

  gtk_widget_set_visible (self->start_button, !is_running);
  gtk_widget_set_visible (self->cancel_button, is_running);
  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), is_running);
  show_hint (self);
}

static void
gbox_changes_card_dispose (GObject *object)
{
  g_clear_object (&GBOX_CHANGES_CARD (object)->session);
  G_OBJECT_CLASS (gbox_changes_card_parent_class)->dispose (object);
}

static void
gbox_changes_card_class_init (GboxChangesCardClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_changes_card_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/changes-card.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxChangesCard, step_label);
  gtk_widget_class_bind_template_child (widget_class, GboxChangesCard, details_button);
  gtk_widget_class_bind_template_child (widget_class, GboxChangesCard, start_button);
  gtk_widget_class_bind_template_child (widget_class, GboxChangesCard, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, GboxChangesCard, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, GboxChangesCard, hint_label);
  gtk_widget_class_bind_template_child (widget_class, GboxChangesCard, lists_box);
  gtk_widget_class_bind_template_child (widget_class, GboxChangesCard, came_list);
  gtk_widget_class_bind_template_child (widget_class, GboxChangesCard, went_list);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
}

static void
gbox_changes_card_init (GboxChangesCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
gbox_changes_card_set_session (GboxChangesCard *self, GboxChangesSession *session)
{
  g_return_if_fail (GBOX_IS_CHANGES_CARD (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_object_bind_property (session, "fraction", self->progress_bar, "fraction", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (session, "notify::comparison", G_CALLBACK (follow_comparison), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::is-running", G_CALLBACK (follow_running), self,
                           G_CONNECT_SWAPPED);
  follow_comparison (self);
  follow_running (self);
}
