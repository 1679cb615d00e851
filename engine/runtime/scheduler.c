/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine thread: takes commands between steps and gives runs that have something to do the same time. */
#include "runtime/scheduler.h"

#include "base/error.h"
#include "runtime/event-private.h"
#include "runtime/work.h"

#include <stdatomic.h>
#include <stdbool.h>

struct _GboxScheduler
{
  atomic_uint n_references;
  _Atomic guint64 n_runs; /* made so far */
  GThread *thread;
  guint capacity;

  GAsyncQueue *commands;
  atomic_uint n_commands; /* in the queue: lets the engine thread look between two steps without taking the
                             queue's lock */
  atomic_bool closed;     /* written with the queue's lock held; nothing is sent after it is set */

  /* The engine thread only: */
  GboxJobContext context;
  GPtrArray *works;   /* of GboxWork */
  GPtrArray *waiting; /* of GboxTurn: scratch, of those that have something to do */
  GboxTurns *turns;
};

static GboxWork *
find_work (GboxScheduler *self, guint64 run, guint *index)
{
  for (guint i = 0; i < self->works->len; i++)
    if (gbox_work_get_run (self->works->pdata[i]) == run)
      {
        *index = i;
        return self->works->pdata[i];
      }

  return NULL;
}

static void
start (GboxScheduler *self, GboxCommand *command)
{
  g_ptr_array_add (self->works,
                   gbox_work_new (command->run, command->mailbox, g_steal_pointer (&command->spec)));
}

static void
answer_save (GboxCommand *command, GError *error)
{
  GboxEvent *event = gbox_event_new (GBOX_EVENT_SAVED);

  event->saved.serial = command->serial;
  event->saved.error = error;
  gbox_mailbox_post (command->mailbox, event);
}

static void
save (GboxScheduler *self, GboxCommand *command, GboxWork *work)
{
  GError *error = NULL;

  if (g_cancellable_is_cancelled (command->cancellable))
    g_cancellable_set_error_if_cancelled (command->cancellable, &error);
  else if (work != NULL && !atomic_load (&self->closed))
    gbox_work_save (work, command->path, &error);
  else
    error = g_error_new_literal (GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                                 "The run has ended, so there is nothing left to save: start it again.");
  answer_save (command, error);
}

static void
obey_for_work (GboxScheduler *self, GboxCommand *command, GboxWork *work, guint index)
{
  switch (command->kind)
    {
    case GBOX_COMMAND_PAUSE:
      gbox_work_pause (work);
      break;
    case GBOX_COMMAND_RESUME:
      gbox_work_resume (work);
      break;
    case GBOX_COMMAND_STEP:
      gbox_work_step (work);
      break;
    case GBOX_COMMAND_ADJUST:
      gbox_work_adjust (work, command->spec);
      break;
    case GBOX_COMMAND_STOP:
      if (gbox_work_stop (work))
        g_ptr_array_remove_index (self->works, index);
      break;
    case GBOX_COMMAND_DISCARD:
      g_ptr_array_remove_index (self->works, index);
      break;
    default:
      break;
    }
}

/* A command for a run that is gone does nothing, except that a save is answered. */
static void
obey (GboxScheduler *self, GboxCommand *command)
{
  guint index = 0;
  GboxWork *work = find_work (self, command->run, &index);

  switch (command->kind)
    {
    case GBOX_COMMAND_START:
      start (self, command);
      break;
    case GBOX_COMMAND_SAVE:
      save (self, command, work);
      break;
    case GBOX_COMMAND_SET_THREADS:
      gbox_team_set_active (self->context.team, command->n_threads);
      break;
    default:
      if (work != NULL)
        obey_for_work (self, command, work, index);
      break;
    }
}

static gboolean
find_waiting (GboxScheduler *self)
{
  g_ptr_array_set_size (self->waiting, 0);
  for (guint i = 0; i < self->works->len; i++)
    if (gbox_work_is_runnable (self->works->pdata[i]))
      g_ptr_array_add (self->waiting, gbox_work_get_turn (self->works->pdata[i]));
  return self->waiting->len > 0;
}

static guint
find_owner (const GboxScheduler *self, const GboxTurn *turn)
{
  guint index = 0;

  while (gbox_work_get_turn (self->works->pdata[index]) != turn)
    index++;
  return index;
}

/* Loading a model is what a run's user waits for, and nothing that its steps would have to make up for. */
static void
take_turn (GboxScheduler *self)
{
  GboxTurn *const *waiting = (GboxTurn *const *) self->waiting->pdata;
  GboxTurn *turn = waiting[gbox_turns_choose (self->turns, waiting, self->waiting->len)];
  const guint index = find_owner (self, turn);
  GboxWork *work = self->works->pdata[index];
  const gboolean is_step = gbox_work_has_started (work);
  const gint64 begin = g_get_monotonic_time ();
  const gboolean goes_on = gbox_work_advance (work, &self->context);

  gbox_turns_end (self->turns, turn, is_step ? g_get_monotonic_time () - begin : 0);
  if (!goes_on)
    g_ptr_array_remove_index (self->works, index);
}

/* Sleeps for a command if there is nothing else to do. The counter's acquire makes what the sender wrote into
 * the command visible. */
static GboxCommand *
next_command (GboxScheduler *self, gboolean may_sleep)
{
  GboxCommand *command;

  if (!may_sleep && atomic_load_explicit (&self->n_commands, memory_order_acquire) == 0)
    return NULL;

  command = may_sleep ? g_async_queue_pop (self->commands) : g_async_queue_try_pop (self->commands);
  if (command != NULL)
    atomic_fetch_sub_explicit (&self->n_commands, 1, memory_order_acq_rel);

  return command;
}

static gpointer
scheduler_main (gpointer data)
{
  GboxScheduler *self = data;
  gboolean quit = FALSE;

  gbox_team_lower_priority ();
  self->works = g_ptr_array_new_with_free_func ((GDestroyNotify) gbox_work_free);
  self->waiting = g_ptr_array_new ();
  self->turns = gbox_turns_new ();

  while (!quit)
    {
      g_autoptr (GboxCommand) command = next_command (self, !find_waiting (self));

      if (command == NULL)
        take_turn (self);
      else if (command->kind == GBOX_COMMAND_QUIT)
        quit = TRUE;
      else
        obey (self, command);
    }

  for (guint i = 0; i < self->works->len; i++)
    gbox_work_stop (self->works->pdata[i]);
  g_clear_pointer (&self->works, g_ptr_array_unref);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_clear_pointer (&self->turns, gbox_turns_free);

  return NULL;
}

GboxScheduler *
gbox_scheduler_new (guint n_threads, GboxModelStore *store, GError **error)
{
  g_autoptr (GboxScheduler) self = g_new0 (GboxScheduler, 1);
  g_autoptr (GError) inner = NULL;

  atomic_init (&self->n_references, 1);
  self->commands = g_async_queue_new_full ((GDestroyNotify) gbox_command_free);
  self->context.team = gbox_team_new (n_threads);
  self->context.store = store;
  self->capacity = gbox_team_get_n_threads (self->context.team);
  self->thread = g_thread_try_new ("gbox-engine", scheduler_main, self, &inner);
  if (self->thread != NULL)
    return g_steal_pointer (&self);

  g_set_error (error, GBOX_ERROR, GBOX_ERROR_MEMORY,
               "The engine's thread could not be started (%s): close other programs and try again.",
               inner->message);

  return NULL;
}

GboxScheduler *
gbox_scheduler_ref (GboxScheduler *self)
{
  atomic_fetch_add_explicit (&self->n_references, 1, memory_order_relaxed);

  return self;
}

void
gbox_scheduler_unref (GboxScheduler *self)
{
  if (atomic_fetch_sub_explicit (&self->n_references, 1, memory_order_acq_rel) != 1)
    return;

  g_clear_pointer (&self->context.team, gbox_team_free);
  g_async_queue_unref (self->commands);
  g_free (self);
}

guint64
gbox_scheduler_make_run (GboxScheduler *self)
{
  return atomic_fetch_add (&self->n_runs, 1) + 1;
}

/* With the queue's lock held. */
static void
push (GboxScheduler *self, GboxCommand *command)
{
  atomic_fetch_add_explicit (&self->n_commands, 1, memory_order_acq_rel);
  g_async_queue_push_unlocked (self->commands, command);
}

gboolean
gbox_scheduler_send (GboxScheduler *self, GboxCommand *command)
{
  gboolean closed;

  g_async_queue_lock (self->commands);
  closed = atomic_load (&self->closed);
  if (!closed)
    push (self, command);
  g_async_queue_unlock (self->commands);

  if (closed)
    gbox_command_free (command);

  return !closed;
}

void
gbox_scheduler_shutdown (GboxScheduler *self)
{
  GThread *thread;

  g_async_queue_lock (self->commands);
  thread = g_steal_pointer (&self->thread);
  if (thread != NULL)
    {
      atomic_store (&self->closed, true);
      push (self, gbox_command_new (GBOX_COMMAND_QUIT, 0));
    }
  g_async_queue_unlock (self->commands);

  if (thread == NULL)
    return;
  g_thread_join (thread);
  g_clear_pointer (&self->context.team, gbox_team_free);
}

guint
gbox_scheduler_get_capacity (GboxScheduler *self)
{
  return self->capacity;
}
