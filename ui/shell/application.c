/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program with a window. */
#include "shell/application.h"

#include "runtime/engine.h"
#include "shell/preferences-window.h"
#include "shell/settings.h"
#include "shell/window.h"

struct _GboxApplication
{
  AdwApplication parent_instance;

  GboxEngine *engine;
  GboxSettings *settings;
  char *file; /* to open at the start */
  gboolean quits_after_startup;
};

G_DEFINE_FINAL_TYPE (GboxApplication, gbox_application, ADW_TYPE_APPLICATION)

static void
on_preferences (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GboxApplication *self = user_data;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  gtk_window_present (GTK_WINDOW (gbox_preferences_window_new (window, self->settings)));
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  static const char *const developers[] = { "The Glassbox authors", NULL };

  adw_show_about_window (gtk_application_get_active_window (user_data), "application-name", "Glassbox",
                         "application-icon", "org.glassbox.Glassbox", "version", GBOX_VERSION,
                         "developer-name", "The Glassbox authors", "developers", developers, "license-type",
                         GTK_LICENSE_GPL_3_0, "comments",
                         "The opposite of a black box: look inside neural networks.", NULL);
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *window;

  /* Closing rather than dropping the windows: they have something to remember. */
  while ((window = gtk_application_get_active_window (user_data)))
    {
      gtk_window_close (window);
      if (gtk_application_get_active_window (user_data) == window)
        break;
    }
  g_application_quit (user_data);
}

static GboxWindow *
get_window (GboxApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l; l = l->next)
    if (GBOX_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

static void
on_open_file (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GboxApplication *self = user_data;
  GboxWindow *window = get_window (self);

  if (window)
    {
      g_action_group_activate_action (G_ACTION_GROUP (window), "open-file", parameter);
      return;
    }
  g_free (self->file);
  self->file = g_variant_dup_string (parameter, NULL);
}

static void
add_actions (GboxApplication *self)
{
  static const GActionEntry entries[] = {
    { .name = "preferences", .activate = on_preferences },
    { .name = "about", .activate = on_about },
    { .name = "quit", .activate = on_quit },
    { .name = "open-file", .activate = on_open_file, .parameter_type = "s" },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}

static void
follow_color_scheme (GboxApplication *self)
{
  g_autofree char *scheme = NULL;

  g_object_get (self->settings, "color-scheme", &scheme, NULL);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      g_str_equal (scheme, "light")  ? ADW_COLOR_SCHEME_FORCE_LIGHT
                                      : g_str_equal (scheme, "dark") ? ADW_COLOR_SCHEME_FORCE_DARK
                                                                     : ADW_COLOR_SCHEME_DEFAULT);
}

static void
follow_threads (GboxApplication *self)
{
  int threads = 0;

  g_object_get (self->settings, "threads", &threads, NULL);
  gbox_engine_set_n_threads (self->engine, (guint) threads);
}

static void
gbox_application_startup (GApplication *application)
{
  GboxApplication *self = GBOX_APPLICATION (application);
  g_autoptr (GError) error = NULL;
  int threads = 0;

  G_APPLICATION_CLASS (gbox_application_parent_class)->startup (application);
  self->settings = gbox_settings_new ();
  g_object_get (self->settings, "threads", &threads, NULL);
  self->engine = gbox_engine_new ((guint) threads, &error);
  if (!self->engine)
    g_printerr ("Glassbox cannot start: %s\n", error->message);
  else
    g_signal_connect_object (self->settings, "notify::threads", G_CALLBACK (follow_threads), self,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "notify::color-scheme", G_CALLBACK (follow_color_scheme), self,
                           G_CONNECT_SWAPPED);
  follow_color_scheme (self);
}

static void
on_first_frame (GdkFrameClock *clock, gpointer user_data)
{
  g_signal_handlers_disconnect_by_func (clock, on_first_frame, user_data);
  g_application_quit (user_data);
}

static void
on_mapped (GtkWidget *window, gpointer user_data)
{
  g_signal_connect_object (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (on_first_frame),
                           user_data, 0);
}

static void
gbox_application_activate (GApplication *application)
{
  GboxApplication *self = GBOX_APPLICATION (application);
  GboxWindow *window = get_window (self);

  if (!self->engine)
    return;
  if (!window)
    {
      window = gbox_window_new (ADW_APPLICATION (self), self->engine, self->settings);
      if (self->quits_after_startup)
        g_signal_connect_object (window, "map", G_CALLBACK (on_mapped), self, 0);
      if (self->file)
        g_action_group_activate_action (G_ACTION_GROUP (window), "open-file",
                                        g_variant_new_string (self->file));
      g_clear_pointer (&self->file, g_free);
    }
  gtk_window_present (GTK_WINDOW (window));
}

static void
gbox_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  g_autofree char *path = g_file_get_path (files[0]);

  if (path)
    g_action_group_activate_action (G_ACTION_GROUP (application), "open-file", g_variant_new_string (path));
  g_application_activate (application);
}

static int
gbox_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  GboxApplication *self = GBOX_APPLICATION (application);
  g_autoptr (GError) error = NULL;
  g_autofree char *model = NULL;

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("glassbox %s\n", GBOX_VERSION);
      return 0;
    }
  if (!gtk_init_check ())
    {
      g_printerr ("Glassbox needs a display to open its window on, and there is none. "
                  "glassbox-cli does the same work in a terminal.\n");
      return 1;
    }
  if (!g_application_register (application, NULL, &error))
    {
      g_printerr ("Glassbox cannot start: %s\n", error->message);
      return 1;
    }
  self->quits_after_startup = g_variant_dict_contains (options, "quit-after-startup");
  if (g_variant_dict_lookup (options, "model", "s", &model))
    g_action_group_activate_action (G_ACTION_GROUP (self), "open-file", g_variant_new_string (model));
  return -1;
}

static void
gbox_application_shutdown (GApplication *application)
{
  GboxApplication *self = GBOX_APPLICATION (application);

  G_APPLICATION_CLASS (gbox_application_parent_class)->shutdown (application);
  if (self->engine)
    gbox_engine_shutdown (self->engine);
  g_clear_object (&self->engine);
  g_clear_object (&self->settings);
}

static void
gbox_application_finalize (GObject *object)
{
  g_free (GBOX_APPLICATION (object)->file);
  G_OBJECT_CLASS (gbox_application_parent_class)->finalize (object);
}

static void
gbox_application_class_init (GboxApplicationClass *class)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = gbox_application_finalize;
  application_class->startup = gbox_application_startup;
  application_class->open = gbox_application_open;
  application_class->activate = gbox_application_activate;
  application_class->handle_local_options = gbox_application_handle_local_options;
  application_class->shutdown = gbox_application_shutdown;
}

static void
gbox_application_init (GboxApplication *self)
{
  static const GOptionEntry options[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, "Print the version and exit", NULL },
    { "model", 'm', 0, G_OPTION_ARG_STRING, NULL,
      "Open this model (a name of the catalogue or a weights file), picture or checkpoint", "FILE" },
    { "quit-after-startup", 0, 0, G_OPTION_ARG_NONE, NULL, "Quit once the window has been drawn", NULL },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  add_actions (self);
}

GboxApplication *
gbox_application_new (void)
{
  return g_object_new (GBOX_TYPE_APPLICATION, "application-id", "org.glassbox.Glassbox", "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path", "/org/glassbox/Glassbox", NULL);
}
