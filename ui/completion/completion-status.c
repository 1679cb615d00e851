/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line below the text: the model, its speed, why it stopped, and how full its context is. */
#include "completion/completion-status.h"

struct _GboxCompletionStatus
{
  AdwBin parent_instance;

  GtkLabel *model_label;
  GtkLabel *rate_label;
  GtkLabel *state_label;
  GtkLabel *context_label;
  GtkLevelBar *context_bar;

  GboxCompletionSession *session;
  GSignalGroup *branch_signals;
  guint update_source; /* tick callback: tokens come faster than frames */
};

G_DEFINE_FINAL_TYPE (GboxCompletionStatus, gbox_completion_status, ADW_TYPE_BIN)

static void
show_model (GboxCompletionStatus *self, double rate)
{
  const char *title = gbox_model_item_get_title (gbox_completion_session_get_writer (self->session));
  g_autofree char *text = g_strdup_printf ("%.0f tok/s", rate);

  gtk_label_set_label (self->model_label, title);
  gtk_label_set_label (self->rate_label, text);
  gtk_widget_set_visible (GTK_WIDGET (self->rate_label), rate > 0);
}

static char *
describe_state (GboxCompletionStatus *self, double reading, guint n_reused)
{
  GboxRun *run = gbox_completion_session_get_run (self->session);
  GboxBranch *branch = gbox_completion_session_get_branch (self->session);
  const char *ending = branch != NULL ? gbox_branch_get_ending (branch) : NULL;

  if (gbox_completion_session_is_running (self->session) && gbox_run_get_state (run) == GBOX_RUN_WAITING)
    return g_strdup ("loading…");
  if (reading >= 0)
    return g_strdup_printf ("reading the prompt, %.0f %%%s", 100 * reading, n_reused > 0 ? "…" : "");
  if (ending != NULL)
    return g_strdup_printf ("stopped: %s", ending);
  return g_strdup (branch != NULL ? "writing…" : "");
}

static void
show_context (GboxCompletionStatus *self, guint n_used, guint n_context, guint n_reused)
{
  g_autofree char *reused = n_reused > 0 ? g_strdup_printf ("%u reused · ", n_reused) : g_strdup ("");
  g_autofree char *text = g_strdup_printf ("%s%u of %u tokens", reused, n_used, n_context);

  gtk_widget_set_visible (GTK_WIDGET (self->context_label), n_context > 0 && n_used > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->context_bar), n_context > 0 && n_used > 0);
  gtk_label_set_label (self->context_label, text);
  gtk_level_bar_set_max_value (self->context_bar, MAX (n_context, 1));
  gtk_level_bar_set_value (self->context_bar, MIN (n_used, n_context));
}

static void
update (GboxCompletionStatus *self)
{
  double rate, reading;
  guint n_used, n_context, n_reused;
  g_autofree char *state = NULL;

  g_object_get (self->session, "rate", &rate, "reading", &reading, "n-used", &n_used, "n-context", &n_context,
                "n-reused", &n_reused, NULL);
  show_model (self, rate);
  state = describe_state (self, reading, n_reused);
  gtk_label_set_label (self->state_label, state);
  show_context (self, n_used, n_context, n_reused);
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  GboxCompletionStatus *self = GBOX_COMPLETION_STATUS (widget);

  self->update_source = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
queue_update (GboxCompletionStatus *self)
{
  if (self->update_source == 0)
    self->update_source = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_tick, NULL, NULL);
}

static void
follow_branch (GboxCompletionStatus *self)
{
  g_signal_group_set_target (self->branch_signals, gbox_completion_session_get_branch (self->session));
  queue_update (self);
}

static void
gbox_completion_status_dispose (GObject *object)
{
  GboxCompletionStatus *self = GBOX_COMPLETION_STATUS (object);

  if (self->update_source != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->update_source);
  self->update_source = 0;
  g_clear_object (&self->branch_signals);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_completion_status_parent_class)->dispose (object);
}

static void
gbox_completion_status_class_init (GboxCompletionStatusClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_completion_status_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/glassbox/Glassbox/ui/completion-status.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionStatus, model_label);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionStatus, rate_label);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionStatus, state_label);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionStatus, context_label);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionStatus, context_bar);
}

static void
gbox_completion_status_init (GboxCompletionStatus *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->branch_signals = g_signal_group_new (GBOX_TYPE_BRANCH);
  g_signal_group_connect_swapped (self->branch_signals, "notify::ending", G_CALLBACK (queue_update), self);
}

void
gbox_completion_status_set_session (GboxCompletionStatus *self, GboxCompletionSession *session)
{
  static const char *const followed[]
    = { "notify::model",     "notify::rate",     "notify::reading",   "notify::n-used",
        "notify::n-context", "notify::n-reused", "notify::is-running" };

  g_return_if_fail (GBOX_IS_COMPLETION_STATUS (self) && self->session == NULL);

  self->session = g_object_ref (session);
  for (gsize i = 0; i < G_N_ELEMENTS (followed); i++)
    g_signal_connect_object (session, followed[i], G_CALLBACK (queue_update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::branch", G_CALLBACK (follow_branch), self, G_CONNECT_SWAPPED);
  update (self);
}
