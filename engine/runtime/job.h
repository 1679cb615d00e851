/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work on the engine thread, one step at a time. */
#pragma once

#include "base/team.h"
#include "models/model-store.h"
#include "runtime/event.h"
#include "runtime/spec.h"

G_BEGIN_DECLS

/**
 * GboxJobContext:
 * @team: the workers; a job uses them only inside its functions
 * @store: the networks
 */
typedef struct
{
  GboxTeam *team;
  GboxModelStore *store;
} GboxJobContext;

typedef enum
{
  GBOX_STEP_CONTINUE, /* there is more to do */
  GBOX_STEP_PART,     /* likewise, and the step is not all done: it counts once its last part is */
  GBOX_STEP_FINISHED, /* all steps are done; the job can still be saved, and go on if it is adjusted to more
                         steps */
  GBOX_STEP_FAILED,   /* the error is set */
} GboxStepResult;

#define GBOX_TYPE_JOB (gbox_job_get_type ())
G_DECLARE_DERIVABLE_TYPE (GboxJob, gbox_job, GBOX, JOB, GObject)

/**
 * GboxJobClass:
 * @start: loads what it needs and lays out all memory
 * @step: does one step, at most about 50 ms; allocates nothing; %GBOX_STEP_FINISHED after the last one.
 * Called again only if the user asks for a single step more, which the length then includes.
 * @adjust: (nullable): takes over the live properties of a spec, and posts the length if that changed: a
 * finished job goes on if steps are left, a running one finishes if none are. On an error it has changed
 * nothing; the run tells the user and goes on as before.
 * @save: (nullable): writes the result to a path; the suffix says as what (`.png` a picture, `.safetensors` a
 * checkpoint)
 * @pause: (nullable): told that it will do no steps for a while
 * @has_steps_left: (nullable): whether a running job goes on after @adjust; without it, as long as fewer
 * points were posted than its length says. For jobs that have something to do yet after their last point.
 *
 * All on the engine thread, on which the job is also made and finalized. A job reports through the functions
 * below.
 */
struct _GboxJobClass
{
  GObjectClass parent_class;

  gboolean (*start) (GboxJob *job, const GboxJobContext *context, GError **error);
  GboxStepResult (*step) (GboxJob *job, GError **error);
  gboolean (*adjust) (GboxJob *job, GboxSpec *spec, GError **error);
  gboolean (*save) (GboxJob *job, const char *path, GError **error);
  void (*pause) (GboxJob *job);
  gboolean (*has_steps_left) (GboxJob *job);
};

gboolean gbox_job_start (GboxJob *job, const GboxJobContext *context, GError **error);
GboxStepResult gbox_job_step (GboxJob *job, GError **error);
gboolean gbox_job_adjust (GboxJob *job, GboxSpec *spec, GError **error);
gboolean gbox_job_save (GboxJob *job, const char *path, GError **error);
void gbox_job_pause (GboxJob *job);

/* For job types, from start, step and adjust: each goes to the job's run, or nowhere if a test drives the job
 * without one. The frame coalesces to the newest; points, records and notices never drop. */
void gbox_job_post_frame (GboxJob *job, GboxFrame *frame);       /* transfer full */
void gbox_job_post_point (GboxJob *job, const GboxPoint *point); /* copied */
/* What only this type of job tells, as a boxed type of its own; transfer full. */
void gbox_job_post_record (GboxJob *job, GType type, gpointer record);
void gbox_job_post_length (GboxJob *job, guint n_steps); /* how many steps there will be */
void gbox_job_post_notice (GboxJob *job,
                           const char *id,
                           const char *text); /* something a user should know; id names its kind */

G_END_DECLS
