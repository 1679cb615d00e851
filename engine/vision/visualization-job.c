/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of making an image that excites a unit. */
#include "vision/visualization-job.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "vision/checkpoint.h"
#include "vision/drawing.h"
#include "vision/film.h"
#include "vision/objective.h"
#include "vision/photo-direction.h"
#include "vision/photo-survey.h"
#include "vision/picture.h"
#include "vision/pipeline.h"
#include "vision/start-photo.h"
#include "vision/visualization-history.h"

/* How long silent rectifiers are led around (lucid `redirected_relu_grad.py`). */
#define REDIRECTED_STEPS 16

#define PICTURE_SUFFIX    ".png"
#define CHECKPOINT_SUFFIX ".safetensors"

struct _GboxVisualizationJob
{
  GboxJob parent_instance;

  GboxVisualizationSpec *spec; /* as it is now; what is computed */
  GboxVisualizationSpec *told; /* as we were last told */
  GboxVisualizationHistory *history;
  GboxNetwork *network;    /* given, or loaded at start */
  gboolean is_given;       /* the network, which is then the only one */
  GboxModelStore *store;   /* the context's */
  GboxTeam *team;          /* the context's */
  GboxPhotoSurvey *survey; /* of photographs whose spectrum is measured first, until it is; or NULL */
  GboxPipeline *pipeline;  /* NULL before start */
  GboxFramePool *frames;
  GboxDrawing *drawing;
  guint step;                      /* done */
  guint view;                      /* of the next step, the next one to look at */
  double objective;                /* of the next step, of the views looked at */
  gboolean redirected;             /* likewise, whether a rectifier was */
  GboxVisualizationSpec *adjusted; /* told during a step, for the next one; or NULL */
  double seconds;                  /* spent in steps */
  gboolean told_redirect;          /* whether the notice was posted */
};

G_DEFINE_FINAL_TYPE (GboxVisualizationJob, gbox_visualization_job, GBOX_TYPE_JOB)

static void
finalize (GObject *object)
{
  GboxVisualizationJob *self = GBOX_VISUALIZATION_JOB (object);

  g_clear_pointer (&self->survey, gbox_photo_survey_free);
  g_clear_pointer (&self->pipeline, gbox_pipeline_free);
  g_clear_pointer (&self->frames, gbox_frame_pool_free);
  g_clear_pointer (&self->drawing, gbox_drawing_free);
  g_clear_pointer (&self->network, gbox_network_unref);
  g_clear_pointer (&self->history, gbox_visualization_history_free);
  g_clear_object (&self->spec);
  g_clear_object (&self->told);
  g_clear_object (&self->adjusted);
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
  gbox_drawing_draw (self->drawing, self->pipeline, gbox_visualization_spec_get_values (self->spec)->fade,
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

static gboolean
take_checkpoint (GboxVisualizationJob *self, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);

  if (values->checkpoint[0] == '\0')
    return TRUE;
  if (!gbox_visualization_checkpoint_load (values->checkpoint, gbox_pipeline_get_state (self->pipeline),
                                           &self->step, error)
      || !gbox_visualization_history_take_checkpoint (self->history, values->checkpoint, self->spec, error))
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
  self->history = gbox_visualization_history_new (self->spec, error);
  if (self->history == NULL)
    return FALSE;
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

/* A spectrum that is to be measured is, before all else. */
static gboolean
settle_spectrum (GboxVisualizationJob *self, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);

  if (values->basis != GBOX_BASIS_MACO || gbox_photo_spectrum_is_settled (values->spectrum))
    return TRUE;
  self->survey = gbox_photo_survey_new_for_spectrum (self->team, values->spectrum, error);
  return self->survey != NULL;
}

/* The picture before its first step. */
static gboolean
begin (GboxVisualizationJob *self, GError **error)
{
  const GboxMosaic *mosaic;

  if (!take_spec (self, error))
    return FALSE;
  self->pipeline = gbox_pipeline_new (self->network, self->team, self->spec, error);
  if (self->pipeline == NULL || !take_checkpoint (self, error)
      || !check_finite (gbox_pipeline_is_finite (self->pipeline), error))
    return FALSE;
  self->drawing = gbox_drawing_new (self->team, self->spec);
  mosaic = gbox_drawing_get_mosaic (self->drawing);
  self->frames = gbox_frame_pool_new (mosaic->width, mosaic->height);
  post_frame (self, TRUE);
  return TRUE;
}

static gboolean
start (GboxJob *job, const GboxJobContext *context, GError **error)
{
  GboxVisualizationJob *self = GBOX_VISUALIZATION_JOB (job);

  self->team = context->team;
  self->store = context->store;
  if (!gbox_spec_validate (GBOX_SPEC (self->spec), error) || !settle_start (self, error)
      || !ensure_network (self, error) || !settle_direction (self, error) || !settle_spectrum (self, error))
    return FALSE;
  gbox_job_post_length (job, gbox_visualization_spec_get_values (self->spec)->steps);
  return self->survey != NULL || begin (self, error);
}

/* What is saved has the spectrum itself: it can be made again without the photographs. */
static gboolean
measure (GboxVisualizationJob *self, GError **error)
{
  GboxPhotoSpectrum spectrum;
  gboolean is_done;
  g_autofree char *bands = NULL;
  g_autofree char *notice = NULL;
  guint n;

  if (!gbox_photo_survey_step (self->survey, &is_done, error))
    return FALSE;
  if (!is_done)
    return TRUE;
  n = gbox_photo_survey_conclude (self->survey, &spectrum);
  bands = gbox_photo_spectrum_to_text (&spectrum);
  g_object_set (self->spec, "spectrum", bands, NULL);
  g_clear_pointer (&self->survey, gbox_photo_survey_free);
  notice = g_strdup_printf (n == 1 ? "The spectrum is that of %u photograph."
                                   : "The spectrum is that of %u photographs.",
                            n);
  gbox_job_post_notice (GBOX_JOB (self), "spectrum", notice);
  return begin (self, error);
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
  if (state->n_transparency > 0)
    memcpy (state->transparency, old->transparency, state->n_transparency * sizeof (float));
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

  if (!gbox_visualization_history_has_step (self->history, self->step))
    return TRUE;
  next = gbox_spec_copy (GBOX_SPEC (self->spec));
  if (!gbox_visualization_history_apply (self->history, self->step, next, error))
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

/* What is new compared with what we were told before: the rest may have changed by the schedule. */
static void
take_changes (GboxVisualizationJob *self, GboxVisualizationSpec *adjusted)
{
  g_autofree const char **names = gbox_spec_list_differences (GBOX_SPEC (self->told), GBOX_SPEC (adjusted));

  gbox_visualization_history_note (self->history, self->step, self->told, adjusted);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (adjusted), names[i], &value);
      g_object_set_property (G_OBJECT (self->spec), names[i], &value);
    }
  g_set_object (&self->told, adjusted);
  if (g_strv_contains (names, "fade"))
    post_frame (self, FALSE);
}

/* What was told during a step. */
static void
take_adjusted (GboxVisualizationJob *self)
{
  g_autoptr (GboxVisualizationSpec) adjusted = g_steal_pointer (&self->adjusted);

  take_changes (self, adjusted);
}

/* A view of the next step; all parameters are those of its beginning. */
static gboolean
look (GboxVisualizationJob *self, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);
  const guint next = self->step + 1;

  gbox_pipeline_set_view (self->pipeline, self->view);
  self->objective += gbox_pipeline_evaluate (self->pipeline, next);
  if (!check_finite (isfinite (self->objective), error))
    return FALSE;
  if (gbox_pipeline_backpropagate (self->pipeline, next, values->redirect && next <= REDIRECTED_STEPS))
    self->redirected = TRUE;
  self->view++;
  return TRUE;
}

static gboolean
begin_step (GboxVisualizationJob *self, GError **error)
{
  self->objective = 0.0;
  self->redirected = FALSE;
  return follow_schedule (self, error);
}

/* What all views say. */
static gboolean
ascend (GboxVisualizationJob *self, GError **error)
{
  const guint next = self->step + 1;

  self->view = 0;
  if (self->redirected && self->objective == 0.0)
    tell_redirect (self);
  gbox_pipeline_ascend (self->pipeline, next);
  gbox_pipeline_render (self->pipeline);
  if (!check_finite (gbox_pipeline_is_finite (self->pipeline), error))
    return FALSE;
  self->step = next;
  if (next > gbox_visualization_spec_get_values (self->spec)->steps)
    lengthen (self);
  post_frame (self, gbox_film_has_step (next));
  return TRUE;
}

static void
note_time (GboxVisualizationJob *self, gint64 since)
{
  self->seconds += (double) (g_get_monotonic_time () - since) / G_USEC_PER_SEC;
}

/* Works also when all steps are done: a single one more was asked for. */
static GboxStepResult
step (GboxJob *job, GError **error)
{
  GboxVisualizationJob *self = GBOX_VISUALIZATION_JOB (job);
  const gint64 since = g_get_monotonic_time ();

  if (self->survey != NULL)
    return measure (self, error) ? GBOX_STEP_PART : GBOX_STEP_FAILED;
  if ((self->view == 0 && !begin_step (self, error)) || !look (self, error))
    return GBOX_STEP_FAILED;
  if (self->view < (guint) gbox_visualization_spec_get_values (self->spec)->views)
    {
      note_time (self, since);
      return GBOX_STEP_PART;
    }
  if (!ascend (self, error))
    return GBOX_STEP_FAILED;
  note_time (self, since);
  post_point (self, self->objective);
  if (self->adjusted != NULL)
    take_adjusted (self);
  return self->step >= gbox_visualization_spec_get_values (self->spec)->steps ? GBOX_STEP_FINISHED
                                                                              : GBOX_STEP_CONTINUE;
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
  if (self->survey != NULL)
    {
      gbox_visualization_spec_adjust (self->spec, GBOX_VISUALIZATION_SPEC (spec));
      gbox_job_post_length (job, gbox_visualization_spec_get_values (self->spec)->steps);
      return TRUE;
    }
  adjusted = GBOX_VISUALIZATION_SPEC (
    gbox_spec_copy (GBOX_SPEC (self->adjusted != NULL ? self->adjusted : self->told)));
  gbox_visualization_spec_adjust (adjusted, GBOX_VISUALIZATION_SPEC (spec));
  if (self->view > 0)
    g_set_object (&self->adjusted, adjusted);
  else
    take_changes (self, adjusted);
  gbox_job_post_length (job, gbox_visualization_spec_get_values (adjusted)->steps);
  return TRUE;
}

/* A step that is done in part is begun again later. */
static void
pause_job (GboxJob *job)
{
  GboxVisualizationJob *self = GBOX_VISUALIZATION_JOB (job);

  self->view = 0;
  if (self->adjusted != NULL)
    take_adjusted (self);
}

static gboolean
save_picture (GboxVisualizationJob *self, const char *path, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);
  const GboxMosaic *mosaic = gbox_drawing_get_mosaic (self->drawing);
  g_autofree guint8 *pixels = g_malloc (3 * (gsize) mosaic->width * (gsize) mosaic->height);
  /* As many steps as the picture shows, so that making it again also writes the same recipe. */
  g_autoptr (GboxVisualizationSpec) recipe
    = gbox_visualization_history_make_recipe (self->history, self->step,
                                              self->step > 0 ? self->step : values->steps, values->fade);

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
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);
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
  recipe = gbox_visualization_history_make_recipe (self->history, G_MAXUINT, values->steps, values->fade);
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
  job_class->pause = pause_job;
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
