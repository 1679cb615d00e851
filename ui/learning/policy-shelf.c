/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where policies are kept that nobody has given a file. */
#include "learning/policy-shelf.h"

#include <glib/gstdio.h>

/* One of SmolLM2's head has 113 MB. */
#define MAX_POLICIES 4

/* Without what only training needs. */
#define SUFFIX ".policy.safetensors"

struct _GboxPolicyShelf
{
  GObject parent_instance;

  GboxFinetuneSession *session;
  /* What was saved last. */
  GboxRun *run;
  guint step;
  char *path;
};

G_DEFINE_FINAL_TYPE (GboxPolicyShelf, gbox_policy_shelf, G_TYPE_OBJECT)

/* A policy on its way to a file. */
typedef struct
{
  GboxRun *run;
  guint step;
  char *name; /* without suffix */
} Saving;

typedef struct
{
  char *path;
  gint64 time;
} Kept;

static void
free_saving (gpointer data)
{
  Saving *saving = data;

  g_object_unref (saving->run);
  g_free (saving->name);
  g_free (saving);
}

static void
clear_kept (gpointer kept)
{
  g_free (((Kept *) kept)->path);
}

static int
compare_kept (gconstpointer a, gconstpointer b)
{
  const Kept *first = a, *second = b;

  return first->time > second->time ? -1 : first->time < second->time;
}

/* The newest first. */
static GArray *
list_kept (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Kept));
  const char *name;

  g_array_set_clear_func (all, clear_kept);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      Kept kept = { .path = g_build_filename (folder, name, NULL) };
      GStatBuf info;

      if (g_str_has_suffix (name, ".safetensors") && g_stat (kept.path, &info) == 0)
        {
          kept.time = info.st_mtime;
          g_array_append_val (all, kept);
        }
      else
        g_free (kept.path);
    }
  g_array_sort (all, compare_kept);
  return all;
}

/* Makes room for one more. */
static void
remove_old (const char *folder)
{
  g_autoptr (GArray) all = list_kept (folder);

  for (guint i = MAX_POLICIES - 1; i < all->len; i++)
    g_unlink (g_array_index (all, Kept, i).path);
}

/* Another run of the same name is another policy. */
static char *
find_free_path (const char *folder, const char *name)
{
  char *path = g_strconcat (folder, G_DIR_SEPARATOR_S, name, SUFFIX, NULL);

  for (guint i = 2; g_file_test (path, G_FILE_TEST_EXISTS); i++)
    {
      g_free (path);
      path = g_strdup_printf ("%s" G_DIR_SEPARATOR_S "%s (%u)" SUFFIX, folder, name, i);
    }
  return path;
}

static void
prepare_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "glassbox", "policies", NULL);

  /* What cannot be made cannot be saved to, which says so. */
  g_mkdir_with_parents (folder, 0700);
  remove_old (folder);
  g_task_return_pointer (task, find_free_path (folder, task_data), g_free);
}

static void
gbox_policy_shelf_finalize (GObject *object)
{
  GboxPolicyShelf *self = GBOX_POLICY_SHELF (object);

  g_clear_object (&self->run);
  g_clear_object (&self->session);
  g_free (self->path);
  G_OBJECT_CLASS (gbox_policy_shelf_parent_class)->finalize (object);
}

static void
gbox_policy_shelf_class_init (GboxPolicyShelfClass *class)
{
  G_OBJECT_CLASS (class)->finalize = gbox_policy_shelf_finalize;
}

static void
gbox_policy_shelf_init (GboxPolicyShelf *self)
{
}

GboxPolicyShelf *
gbox_policy_shelf_new (GboxFinetuneSession *session)
{
  GboxPolicyShelf *self = g_object_new (GBOX_TYPE_POLICY_SHELF, NULL);

  self->session = g_object_ref (session);
  return self;
}

gboolean
gbox_policy_shelf_can_put (GboxPolicyShelf *self)
{
  GboxRun *run = gbox_finetune_session_get_run (self->session);

  return gbox_finetune_session_can_save (self->session) && !gbox_finetune_session_is_running (self->session)
         && (gbox_run_get_state (run) == GBOX_RUN_PAUSED || gbox_run_get_state (run) == GBOX_RUN_FINISHED);
}

/* "full-stops" as words; a regular expression keeps its signs. */
static char *
describe_reward (const char *reward)
{
  GString *text = g_string_new (reward);

  g_string_replace (text, "full-stops", "full stops", 0);
  g_string_replace (text, "distinct-words", "distinct words", 0);
  return g_string_free (text, FALSE);
}

char *
gbox_policy_shelf_describe (GboxPolicyShelf *self)
{
  g_autofree char *reward = describe_reward (gbox_finetune_session_get_values (self->session)->reward);
  const guint step = gbox_finetune_session_get_step (self->session);

  return g_strdup_printf ("%s, finetuned: %s, %u step%s",
                          gbox_model_item_get_title (gbox_finetune_session_get_model (self->session)), reward,
                          step, step == 1 ? "" : "s");
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GboxPolicyShelf *self = g_task_get_source_object (task);
  Saving *saving = g_task_get_task_data (task);
  GError *error = NULL;

  if (!gbox_run_save_finish (GBOX_RUN (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  g_set_object (&self->run, saving->run);
  self->step = saving->step;
  g_free (self->path);
  self->path = g_steal_pointer (&saving->name);
  g_task_return_pointer (task, g_strdup (self->path), g_free);
}

static void
on_prepared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Saving *saving = g_task_get_task_data (task);

  g_free (saving->name);
  saving->name = g_task_propagate_pointer (G_TASK (result), NULL);
  gbox_run_save_async (saving->run, saving->name, g_task_get_cancellable (task), on_saved,
                       g_object_ref (task));
}

void
gbox_policy_shelf_put_async (GboxPolicyShelf *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GTask) preparation = NULL;
  Saving *saving;

  g_return_if_fail (GBOX_IS_POLICY_SHELF (self) && gbox_policy_shelf_can_put (self));

  g_task_set_source_tag (task, gbox_policy_shelf_put_async);
  saving = g_new0 (Saving, 1);
  saving->run = g_object_ref (gbox_finetune_session_get_run (self->session));
  saving->step = gbox_finetune_session_get_step (self->session);
  saving->name = g_strdelimit (gbox_policy_shelf_describe (self), G_DIR_SEPARATOR_S ":", '-');
  g_task_set_task_data (task, saving, free_saving);
  if (self->run == saving->run && self->step == saving->step && g_file_test (self->path, G_FILE_TEST_EXISTS))
    {
      g_task_return_pointer (task, g_strdup (self->path), g_free);
      return;
    }
  preparation = g_task_new (self, NULL, on_prepared, g_object_ref (task));
  g_task_set_source_tag (preparation, gbox_policy_shelf_put_async);
  g_task_set_task_data (preparation, g_strdup (saving->name), g_free);
  g_task_run_in_thread (preparation, prepare_in_thread);
}

char *
gbox_policy_shelf_put_finish (GboxPolicyShelf *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
