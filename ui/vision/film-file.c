/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saving how the selected picture grew. */
#include "vision/film-file.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "base/error.h"
#include "vision/animation.h"
#include "vision/contact-sheet.h"
#include "vision/picture-file.h"
#include "vision/recipe.h"

typedef struct
{
  GboxVisionPage *page;
  GboxFilmFile kind;
  char *path;
  char *picture; /* a file of the run's picture, which knows best how it was made */
  GboxFilm *film;
} Saving;

static const struct
{
  const char *title;
  const char *filter;
  const char *suffix;
} kinds[] = {
  [GBOX_FILM_FILE_ANIMATION] = { "Save Animation", "WebP animations", "webp" },
  [GBOX_FILM_FILE_CONTACT_SHEET] = { "Save Contact Sheet", "PNG pictures", "png" },
};

static void
free_saving (gpointer data)
{
  Saving *saving = data;

  if (saving->picture)
    g_unlink (saving->picture);
  g_object_unref (saving->page);
  gbox_film_unref (saving->film);
  g_free (saving->path);
  g_free (saving->picture);
  g_free (saving);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  const Saving *saving = g_task_get_task_data (G_TASK (result));
  g_autofree char *name = g_path_get_basename (saving->path);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      text = g_strdup_printf ("Saved as %s", name);
      gbox_vision_page_tell (saving->page, text);
      return;
    }
  text = g_strdup_printf ("“%s” Cannot Be Saved", name);
  gbox_vision_page_tell_problem (saving->page, text, error->message);
}

static void
write_film (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Saving *saving = task_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxVisualizationSpec) recipe = gbox_recipe_load (saving->picture, NULL, &error);

  if (recipe)
    {
      if (saving->kind == GBOX_FILM_FILE_ANIMATION)
        gbox_animation_save (saving->path, saving->film, recipe, &error);
      else
        gbox_contact_sheet_save (saving->path, saving->film, recipe, &error);
    }
  if (error)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_picture_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (gbox_run_save_finish (GBOX_RUN (source), result, &error))
    g_task_run_in_thread (task, write_film);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* The film so far, and the frame that is there now. */
static GboxFilm *
take_film (GboxVisionTile *tile)
{
  GboxFilm *film = gbox_film_copy (gbox_vision_tile_get_film (tile));
  GboxFrame *frame = gbox_run_get_frame (gbox_vision_tile_get_run (tile));
  g_autoptr (GboxFrame) last = frame ? gbox_film_shrink_to_keep (frame) : NULL;

  if (last)
    gbox_film_append (film, last);
  return film;
}

void
gbox_film_file_save (GboxVisionPage *page, GboxFilmFile kind, const char *path)
{
  GboxVisionTile *tile = gbox_vision_session_get_selected (gbox_vision_page_get_session (page));
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_written, NULL);
  g_autoptr (GError) error = NULL;
  Saving *saving;
  int descriptor;

  if (!gbox_vision_tile_get_run (tile))
    return;
  saving = g_new0 (Saving, 1);
  saving->page = g_object_ref (page);
  saving->kind = kind;
  saving->path = g_strdup (path);
  saving->film = take_film (tile);
  g_task_set_task_data (task, saving, free_saving);
  descriptor = g_file_open_tmp ("glassbox-XXXXXX.png", &saving->picture, &error);
  if (descriptor < 0)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  close (descriptor);
  gbox_run_save_async (gbox_vision_tile_get_run (tile), saving->picture, NULL, on_picture_saved,
                       g_object_ref (task));
}

static void
on_response (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  GboxVisionPage *page = user_data;
  const GboxFilmFile kind = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (dialog), "kind"));
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      path = g_file_get_path (file);
      if (path)
        gbox_film_file_save (page, kind, path);
      else
        gbox_vision_page_tell (page, "Films are saved on this computer only; choose a folder of it.");
    }
  g_object_unref (dialog);
}

/* The picture's name with another ending. */
static char *
suggest_name (GboxVisionPage *page, GboxFilmFile kind)
{
  GboxRun *run = gbox_vision_session_get_run (gbox_vision_page_get_session (page));
  g_autofree char *name = gbox_picture_file_suggest_name (GBOX_VISUALIZATION_SPEC (gbox_run_get_spec (run)));

  *strrchr (name, '.') = '\0';
  return g_strdup_printf (kind == GBOX_FILM_FILE_ANIMATION ? "%s.%s" : "%s-sheet.%s", name,
                          kinds[kind].suffix);
}

void
gbox_film_file_choose (GboxVisionPage *page, GboxFilmFile kind)
{
  GtkFileChooserNative *dialog
    = gtk_file_chooser_native_new (kinds[kind].title, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (page))),
                                   GTK_FILE_CHOOSER_ACTION_SAVE, "_Save", "_Cancel");
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  g_autofree char *name = suggest_name (page, kind);

  gtk_file_filter_set_name (filter, kinds[kind].filter);
  gtk_file_filter_add_suffix (filter, kinds[kind].suffix);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_object_set_data (G_OBJECT (dialog), "kind", GINT_TO_POINTER (kind));
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), page, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
