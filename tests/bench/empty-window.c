/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An empty libadwaita window that quits once it has been drawn: what the start of Glassbox is measured
 * beside. */
#include <adwaita.h>

static void
on_first_frame (GdkFrameClock *clock, gpointer application)
{
  g_signal_handlers_disconnect_by_func (clock, on_first_frame, application);
  g_application_quit (application);
}

static void
on_mapped (GtkWidget *window, gpointer application)
{
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (on_first_frame),
                    application);
}

static void
on_activate (GtkApplication *application)
{
  GtkWidget *window = adw_application_window_new (application);

  gtk_window_set_default_size (GTK_WINDOW (window), 1440, 900);
  g_signal_connect (window, "map", G_CALLBACK (on_mapped), application);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autoptr (AdwApplication) application
    = adw_application_new ("org.glassbox.EmptyWindow", G_APPLICATION_NON_UNIQUE);

  g_signal_connect (application, "activate", G_CALLBACK (on_activate), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
