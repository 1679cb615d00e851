/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work on the engine thread, one step at a time. */
#include "runtime/job-private.h"

#include "base/error.h"
#include "runtime/event-private.h"

typedef struct
{
  GboxMailbox *mailbox; /* (nullable) */
  guint n_steps;        /* 0 while unknown */
  guint n_done;
} GboxJobPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GboxJob, gbox_job, G_TYPE_OBJECT)

static GboxJobPrivate *
get_private (GboxJob *job)
{
  return gbox_job_get_instance_private (job);
}

static void
gbox_job_finalize (GObject *object)
{
  gbox_job_set_mailbox (GBOX_JOB (object), NULL);

  G_OBJECT_CLASS (gbox_job_parent_class)->finalize (object);
}

static void
gbox_job_class_init (GboxJobClass *class)
{
  G_OBJECT_CLASS (class)->finalize = gbox_job_finalize;
}

static void
gbox_job_init (GboxJob *job)
{
}

gboolean
gbox_job_start (GboxJob *job, const GboxJobContext *context, GError **error)
{
  return GBOX_JOB_GET_CLASS (job)->start (job, context, error);
}

GboxStepResult
gbox_job_step (GboxJob *job, GError **error)
{
  return GBOX_JOB_GET_CLASS (job)->step (job, error);
}

gboolean
gbox_job_adjust (GboxJob *job, GboxSpec *spec, GError **error)
{
  if (GBOX_JOB_GET_CLASS (job)->adjust != NULL)
    return GBOX_JOB_GET_CLASS (job)->adjust (job, spec, error);

  g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                       "This work cannot be adjusted while it runs: start it again to change it.");

  return FALSE;
}

gboolean
gbox_job_save (GboxJob *job, const char *path, GError **error)
{
  if (GBOX_JOB_GET_CLASS (job)->save != NULL)
    return GBOX_JOB_GET_CLASS (job)->save (job, path, error);

  g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED, "This work has nothing that can be saved.");

  return FALSE;
}

void
gbox_job_pause (GboxJob *job)
{
  if (GBOX_JOB_GET_CLASS (job)->pause != NULL)
    GBOX_JOB_GET_CLASS (job)->pause (job);
}

void
gbox_job_post_frame (GboxJob *job, GboxFrame *frame)
{
  GboxMailbox *mailbox = get_private (job)->mailbox;
  GboxEvent *event = gbox_event_new (GBOX_EVENT_FRAME);

  event->frame = frame;
  if (mailbox != NULL)
    gbox_mailbox_post_latest (mailbox, GBOX_SLOT_FRAME, event);
  else
    gbox_event_free (event);
}

static void
post (GboxJob *job, GboxEvent *event)
{
  GboxMailbox *mailbox = get_private (job)->mailbox;

  if (mailbox != NULL)
    gbox_mailbox_post (mailbox, event);
  else
    gbox_event_free (event);
}

void
gbox_job_post_point (GboxJob *job, const GboxPoint *point)
{
  GboxEvent *event = gbox_event_new (GBOX_EVENT_POINT);

  get_private (job)->n_done = point->step;
  event->point = *point;
  post (job, event);
}

void
gbox_job_post_record (GboxJob *job, GType type, gpointer record)
{
  GboxEvent *event = gbox_event_new (GBOX_EVENT_RECORD);

  event->record.type = type;
  event->record.value = record;
  post (job, event);
}

void
gbox_job_post_length (GboxJob *job, guint n_steps)
{
  GboxEvent *event = gbox_event_new (GBOX_EVENT_LENGTH);

  get_private (job)->n_steps = n_steps;
  event->n_steps = n_steps;
  post (job, event);
}

void
gbox_job_post_notice (GboxJob *job, const char *id, const char *text)
{
  GboxEvent *event = gbox_event_new (GBOX_EVENT_NOTICE);

  event->notice.id = g_strdup (id);
  event->notice.text = g_strdup (text);
  post (job, event);
}

void
gbox_job_set_mailbox (GboxJob *job, GboxMailbox *mailbox)
{
  GboxJobPrivate *private = get_private (job);

  g_clear_pointer (&private->mailbox, gbox_mailbox_unref);
  if (mailbox != NULL)
  private->mailbox = gbox_mailbox_ref (mailbox);
}

gboolean
gbox_job_has_steps_left (GboxJob *job)
{
  const GboxJobPrivate *private = get_private (job);

  if (GBOX_JOB_GET_CLASS (job)->has_steps_left != NULL)
    return GBOX_JOB_GET_CLASS (job)->has_steps_left (job);

  return private->n_steps == 0 || private->n_done < private->n_steps;
}
