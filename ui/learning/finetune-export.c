/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saves what finetuning has shown: curves, completions, charts. */
#include "learning/finetune-export.h"

#include "base/error.h"

static const struct
{
  const char *title;
  const char *name;
} exports[] = {
  [GBOX_FINETUNE_EXPORT_CURVES] = { "Save the Curves", "curves.csv" },
  [GBOX_FINETUNE_EXPORT_COMPLETIONS] = { "Save the Completions", "completions.csv" },
  [GBOX_FINETUNE_EXPORT_CHARTS] = { "Save the Charts", "charts.svg" },
};

static GBytes *
make_charts (GboxLearningPage *page, const char *path, GError **error)
{
  GboxFinetuneCharts *charts = gbox_learning_page_get_charts (page);
  g_autofree char *name = g_ascii_strdown (path, -1);

  if (g_str_has_suffix (name, ".png"))
    return gbox_finetune_charts_export (charts, GBOX_CHART_PNG, error);
  if (g_str_has_suffix (name, ".svg"))
    return gbox_finetune_charts_export (charts, GBOX_CHART_SVG, error);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
               "“%s” does not say what to save: end the name in .png or .svg.", path);
  return NULL;
}

static GBytes *
make_content (GboxLearningPage *page, GboxFinetuneExport what, const char *path, GError **error)
{
  GboxFinetuneLog *log = gbox_learning_page_get_log (page);

  switch (what)
    {
    case GBOX_FINETUNE_EXPORT_CURVES:
      return gbox_finetune_log_export_points (log);
    case GBOX_FINETUNE_EXPORT_COMPLETIONS:
      return gbox_finetune_log_export_completions (log);
    case GBOX_FINETUNE_EXPORT_CHARTS:
    default:
      return make_charts (page, path, error);
    }
}

typedef struct
{
  char *path;
  GBytes *content;
} Writing;

static void
free_writing (gpointer data)
{
  Writing *writing = data;

  g_free (writing->path);
  g_bytes_unref (writing->content);
  g_free (writing);
}

static void
write_file (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Writing *writing = task_data;
  g_autoptr (GError) error = NULL;

  if (g_file_set_contents (writing->path, g_bytes_get_data (writing->content, NULL),
                           (gssize) g_bytes_get_size (writing->content), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GboxLearningPage *page = GBOX_LEARNING_PAGE (source);
  const Writing *writing = g_task_get_task_data (G_TASK (result));
  g_autofree char *name = g_filename_display_basename (writing->path);
  g_autofree char *text = g_strdup_printf ("Saved “%s”", name);
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    gbox_learning_page_tell (page, text);
  else
    gbox_learning_page_tell_problem (page, "Not Saved", error->message);
}

void
gbox_finetune_export_save (GboxLearningPage *page, GboxFinetuneExport what, const char *path)
{
  g_autoptr (GError) error = NULL;
  GBytes *content = make_content (page, what, path, &error);
  g_autoptr (GTask) task = NULL;
  Writing *writing;

  if (error != NULL)
    {
      gbox_learning_page_tell_problem (page, "Not Saved", error->message);
      return;
    }
  writing = g_new (Writing, 1);
  *writing = (Writing){ g_strdup (path), content };
  task = g_task_new (page, NULL, on_written, NULL);
  g_task_set_source_tag (task, gbox_finetune_export_save);
  g_task_set_task_data (task, writing, free_writing);
  g_task_run_in_thread (task, write_file);
}

typedef struct
{
  GboxLearningPage *page;
  GboxFinetuneExport what;
} Choice;

static void
free_choice (gpointer data, GClosure *closure)
{
  Choice *choice = data;

  g_object_unref (choice->page);
  g_free (choice);
}

static void
on_response (GtkNativeDialog *dialog, int response, Choice *choice)
{
  g_autoptr (GFile) file
    = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    gbox_finetune_export_save (choice->page, choice->what, path);
  else if (file != NULL)
    gbox_learning_page_tell (choice->page, "Only files on this computer can be written.");
  g_object_unref (dialog);
}

void
gbox_finetune_export_choose (GboxLearningPage *page, GboxFinetuneExport what)
{
  GtkFileChooserNative *dialog
    = gtk_file_chooser_native_new (exports[what].title, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (page))),
                                   GTK_FILE_CHOOSER_ACTION_SAVE, "_Save", "_Cancel");
  Choice *choice = g_new (Choice, 1);

  *choice = (Choice){ g_object_ref (page), what };
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), exports[what].name);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), choice, free_choice, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
