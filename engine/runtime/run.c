/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handle on a job: what the main thread holds, tells and watches. */
#include "runtime/run-private.h"

#include "base/error.h"
#include "runtime/event-private.h"

struct _GboxRun
{
  GObject parent_instance;

  GboxScheduler *scheduler;
  GboxMailbox *mailbox;
  guint64 id;
  GHashTable *saves;  /* serial → GTask, not yet answered */
  guint n_saves;      /* called so far */
  gboolean is_frozen; /* notifications wait for the end of the batch of events */
  GboxRunState told;  /* the newest state, which waits too unless it is RUNNING: a frame comes last */

  GboxSpec *spec;
  GboxRunState state;
  guint step;
  guint n_steps;
  double rate;
  double objective;
  GboxFrame *frame;
  char *notice;
  GError *error;
};

enum
{
  PROP_SPEC = 1,
  PROP_STATE,
  PROP_STEP,
  PROP_N_STEPS,
  PROP_RATE,
  PROP_OBJECTIVE,
  PROP_FRAME,
  PROP_NOTICE,
  PROP_ERROR,
  N_PROPERTIES,
};

enum
{
  SIGNAL_POINT,
  SIGNAL_NOTICE_POSTED,
  SIGNAL_RECORD,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxRun, gbox_run, G_TYPE_OBJECT)

static void
notify (GboxRun *self, guint property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static gboolean
has_ended (const GboxRun *self)
{
  return self->state == GBOX_RUN_STOPPED || self->state == GBOX_RUN_FAILED;
}

static void
set_state (GboxRun *self, GboxRunState state)
{
  if (state == self->state)
    return;

  self->state = state;
  notify (self, PROP_STATE);
}

static void
take_state (GboxRun *self, GboxEvent *event)
{
  if (event->state.error != NULL)
    {
      self->error = g_steal_pointer (&event->state.error);
      notify (self, PROP_ERROR);
    }
  self->told = event->state.value;
  if (self->told == GBOX_RUN_RUNNING)
    set_state (self, self->told);
}

static void
take_point (GboxRun *self, const GboxPoint *point)
{
  self->step = point->step;
  notify (self, PROP_STEP);
  if (point->n_values > 0)
    {
      self->objective = point->values[0];
      notify (self, PROP_OBJECTIVE);
    }
  g_signal_emit (self, signals[SIGNAL_POINT], 0, point);
}

static void
take_notice (GboxRun *self, const GboxEvent *event)
{
  g_free (self->notice);
  self->notice = g_strdup (event->notice.text);
  notify (self, PROP_NOTICE);
  g_signal_emit (self, signals[SIGNAL_NOTICE_POSTED], 0, event->notice.id, event->notice.text);
}

static void
take_saved (GboxRun *self, GboxEvent *event)
{
  g_autoptr (GTask) task = NULL;

  if (!g_hash_table_steal_extended (self->saves, GUINT_TO_POINTER (event->saved.serial), NULL,
                                    (gpointer *) &task))
    return;
  if (event->saved.error != NULL)
    g_task_return_error (task, g_steal_pointer (&event->saved.error));
  else
    g_task_return_boolean (task, TRUE);
}

/* What was on its way when the run was stopped is stale, but for the answers to what was asked before. */
static gboolean
is_stale (const GboxRun *self, const GboxEvent *event)
{
  return self->state == GBOX_RUN_STOPPED && event->kind != GBOX_EVENT_SAVED;
}

static void
take_event (GboxRun *self, GboxEvent *event)
{
  switch (event->kind)
    {
    case GBOX_EVENT_STATE:
      take_state (self, event);
      break;
    case GBOX_EVENT_POINT:
      take_point (self, &event->point);
      break;
    case GBOX_EVENT_LENGTH:
      self->n_steps = event->n_steps;
      notify (self, PROP_N_STEPS);
      break;
    case GBOX_EVENT_NOTICE:
      take_notice (self, event);
      break;
    case GBOX_EVENT_FRAME:
      g_clear_pointer (&self->frame, gbox_frame_unref);
      self->frame = g_steal_pointer (&event->frame);
      notify (self, PROP_FRAME);
      break;
    case GBOX_EVENT_RATE:
      self->rate = event->rate;
      notify (self, PROP_RATE);
      break;
    case GBOX_EVENT_SAVED:
      take_saved (self, event);
      break;
    case GBOX_EVENT_RECORD:
      g_signal_emit (self, signals[SIGNAL_RECORD], 0, event->record.type, event->record.value);
      break;
    }
}

/* Handlers may drop the last reference of the run, hence the one here. */
static void
on_event (gpointer message, gpointer user_data)
{
  g_autoptr (GboxEvent) event = message;
  g_autoptr (GboxRun) self = g_object_ref (user_data);

  if (is_stale (self, event))
    return;
  if (!self->is_frozen)
    {
      self->is_frozen = TRUE;
      self->told = self->state;
      g_object_freeze_notify (G_OBJECT (self));
    }
  take_event (self, event);
}

static void
on_batch_done (gpointer user_data)
{
  g_autoptr (GboxRun) self = g_object_ref (user_data);

  if (!self->is_frozen)
    return;
  self->is_frozen = FALSE;
  if (!has_ended (self))
    set_state (self, self->told);
  g_object_thaw_notify (G_OBJECT (self));
}

static gboolean
send (GboxRun *self, GboxCommandKind kind)
{
  return gbox_scheduler_send (self->scheduler, gbox_command_new (kind, self->id));
}

static void
fail_save (GTask *task)
{
  g_task_return_new_error (task, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "The run has ended, so there is nothing left to save: start it again.");
}

static void
fail_saves (GboxRun *self)
{
  g_autoptr (GHashTable) saves = g_steal_pointer (&self->saves);
  GHashTableIter iter;
  gpointer task;

  if (saves == NULL)
    return;
  g_hash_table_iter_init (&iter, saves);
  while (g_hash_table_iter_next (&iter, NULL, &task))
    fail_save (task);
}

static void
gbox_run_dispose (GObject *object)
{
  GboxRun *self = GBOX_RUN (object);

  if (self->mailbox != NULL)
    {
      gbox_mailbox_close (self->mailbox);
      if (!has_ended (self))
        send (self, GBOX_COMMAND_DISCARD);
      self->state = GBOX_RUN_STOPPED;
    }
  fail_saves (self);
  g_clear_pointer (&self->mailbox, gbox_mailbox_unref);

  G_OBJECT_CLASS (gbox_run_parent_class)->dispose (object);
}

static void
gbox_run_finalize (GObject *object)
{
  GboxRun *self = GBOX_RUN (object);

  g_clear_pointer (&self->scheduler, gbox_scheduler_unref);
  g_clear_object (&self->spec);
  g_clear_pointer (&self->frame, gbox_frame_unref);
  g_clear_pointer (&self->notice, g_free);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (gbox_run_parent_class)->finalize (object);
}

static void
gbox_run_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxRun *self = GBOX_RUN (object);

  switch (id)
    {
    case PROP_SPEC:
      g_value_set_object (value, self->spec);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_STEP:
      g_value_set_uint (value, self->step);
      break;
    case PROP_N_STEPS:
      g_value_set_uint (value, self->n_steps);
      break;
    case PROP_RATE:
      g_value_set_double (value, self->rate);
      break;
    case PROP_OBJECTIVE:
      g_value_set_double (value, self->objective);
      break;
    case PROP_FRAME:
      g_value_set_boxed (value, self->frame);
      break;
    case PROP_NOTICE:
      g_value_set_string (value, self->notice);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  properties[PROP_SPEC] = g_param_spec_object ("spec", "Spec", "What is computed", GBOX_TYPE_SPEC, flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", "State", "Where the run is in its life",
                                              GBOX_TYPE_RUN_STATE, GBOX_RUN_WAITING, flags);
  properties[PROP_STEP] = g_param_spec_uint ("step", "Step", "Steps done", 0, G_MAXUINT, 0, flags);
  properties[PROP_N_STEPS]
    = g_param_spec_uint ("n-steps", "Steps", "How many steps there will be, 0 if unknown", 0, G_MAXUINT, 0,
                         flags);
  properties[PROP_RATE]
    = g_param_spec_double ("rate", "Rate", "Steps a second over about the last second of running", 0,
                           G_MAXDOUBLE, 0, flags);
  properties[PROP_OBJECTIVE]
    = g_param_spec_double ("objective", "Objective", "The objective at the newest point", -G_MAXDOUBLE,
                           G_MAXDOUBLE, 0, flags);
  properties[PROP_FRAME]
    = g_param_spec_boxed ("frame", "Frame", "The newest picture", GBOX_TYPE_FRAME, flags);
  properties[PROP_NOTICE] = g_param_spec_string ("notice", "Notice", "The newest notice", NULL, flags);
  properties[PROP_ERROR] = g_param_spec_boxed ("error", "Error", "Why the run failed", G_TYPE_ERROR, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
gbox_run_class_init (GboxRunClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = gbox_run_dispose;
  object_class->finalize = gbox_run_finalize;
  object_class->get_property = gbox_run_get_property;
  install_properties (object_class);

  signals[SIGNAL_POINT] = g_signal_new ("point", GBOX_TYPE_RUN, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_NOTICE_POSTED] = g_signal_new ("notice-posted", GBOX_TYPE_RUN, G_SIGNAL_RUN_LAST, 0, NULL,
                                                NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_RECORD] = g_signal_new ("record", GBOX_TYPE_RUN, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 2, G_TYPE_GTYPE, G_TYPE_POINTER);
}

static void
gbox_run_init (GboxRun *self)
{
  self->saves = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
}

GboxRun *
gbox_run_new (GboxScheduler *scheduler, GboxSpec *spec)
{
  GboxRun *self = g_object_new (GBOX_TYPE_RUN, NULL);
  GboxCommand *command;

  self->scheduler = gbox_scheduler_ref (scheduler);
  self->id = gbox_scheduler_make_run (scheduler);
  self->spec = gbox_spec_copy (spec);
  self->mailbox = gbox_mailbox_new (NULL, on_event, on_batch_done, (GDestroyNotify) gbox_event_free, self);

  command = gbox_command_new (GBOX_COMMAND_START, self->id);
  command->mailbox = gbox_mailbox_ref (self->mailbox);
  command->spec = gbox_spec_copy (spec);
  if (!gbox_scheduler_send (scheduler, command))
    self->state = GBOX_RUN_STOPPED;

  return self;
}

void
gbox_run_pause (GboxRun *self)
{
  g_return_if_fail (GBOX_IS_RUN (self));

  if (!has_ended (self))
    send (self, GBOX_COMMAND_PAUSE);
}

void
gbox_run_resume (GboxRun *self)
{
  g_return_if_fail (GBOX_IS_RUN (self));

  if (!has_ended (self))
    send (self, GBOX_COMMAND_RESUME);
}

void
gbox_run_step (GboxRun *self)
{
  g_return_if_fail (GBOX_IS_RUN (self));

  if (!has_ended (self))
    send (self, GBOX_COMMAND_STEP);
}

void
gbox_run_stop (GboxRun *self)
{
  g_return_if_fail (GBOX_IS_RUN (self));

  if (has_ended (self))
    return;

  /* It may have been adjusted to more steps, and be running again: only the engine thread knows. */
  if (self->state == GBOX_RUN_FINISHED)
    {
      send (self, GBOX_COMMAND_STOP);
      return;
    }
  send (self, GBOX_COMMAND_DISCARD);
  set_state (self, GBOX_RUN_STOPPED);
}

gboolean
gbox_run_adjust (GboxRun *self, GboxSpec *spec, GError **error)
{
  GboxCommand *command;

  g_return_val_if_fail (GBOX_IS_RUN (self), FALSE);
  g_return_val_if_fail (GBOX_IS_SPEC (spec), FALSE);

  if (gbox_spec_needs_restart (self->spec, spec))
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "This change needs a new run: start it again to see it.");
      return FALSE;
    }
  if (!gbox_spec_validate (spec, error))
    return FALSE;
  if (has_ended (self) || gbox_spec_equal (self->spec, spec))
    return TRUE;

  g_object_unref (self->spec);
  self->spec = gbox_spec_copy (spec);
  command = gbox_command_new (GBOX_COMMAND_ADJUST, self->id);
  command->spec = gbox_spec_copy (spec);
  gbox_scheduler_send (self->scheduler, command);
  notify (self, PROP_SPEC);

  return TRUE;
}

void
gbox_run_save_async (GboxRun *self,
                     const char *path,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GboxCommand *command;

  g_return_if_fail (GBOX_IS_RUN (self));
  g_return_if_fail (path != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gbox_run_save_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (has_ended (self))
    {
      fail_save (task);
      return;
    }

  command = gbox_command_new (GBOX_COMMAND_SAVE, self->id);
  command->mailbox = gbox_mailbox_ref (self->mailbox);
  command->path = g_strdup (path);
  command->serial = ++self->n_saves;
  g_set_object (&command->cancellable, cancellable);
  if (gbox_scheduler_send (self->scheduler, command))
    g_hash_table_insert (self->saves, GUINT_TO_POINTER (self->n_saves), g_steal_pointer (&task));
  else
    fail_save (task);
}

gboolean
gbox_run_save_finish (GboxRun *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

GboxSpec *
gbox_run_get_spec (GboxRun *self)
{
  g_return_val_if_fail (GBOX_IS_RUN (self), NULL);

  return self->spec;
}

GboxRunState
gbox_run_get_state (GboxRun *self)
{
  g_return_val_if_fail (GBOX_IS_RUN (self), GBOX_RUN_STOPPED);

  return self->state;
}

gboolean
gbox_run_is_final (GboxRun *self)
{
  g_return_val_if_fail (GBOX_IS_RUN (self), TRUE);

  return self->state == GBOX_RUN_FINISHED || has_ended (self);
}

guint
gbox_run_get_step (GboxRun *self)
{
  g_return_val_if_fail (GBOX_IS_RUN (self), 0);

  return self->step;
}

guint
gbox_run_get_n_steps (GboxRun *self)
{
  g_return_val_if_fail (GBOX_IS_RUN (self), 0);

  return self->n_steps;
}

double
gbox_run_get_rate (GboxRun *self)
{
  g_return_val_if_fail (GBOX_IS_RUN (self), 0);

  return self->rate;
}

double
gbox_run_get_objective (GboxRun *self)
{
  g_return_val_if_fail (GBOX_IS_RUN (self), 0);

  return self->objective;
}

GboxFrame *
gbox_run_get_frame (GboxRun *self)
{
  g_return_val_if_fail (GBOX_IS_RUN (self), NULL);

  return self->frame;
}

const char *
gbox_run_get_notice (GboxRun *self)
{
  g_return_val_if_fail (GBOX_IS_RUN (self), NULL);

  return self->notice;
}

const GError *
gbox_run_get_error (GboxRun *self)
{
  g_return_val_if_fail (GBOX_IS_RUN (self), NULL);

  return self->error;
}
