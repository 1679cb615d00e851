/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of making an image that excites a unit. */
#include "vision/visualization-job.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "vision/checkpoint.h"
#include "vision/film.h"
#include "vision/mosaic.h"
#include "vision/objective.h"
#include "vision/photo-direction.h"
#include "vision/picture.h"
#include "vision/pipeline.h"
#include "vision/schedule.h"
#include "vision/start-photo.h"

/* How long silent rectifiers are led around (lucid `redirected_relu_grad.py`). */
#define REDIRECTED_STEPS 16

#define PICTURE_SUFFIX    ".png"
#define CHECKPOINT_SUFFIX ".safetensors"

struct _GboxVisualizationJob
{
  GboxJob parent_instance;

  GboxVisualizationSpec *spec;   /* as it is now; what is computed */
  GboxVisualizationSpec *origin; /* as it was before the first step */
  GboxVisualizationSpec *told;   /* as we were last told */
  GboxSchedule *schedule;        /* what has changed since the first step, and what will */
  GboxNetwork *network;          /* given, or loaded at start */
  gboolean is_given;             /* the network, which is then the only one */
  GboxModelStore *store;         /* the context's */
  GboxTeam *team;                /* the context's */
  GboxPipeline *pipeline;        /* NULL before start */
  GboxFramePool *frames;
  GboxMosaic mosaic;
  guint8 *scratch;        /* of the mosaic */
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
  g_clear_pointer (&self->scratch, g_free);
  g_clear_pointer (&self->network, gbox_network_unref);
  g_clear_pointer (&self->schedule, gbox_schedule_free);
  g_clear_object (&self->spec);
  g_clear_object (&self->origin);
  g_clear_object (&self->told);
  G_OBJECT_CLASS (gbox_visualization_job_parent_class)->finalize (object);
}

/* The default model is settled now, so that what is saved names it. */
static gboolean
ensure_network (GboxVisualizationJob *self, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);

  if (self->is_given)
    return TRUE;
  if (values->model[0] == '\0')
    g_object_set (self->spec, "model",
                  gbox_catalogue_get_default (gbox_model_store_get_catalogue (self->store),
                                              GBOX_MODEL_VISION),
                  NULL);
  g_clear_pointer (&self->network, gbox_network_unref);
  self->network = gbox_model_store_get_network (self->store, values->model, error);
  return self->network != NULL;
}

static void
draw (GboxVisualizationJob *self, guint8 *pixels)
{
  gbox_mosaic_draw (&self->mosaic, self->team, gbox_pipeline_get_image (self->pipeline), self->scratch,
                    pixels);
}

/* @is_kept: whether it is part of the film. */
static void
post_frame (GboxVisualizationJob *self, gboolean is_kept)
{
  GboxFrame *frame = gbox_frame_pool_acquire (self->frames, self->step);

  draw (self, frame->pixels);
  if (is_kept)
    gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_FRAME, gbox_film_shrink_to_keep (frame));
  gbox_job_post_frame (GBOX_JOB (self), frame);
}

/* Parameters of @from that @to has otherwise change now. The steps are no matter of the picture: it says how
 * many it has taken. */
static void
note_changes (GboxVisualizationJob *self, GboxVisualizationSpec *from, GboxVisualizationSpec *to)
{
  static const char *const others[] = { "steps", "start", "start-digest", "schedule", "checkpoint", NULL };
  g_autofree const char **names = gbox_spec_list_differences (GBOX_SPEC (from), GBOX_SPEC (to));

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *value = gbox_spec_get_as_string (GBOX_SPEC (to), names[i]);

      if (!g_strv_contains (others, names[i]))
        gbox_schedule_add (self->schedule, self->step, names[i], value);
    }
}

/* The recipe goes on from that of the checkpoint: going on gives what never stopping would have, and where
 * something else is made from here on, that is a change on the way. */
static gboolean
take_recipe (GboxVisualizationJob *self, const char *path, GError **error)
{
  g_autoptr (GboxVisualizationSpec) origin
    = gbox_visualization_checkpoint_load_spec (path, &self->step, error);
  g_autoptr (GboxVisualizationSpec) now = NULL;
  g_autoptr (GboxSchedule) schedule = NULL;

  if (origin == NULL)
    return FALSE;
  now = GBOX_VISUALIZATION_SPEC (gbox_spec_copy (GBOX_SPEC (origin)));
  schedule = gbox_schedule_parse (gbox_visualization_spec_get_values (origin)->schedule, error);
  if (schedule == NULL || !gbox_visualization_spec_advance (now, self->step, error))
    return FALSE;
  gbox_schedule_keep (self->schedule, self->step, G_MAXUINT);
  for (guint i = 0; i < gbox_schedule_get_length (schedule); i++)
    {
      const GboxScheduleEntry *entry = gbox_schedule_get_entry (schedule, i);

      if (entry->step <= self->step)
        gbox_schedule_add (self->schedule, entry->step, entry->property, entry->value);
    }
  note_changes (self, now, self->spec);
  g_set_object (&self->origin, origin);
  return TRUE;
}

static gboolean
take_checkpoint (GboxVisualizationJob *self, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);

  if (values->checkpoint[0] == '\0')
    return TRUE;
  if (!gbox_visualization_checkpoint_load (values->checkpoint, gbox_pipeline_get_state (self->pipeline),
                                           &self->step, error)
      || !take_recipe (self, values->checkpoint, error))
    return FALSE;
  if (self->step >= values->steps)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "“%s” was saved after %u steps already; ask for more steps than that to go on.",
                   values->checkpoint, self->step);
      return FALSE;
    }
  gbox_pipeline_render (self->pipeline);
  return TRUE;
}

/* A checkpoint goes on from where it was, whatever has become of the photograph. */
static gboolean
settle_start (GboxVisualizationJob *self, GError **error)
{
  return gbox_visualization_spec_get_values (self->spec)->checkpoint[0] != '\0'
         || gbox_start_photo_settle (self->spec, error);
}

/* What is saved has the direction itself: it can be made again without the photos. */
static gboolean
settle_direction (GboxVisualizationJob *self, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);
  g_autofree char *direction = NULL;

  if (values->objective == GBOX_OBJECTIVE_DIRECTION && values->direction_from[0] != '\0')
    {
      const int layer = gbox_network_find_layer (self->network, values->layer);

      if (layer < 0)
        return gbox_objective_check (self->spec, self->network, error);
      direction = gbox_photo_direction (self->network, self->team, (guint) layer, values->direction_from,
                                        values->minus[0] != '\0' ? values->minus : NULL, error);
      if (direction == NULL)
        return FALSE;
      g_object_set (self->spec, "direction", direction, NULL);
    }
  g_object_set (self->spec, "direction-from", "", "minus", "", NULL);
  return TRUE;
}

/* Everything but the schedule and the file to go on from, which have become part of the job. */
static gboolean
take_spec (GboxVisualizationJob *self, GError **error)
{
  self->schedule = gbox_schedule_parse (gbox_visualization_spec_get_values (self->spec)->schedule, error);
  if (self->schedule == NULL)
    return FALSE;
  self->origin = GBOX_VISUALIZATION_SPEC (gbox_spec_copy (GBOX_SPEC (self->spec)));
  self->told = GBOX_VISUALIZATION_SPEC (gbox_spec_copy (GBOX_SPEC (self->spec)));
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

  self->team = context->team;
  self->store = context->store;
  if (!gbox_spec_validate (GBOX_SPEC (self->spec), error) || !settle_start (self, error)
      || !ensure_network (self, error) || !settle_direction (self, error) || !take_spec (self, error))
    return FALSE;
  self->pipeline = gbox_pipeline_new (self->network, self->team, self->spec, error);
  if (self->pipeline == NULL || !take_checkpoint (self, error)
      || !check_finite (gbox_pipeline_is_finite (self->pipeline), error))
    return FALSE;
  self->mosaic = gbox_mosaic (self->spec);
  self->scratch = g_malloc (3 * (gsize) self->mosaic.side * (gsize) self->mosaic.side);
  self->frames = gbox_frame_pool_new (self->mosaic.width, self->mosaic.height);
  gbox_job_post_length (job, values->steps);
  post_frame (self, TRUE);
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
  gbox_job_post_notice (GBOX_JOB (self), "redirected", "Silent at first: redirected gradients wake it.");
}

/* The same parameters, seen by another unit or network or through another basis. */
static gboolean
rebuild (GboxVisualizationJob *self, GError **error)
{
  const GboxPipelineState *old = gbox_pipeline_get_state (self->pipeline);
  g_autoptr (GboxPipeline) pipeline = NULL;
  const GboxPipelineState *state;

  if (!ensure_network (self, error))
    return FALSE;
  pipeline = gbox_pipeline_new (self->network, self->team, self->spec, error);
  if (pipeline == NULL)
    return FALSE;
  state = gbox_pipeline_get_state (pipeline);
  if (state->n != old->n)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "How many pictures are made cannot change on the way.");
      return FALSE;
    }
  memcpy (state->parameters, old->parameters, old->n * sizeof (float));
  memcpy (state->m, old->m, old->n * sizeof (float));
  memcpy (state->v, old->v, old->n * sizeof (float));
  gbox_pipeline_render (pipeline);
  gbox_pipeline_free (self->pipeline);
  self->pipeline = g_steal_pointer (&pipeline);
  return TRUE;
}

static void
tell_changes (GboxVisualizationJob *self, const char **names)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "From step %u on, as scheduled: ", self->step + 1);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *value = gbox_spec_get_as_string (GBOX_SPEC (self->spec), names[i]);

      g_string_append_printf (text, "%s%s is %s", i > 0 ? ", " : "", names[i], value);
    }
  g_string_append_c (text, '.');
  gbox_job_post_notice (GBOX_JOB (self), "schedule", text->str);
}

/* What the schedule has for this moment; nothing at almost every step. */
static gboolean
follow_schedule (GboxVisualizationJob *self, GError **error)
{
  g_autoptr (GboxSpec) next = NULL;
  g_autofree const char **names = NULL;
  gboolean needs_rebuild;

  if (!gbox_schedule_has_step (self->schedule, self->step))
    return TRUE;
  next = gbox_spec_copy (GBOX_SPEC (self->spec));
  if (!gbox_schedule_apply (self->schedule, self->step, self->step + 1, next, error))
    return FALSE;
  names = gbox_spec_list_differences (GBOX_SPEC (self->spec), next);
  if (names[0] == NULL)
    return TRUE;
  needs_rebuild = gbox_spec_needs_restart (GBOX_SPEC (self->spec), next);
  gbox_spec_assign (GBOX_SPEC (self->spec), next);
  tell_changes (self, names);
  return !needs_rebuild || rebuild (self, error);
}

/* By the single step that was asked for after the last one. */
static void
lengthen (GboxVisualizationJob *self)
{
  g_object_set (self->spec, "steps", self->step, NULL);
  gbox_job_post_length (GBOX_JOB (self), self->step);
}

static void
post_point (GboxVisualizationJob *self, double objective)
{
  const double penalty = gbox_pipeline_get_penalty (self->pipeline);
  const double likeness = gbox_pipeline_get_likeness (self->pipeline);
  const guint n_values = likeness > 0.0 ? 3 : penalty > 0.0 ? 2 : 1;

  gbox_job_post_point (GBOX_JOB (self), &(GboxPoint){ .step = self->step,
                                                      .seconds = self->seconds,
                                                      .n_values = n_values,
                                                      .values = { objective, penalty, likeness } });
}

/* Works also when all steps are done: a single one more was asked for. */
static GboxStepResult
step (GboxJob *job, GError **error)
{
  GboxVisualizationJob *self = GBOX_VISUALIZATION_JOB (job);
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);
  const gint64 begin = g_get_monotonic_time ();
  const guint next = self->step + 1;
  double objective;

  if (!follow_schedule (self, error))
    return GBOX_STEP_FAILED;
  objective = gbox_pipeline_evaluate (self->pipeline, next);
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
  if (next > values->steps)
    lengthen (self);
  post_frame (self, gbox_film_has_step (next));
  self->seconds += (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  post_point (self, objective);
  return self->step >= values->steps ? GBOX_STEP_FINISHED : GBOX_STEP_CONTINUE;
}

/* What is new compared with what we were told before: the rest may have changed by the schedule. */
static void
take_changes (GboxVisualizationJob *self, GboxVisualizationSpec *adjusted)
{
  g_autofree const char **names = gbox_spec_list_differences (GBOX_SPEC (self->told), GBOX_SPEC (adjusted));

  note_changes (self, self->told, adjusted);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (adjusted), names[i], &value);
      g_object_set_property (G_OBJECT (self->spec), names[i], &value);
    }
  g_set_object (&self->told, adjusted);
}

static gboolean
adjust (GboxJob *job, GboxSpec *spec, GError **error)
{
  GboxVisualizationJob *self = GBOX_VISUALIZATION_JOB (job);
  g_autoptr (GboxVisualizationSpec) adjusted = NULL;

  if (!GBOX_IS_VISUALIZATION_SPEC (spec))
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "A visualization can only be adjusted with the parameters of a visualization.");
      return FALSE;
    }
  adjusted = GBOX_VISUALIZATION_SPEC (gbox_spec_copy (GBOX_SPEC (self->told)));
  gbox_visualization_spec_adjust (adjusted, GBOX_VISUALIZATION_SPEC (spec));
  take_changes (self, adjusted);
  gbox_job_post_length (job, gbox_visualization_spec_get_values (self->spec)->steps);
  return TRUE;
}

/* How what there is after @end steps was made. */
static GboxVisualizationSpec *
make_recipe (GboxVisualizationJob *self, guint end, guint steps)
{
  GboxSpec *recipe = gbox_spec_copy (GBOX_SPEC (self->origin));
  g_autofree char *text = gbox_schedule_to_text (self->schedule);
  g_autoptr (GboxSchedule) schedule = gbox_schedule_parse (text, NULL);
  g_autofree char *kept = NULL;

  gbox_schedule_keep (schedule, 0, end);
  kept = gbox_schedule_to_text (schedule);
  g_object_set (recipe, "schedule", kept, "checkpoint", "", "steps", steps, NULL);
  return GBOX_VISUALIZATION_SPEC (recipe);
}

static gboolean
save_picture (GboxVisualizationJob *self, const char *path, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);
  const GboxMosaic *mosaic = &self->mosaic;
  g_autofree guint8 *pixels = g_malloc (3 * (gsize) mosaic->width * (gsize) mosaic->height);
  /* As many steps as the picture shows, so that making it again also writes the same recipe. */
  g_autoptr (GboxVisualizationSpec) recipe
    = make_recipe (self, self->step, self->step > 0 ? self->step : values->steps);

  draw (self, pixels);
  return gbox_picture_save (path, pixels, mosaic->width, mosaic->height, GBOX_SPEC (recipe), self->step,
                            error);
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
  g_autoptr (GboxVisualizationSpec) recipe = NULL;

  if (self->pipeline == NULL)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "There is nothing to save yet.");
      return FALSE;
    }
  if (!gbox_visualization_check_path (path, error))
    return FALSE;
  if (ends_in (path, PICTURE_SUFFIX))
    return save_picture (self, path, error);
  recipe = make_recipe (self, G_MAXUINT, gbox_visualization_spec_get_values (self->spec)->steps);
  return gbox_visualization_checkpoint_save (path, gbox_pipeline_get_state (self->pipeline), recipe,
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
  GBOX_VISUALIZATION_JOB (job)->is_given = TRUE;
  return job;
}
