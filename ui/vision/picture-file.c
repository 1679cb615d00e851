/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saving the picture of the page's run. */
#include "vision/picture-file.h"

typedef struct
{
  GboxVisionPage *page;
  char *path;
} Saving;

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Saving *saving = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_path_get_basename (saving->path);
  g_autofree char *text = NULL;
  g_autofree char *heading = NULL;

  if (gbox_run_save_finish (GBOX_RUN (source), result, &error))
    text = g_strdup_printf ("Saved as %s", name);
  else
    heading = g_strdup_printf ("“%s” Cannot Be Saved", name);
  if (text)
    gbox_vision_page_tell (saving->page, text);
  else
    gbox_vision_page_tell_problem (saving->page, heading, error->message);
  g_object_unref (saving->page);
  g_free (saving->path);
  g_free (saving);
}

void
gbox_picture_file_save (GboxVisionPage *page, const char *path)
{
  GboxRun *run = gbox_vision_session_get_run (gbox_vision_page_get_session (page));
  Saving *saving;

  if (!run)
    return;
  saving = g_new0 (Saving, 1);
  saving->page = g_object_ref (page);
  saving->path = g_strdup (path);
  gbox_run_save_async (run, path, NULL, on_saved, saving);
}

static void
on_response (GboxVisionPage *page, int response, GtkNativeDialog *dialog)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      path = g_file_get_path (file);
      if (path)
        gbox_picture_file_save (page, path);
      else
        gbox_vision_page_tell (page, "Pictures are saved on this computer only; choose a folder of it.");
    }
  g_object_unref (dialog);
}

char *
gbox_picture_file_suggest_name (GboxVisualizationSpec *spec)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);
  g_autofree char *model = g_path_get_basename (values->model);
  const char *layer = values->layer;
  char *suffix = strrchr (model, '.');
  g_autofree char *what = NULL;

  if (suffix && strchr (values->model, '/'))
    *suffix = '\0';
  if (values->objective == GBOX_OBJECTIVE_LAYER)
    what = g_strdup_printf ("%s-layer", layer);
  else if (values->objective == GBOX_OBJECTIVE_DIRECTION)
    what = g_strdup_printf ("%s-direction", layer);
  else
    what = g_strdup_printf ("%s-%d", layer, values->unit);
  return g_strdup_printf ("%s-%s.png", model, what);
}

void
gbox_picture_file_choose (GboxVisionPage *page)
{
  GboxRun *run = gbox_vision_session_get_run (gbox_vision_page_get_session (page));
  GtkFileChooserNative *dialog
    = gtk_file_chooser_native_new ("Save Picture", GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (page))),
                                   GTK_FILE_CHOOSER_ACTION_SAVE, "_Save", "_Cancel");
  g_autoptr (GtkFileFilter) pictures = gtk_file_filter_new ();
  g_autofree char *name = gbox_picture_file_suggest_name (GBOX_VISUALIZATION_SPEC (gbox_run_get_spec (run)));

  gtk_file_filter_set_name (pictures, "PNG pictures");
  gtk_file_filter_add_suffix (pictures, "png");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), pictures);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), page, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
