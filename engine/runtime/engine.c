/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine: one background thread that works on jobs, its team, and the loaded networks. */
#include "runtime/engine.h"

#include "runtime/run-private.h"
#include "runtime/scheduler.h"

struct _GboxEngine
{
  GObject parent_instance;

  GboxScheduler *scheduler;
  GboxModelStore *store;
  guint n_threads;
};

G_DEFINE_FINAL_TYPE (GboxEngine, gbox_engine, G_TYPE_OBJECT)

static void
gbox_engine_dispose (GObject *object)
{
  gbox_engine_shutdown (GBOX_ENGINE (object));

  G_OBJECT_CLASS (gbox_engine_parent_class)->dispose (object);
}

static void
gbox_engine_finalize (GObject *object)
{
  GboxEngine *self = GBOX_ENGINE (object);

  g_clear_pointer (&self->scheduler, gbox_scheduler_unref);
  g_clear_pointer (&self->store, gbox_model_store_free);

  G_OBJECT_CLASS (gbox_engine_parent_class)->finalize (object);
}

static void
gbox_engine_class_init (GboxEngineClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = gbox_engine_dispose;
  object_class->finalize = gbox_engine_finalize;
}

static void
gbox_engine_init (GboxEngine *self)
{
}

static guint
choose_n_threads (GboxEngine *self, guint n_threads)
{
  const guint wanted = n_threads != 0 ? n_threads : gbox_team_get_default_n_threads ();

  return MIN (wanted, gbox_scheduler_get_capacity (self->scheduler));
}

GboxEngine *
gbox_engine_new (guint n_threads, GError **error)
{
  g_autoptr (GboxEngine) self = g_object_new (GBOX_TYPE_ENGINE, NULL);

  self->store = gbox_model_store_new (error);
  if (self->store == NULL)
    return NULL;
  self->scheduler = gbox_scheduler_new (n_threads, self->store, error);
  if (self->scheduler == NULL)
    return NULL;
  self->n_threads = choose_n_threads (self, n_threads);

  return g_steal_pointer (&self);
}

GboxRun *
gbox_engine_start (GboxEngine *self, GboxSpec *spec)
{
  g_return_val_if_fail (GBOX_IS_ENGINE (self), NULL);
  g_return_val_if_fail (GBOX_IS_SPEC (spec), NULL);

  return gbox_run_new (self->scheduler, spec);
}

void
gbox_engine_shutdown (GboxEngine *self)
{
  g_return_if_fail (GBOX_IS_ENGINE (self));

  if (self->scheduler != NULL)
    gbox_scheduler_shutdown (self->scheduler);
}

void
gbox_engine_set_n_threads (GboxEngine *self, guint n_threads)
{
  GboxCommand *command;

  g_return_if_fail (GBOX_IS_ENGINE (self));

  self->n_threads = choose_n_threads (self, n_threads);
  command = gbox_command_new (GBOX_COMMAND_SET_THREADS, 0);
  command->n_threads = self->n_threads;
  gbox_scheduler_send (self->scheduler, command);
}

guint
gbox_engine_get_n_threads (GboxEngine *self)
{
  g_return_val_if_fail (GBOX_IS_ENGINE (self), 0);

  return self->n_threads;
}

GboxModelStore *
gbox_engine_get_store (GboxEngine *self)
{
  g_return_val_if_fail (GBOX_IS_ENGINE (self), NULL);

  return self->store;
}

static void
load_network (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GboxEngine *self = source;
  GError *error = NULL;
  GboxNetwork *network = gbox_model_store_get_network (self->store, task_data, &error);

  if (network != NULL)
    g_task_return_pointer (task, network, (GDestroyNotify) gbox_network_unref);
  else
    g_task_return_error (task, error);
}

void
gbox_engine_load_network_async (GboxEngine *self,
                                const char *model,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (GBOX_IS_ENGINE (self));
  g_return_if_fail (model != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gbox_engine_load_network_async);
  g_task_set_task_data (task, g_strdup (model), g_free);
  g_task_set_return_on_cancel (task, TRUE);
  g_task_run_in_thread (task, load_network);
}

GboxNetwork *
gbox_engine_load_network_finish (GboxEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
