/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands about photographs as actions of the window. */
#include "vision/photo-actions.h"

#include "shell/commands.h"
#include "vision/photo-window.h"
#include "vision/start-file.h"

/* What the shorter side of a photograph becomes where nothing else is known. */
#define PHOTO_SIDE 224

struct _GboxPhotoActions
{
  GObject parent_instance;

  GtkWidget *widget; /* owns this */
  GboxPhotoSession *session;
  GActionMap *map; /* the window outlives its page */
};

G_DEFINE_FINAL_TYPE (GboxPhotoActions, gbox_photo_actions, G_TYPE_OBJECT)

static void
index_folders (GboxPhotoActions *self, char **folders)
{
  if (folders[0] != NULL)
    gbox_photo_session_index (self->session, (const char *const *) folders);
}

static void
on_index (GboxPhotoActions *self, GVariant *parameter)
{
  const char *text = g_variant_get_string (parameter, NULL);
  g_auto (GStrv) folders
    = *text != '\0' ? g_strsplit (text, "\n", -1) : gbox_photo_session_get_folders (self->session);

  index_folders (self, folders);
}

static void
on_cancel (GboxPhotoActions *self, GVariant *parameter)
{
  gbox_photo_session_cancel (self->session);
}

static void
on_forget (GboxPhotoActions *self, GVariant *parameter)
{
  gbox_photo_session_forget (self->session);
}

static void
open_photo (GboxPhotoActions *self, const char *path, int side)
{
  GboxVisionSession *vision = gbox_photo_session_get_vision (self->session);

  if (gbox_vision_session_get_network (vision) != NULL)
    gtk_window_present (GTK_WINDOW (
      gbox_photo_window_new (GTK_WINDOW (gtk_widget_get_root (self->widget)), vision,
                             gbox_vision_page_get_thumbnails (GBOX_VISION_PAGE (self->widget)), path, side)));
}

static void
on_photo (GboxPhotoActions *self, GVariant *parameter)
{
  open_photo (self, g_variant_get_string (parameter, NULL), PHOTO_SIDE);
}

/* All of the photograph, at the scale at which the unit was excited. */
static void
on_example (GboxPhotoActions *self, GVariant *parameter)
{
  const GboxExamples *examples = gbox_photo_session_get_examples (self->session);
  const guint i = g_variant_get_uint32 (parameter);

  if (examples != NULL && i < examples->n)
    {
      const GboxExample *example = &examples->examples[i];

      open_photo (self, example->path,
                  (int) (PHOTO_SIDE * MIN (example->width, example->height) / example->patch.side + 0.5));
    }
}

static void
on_photo_response (GboxPhotoActions *self, int response, GtkNativeDialog *dialog)
{
  g_autoptr (GFile) file
    = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    open_photo (self, path, PHOTO_SIDE);
  g_object_unref (dialog);
}

static void
on_choose_photo (GboxPhotoActions *self, GVariant *parameter)
{
  GtkFileChooserNative *dialog
    = gtk_file_chooser_native_new ("Open Photo", GTK_WINDOW (gtk_widget_get_root (self->widget)),
                                   GTK_FILE_CHOOSER_ACTION_OPEN, "_Open", "_Cancel");
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, "Photos");
  gtk_file_filter_add_pixbuf_formats (filter);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_photo_response), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static gboolean
on_drop (GboxPhotoActions *self, const GValue *value)
{
  g_autofree char *path = g_file_get_path (g_value_get_object (value));

  if (path == NULL)
    return FALSE;
  open_photo (self, path, PHOTO_SIDE);
  return TRUE;
}

static gboolean
has_folder (char **folders, const char *path)
{
  return g_strv_contains ((const char *const *) folders, path);
}

static void
on_response (GboxPhotoActions *self, int response, GtkNativeDialog *dialog)
{
  g_auto (GStrv) folders = gbox_photo_session_get_folders (self->session);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GListModel) files = NULL;
  g_auto (GStrv) all = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_strv_builder_addv (builder, (const char **) folders);
      files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
      for (guint i = 0; i < g_list_model_get_n_items (files); i++)
        {
          g_autoptr (GFile) file = g_list_model_get_item (files, i);
          g_autofree char *path = g_file_get_path (file);

          if (path != NULL && !has_folder (folders, path))
            g_strv_builder_add (builder, path);
        }
      all = g_strv_builder_end (builder);
      index_folders (self, all);
    }
  g_object_unref (dialog);
}

static void
on_choose (GboxPhotoActions *self, GVariant *parameter)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (self->widget));
  GtkFileChooserNative *dialog
    = gtk_file_chooser_native_new ("Folders With Photos", window, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
                                   "_Look Through", "_Cancel");
  const char *pictures = g_get_user_special_dir (G_USER_DIRECTORY_PICTURES);
  g_autoptr (GFile) start = pictures != NULL ? g_file_new_for_path (pictures) : NULL;

  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (dialog), TRUE);
  if (start != NULL)
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), start, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
on_start_from (GboxPhotoActions *self, GVariant *parameter)
{
  gbox_start_file_use (GBOX_VISION_PAGE (self->widget), g_variant_get_string (parameter, NULL));
}

static void
on_start_choose (GboxPhotoActions *self, GVariant *parameter)
{
  gbox_start_file_choose (GBOX_VISION_PAGE (self->widget));
}

static void
on_start_shown (GboxPhotoActions *self, GVariant *parameter)
{
  gbox_start_file_use_shown (GBOX_VISION_PAGE (self->widget));
}

static const GboxCommand commands[] = {
  { "photos-index", "s", G_CALLBACK (on_index) },
  { "photos-choose", NULL, G_CALLBACK (on_choose) },
  { "photos-cancel", NULL, G_CALLBACK (on_cancel) },
  { "photos-forget", NULL, G_CALLBACK (on_forget) },
  { "photo-open", "s", G_CALLBACK (on_photo) },
  { "photo-example", "u", G_CALLBACK (on_example) },
  { "photo-choose", NULL, G_CALLBACK (on_choose_photo) },
  { "start-from", "s", G_CALLBACK (on_start_from) },
  { "start-choose", NULL, G_CALLBACK (on_start_choose) },
  { "start-shown", NULL, G_CALLBACK (on_start_shown) },
};

static void
update_enabled (GboxPhotoActions *self)
{
  const gboolean has_network
    = gbox_vision_session_get_network (gbox_photo_session_get_vision (self->session)) != NULL;
  g_auto (GStrv) folders = gbox_photo_session_get_folders (self->session);

  gbox_commands_set_enabled (self->map, "photos-index", has_network);
  gbox_commands_set_enabled (self->map, "photos-choose", has_network);
  gbox_commands_set_enabled (self->map, "photo-open", has_network);
  gbox_commands_set_enabled (self->map, "photo-example", has_network);
  gbox_commands_set_enabled (self->map, "photo-choose", has_network);
  gbox_commands_set_enabled (self->map, "start-from", has_network);
  gbox_commands_set_enabled (self->map, "start-choose", has_network);
  gbox_commands_set_enabled (self->map, "start-shown", has_network);
  gbox_commands_set_enabled (self->map, "photos-cancel", gbox_photo_session_is_indexing (self->session));
  gbox_commands_set_enabled (self->map, "photos-forget", folders[0] != NULL);
}

static void
gbox_photo_actions_dispose (GObject *object)
{
  g_clear_object (&GBOX_PHOTO_ACTIONS (object)->session);
  G_OBJECT_CLASS (gbox_photo_actions_parent_class)->dispose (object);
}

static void
gbox_photo_actions_class_init (GboxPhotoActionsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = gbox_photo_actions_dispose;
}

static void
gbox_photo_actions_init (GboxPhotoActions *self)
{
}

GboxPhotoActions *
gbox_photo_actions_new (GtkWidget *widget, GboxPhotoSession *session, GActionMap *map)
{
  GboxPhotoActions *self = g_object_new (GBOX_TYPE_PHOTO_ACTIONS, NULL);
  GtkDropTarget *drop = gtk_drop_target_new (G_TYPE_FILE, GDK_ACTION_COPY);

  self->widget = widget;
  self->session = g_object_ref (session);
  self->map = map;
  gbox_commands_add (map, commands, G_N_ELEMENTS (commands), self);
  g_signal_connect_object (drop, "drop", G_CALLBACK (on_drop), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drop));
  g_signal_connect_object (session, "changed", G_CALLBACK (update_enabled), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gbox_photo_session_get_vision (session), "notify::network",
                           G_CALLBACK (update_enabled), self, G_CONNECT_SWAPPED);
  update_enabled (self);
  return self;
}
