/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the picture of the Vision page begins with: a photo, an earlier picture, or noise. */
#include "vision/start-file.h"

#include "models/image.h"
#include "vision/picture-file.h"

/* Of a kept picture's checksum, what its name holds. */
#define N_DIGITS 8

typedef struct
{
  char *path;          /* (nullable): of the file, once it is there */
  GdkTexture *texture; /* (nullable): to be written first */
  char *title;         /* of it */
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;

  g_free (start->path);
  g_clear_object (&start->texture);
  g_free (start->title);
  g_free (start);
}

static void
on_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GboxVisionPage *page = GBOX_VISION_PAGE (source);
  const Start *start = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      gbox_vision_page_tell_problem (page, "It Cannot Begin With That", error->message);
      return;
    }
  name = g_filename_display_basename (start->path);
  text = g_strdup_printf ("Starting from %s", name);
  gbox_vision_session_set_start (gbox_vision_page_get_session (page), start->path);
  gbox_vision_page_tell (page, text);
}

/* Under a name that says what it is; the same picture is kept once. */
static gboolean
keep (Start *start, GError **error)
{
  g_autoptr (GBytes) bytes = gdk_texture_save_to_png_bytes (start->texture);
  g_autofree char *checksum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "glassbox", "starts", NULL);
  g_autofree char *name = g_strdup_printf ("%s-%.*s.png", start->title, N_DIGITS, checksum);

  start->path = g_build_filename (folder, name, NULL);
  g_mkdir_with_parents (folder, 0700);
  return g_file_test (start->path, G_FILE_TEST_EXISTS)
         || g_file_set_contents (start->path, g_bytes_get_data (bytes, NULL),
                                 (gssize) g_bytes_get_size (bytes), error);
}

static void
prepare (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Start *start = task_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxImage) image = NULL;

  if (start->texture == NULL || keep (start, &error))
    image = gbox_image_load (start->path, &error);
  if (image == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
begin (GboxVisionPage *page, Start *start)
{
  g_autoptr (GTask) task = g_task_new (page, NULL, on_ready, NULL);

  g_task_set_source_tag (task, begin);
  g_task_set_task_data (task, start, start_free);
  g_task_run_in_thread (task, prepare);
}

void
gbox_start_file_use (GboxVisionPage *page, const char *path)
{
  Start *start;

  if (*path == '\0')
    {
      gbox_vision_session_set_start (gbox_vision_page_get_session (page), "");
      return;
    }
  start = g_new0 (Start, 1);
  start->path = g_canonicalize_filename (path, NULL);
  begin (page, start);
}

void
gbox_start_file_use_shown (GboxVisionPage *page)
{
  GdkTexture *texture = gbox_vision_page_get_texture (page);
  GboxVisionSession *session = gbox_vision_page_get_session (page);
  g_autofree char *name = NULL;
  Start *start;

  if (texture == NULL)
    return;
  name = gbox_picture_file_suggest_name (gbox_vision_session_get_spec (session));
  start = g_new0 (Start, 1);
  start->texture = g_object_ref (texture);
  start->title = g_strndup (name, strlen (name) - strlen (".png"));
  begin (page, start);
}

static void
on_response (GboxVisionPage *page, int response, GtkNativeDialog *dialog)
{
  g_autoptr (GFile) file
    = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    gbox_start_file_use (page, path);
  else if (file != NULL)
    gbox_vision_page_tell (page, "Only files on this computer can be opened; copy it here first.");
  g_object_unref (dialog);
}

void
gbox_start_file_choose (GboxVisionPage *page)
{
  GtkFileChooserNative *dialog
    = gtk_file_chooser_native_new ("Start From", GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (page))),
                                   GTK_FILE_CHOOSER_ACTION_OPEN, "_Start", "_Cancel");
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, "Photos and pictures");
  gtk_file_filter_add_pixbuf_formats (filter);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), page, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
