/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row that says what the picture begins with. */
#include "vision/start-row.h"

struct _GboxStartRow
{
  AdwActionRow parent_instance;

  GtkWidget *noise_button;

  GboxVisualizationSpec *spec;
};

G_DEFINE_FINAL_TYPE (GboxStartRow, gbox_start_row, ADW_TYPE_ACTION_ROW)

static void
follow_start (GboxStartRow *self)
{
  const char *start = gbox_visualization_spec_get_values (self->spec)->start;
  g_autofree char *name = *start != '\0' ? g_filename_display_basename (start) : g_strdup ("Noise");
  g_autofree char *subtitle = g_markup_escape_text (name, -1);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  gtk_widget_set_visible (self->noise_button, *start != '\0');
}

static gboolean
on_drop (GboxStartRow *self, const GValue *value)
{
  g_autofree char *path = g_file_get_path (g_value_get_object (value));

  return path != NULL && gtk_widget_activate_action (GTK_WIDGET (self), "win.start-from", "s", path);
}

static void
gbox_start_row_dispose (GObject *object)
{
  g_clear_object (&GBOX_START_ROW (object)->spec);
  G_OBJECT_CLASS (gbox_start_row_parent_class)->dispose (object);
}

static void
gbox_start_row_class_init (GboxStartRowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_start_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/start-row.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxStartRow, noise_button);
}

static void
gbox_start_row_init (GboxStartRow *self)
{
  GtkDropTarget *drop = gtk_drop_target_new (G_TYPE_FILE, GDK_ACTION_COPY);

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (drop, "drop", G_CALLBACK (on_drop), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
}

void
gbox_start_row_bind (GboxStartRow *self, GboxVisualizationSpec *spec)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (spec), "start");

  g_return_if_fail (GBOX_IS_START_ROW (self) && self->spec == NULL);

  self->spec = g_object_ref (spec);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), g_param_spec_get_nick (pspec));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), g_param_spec_get_blurb (pspec));
  g_signal_connect_object (spec, "notify::start", G_CALLBACK (follow_start), self, G_CONNECT_SWAPPED);
  follow_start (self);
}
