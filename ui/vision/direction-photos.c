/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing the photos whose difference is a direction. */
#include "vision/direction-photos.h"

/* Of the second dialog: the path that was chosen in the first. */
#define FIRST_KEY "first-photo"

/* Returns: (transfer full) (nullable): what was chosen, if it is on this computer. */
static char *
take_path (GboxVisionPage *page, int response, GtkNativeDialog *dialog)
{
  g_autoptr (GFile) file = NULL;
  char *path;

  if (response != GTK_RESPONSE_ACCEPT)
    return NULL;
  file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  path = g_file_get_path (file);
  if (!path)
    gbox_vision_page_tell (page, "Only photos on this computer can be looked at; copy it here first.");
  return path;
}

static GtkFileChooserNative *
make_dialog (GboxVisionPage *page, const char *title, const char *accept, const char *cancel)
{
  GtkFileChooserNative *dialog
    = gtk_file_chooser_native_new (title, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (page))),
                                   GTK_FILE_CHOOSER_ACTION_OPEN, accept, cancel);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, "Photos");
  gtk_file_filter_add_pixbuf_formats (filter);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  return dialog;
}

static void
on_second (GboxVisionPage *page, int response, GtkNativeDialog *dialog)
{
  const char *first = g_object_get_data (G_OBJECT (dialog), FIRST_KEY);
  g_autofree char *minus = take_path (page, response, dialog);

  if (minus || response != GTK_RESPONSE_ACCEPT)
    gbox_vision_session_set_photo_direction (gbox_vision_page_get_session (page), first, minus);
  g_object_unref (dialog);
}

static void
on_first (GboxVisionPage *page, int response, GtkNativeDialog *dialog)
{
  char *path = take_path (page, response, dialog);
  GtkFileChooserNative *second;

  g_object_unref (dialog);
  if (!path)
    return;
  second = make_dialog (page, "Photo Without It", "_Subtract", "_Only the First");
  g_object_set_data_full (G_OBJECT (second), FIRST_KEY, path, g_free);
  g_signal_connect_object (second, "response", G_CALLBACK (on_second), page, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (second));
}

void
gbox_direction_photos_choose (GboxVisionPage *page)
{
  GtkFileChooserNative *dialog = make_dialog (page, "Photo That Has It", "_Choose", "_Cancel");

  g_signal_connect_object (dialog, "response", G_CALLBACK (on_first), page, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
