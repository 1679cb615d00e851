/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shown in place of the stage while the model at hand is not here or cannot be used. */
#include "models/model-status.h"

struct _GboxModelStatus
{
  AdwBin parent_instance;

  AdwStatusPage *status_page;
  GtkProgressBar *progress_bar;
  GtkLabel *status_label;
  GtkLabel *error_label;
  GtkWidget *get_button;
  GtkWidget *cancel_button;
  GtkWidget *open_button;

  GboxModelChoice *choice;
  GboxModelItem *model;
};

G_DEFINE_FINAL_TYPE (GboxModelStatus, gbox_model_status, ADW_TYPE_BIN)

static void
on_get (GboxModelStatus *self)
{
  gbox_model_item_fetch (self->model);
}

static void
on_cancel (GboxModelStatus *self)
{
  gbox_model_item_cancel (self->model);
}

static void
show_words (GboxModelStatus *self, const char *problem)
{
  g_autofree char *title = g_markup_escape_text (gbox_model_item_get_title (self->model), -1);
  g_autofree char *words = problem ? g_strdup (problem) : gbox_model_item_describe (self->model);
  g_autofree char *description = g_markup_escape_text (words, -1);
  g_autofree char *heading
    = g_strdup_printf (problem                                      ? "%s Cannot Be Used"
                       : gbox_model_item_get_fetching (self->model) ? "Getting %s"
                                                                    : "%s Is Not Here Yet",
                       title);

  adw_status_page_set_title (self->status_page, heading);
  adw_status_page_set_description (self->status_page, description);
  adw_status_page_set_icon_name (self->status_page,
                                 problem ? "dialog-warning-symbolic" : "glassbox-get-symbolic");
}

static void
update (GboxModelStatus *self)
{
  const gboolean is_fetching = gbox_model_item_get_fetching (self->model);
  const char *problem = gbox_model_choice_get_problem (self->choice);
  const char *error = gbox_model_item_get_error (self->model);
  const char *status = gbox_model_item_get_status (self->model);
  double fraction = -1;

  show_words (self, problem);
  g_object_get (self->model, "fraction", &fraction, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), is_fetching);
  if (is_fetching && fraction < 0)
    gtk_progress_bar_pulse (self->progress_bar);
  else if (is_fetching)
    gtk_progress_bar_set_fraction (self->progress_bar, fraction);
  gtk_label_set_label (self->status_label, status);
  gtk_widget_set_visible (GTK_WIDGET (self->status_label), is_fetching && *status);
  gtk_label_set_label (self->error_label, error ? error : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), error != NULL);
  gtk_widget_set_visible (self->get_button, !is_fetching && !problem);
  gtk_widget_set_visible (self->cancel_button, is_fetching);
  gtk_widget_set_visible (self->open_button, !is_fetching);
}

static void
follow_model (GboxModelStatus *self)
{
  if (self->model)
    g_signal_handlers_disconnect_by_func (self->model, update, self);
  g_set_object (&self->model, gbox_model_choice_get_model (self->choice));
  g_signal_connect_object (self->model, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
gbox_model_status_dispose (GObject *object)
{
  GboxModelStatus *self = GBOX_MODEL_STATUS (object);

  g_clear_object (&self->model);
  g_clear_object (&self->choice);
  G_OBJECT_CLASS (gbox_model_status_parent_class)->dispose (object);
}

static void
gbox_model_status_class_init (GboxModelStatusClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_model_status_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/model-status.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxModelStatus, status_page);
  gtk_widget_class_bind_template_child (widget_class, GboxModelStatus, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, GboxModelStatus, status_label);
  gtk_widget_class_bind_template_child (widget_class, GboxModelStatus, error_label);
  gtk_widget_class_bind_template_child (widget_class, GboxModelStatus, get_button);
  gtk_widget_class_bind_template_child (widget_class, GboxModelStatus, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, GboxModelStatus, open_button);
  gtk_widget_class_bind_template_callback (widget_class, on_get);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel);
}

static void
gbox_model_status_init (GboxModelStatus *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
gbox_model_status_set_choice (GboxModelStatus *self, GboxModelChoice *choice)
{
  g_return_if_fail (GBOX_IS_MODEL_STATUS (self) && !self->choice);

  self->choice = g_object_ref (choice);
  g_signal_connect_object (choice, "notify::model", G_CALLBACK (follow_model), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (choice, "notify::problem", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  follow_model (self);
}
