/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening and saving what the Completion page is about: texts and language models. */
#include "completion/text-file.h"

#include <string.h>

#include "base/error.h"
#include "completion/prompts.h"

static gboolean
has_suffix (const char *name, const char *const *suffixes)
{
  for (guint i = 0; suffixes[i] != NULL; i++)
    if (g_str_has_suffix (name, suffixes[i]))
      return TRUE;
  return FALSE;
}

/* A folder is how language models are often kept. */
static gboolean
is_model (const GboxCatalogue *catalogue, const char *name)
{
  static const char *const suffixes[] = { ".gguf", ".bin", ".safetensors", NULL };
  const GboxModelEntry *entry = gbox_catalogue_find (catalogue, name);

  if (entry != NULL)
    return entry->kind == GBOX_MODEL_LANGUAGE;
  return has_suffix (name, suffixes) || g_file_test (name, G_FILE_TEST_IS_DIR);
}

gboolean
gbox_text_file_is_for_completion (const GboxCatalogue *catalogue, const char *name)
{
  static const char *const texts[] = { ".txt", ".py", ".md", NULL };
  static const char *const models[] = { ".gguf", ".bin", NULL };
  const GboxModelEntry *entry = gbox_catalogue_find (catalogue, name);

  if (entry != NULL)
    return entry->kind == GBOX_MODEL_LANGUAGE;
  return has_suffix (name, texts) || has_suffix (name, models) || g_file_test (name, G_FILE_TEST_IS_DIR);
}

static void
tell_failure (GboxCompletionPage *page, const char *path, const char *verb, const GError *error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *heading = g_strdup_printf ("“%s” Cannot Be %s", name, verb);

  gbox_completion_page_tell_problem (page, heading, error->message);
}

static char *
read_text (GFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, error);
  g_autofree char *text = NULL;
  gsize n = 0;

  if (stream == NULL)
    return NULL;
  text = g_malloc (GBOX_TEXT_FILE_MAX_BYTES + 1);
  if (!g_input_stream_read_all (G_INPUT_STREAM (stream), text, GBOX_TEXT_FILE_MAX_BYTES + 1, &n, cancellable,
                                error))
    return NULL;
  if (n > GBOX_TEXT_FILE_MAX_BYTES)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                 "It is longer than %d MiB, more than any model reads. Cut out the part to be completed.",
                 GBOX_TEXT_FILE_MAX_BYTES >> 20);
  else if (!g_utf8_validate_len (text, n, NULL))
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                         "It is no UTF-8 text. Convert it first, or choose another file.");
  else
    {
      text[n] = '\0';
      return g_strndup (text, n);
    }
  return NULL;
}

static void
read_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GFile) file = g_file_new_for_path (task_data);
  g_autoptr (GError) error = NULL;
  char *text = read_text (file, cancellable, &error);

  if (text != NULL)
    g_task_return_pointer (task, text, g_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GboxCompletionPage *page = GBOX_COMPLETION_PAGE (source);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_task_propagate_pointer (G_TASK (result), &error);

  if (text != NULL)
    gbox_completion_session_set_text (gbox_completion_page_get_session (page), text);
  else
    tell_failure (page, g_task_get_task_data (G_TASK (result)), "Opened", error);
}

void
gbox_text_file_open (GboxCompletionPage *page, const char *name)
{
  GboxCompletionSession *session = gbox_completion_page_get_session (page);
  GboxEngine *engine = gbox_completion_session_get_engine (session);
  g_autoptr (GTask) task = NULL;

  if (is_model (gbox_model_store_get_catalogue (gbox_engine_get_store (engine)), name))
    {
      gbox_completion_session_choose_model (session, name);
      return;
    }
  task = g_task_new (page, NULL, on_read, NULL);
  g_task_set_source_tag (task, gbox_text_file_open);
  g_task_set_task_data (task, g_strdup (name), g_free);
  g_task_run_in_thread (task, read_in_thread);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GboxCompletionPage) page = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_file_get_path (G_FILE (source));
  g_autofree char *name = g_file_get_basename (G_FILE (source));
  g_autofree char *text = g_strdup_printf ("Saved %s", name);

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    gbox_completion_page_tell (page, text);
  else
    tell_failure (page, path, "Saved", error);
}

void
gbox_text_file_save (GboxCompletionPage *page, const char *path)
{
  g_autofree char *text = gbox_completion_session_get_text (gbox_completion_page_get_session (page));
  const gsize length = strlen (text);
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&text), length);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL, on_saved,
                                       g_object_ref (page));
}

static char *
get_chosen (GboxCompletionPage *page, int response, GtkNativeDialog *dialog)
{
  g_autoptr (GFile) file
    = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (file != NULL && path == NULL)
    gbox_completion_page_tell (page, "Only files on this computer can be used; copy it here first.");
  g_object_unref (dialog);
  return path;
}

static void
on_open_response (GboxCompletionPage *page, int response, GtkNativeDialog *dialog)
{
  g_autofree char *path = get_chosen (page, response, dialog);

  if (path != NULL)
    gbox_text_file_open (page, path);
}

static void
on_save_response (GboxCompletionPage *page, int response, GtkNativeDialog *dialog)
{
  g_autofree char *path = get_chosen (page, response, dialog);

  if (path != NULL)
    gbox_text_file_save (page, path);
}

static GtkFileChooserNative *
make_dialog (GboxCompletionPage *page, const char *title, GtkFileChooserAction action, const char *accept)
{
  GtkFileChooserNative *dialog
    = gtk_file_chooser_native_new (title, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (page))), action,
                                   accept, "_Cancel");

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  return dialog;
}

static void
add_filter (GtkFileChooserNative *dialog, const char *name, const char *const *patterns)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (guint i = 0; patterns[i] != NULL; i++)
    gtk_file_filter_add_pattern (filter, patterns[i]);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
}

void
gbox_text_file_choose_open (GboxCompletionPage *page)
{
  static const char *const all[] = { "*", NULL };
  static const char *const texts[] = { "*.txt", "*.py", "*.md", NULL };
  static const char *const models[] = { "*.gguf", "*.safetensors", "*.bin", NULL };
  GtkFileChooserNative *dialog
    = make_dialog (page, "Open a Text or Model", GTK_FILE_CHOOSER_ACTION_OPEN, "_Open");

  add_filter (dialog, "All files", all);
  add_filter (dialog, "Texts", texts);
  add_filter (dialog, "Language models (GGUF, safetensors, llama2.c)", models);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_open_response), page, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
gbox_text_file_choose_save (GboxCompletionPage *page)
{
  GboxCompletionSession *session = gbox_completion_page_get_session (page);
  const gboolean is_code = gbox_prompt_is_python (gbox_completion_session_get_prompt (session));
  GtkFileChooserNative *dialog = make_dialog (page, "Save the Text", GTK_FILE_CHOOSER_ACTION_SAVE, "_Save");

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), is_code ? "completion.py" : "completion.txt");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_save_response), page, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
