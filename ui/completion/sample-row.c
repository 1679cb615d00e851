/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line about one branch: which it is, how it begins, how long and how probable it is, and its badge. */
#include "completion/sample-row.h"

struct _GboxSampleRow
{
  GtkListBoxRow parent_instance;

  GtkLabel *title_label;
  GtkLabel *model_label;
  GtkLabel *line_label;
  GtkLabel *ending_label;
  GtkLabel *numbers_label;
  GtkLabel *badge_label;
  GtkImage *badge_icon;

  GboxBranch *branch;
  char *style; /* class that the badge has, nullable */
};

G_DEFINE_FINAL_TYPE (GboxSampleRow, gbox_sample_row, GTK_TYPE_LIST_BOX_ROW)

static void
follow_numbers (GboxSampleRow *self)
{
  g_autofree char *text = NULL;
  guint n_tokens = 0;
  double logprob = 0;

  g_object_get (self->branch, "n-tokens", &n_tokens, "logprob", &logprob, NULL);
  text = g_strdup_printf ("%u tokens  %s%.1f", n_tokens, logprob < 0 ? "−" : "", ABS (logprob));
  gtk_label_set_label (self->numbers_label, text);
}

/* One that was cut off must not look like one that came to its end. */
static void
follow_ending (GboxSampleRow *self)
{
  const gboolean is_interrupted = gbox_branch_is_interrupted (self->branch);
  const char *ending = gbox_branch_get_ending (self->branch);
  g_autofree char *text = is_interrupted ? g_strdup_printf ("stopped: %s", ending) : NULL;

  gtk_label_set_label (self->ending_label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->ending_label), is_interrupted);
}

static void
set_style (GboxSampleRow *self, const char *style)
{
  GtkWidget *const widgets[] = { GTK_WIDGET (self->badge_label), GTK_WIDGET (self->badge_icon) };

  for (gsize i = 0; i < G_N_ELEMENTS (widgets); i++)
    {
      if (self->style != NULL)
        gtk_widget_remove_css_class (widgets[i], self->style);
      if (style != NULL)
        gtk_widget_add_css_class (widgets[i], style);
    }
  g_free (self->style);
  self->style = g_strdup (style);
}

static void
follow_badge (GboxSampleRow *self)
{
  g_autofree char *badge = NULL;
  g_autofree char *style = NULL;
  g_autofree char *tip = NULL;

  g_object_get (self->branch, "badge", &badge, "badge-style", &style, "badge-tip", &tip, NULL);
  gtk_label_set_label (self->badge_label, badge != NULL ? badge : "");
  gtk_widget_set_visible (GTK_WIDGET (self->badge_label), badge != NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->badge_label), tip);
  gtk_image_set_from_icon_name (self->badge_icon, g_strcmp0 (style, "success") == 0
                                                    ? "object-select-symbolic"
                                                    : "dialog-error-symbolic");
  set_style (self, style);
}

static void
gbox_sample_row_dispose (GObject *object)
{
  GboxSampleRow *self = GBOX_SAMPLE_ROW (object);

  g_clear_object (&self->branch);
  g_clear_pointer (&self->style, g_free);
  G_OBJECT_CLASS (gbox_sample_row_parent_class)->dispose (object);
}

static void
gbox_sample_row_class_init (GboxSampleRowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_sample_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/sample-row.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxSampleRow, title_label);
  gtk_widget_class_bind_template_child (widget_class, GboxSampleRow, model_label);
  gtk_widget_class_bind_template_child (widget_class, GboxSampleRow, line_label);
  gtk_widget_class_bind_template_child (widget_class, GboxSampleRow, ending_label);
  gtk_widget_class_bind_template_child (widget_class, GboxSampleRow, numbers_label);
  gtk_widget_class_bind_template_child (widget_class, GboxSampleRow, badge_label);
  gtk_widget_class_bind_template_child (widget_class, GboxSampleRow, badge_icon);
}

static void
gbox_sample_row_init (GboxSampleRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
gbox_sample_row_new (GboxBranch *branch, const char *model)
{
  GboxSampleRow *self = g_object_new (GBOX_TYPE_SAMPLE_ROW, NULL);

  self->branch = g_object_ref (branch);
  gtk_label_set_label (self->model_label, model != NULL ? model : "");
  gtk_widget_set_visible (GTK_WIDGET (self->model_label), model != NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->model_label), model);
  g_object_bind_property (branch, "title", self->title_label, "label", G_BINDING_SYNC_CREATE);
  g_object_bind_property (branch, "line", self->line_label, "label", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (branch, "notify::n-tokens", G_CALLBACK (follow_numbers), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (branch, "notify::badge", G_CALLBACK (follow_badge), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (branch, "notify::badge-style", G_CALLBACK (follow_badge), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (branch, "notify::badge-tip", G_CALLBACK (follow_badge), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (branch, "notify::ending", G_CALLBACK (follow_ending), self, G_CONNECT_SWAPPED);
  follow_numbers (self);
  follow_ending (self);
  follow_badge (self);
  return GTK_WIDGET (self);
}
