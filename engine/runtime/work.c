/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run as the engine thread sees it: its job, and what is to be done with that. */
#include "runtime/work.h"

#include "base/error.h"
#include "runtime/event-private.h"
#include "runtime/job-private.h"

#include <math.h>

/* Of the exponential average of the rate, seconds. */
#define RATE_TIME 1.0

struct _GboxWork
{
  guint64 run;
  GboxTurn turn;
  GboxMailbox *mailbox;
  GboxSpec *spec;
  GboxJob *job; /* NULL until it has been tried to start it */
  GboxRunState state;
  gboolean hold;     /* pause as soon as the job has started */
  guint n_singles;   /* single steps asked for and not yet done */
  gint64 last_end;   /* when the last step ended, µs; 0 if the state has changed since */
  double rate_steps; /* steps and seconds, both fading with RATE_TIME; their quotient is the rate */
  double rate_seconds;
};

GboxWork *
gbox_work_new (guint64 run, GboxMailbox *mailbox, GboxSpec *spec)
{
  GboxWork *work = g_new0 (GboxWork, 1);

  work->run = run;
  work->turn.kind = G_OBJECT_TYPE (spec);
  work->mailbox = gbox_mailbox_ref (mailbox);
  work->spec = spec;
  work->state = GBOX_RUN_WAITING;

  return work;
}

void
gbox_work_free (GboxWork *work)
{
  g_clear_object (&work->job);
  g_object_unref (work->spec);
  gbox_mailbox_unref (work->mailbox);
  g_free (work);
}

guint64
gbox_work_get_run (const GboxWork *work)
{
  return work->run;
}

GboxTurn *
gbox_work_get_turn (GboxWork *work)
{
  return &work->turn;
}

gboolean
gbox_work_has_started (const GboxWork *work)
{
  return work->job != NULL;
}

gboolean
gbox_work_is_runnable (const GboxWork *work)
{
  return work->state == GBOX_RUN_WAITING || work->state == GBOX_RUN_RUNNING || work->n_singles > 0;
}

static void
set_state (GboxWork *work, GboxRunState state, GError *error)
{
  GboxEvent *event;

  if (state == work->state)
    return;

  work->state = state;
  work->last_end = 0;
  event = gbox_event_new (GBOX_EVENT_STATE);
  event->state.value = state;
  event->state.error = error;
  gbox_mailbox_post (work->mailbox, event);
}

/* Takes @error. */
static gboolean
fail (GboxWork *work, GError *error)
{
  if (error == NULL)
    error = g_error_new_literal (GBOX_ERROR, GBOX_ERROR_UNSUPPORTED, "The work failed without saying why.");
  set_state (work, GBOX_RUN_FAILED, error);

  return FALSE;
}

static gboolean
start (GboxWork *work, const GboxJobContext *context)
{
  GError *error = NULL;

  if (!gbox_spec_validate (work->spec, &error))
    return fail (work, error);

  work->job = GBOX_SPEC_GET_CLASS (work->spec)->create_job (work->spec);
  gbox_job_set_mailbox (work->job, work->mailbox);
  if (!gbox_job_start (work->job, context, &error))
    return fail (work, error);

  set_state (work, work->hold ? GBOX_RUN_PAUSED : GBOX_RUN_RUNNING, NULL);

  return TRUE;
}

/* Counts a step. The time since the step before counts too, with the turns of other runs in it, but a pause
 * does not. */
static void
update_rate (GboxWork *work, gint64 begin)
{
  const gint64 end = g_get_monotonic_time ();
  const gboolean is_going = work->state == GBOX_RUN_RUNNING && work->last_end != 0;
  const double seconds = 1e-6 * (double) (end - (is_going ? work->last_end : begin));
  const double fade = exp (-seconds / RATE_TIME);
  GboxEvent *event = gbox_event_new (GBOX_EVENT_RATE);

  work->last_end = end;
  work->rate_steps = work->rate_steps * fade + 1;
  work->rate_seconds = work->rate_seconds * fade + seconds;
  event->rate = work->rate_steps / MAX (work->rate_seconds, 1e-6);
  gbox_mailbox_post_latest (work->mailbox, GBOX_SLOT_RATE, event);
}

static gboolean
step (GboxWork *work)
{
  const gint64 begin = g_get_monotonic_time ();
  const gboolean single = work->n_singles > 0;
  GError *error = NULL;
  GboxStepResult result = gbox_job_step (work->job, &error);

  if (result == GBOX_STEP_FAILED)
    return fail (work, error);

  update_rate (work, begin);
  if (single)
    work->n_singles--;
  if (result == GBOX_STEP_FINISHED)
    {
      work->n_singles = 0;
      set_state (work, GBOX_RUN_FINISHED, NULL);
    }
  else
    set_state (work, single ? GBOX_RUN_PAUSED : GBOX_RUN_RUNNING, NULL);

  return TRUE;
}

gboolean
gbox_work_advance (GboxWork *work, const GboxJobContext *context)
{
  return work->state == GBOX_RUN_WAITING ? start (work, context) : step (work);
}

void
gbox_work_pause (GboxWork *work)
{
  work->n_singles = 0;
  if (work->state == GBOX_RUN_WAITING)
    work->hold = TRUE;
  else if (work->state == GBOX_RUN_RUNNING)
    {
      gbox_job_pause (work->job);
      set_state (work, GBOX_RUN_PAUSED, NULL);
    }
}

void
gbox_work_resume (GboxWork *work)
{
  work->hold = FALSE;
  work->n_singles = 0;
  if (work->state == GBOX_RUN_PAUSED)
    set_state (work, GBOX_RUN_RUNNING, NULL);
}

void
gbox_work_step (GboxWork *work)
{
  const guint n_singles = work->n_singles;

  gbox_work_pause (work);
  work->n_singles = n_singles + 1;
}

void
gbox_work_adjust (GboxWork *work, GboxSpec *spec)
{
  g_autoptr (GError) error = NULL;

  if (work->job == NULL)
    g_set_object (&work->spec, spec);
  else if (!gbox_job_adjust (work->job, spec, &error))
    gbox_job_post_notice (work->job, "adjust",
                          error != NULL ? error->message : "The change could not be made.");
  else if (work->state == GBOX_RUN_FINISHED && gbox_job_has_steps_left (work->job))
    set_state (work, GBOX_RUN_RUNNING, NULL);
  else if (work->state == GBOX_RUN_RUNNING && !gbox_job_has_steps_left (work->job))
    set_state (work, GBOX_RUN_FINISHED, NULL);
}

gboolean
gbox_work_save (GboxWork *work, const char *path, GError **error)
{
  if (work->job != NULL)
    return gbox_job_save (work->job, path, error);

  g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                       "There is nothing to save before the first step: wait for it.");

  return FALSE;
}

gboolean
gbox_work_stop (GboxWork *work)
{
  if (work->state == GBOX_RUN_FINISHED)
    return FALSE;
  set_state (work, GBOX_RUN_STOPPED, NULL);

  return TRUE;
}
