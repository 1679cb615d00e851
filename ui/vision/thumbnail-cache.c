/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small pictures of units kept on disk between starts, bounded in size. */
#include "vision/thumbnail-cache.h"

#include "vision/thumbnail-store.h"

/* 59 kB each. */
#define MAX_TEXTURES 400

struct _GboxThumbnailCache
{
  GObject parent_instance;
  GboxThumbnailStore *store; /* the worker's */
  GThreadPool *worker;       /* a single thread, so that files are never read, written and removed at once */
  GHashTable *textures;      /* char * → GList of recent, its data Kept */
  GQueue recent;             /* Kept, the newest use first */
};

/* A texture in memory. */
typedef struct
{
  char *key;
  GdkTexture *texture;
} Kept;

/* One lookup or store on its way to the worker and back. */
typedef struct
{
  GboxThumbnailStore *store;
  GMainContext *context;     /* where the caller is */
  GTask *task;               /* touched by the caller's thread only */
  GCancellable *cancellable; /* nullable */
  char *key;
  GboxFrame *frame;    /* nullable: what to store; looks up without it */
  GdkTexture *texture; /* nullable: the result */
  gboolean stored;
  GError *error;
} Job;

G_DEFINE_FINAL_TYPE (GboxThumbnailCache, gbox_thumbnail_cache, G_TYPE_OBJECT)

static void
free_kept (gpointer data)
{
  Kept *kept = data;

  g_free (kept->key);
  g_object_unref (kept->texture);
  g_free (kept);
}

static void
free_job (gpointer data)
{
  Job *job = data;

  g_main_context_unref (job->context);
  g_clear_object (&job->task);
  g_clear_object (&job->cancellable);
  g_free (job->key);
  g_clear_pointer (&job->frame, gbox_frame_unref);
  g_clear_object (&job->texture);
  g_clear_error (&job->error);
  g_free (job);
}

static void
keep_texture (GboxThumbnailCache *self, const char *key, GdkTexture *texture)
{
  GList *link = g_hash_table_lookup (self->textures, key);
  Kept *kept;

  if (link != NULL)
    {
      g_set_object (&((Kept *) link->data)->texture, texture);
      return;
    }
  kept = g_new (Kept, 1);
  kept->key = g_strdup (key);
  kept->texture = g_object_ref (texture);
  g_queue_push_head (&self->recent, kept);
  g_hash_table_insert (self->textures, kept->key, self->recent.head);
  if (self->recent.length > MAX_TEXTURES)
    {
      kept = g_queue_pop_tail (&self->recent);
      g_hash_table_remove (self->textures, kept->key);
      free_kept (kept);
    }
}

GdkTexture *
gbox_thumbnail_cache_peek (GboxThumbnailCache *self, const char *key)
{
  GList *link;

  g_return_val_if_fail (GBOX_IS_THUMBNAIL_CACHE (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);
  link = g_hash_table_lookup (self->textures, key);
  if (link == NULL)
    return NULL;
  g_queue_unlink (&self->recent, link);
  g_queue_push_head_link (&self->recent, link);
  return ((Kept *) link->data)->texture;
}

/* Back on the caller's thread. */
static gboolean
finish_job (gpointer user_data)
{
  Job *job = user_data;
  GboxThumbnailCache *self = g_task_get_source_object (job->task);

  if (job->texture != NULL)
    keep_texture (self, job->key, job->texture);
  if (g_task_return_error_if_cancelled (job->task))
    return G_SOURCE_REMOVE;
  if (job->frame == NULL)
    {
      g_task_return_pointer (job->task, g_steal_pointer (&job->texture), g_object_unref);
      return G_SOURCE_REMOVE;
    }
  if (job->texture != NULL)
    g_task_set_task_data (job->task, g_steal_pointer (&job->texture), g_object_unref);
  if (job->stored)
    g_task_return_boolean (job->task, TRUE);
  else
    g_task_return_error (job->task, g_steal_pointer (&job->error));
  return G_SOURCE_REMOVE;
}

/* On the worker. */
static void
work (gpointer data, gpointer user_data)
{
  Job *job = data;
  g_autoptr (GSource) answer = g_idle_source_new ();
  g_autoptr (GMainContext) context = g_main_context_ref (job->context);

  if (job->frame != NULL)
    job->stored = gbox_thumbnail_store_write (job->store, job->key, job->frame, &job->texture, &job->error);
  else if (!g_cancellable_is_cancelled (job->cancellable))
    job->texture = gbox_thumbnail_store_read (job->store, job->key);
  g_source_set_priority (answer, G_PRIORITY_DEFAULT);
  g_source_set_callback (answer, finish_job, job, free_job);
  g_source_attach (answer, context);
}

static void
gbox_thumbnail_cache_finalize (GObject *object)
{
  GboxThumbnailCache *self = GBOX_THUMBNAIL_CACHE (object);

  /* Jobs hold the cache, so at most the tail of the last one is still running. */
  g_thread_pool_free (self->worker, FALSE, TRUE);
  g_clear_pointer (&self->store, gbox_thumbnail_store_free);
  g_hash_table_unref (self->textures);
  g_queue_clear_full (&self->recent, free_kept);
  G_OBJECT_CLASS (gbox_thumbnail_cache_parent_class)->finalize (object);
}

static void
gbox_thumbnail_cache_class_init (GboxThumbnailCacheClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gbox_thumbnail_cache_finalize;
}

static void
gbox_thumbnail_cache_init (GboxThumbnailCache *self)
{
  self->worker = g_thread_pool_new (work, NULL, 1, FALSE, NULL);
  self->textures = g_hash_table_new (g_str_hash, g_str_equal);
  g_queue_init (&self->recent);
}

GboxThumbnailCache *
gbox_thumbnail_cache_new (const char *folder, guint64 max_bytes)
{
  GboxThumbnailCache *self = g_object_new (GBOX_TYPE_THUMBNAIL_CACHE, NULL);
  g_autofree char *usual = g_build_filename (g_get_user_cache_dir (), "glassbox", "thumbnails", NULL);

  self->store = gbox_thumbnail_store_new (folder != NULL ? folder : usual, max_bytes);
  return self;
}

static void
push_job (GboxThumbnailCache *self, const char *key, GboxFrame *frame, GTask *task)
{
  Job *job = g_new0 (Job, 1);

  job->store = self->store;
  job->context = g_main_context_ref_thread_default ();
  job->task = task;
  job->key = g_strdup (key);
  job->frame = frame != NULL ? gbox_frame_ref (frame) : NULL;
  if (g_task_get_cancellable (task) != NULL)
    job->cancellable = g_object_ref (g_task_get_cancellable (task));
  g_thread_pool_push (self->worker, job, NULL);
}

void
gbox_thumbnail_cache_lookup_async (GboxThumbnailCache *self,
                                   const char *key,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GTask *task;
  GdkTexture *texture;

  g_return_if_fail (GBOX_IS_THUMBNAIL_CACHE (self));
  g_return_if_fail (key != NULL);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gbox_thumbnail_cache_lookup_async);
  texture = gbox_thumbnail_cache_peek (self, key);
  if (texture == NULL)
    {
      push_job (self, key, NULL, task);
      return;
    }
  g_task_return_pointer (task, g_object_ref (texture), g_object_unref);
  g_object_unref (task);
}

GdkTexture *
gbox_thumbnail_cache_lookup_finish (GboxThumbnailCache *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
gbox_thumbnail_cache_store_async (GboxThumbnailCache *self,
                                  const char *key,
                                  GboxFrame *frame,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  GTask *task;

  g_return_if_fail (GBOX_IS_THUMBNAIL_CACHE (self));
  g_return_if_fail (key != NULL && frame != NULL);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gbox_thumbnail_cache_store_async);
  push_job (self, key, frame, task);
}

gboolean
gbox_thumbnail_cache_store_finish (GboxThumbnailCache *self,
                                   GAsyncResult *result,
                                   GdkTexture **texture,
                                   GError **error)
{
  GdkTexture *made;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  made = g_task_get_task_data (G_TASK (result));
  if (texture != NULL)
    *texture = made != NULL ? g_object_ref (made) : NULL;
  return g_task_propagate_boolean (G_TASK (result), error);
}
