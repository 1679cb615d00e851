/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preferences: appearance and threads. */
#include "shell/preferences-window.h"

struct _GboxPreferencesWindow
{
  AdwPreferencesWindow parent_instance;

  AdwComboRow *style_row;
  GtkAdjustment *threads;
};

G_DEFINE_FINAL_TYPE (GboxPreferencesWindow, gbox_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

/* In the order of the row's items. */
static const char *const schemes[] = { "system", "light", "dark", NULL };

static gboolean
on_threads_output (GtkSpinButton *spin)
{
  if (gtk_spin_button_get_value_as_int (spin) > 0)
    return FALSE;
  gtk_editable_set_text (GTK_EDITABLE (spin), "automatic");
  return TRUE;
}

static int
on_threads_input (GtkSpinButton *spin, double *value)
{
  if (!g_str_has_prefix (gtk_editable_get_text (GTK_EDITABLE (spin)), "a"))
    return FALSE;
  *value = 0;
  return TRUE;
}

static void
gbox_preferences_window_class_init (GboxPreferencesWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/glassbox/Glassbox/ui/preferences-window.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxPreferencesWindow, style_row);
  gtk_widget_class_bind_template_child (widget_class, GboxPreferencesWindow, threads);
  gtk_widget_class_bind_template_callback (widget_class, on_threads_output);
  gtk_widget_class_bind_template_callback (widget_class, on_threads_input);
}

static void
gbox_preferences_window_init (GboxPreferencesWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static gboolean
scheme_to_position (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  const char *scheme = g_value_get_string (from);

  for (guint i = 0; schemes[i]; i++)
    if (g_strcmp0 (schemes[i], scheme) == 0)
      g_value_set_uint (to, i);
  return TRUE;
}

static gboolean
position_to_scheme (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  const guint position = g_value_get_uint (from);

  g_value_set_string (to, schemes[MIN (position, G_N_ELEMENTS (schemes) - 2)]);
  return TRUE;
}

GboxPreferencesWindow *
gbox_preferences_window_new (GtkWindow *parent, GboxSettings *settings)
{
  GboxPreferencesWindow *self = g_object_new (GBOX_TYPE_PREFERENCES_WINDOW, "transient-for", parent, NULL);
  const GBindingFlags flags = G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL;

  g_object_bind_property_full (settings, "color-scheme", self->style_row, "selected", flags,
                               scheme_to_position, position_to_scheme, NULL, NULL);
  g_object_bind_property (settings, "threads", self->threads, "value", flags);
  return self;
}
