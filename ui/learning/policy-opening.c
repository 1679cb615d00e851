/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goes on from a checkpoint of finetuning. */
#include "learning/policy-opening.h"

#include "learning/finetune-checkpoint.h"
#include "learning/policy-saving.h"

typedef struct
{
  char *path;
  GboxFinetuneSpec *spec; /* what the checkpoint says */
  guint step;
} Opening;

static void
free_opening (gpointer data)
{
  Opening *opening = data;

  g_clear_object (&opening->spec);
  g_free (opening->path);
  g_free (opening);
}

static void
read_checkpoint (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Opening *opening = task_data;
  GError *error = NULL;

  opening->spec = gbox_finetune_checkpoint_load_spec (opening->path, &opening->step, &error);
  if (opening->spec != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Where all steps are done already, as many again follow. */
static void
go_on (GboxLearningPage *page, const Opening *opening)
{
  GboxFinetuneSession *session = gbox_learning_page_get_finetune (page);
  GboxFinetuneSpec *spec = gbox_finetune_session_get_spec (session);
  const GboxFinetuneValues *saved = gbox_finetune_spec_get_values (opening->spec);
  const guint steps = saved->steps > opening->step ? saved->steps : opening->step + saved->steps;
  g_autofree char *checkpoint = g_strdup (gbox_finetune_spec_get_values (spec)->checkpoint);
  g_autofree char *text = g_strdup_printf ("Goes on from step %u", opening->step);

  gbox_finetune_session_choose_model (session, saved->model);
  gbox_finetune_session_reset (session);
  gbox_spec_assign (GBOX_SPEC (spec), GBOX_SPEC (opening->spec));
  g_object_set (spec, "steps", steps, "checkpoint", checkpoint, "resume", opening->path, NULL);
  gbox_finetune_session_start (session);
  /* Only this run does. */
  g_object_set (spec, "resume", "", NULL);
  gbox_learning_page_tell (page, text);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GboxLearningPage *page = GBOX_LEARNING_PAGE (source);
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    go_on (page, g_task_get_task_data (G_TASK (result)));
  else
    gbox_learning_page_tell_problem (page, "Not Opened", error->message);
}

void
gbox_policy_opening_open (GboxLearningPage *page, const char *path)
{
  Opening *opening = g_new0 (Opening, 1);
  g_autoptr (GTask) task = g_task_new (page, NULL, on_read, NULL);

  opening->path = g_canonicalize_filename (path, NULL);
  g_task_set_source_tag (task, gbox_policy_opening_open);
  g_task_set_task_data (task, opening, free_opening);
  g_task_run_in_thread (task, read_checkpoint);
}

static void
on_response (GboxLearningPage *page, int response, GtkNativeDialog *dialog)
{
  g_autoptr (GFile) file
    = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    gbox_policy_opening_open (page, path);
  else if (file != NULL)
    gbox_learning_page_tell (page, "Only files on this computer can be opened; copy it here first.");
  g_object_unref (dialog);
}

void
gbox_policy_opening_choose (GboxLearningPage *page)
{
  GtkFileChooserNative *dialog
    = gtk_file_chooser_native_new ("Go On from a Checkpoint",
                                   GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (page))),
                                   GTK_FILE_CHOOSER_ACTION_OPEN, "_Open", "_Cancel");
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  g_autofree char *checkpoint = gbox_policy_saving_get_checkpoint ();
  g_autoptr (GFile) file = g_file_new_for_path (checkpoint);

  gtk_file_filter_set_name (filter, "Checkpoints of finetuning");
  gtk_file_filter_add_suffix (filter, "safetensors");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  if (g_file_query_exists (file, NULL))
    gtk_file_chooser_set_file (GTK_FILE_CHOOSER (dialog), file, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), page, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
