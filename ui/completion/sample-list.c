/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The samples of a prompt, one of which is shown. */
#include "completion/sample-list.h"

#include "completion/sample-row.h"

struct _GboxSampleList
{
  AdwBin parent_instance;

  GtkListBox *list;
  GtkWidget *summary_icon;
  GtkLabel *summary_label;

  GboxCompletionSession *session;
  GboxSampleChecks *checks;
  gboolean is_following; /* the session leads, not the user */
};

G_DEFINE_FINAL_TYPE (GboxSampleList, gbox_sample_list, ADW_TYPE_BIN)

static GtkWidget *
create_row (gpointer item, gpointer user_data)
{
  GboxSampleList *self = user_data;
  GboxCompletionSession *session = self->session;

  return gbox_sample_row_new (item, gbox_completion_session_is_comparing (session)
                                      ? gbox_completion_session_get_model_title (session, item)
                                      : NULL);
}

static void
on_row_selected (GboxSampleList *self, GtkListBoxRow *row)
{
  g_autoptr (GboxBranch) branch = NULL;

  if (self->is_following || row == NULL)
    return;
  branch = g_list_model_get_item (gbox_completion_session_get_samples (self->session),
                                  (guint) gtk_list_box_row_get_index (row));
  gbox_completion_session_show (self->session, branch);
}

/* One alone is what the editor shows; its verdict is not. */
static void
follow_samples (GboxSampleList *self)
{
  const guint n = g_list_model_get_n_items (gbox_completion_session_get_samples (self->session));
  g_autofree char *summary = NULL;

  g_object_get (self->checks, "summary", &summary, NULL);
  gtk_label_set_label (self->summary_label, summary != NULL ? summary : "");
  gtk_widget_set_visible (self->summary_icon, summary != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self), n > 1 || (n == 1 && summary != NULL));
}

static void
follow_branch (GboxSampleList *self)
{
  GboxBranch *branch = gbox_completion_session_get_branch (self->session);
  GListModel *samples = gbox_completion_session_get_samples (self->session);
  guint position = 0;

  self->is_following = TRUE;
  if (branch != NULL && g_list_store_find (G_LIST_STORE (samples), branch, &position))
    gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, (int) position));
  else
    gtk_list_box_unselect_all (self->list);
  self->is_following = FALSE;
}

static void
on_samples_changed (GboxSampleList *self)
{
  follow_samples (self);
  follow_branch (self);
}

static void
gbox_sample_list_dispose (GObject *object)
{
  g_clear_object (&GBOX_SAMPLE_LIST (object)->checks);
  g_clear_object (&GBOX_SAMPLE_LIST (object)->session);
  G_OBJECT_CLASS (gbox_sample_list_parent_class)->dispose (object);
}

static void
gbox_sample_list_class_init (GboxSampleListClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_sample_list_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/sample-list.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxSampleList, list);
  gtk_widget_class_bind_template_child (widget_class, GboxSampleList, summary_icon);
  gtk_widget_class_bind_template_child (widget_class, GboxSampleList, summary_label);
  gtk_widget_class_bind_template_callback (widget_class, on_row_selected);
}

static void
gbox_sample_list_init (GboxSampleList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
gbox_sample_list_set_session (GboxSampleList *self, GboxCompletionSession *session, GboxSampleChecks *checks)
{
  GListModel *samples = gbox_completion_session_get_samples (session);

  g_return_if_fail (GBOX_IS_SAMPLE_LIST (self) && self->session == NULL);

  self->session = g_object_ref (session);
  self->checks = g_object_ref (checks);
  gtk_list_box_bind_model (self->list, samples, create_row, self, NULL);
  g_signal_connect_object (samples, "items-changed", G_CALLBACK (on_samples_changed), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (session, "notify::branch", G_CALLBACK (follow_branch), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (checks, "notify::summary", G_CALLBACK (follow_samples), self, G_CONNECT_SWAPPED);
  on_samples_changed (self);
}
