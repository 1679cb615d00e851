/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of making an image that excites a unit. */
#include "vision/visualization-job.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "kernels/colour.h"
#include "vision/checkpoint.h"
#include "vision/picture.h"
#include "vision/pipeline.h"

/* How long silent rectifiers are led around (lucid `redirected_relu_grad.py`). */
#define REDIRECTED_STEPS 16

#define PICTURE_SUFFIX    ".png"
#define CHECKPOINT_SUFFIX ".safetensors"

struct _GboxVisualizationJob
{
  GboxJob parent_instance;

  GboxVisualizationSpec *spec; /* our own */
  GboxNetwork *network;        /* given, or loaded at start */
  GboxTeam *team;              /* the context's */
  GboxPipeline *pipeline;      /* NULL before start */
  GboxFramePool *frames;
  guint step;             /* done */
  double seconds;         /* spent in steps */
  gboolean told_redirect; /* whether the notice was posted */
};

G_DEFINE_FINAL_TYPE (GboxVisualizationJob, gbox_visualization_job, GBOX_TYPE_JOB)

static void
finalize (GObject *object)
{
  GboxVisualizationJob *self = GBOX_VISUALIZATION_JOB (object);

  g_clear_pointer (&self->pipeline, gbox_pipeline_free);
  g_clear_pointer (&self->frames, gbox_frame_pool_free);
  g_clear_pointer (&self->network, gbox_network_unref);
  g_clear_object (&self->spec);
  G_OBJECT_CLASS (gbox_visualization_job_parent_class)->finalize (object);
}

/* The default model is settled now, so that what is saved names it. */
static gboolean
ensure_network (GboxVisualizationJob *self, GboxModelStore *store, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);

  if (self->network != NULL)
    return TRUE;
  if (values->model[0] == '\0')
    g_object_set (self->spec, "model",
                  gbox_catalogue_get_default (gbox_model_store_get_catalogue (store), GBOX_MODEL_VISION),
                  NULL);
  self->network = gbox_model_store_get_network (store, values->model, error);
  return self->network != NULL;
}

static void
post_frame (GboxVisualizationJob *self)
{
  GboxFrame *frame = gbox_frame_pool_acquire (self->frames, self->step);

  gbox_colour_to_rgb8 (self->team, gbox_pipeline_get_image (self->pipeline), frame->pixels,
                       (gsize) frame->width * (gsize) frame->height);
  gbox_job_post_frame (GBOX_JOB (self), frame);
}

/* What the steps go on from is part of the result from here on, and no longer of the recipe: going on gives
 * what never stopping would have. */
static gboolean
take_checkpoint (GboxVisualizationJob *self, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);

  if (values->checkpoint[0] == '\0')
    return TRUE;
  if (!gbox_visualization_checkpoint_load (values->checkpoint, gbox_pipeline_get_state (self->pipeline),
                                           &self->step, error))
    return FALSE;
  if (self->step >= values->steps)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "“%s” was saved after %u steps already; ask for more steps than that to go on.",
                   values->checkpoint, self->step);
      return FALSE;
    }
  g_object_set (self->spec, "checkpoint", "", NULL);
  gbox_pipeline_render (self->pipeline);
  return TRUE;
}

static gboolean
check_finite (gboolean finite, GError **error)
{
  if (!finite)
    g_set_error_literal (
      error, GBOX_ERROR, GBOX_ERROR_NUMERIC,
      "The numbers grew beyond what can be computed with; start again with a smaller learning rate.");
  return finite;
}

static gboolean
start (GboxJob *job, const GboxJobContext *context, GError **error)
{
  GboxVisualizationJob *self = GBOX_VISUALIZATION_JOB (job);
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);

  if (!gbox_spec_validate (GBOX_SPEC (self->spec), error) || !ensure_network (self, context->store, error))
    return FALSE;
  self->team = context->team;
  self->pipeline = gbox_pipeline_new (self->network, self->team, self->spec, error);
  if (self->pipeline == NULL || !take_checkpoint (self, error)
      || !check_finite (gbox_pipeline_is_finite (self->pipeline), error))
    return FALSE;
  self->frames = gbox_frame_pool_new (values->size, values->size);
  gbox_job_post_length (job, values->steps);
  post_frame (self);
  return TRUE;
}

/* Branches that are blocked on the way to a unit that answers are led around silently, as lucid does: only a
 * silent unit is news. */
static void
tell_redirect (GboxVisualizationJob *self)
{
  if (self->told_redirect)
    return;
  self->told_redirect = TRUE;
  gbox_job_post_notice (GBOX_JOB (self), "redirected",
                        "This unit is silent at the start: redirected gradients wake it for 16 steps.");
}

/* Works also when all steps are done: a single one more was asked for. */
static GboxStepResult
step (GboxJob *job, GError **error)
{
  GboxVisualizationJob *self = GBOX_VISUALIZATION_JOB (job);
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);
  const gint64 begin = g_get_monotonic_time ();
  const guint next = self->step + 1;
  const double objective = gbox_pipeline_evaluate (self->pipeline, next);

  if (!check_finite (isfinite (objective), error))
    return GBOX_STEP_FAILED;
  if (gbox_pipeline_backpropagate (self->pipeline, next, values->redirect && next <= REDIRECTED_STEPS)
      && objective == 0.0)
    tell_redirect (self);
  gbox_pipeline_ascend (self->pipeline, next);
  gbox_pipeline_render (self->pipeline);
  if (!check_finite (gbox_pipeline_is_finite (self->pipeline), error))
    return GBOX_STEP_FAILED;
  self->step = next;
  post_frame (self);
  self->seconds += (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  gbox_job_post_point (job, &(GboxPoint){ .step = self->step,
                                          .seconds = self->seconds,
                                          .n_values = 1,
                                          .values = { objective } });
  return self->step >= values->steps ? GBOX_STEP_FINISHED : GBOX_STEP_CONTINUE;
}

static gboolean
adjust (GboxJob *job, GboxSpec *spec, GError **error)
{
  GboxVisualizationJob *self = GBOX_VISUALIZATION_JOB (job);

  if (!GBOX_IS_VISUALIZATION_SPEC (spec))
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "A visualization can only be adjusted with the parameters of a visualization.");
      return FALSE;
    }
  gbox_visualization_spec_adjust (self->spec, GBOX_VISUALIZATION_SPEC (spec));
  gbox_job_post_length (job, gbox_visualization_spec_get_values (self->spec)->steps);
  return TRUE;
}

static gboolean
save_picture (GboxVisualizationJob *self, const char *path, GError **error)
{
  const int size = gbox_visualization_spec_get_values (self->spec)->size;
  const gsize n = (gsize) size * (gsize) size;
  g_autofree guint8 *pixels = g_malloc (3 * n);
  g_autoptr (GboxSpec) recipe = gbox_spec_copy (GBOX_SPEC (self->spec));

  gbox_colour_to_rgb8 (self->team, gbox_pipeline_get_image (self->pipeline), pixels, n);
  /* As many steps as the picture shows, so that making it again also writes the same recipe. */
  if (self->step > 0)
    g_object_set (recipe, "steps", self->step, NULL);
  return gbox_picture_save (path, pixels, size, size, recipe, self->step, error);
}

/* Whatever the case of its letters. */
static gboolean
ends_in (const char *path, const char *suffix)
{
  const gsize n = strlen (path), n_suffix = strlen (suffix);

  return n > n_suffix && g_ascii_strcasecmp (path + n - n_suffix, suffix) == 0;
}

gboolean
gbox_visualization_check_path (const char *path, GError **error)
{
  if (ends_in (path, PICTURE_SUFFIX) || ends_in (path, CHECKPOINT_SUFFIX))
    return TRUE;
  g_set_error (
    error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
    "“%s” does not say what to save: end the name in .png for the picture or .safetensors to go on later.",
    path);
  return FALSE;
}

static gboolean
save (GboxJob *job, const char *path, GError **error)
{
  GboxVisualizationJob *self = GBOX_VISUALIZATION_JOB (job);

  if (self->pipeline == NULL)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "There is nothing to save yet.");
      return FALSE;
    }
  if (!gbox_visualization_check_path (path, error))
    return FALSE;
  if (ends_in (path, PICTURE_SUFFIX))
    return save_picture (self, path, error);
  return gbox_visualization_checkpoint_save (path, gbox_pipeline_get_state (self->pipeline), self->spec,
                                             self->step, error);
}

static void
gbox_visualization_job_class_init (GboxVisualizationJobClass *class)
{
  GboxJobClass *job_class = GBOX_JOB_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = finalize;
  job_class->start = start;
  job_class->step = step;
  job_class->adjust = adjust;
  job_class->save = save;
}

static void
gbox_visualization_job_init (GboxVisualizationJob *self)
{
}

GboxJob *
gbox_visualization_job_new (GboxVisualizationSpec *spec)
{
  GboxVisualizationJob *self = g_object_new (GBOX_TYPE_VISUALIZATION_JOB, NULL);

  self->spec = GBOX_VISUALIZATION_SPEC (gbox_spec_copy (GBOX_SPEC (spec)));
  return GBOX_JOB (self);
}

GboxJob *
gbox_visualization_job_new_for_network (GboxVisualizationSpec *spec, GboxNetwork *network)
{
  GboxJob *job = gbox_visualization_job_new (spec);

  GBOX_VISUALIZATION_JOB (job)->network = gbox_network_ref (network);
  return job;
}
