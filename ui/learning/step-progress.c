/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far the training step is that goes on. */
#include "learning/step-progress.h"

#define SPACING 10

struct _GboxStepProgress
{
  AdwBin parent_instance;

  GtkLabel *label;
  GtkProgressBar *bar;

  GboxFinetuneSession *session;
  GSignalGroup *run_signals;
  guint step;     /* that is being written */
  guint n_pieces; /* of its completions: about a token each */
  char *text;
  double fraction;
  guint tick; /* while there is something new to show in the next frame */
};

G_DEFINE_FINAL_TYPE (GboxStepProgress, gbox_step_progress, ADW_TYPE_BIN)

static gboolean
show (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GboxStepProgress *self = GBOX_STEP_PROGRESS (widget);

  gtk_label_set_label (self->label, self->text);
  gtk_progress_bar_set_fraction (self->bar, self->fraction);
  self->tick = 0;
  return G_SOURCE_REMOVE;
}

/* Takes @text. A small model writes more pieces a second than there are frames. */
static void
tell (GboxStepProgress *self, char *text, double fraction)
{
  g_free (self->text);
  self->text = text;
  self->fraction = fraction;
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), show, NULL, NULL);
}

static void
on_piece (GboxStepProgress *self, guint step)
{
  const GboxFinetuneValues *values = gbox_finetune_session_get_values (self->session);

  self->n_pieces = step == self->step ? self->n_pieces + 1 : 1;
  self->step = step;
  tell (self, g_strdup_printf ("Step %u: writing %u completions", step, values->batch),
        MIN (1, (double) self->n_pieces / (values->batch * values->length)));
}

static void
on_record (GboxStepProgress *self, GType type, gconstpointer record)
{
  const GboxFinetuneCompletion *completion = record;

  if (type == GBOX_TYPE_FINETUNE_PIECE)
    on_piece (self, ((const GboxFinetunePiece *) record)->step);
  else if (type == GBOX_TYPE_FINETUNE_COMPLETION && completion->phase == GBOX_FINETUNE_TRAINING
           && completion->sequence == 0)
    tell (self, g_strdup_printf ("Step %u: learning from them", completion->step), 1);
}

/* Of the last one; what follows says itself what it is. */
static void
on_point (GboxStepProgress *self, const GboxPoint *point)
{
  if (point->step >= gbox_finetune_session_get_values (self->session)->steps)
    tell (self, g_strdup ("Writing completions to compare, after training"), 1);
}

static void
follow_run (GboxStepProgress *self)
{
  GboxRun *run = gbox_finetune_session_get_run (self->session);
  g_autoptr (GboxRun) before = g_signal_group_dup_target (self->run_signals);

  gtk_widget_set_visible (GTK_WIDGET (self), gbox_finetune_session_is_running (self->session));
  if (run == before)
    return;
  g_signal_group_set_target (self->run_signals, run);
  self->step = self->n_pieces = 0;
  tell (self, g_strdup ("Loading the model and writing completions to compare, before training"), 0);
}

static void
gbox_step_progress_dispose (GObject *object)
{
  GboxStepProgress *self = GBOX_STEP_PROGRESS (object);

  g_clear_object (&self->run_signals);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_step_progress_parent_class)->dispose (object);
}

static void
gbox_step_progress_finalize (GObject *object)
{
  g_free (GBOX_STEP_PROGRESS (object)->text);
  G_OBJECT_CLASS (gbox_step_progress_parent_class)->finalize (object);
}

static void
gbox_step_progress_class_init (GboxStepProgressClass *class)
{
  G_OBJECT_CLASS (class)->dispose = gbox_step_progress_dispose;
  G_OBJECT_CLASS (class)->finalize = gbox_step_progress_finalize;
}

static void
gbox_step_progress_init (GboxStepProgress *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING);
  GtkWidget *label = gtk_label_new (NULL), *bar = gtk_progress_bar_new ();

  self->label = GTK_LABEL (label);
  self->bar = GTK_PROGRESS_BAR (bar);
  gtk_label_set_ellipsize (self->label, PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (bar, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, "Progress of the step",
                                  -1);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), bar);
  adw_bin_set_child (ADW_BIN (self), box);
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "record", G_CALLBACK (on_record), self);
  g_signal_group_connect_swapped (self->run_signals, "point", G_CALLBACK (on_point), self);
}

void
gbox_step_progress_set_session (GboxStepProgress *self, GboxFinetuneSession *session)
{
  g_return_if_fail (GBOX_IS_STEP_PROGRESS (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::run", G_CALLBACK (follow_run), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::is-running", G_CALLBACK (follow_run), self, G_CONNECT_SWAPPED);
  follow_run (self);
}
