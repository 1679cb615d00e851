/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding out what else finetuning changed. */
#include "learning/changes-session.h"

struct _GboxChangesSession
{
  GObject parent_instance;

  GboxEngine *engine;
  GboxFinetuneSession *finetune;
  GboxPolicyShelf *shelf;
  GboxComparisonSpec *spec;
  GCancellable *saving; /* while the policy is being saved */
  GboxRun *run;         /* while it is compared */
  GSignalGroup *run_signals;
  guint next_step; /* of what is being compared */
  double fraction;

  GboxComparison *comparison;
  guint step;
};

enum
{
  PROP_0,
  PROP_COMPARISON,
  PROP_IS_RUNNING,
  PROP_FRACTION,
  PROP_CAN_START,
  N_PROPS
};

enum
{
  SIGNAL_MESSAGE,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxChangesSession, gbox_changes_session, G_TYPE_OBJECT)

static void
notify (GboxChangesSession *self, guint id)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[id]);
}

static void
gbox_changes_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxChangesSession *self = GBOX_CHANGES_SESSION (object);

  switch (id)
    {
    case PROP_COMPARISON:
      g_value_set_boxed (value, self->comparison);
      break;
    case PROP_IS_RUNNING:
      g_value_set_boolean (value, gbox_changes_session_is_running (self));
      break;
    case PROP_FRACTION:
      g_value_set_double (value, self->fraction);
      break;
    case PROP_CAN_START:
      g_value_set_boolean (value, gbox_changes_session_can_start (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_changes_session_dispose (GObject *object)
{
  GboxChangesSession *self = GBOX_CHANGES_SESSION (object);

  if (self->run_signals != NULL)
    gbox_changes_session_cancel (self);
  g_clear_object (&self->run_signals);
  g_clear_object (&self->spec);
  g_clear_object (&self->shelf);
  g_clear_object (&self->finetune);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->comparison, gbox_comparison_unref);
  G_OBJECT_CLASS (gbox_changes_session_parent_class)->dispose (object);
}

static void
gbox_changes_session_class_init (GboxChangesSessionClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_changes_session_get_property;
  object_class->dispose = gbox_changes_session_dispose;
  properties[PROP_COMPARISON] = g_param_spec_boxed ("comparison", NULL, NULL, GBOX_TYPE_COMPARISON, flags);
  properties[PROP_IS_RUNNING] = g_param_spec_boolean ("is-running", NULL, NULL, FALSE, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_CAN_START] = g_param_spec_boolean ("can-start", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_MESSAGE] = g_signal_new ("message", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
tell (GboxChangesSession *self, const GError *error)
{
  g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, error->message);
}

static void
set_fraction (GboxChangesSession *self, double fraction)
{
  self->fraction = fraction;
  notify (self, PROP_FRACTION);
}

static void
notify_running (GboxChangesSession *self)
{
  notify (self, PROP_IS_RUNNING);
  notify (self, PROP_CAN_START);
}

static void
on_point (GboxChangesSession *self, const GboxPoint *point)
{
  set_fraction (self, (double) point->step / MAX (gbox_run_get_n_steps (self->run), 1));
}

static void
on_record (GboxChangesSession *self, GType type, gconstpointer record)
{
  if (type != GBOX_TYPE_COMPARISON)
    return;
  g_clear_pointer (&self->comparison, gbox_comparison_unref);
  self->comparison = gbox_comparison_ref ((gpointer) record);
  self->step = self->next_step;
  notify (self, PROP_COMPARISON);
}

static void
set_run (GboxChangesSession *self, GboxRun *run)
{
  g_signal_group_set_target (self->run_signals, run);
  g_set_object (&self->run, run);
  notify_running (self);
}

static void
on_state (GboxChangesSession *self)
{
  if (!gbox_run_is_final (self->run))
    return;
  if (gbox_run_get_state (self->run) == GBOX_RUN_FAILED)
    tell (self, gbox_run_get_error (self->run));
  set_run (self, NULL);
}

static void
gbox_changes_session_init (GboxChangesSession *self)
{
  self->spec = gbox_comparison_spec_new ();
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "point", G_CALLBACK (on_point), self);
  g_signal_group_connect_swapped (self->run_signals, "record", G_CALLBACK (on_record), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (on_state), self);
}

static void
on_cleared (GboxChangesSession *self)
{
  gbox_changes_session_cancel (self);
  if (self->comparison == NULL)
    return;
  g_clear_pointer (&self->comparison, gbox_comparison_unref);
  notify (self, PROP_COMPARISON);
}

static void
on_training (GboxChangesSession *self)
{
  notify (self, PROP_CAN_START);
}

GboxChangesSession *
gbox_changes_session_new (GboxEngine *engine, GboxFinetuneSession *finetune, GboxPolicyShelf *shelf)
{
  GboxChangesSession *self = g_object_new (GBOX_TYPE_CHANGES_SESSION, NULL);

  self->engine = g_object_ref (engine);
  self->finetune = g_object_ref (finetune);
  self->shelf = g_object_ref (shelf);
  g_signal_connect_object (finetune, "cleared", G_CALLBACK (on_cleared), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (finetune, "notify::run", G_CALLBACK (on_training), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (finetune, "notify::is-running", G_CALLBACK (on_training), self, G_CONNECT_SWAPPED);
  return self;
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GboxChangesSession) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = gbox_policy_shelf_put_finish (GBOX_POLICY_SHELF (source), result, &error);
  g_autoptr (GboxRun) run = NULL;

  /* Cancelled, and perhaps begun anew. */
  if (self->saving == NULL || self->saving != g_task_get_cancellable (G_TASK (result)))
    return;
  g_clear_object (&self->saving);
  if (path == NULL)
    {
      tell (self, error);
      notify_running (self);
      return;
    }
  self->next_step = gbox_finetune_session_get_step (self->finetune);
  g_object_set (self->spec, "policy", path, NULL);
  run = gbox_engine_start (self->engine, GBOX_SPEC (self->spec));
  set_run (self, run);
}

void
gbox_changes_session_start (GboxChangesSession *self)
{
  g_return_if_fail (GBOX_IS_CHANGES_SESSION (self));

  if (!gbox_changes_session_can_start (self))
    return;
  self->saving = g_cancellable_new ();
  set_fraction (self, 0);
  gbox_policy_shelf_put_async (self->shelf, self->saving, on_saved, g_object_ref (self));
  notify_running (self);
}

void
gbox_changes_session_cancel (GboxChangesSession *self)
{
  g_return_if_fail (GBOX_IS_CHANGES_SESSION (self));

  if (!gbox_changes_session_is_running (self))
    return;
  if (self->saving != NULL)
    g_cancellable_cancel (self->saving);
  g_clear_object (&self->saving);
  if (self->run != NULL)
    {
      g_autoptr (GboxRun) run = g_object_ref (self->run);

      set_run (self, NULL);
      gbox_run_stop (run);
    }
  notify_running (self);
}

gboolean
gbox_changes_session_is_running (GboxChangesSession *self)
{
  return self->saving != NULL || self->run != NULL;
}

gboolean
gbox_changes_session_can_start (GboxChangesSession *self)
{
  return gbox_policy_shelf_can_put (self->shelf) && !gbox_changes_session_is_running (self);
}

const GboxComparison *
gbox_changes_session_get_comparison (GboxChangesSession *self)
{
  return self->comparison;
}

guint
gbox_changes_session_get_step (GboxChangesSession *self)
{
  return self->step;
}

double
gbox_changes_session_get_fraction (GboxChangesSession *self)
{
  return self->fraction;
}

GboxComparisonSpec *
gbox_changes_session_get_spec (GboxChangesSession *self)
{
  return self->spec;
}
