/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of looking at one photograph with a network. */
#include "vision/photo-look-job.h"

#include "base/error.h"
#include "kernels/resample.h"
#include "models/plan.h"
#include "vision/attribution.h"
#include "vision/classify.h"
#include "vision/heat-map.h"

#include <string.h>

/* Of the side of the image: what the reasons are smoothed by. */
#define SMOOTHING 56

struct _GboxPhotoLookJob
{
  GboxJob parent_instance;

  GboxPhotoLookSpec *spec;
  GboxTeam *team;
  GboxNetwork *network;
  int layer;
  GboxImage *photo; /* (nullable): as it is read */
  GboxAttribution *attribution;
  int why_height, why_width;
};

G_DEFINE_FINAL_TYPE (GboxPhotoLookJob, gbox_photo_look_job, GBOX_TYPE_JOB)

static void
finalize (GObject *object)
{
  GboxPhotoLookJob *self = GBOX_PHOTO_LOOK_JOB (object);

  g_clear_pointer (&self->photo, gbox_image_free);
  g_clear_pointer (&self->attribution, gbox_attribution_free);
  g_clear_pointer (&self->network, gbox_network_unref);
  g_clear_object (&self->spec);
  G_OBJECT_CLASS (gbox_photo_look_job_parent_class)->finalize (object);
}

static const GboxPhotoLookValues *
get_values (GboxPhotoLookJob *self)
{
  return gbox_photo_look_spec_get_values (self->spec);
}

static gboolean
start (GboxJob *job, const GboxJobContext *context, GError **error)
{
  GboxPhotoLookJob *self = GBOX_PHOTO_LOOK_JOB (job);
  const GboxPhotoLookValues *values = get_values (self);

  self->team = context->team;
  if (self->network == NULL)
    self->network = gbox_model_store_get_network (context->store, values->model, error);
  if (self->network == NULL)
    return FALSE;
  self->layer = gbox_network_find_layer (self->network, values->layer);
  if (self->layer >= 0
      && values->unit < gbox_network_get_layer (self->network, (guint) self->layer)->n_channels)
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "%s has no unit %d in a layer “%s”.",
               gbox_network_get_title (self->network), values->unit, values->layer);
  return FALSE;
}

/* All of the photograph, its shorter side as asked for, as far as the longer one is no longer than networks
 * see. */
static GboxImage *
resize (GboxPhotoLookJob *self)
{
  const GboxImage *photo = self->photo;
  const int shorter = MIN (photo->width, photo->height), longer = MAX (photo->width, photo->height);
  const double zoom
    = MIN ((double) get_values (self)->side / shorter, (double) GBOX_NETWORK_MAX_SIZE / longer);
  GboxImage *image = g_new (GboxImage, 1);

  image->width = CLAMP ((int) (photo->width * zoom + 0.5), GBOX_NETWORK_MIN_SIZE, GBOX_NETWORK_MAX_SIZE);
  image->height = CLAMP ((int) (photo->height * zoom + 0.5), GBOX_NETWORK_MIN_SIZE, GBOX_NETWORK_MAX_SIZE);
  image->pixels = g_malloc (3 * (gsize) image->width * (gsize) image->height);
  gbox_resample_rgb8 (gbox_network_get_preprocessing (self->network)->filter, photo->pixels, photo->width,
                      photo->height, 3 * (gsize) photo->width, image->pixels, image->width, image->height);
  return image;
}

/* Puts @value where it belongs among the largest so far. */
static void
insert (int unit, float value, int *units, float *values, int n)
{
  int i = n - 1;

  if (units[i] >= 0 && value <= values[i])
    return;
  for (; i > 0 && (units[i - 1] < 0 || value > values[i - 1]); i--)
    {
      units[i] = units[i - 1];
      values[i] = values[i - 1];
    }
  units[i] = unit;
  values[i] = value;
}

static void
find_strongest (const float *values, int n, int *units, float *largest)
{
  for (int i = 0; i < GBOX_PHOTO_LOOK_N_UNITS; i++)
    units[i] = -1;
  for (int c = 0; c < n; c++)
    insert (c, values[c], units, largest, GBOX_PHOTO_LOOK_N_UNITS);
}

static void
describe_layer (GboxPhotoLookUnits *layer, const GboxTensor *activation)
{
  const gsize n_positions = gbox_tensor_n_pixels (activation);
  g_autofree double *sums = g_new0 (double, activation->channels);
  g_autofree float *means = g_new (float, activation->channels);
  float largest[GBOX_PHOTO_LOOK_N_UNITS] = { 0 };

  for (gsize p = 0; p < n_positions; p++)
    for (int c = 0; c < activation->channels; c++)
      sums[c] += (double) activation->data[p * activation->stride + (gsize) c];
  for (int c = 0; c < activation->channels; c++)
    means[c] = (float) (sums[c] / (double) n_positions);
  find_strongest (means, activation->channels, layer->units, largest);
  for (int i = 0; i < GBOX_PHOTO_LOOK_N_UNITS; i++)
    layer->means[i] = (double) largest[i];
}

static void
describe_spots (GboxPhotoLookJob *self, GboxPhotoLook *look, const GboxTensor *activation)
{
  const gsize n_positions = gbox_tensor_n_pixels (activation);

  look->map_height = activation->height;
  look->map_width = activation->width;
  look->map = g_new (float, n_positions);
  look->spot_units = g_new (int, n_positions *GBOX_PHOTO_LOOK_N_UNITS);
  look->spot_values = g_new0 (float, n_positions *GBOX_PHOTO_LOOK_N_UNITS);
  for (gsize p = 0; p < n_positions; p++)
    {
      const float *values = activation->data + p * activation->stride;

      look->map[p] = values[get_values (self)->unit];
      find_strongest (values, activation->channels, look->spot_units + p * GBOX_PHOTO_LOOK_N_UNITS,
                      look->spot_values + p * GBOX_PHOTO_LOOK_N_UNITS);
    }
}

static gboolean
describe_layers (GboxPhotoLookJob *self, GboxPhotoLook *look, GError **error)
{
  const guint n = look->n_layers;
  const gsize n_samples = 3 * (gsize) look->width * (gsize) look->height;
  g_autofree guint *layers = g_new (guint, n);
  g_autoptr (GboxPlan) plan = NULL;

  for (guint i = 0; i < n; i++)
    layers[i] = i;
  plan = gbox_plan_new_observed (self->network, self->team, n - 1, layers, n, 1, look->height, look->width,
                                 FALSE, error);
  if (plan == NULL)
    return FALSE;
  for (gsize i = 0; i < n_samples; i++)
    gbox_plan_get_input (plan)->data[i] = look->pixels[i];
  gbox_plan_forward (plan);
  for (guint i = 0; i < n; i++)
    {
      look->layers[i].layer = i;
      describe_layer (&look->layers[i], gbox_plan_get_observed (plan, i));
    }
  describe_spots (self, look, gbox_plan_get_observed (plan, (guint) self->layer));
  return TRUE;
}

static gboolean
classify (GboxPhotoLookJob *self, GboxPhotoLook *look, GError **error)
{
  g_autoptr (GboxClassifier) classifier = gbox_classifier_new (self->network, self->team, error);
  GboxClassScore top[GBOX_PHOTO_LOOK_N_CLASSES];

  if (classifier == NULL)
    return FALSE;
  gbox_classifier_run (classifier, self->photo, top, GBOX_PHOTO_LOOK_N_CLASSES);
  for (int i = 0; i < GBOX_PHOTO_LOOK_N_CLASSES; i++)
    {
      look->classes[i] = top[i].class_id;
      look->probabilities[i] = top[i].probability;
    }
  return TRUE;
}

static GboxStepResult
look_at_photo (GboxPhotoLookJob *self, GError **error)
{
  g_autoptr (GboxPhotoLook) look = g_new0 (GboxPhotoLook, 1);
  g_autoptr (GboxImage) image = NULL;

  self->photo = gbox_image_load (get_values (self)->path, error);
  if (self->photo == NULL)
    return GBOX_STEP_FAILED;
  image = resize (self);
  look->width = image->width;
  look->height = image->height;
  look->pixels = g_steal_pointer (&image->pixels);
  look->n_layers = gbox_network_get_n_layers (self->network);
  look->layers = g_new0 (GboxPhotoLookUnits, look->n_layers);
  if (!describe_layers (self, look, error) || !classify (self, look, error))
    return GBOX_STEP_FAILED;
  gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_PHOTO_LOOK, g_steal_pointer (&look));
  return get_values (self)->class_id >= 0 ? GBOX_STEP_CONTINUE : GBOX_STEP_FINISHED;
}

static gboolean
begin_why (GboxPhotoLookJob *self, GError **error)
{
  g_autoptr (GboxImage) image = resize (self);

  self->why_height = image->height;
  self->why_width = image->width;
  self->attribution = gbox_attribution_new (self->network, self->team, image, get_values (self)->class_id,
                                            NULL, 0, GBOX_ATTRIBUTION_INTEGRATED, error);
  return self->attribution != NULL;
}

static void
post_why (GboxPhotoLookJob *self)
{
  const gsize n = (gsize) self->why_height * (gsize) self->why_width;
  GboxPhotoWhy *why = g_new0 (GboxPhotoWhy, 1);

  why->class_id = get_values (self)->class_id;
  why->height = self->why_height;
  why->width = self->why_width;
  why->pixels = g_memdup2 (gbox_attribution_get_pixels (self->attribution), n * sizeof (float));
  gbox_heat_map_smooth (why->pixels, why->height, why->width,
                        MAX (MIN (why->height, why->width) / SMOOTHING, 1));
  gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_PHOTO_WHY, why);
}

static GboxStepResult
step (GboxJob *job, GError **error)
{
  GboxPhotoLookJob *self = GBOX_PHOTO_LOOK_JOB (job);

  if (self->photo == NULL)
    return look_at_photo (self, error);
  if (self->attribution == NULL)
    return begin_why (self, error) ? GBOX_STEP_CONTINUE : GBOX_STEP_FAILED;
  if (gbox_attribution_step (self->attribution))
    return GBOX_STEP_CONTINUE;
  post_why (self);
  return GBOX_STEP_FINISHED;
}

static void
gbox_photo_look_job_class_init (GboxPhotoLookJobClass *class)
{
  G_OBJECT_CLASS (class)->finalize = finalize;
  GBOX_JOB_CLASS (class)->start = start;
  GBOX_JOB_CLASS (class)->step = step;
}

static void
gbox_photo_look_job_init (GboxPhotoLookJob *self)
{
}

GboxJob *
gbox_photo_look_job_new (GboxPhotoLookSpec *spec)
{
  GboxPhotoLookJob *self = g_object_new (GBOX_TYPE_PHOTO_LOOK_JOB, NULL);

  self->spec = GBOX_PHOTO_LOOK_SPEC (gbox_spec_copy (GBOX_SPEC (spec)));
  return GBOX_JOB (self);
}

GboxJob *
gbox_photo_look_job_new_for_network (GboxPhotoLookSpec *spec, GboxNetwork *network)
{
  GboxJob *job = gbox_photo_look_job_new (spec);

  GBOX_PHOTO_LOOK_JOB (job)->network = gbox_network_ref (network);
  return job;
}
