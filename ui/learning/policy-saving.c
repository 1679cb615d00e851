/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saves what finetuning has made of a model. */
#include "learning/policy-saving.h"

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GboxLearningPage) page = user_data;
  g_autoptr (GError) error = NULL;

  if (gbox_run_save_finish (GBOX_RUN (source), result, &error))
    gbox_learning_page_tell (page, "Saved; the Completion page opens it beside the model it was.");
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gbox_learning_page_tell_problem (page, "Not Saved", error->message);
}

void
gbox_policy_saving_save (GboxLearningPage *page, const char *path)
{
  GboxFinetuneSession *session = gbox_learning_page_get_finetune (page);
  g_autoptr (GError) error = NULL;

  if (!gbox_finetune_check_path (path, &error))
    gbox_learning_page_tell_problem (page, "Not Saved", error->message);
  else if (gbox_finetune_session_can_save (session))
    gbox_run_save_async (gbox_finetune_session_get_run (session), path, NULL, on_saved, g_object_ref (page));
}

static void
on_response (GboxLearningPage *page, int response, GtkNativeDialog *dialog)
{
  g_autoptr (GFile) file
    = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    gbox_policy_saving_save (page, path);
  else if (file != NULL)
    gbox_learning_page_tell (page, "Only files on this computer can be written.");
  g_object_unref (dialog);
}

void
gbox_policy_saving_choose (GboxLearningPage *page)
{
  GtkFileChooserNative *dialog
    = gtk_file_chooser_native_new ("Save the Finetuned Model",
                                   GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (page))),
                                   GTK_FILE_CHOOSER_ACTION_SAVE, "_Save", "_Cancel");

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), "finetuned.safetensors");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), page, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

char *
gbox_policy_saving_get_checkpoint (void)
{
  return g_build_filename (g_get_user_data_dir (), "glassbox", "finetuning.safetensors", NULL);
}

/* What is compared is that of the run, even if another has begun meanwhile. */
typedef struct
{
  GboxLearningPage *page;
  char *prompt;
  char *model;
  char *title;
} Trial;

static void
free_trial (Trial *trial)
{
  g_object_unref (trial->page);
  g_free (trial->prompt);
  g_free (trial->model);
  g_free (trial->title);
  g_free (trial);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Trial, free_trial)

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Trial) trial = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = gbox_policy_shelf_put_finish (GBOX_POLICY_SHELF (source), result, &error);
  GtkWidget *page = GTK_WIDGET (trial->page);

  if (path == NULL)
    {
      gbox_learning_page_tell_problem (trial->page, "Not Saved", error->message);
      return;
    }
  gtk_widget_activate_action (page, "win.page", "s", "completion");
  gtk_widget_activate_action (page, "win.completion-compare", "(ssss)", trial->prompt, trial->model, path,
                              trial->title);
}

void
gbox_policy_saving_try (GboxLearningPage *page, GboxPolicyShelf *shelf)
{
  GboxFinetuneSession *session = gbox_learning_page_get_finetune (page);
  Trial *trial;

  if (!gbox_policy_shelf_can_put (shelf))
    return;
  trial = g_new0 (Trial, 1);
  trial->page = g_object_ref (page);
  trial->prompt = g_strdup (gbox_finetune_session_get_values (session)->prompt);
  trial->model = g_strdup (gbox_finetune_session_get_values (session)->model);
  trial->title = gbox_policy_shelf_describe (shelf);
  gbox_policy_shelf_put_async (shelf, NULL, on_kept, trial);
}
