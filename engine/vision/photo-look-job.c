/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of looking at one photograph with a network. */
#include "vision/photo-look-job.h"

#include "base/error.h"
#include "kernels/resample.h"
#include "models/plan.h"
#include "vision/classify.h"
#include "vision/heat-map.h"
#include "vision/photo-decoding.h"

/* Of the side of the image: what the reasons are smoothed by. */
#define SMOOTHING 56
/* The photograph is decoded no smaller than so many times what is made of it, so that resizing still
 * averages. */
#define OVERSAMPLING 2
/* How long a step goes on with a pass, in microseconds. */
#define PASS_MICROSECONDS 20000
/* Parts of the work beside the layers: decoding, laying out, the pass, classes. */
#define N_PARTS 4

struct _GboxPhotoLookJob
{
  GboxJob parent_instance;

  GboxPhotoLookSpec *spec;
  GboxTeam *team;
  GboxNetwork *network;
  int layer;
  gint64 microseconds; /* of all steps */
  guint n_done;        /* parts of the work */

  GboxPhotoDecoding *decoding;
  GboxImage *photo; /* (nullable): as it is decoded */

  GboxPlan *plan; /* (nullable): for the look */
  gboolean is_forwarded;
  GboxPhotoLook *look; /* (nullable): as far as it is known */
  guint n_described;   /* layers of it */

  GboxAttribution *attribution; /* (nullable): for the reasons */
  int why_height, why_width;
};

G_DEFINE_FINAL_TYPE (GboxPhotoLookJob, gbox_photo_look_job, GBOX_TYPE_JOB)

static void
finalize (GObject *object)
{
  GboxPhotoLookJob *self = GBOX_PHOTO_LOOK_JOB (object);

  g_clear_pointer (&self->decoding, gbox_photo_decoding_free);
  g_clear_pointer (&self->photo, gbox_image_free);
  g_clear_pointer (&self->plan, gbox_plan_free);
  g_clear_pointer (&self->look, gbox_photo_look_free);
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

/* The side of the image that reasons are looked for in: that at which the network finds classes. */
static int
get_side (GboxPhotoLookJob *self)
{
  const int crop = gbox_network_get_preprocessing (self->network)->crop;

  return get_values (self)->class_id >= 0 ? crop : get_values (self)->side;
}

static gboolean
start (GboxJob *job, const GboxJobContext *context, GError **error)
{
  GboxPhotoLookJob *self = GBOX_PHOTO_LOOK_JOB (job);
  const GboxPhotoLookValues *values = get_values (self);
  int side;

  self->team = context->team;
  if (self->network == NULL)
    self->network = gbox_model_store_get_network (context->store, values->model, error);
  if (self->network == NULL)
    return FALSE;
  self->layer = gbox_network_find_layer (self->network, values->layer);
  if (self->layer < 0
      || values->unit >= gbox_network_get_layer (self->network, (guint) self->layer)->n_channels)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "%s has no unit %d in a layer “%s”.",
                   gbox_network_get_title (self->network), values->unit, values->layer);
      return FALSE;
    }
  side = MAX (get_side (self), gbox_network_get_preprocessing (self->network)->resize);
  self->decoding = gbox_photo_decoding_new (values->path, OVERSAMPLING * side);
  if (values->class_id < 0)
    gbox_job_post_length (job, N_PARTS + gbox_network_get_n_layers (self->network));
  return TRUE;
}

static void
finish_part (GboxPhotoLookJob *self)
{
  const GboxPoint point = { .step = ++self->n_done, .seconds = (double) self->microseconds / G_USEC_PER_SEC };

  gbox_job_post_point (GBOX_JOB (self), &point);
}

static gboolean
decode (GboxPhotoLookJob *self, GError **error)
{
  if (!gbox_photo_decoding_wait (self->decoding, &self->photo, error))
    return FALSE;
  if (self->photo != NULL)
    finish_part (self);
  return TRUE;
}

/* All of the photograph, its shorter side as asked for, as far as the longer one is no longer than networks
 * see. */
static GboxImage *
resize (GboxPhotoLookJob *self)
{
  const GboxImage *photo = self->photo;
  const int shorter = MIN (photo->width, photo->height), longer = MAX (photo->width, photo->height);
  const double zoom = MIN ((double) get_side (self) / shorter, (double) GBOX_NETWORK_MAX_SIZE / longer);
  GboxImage *image = g_new (GboxImage, 1);

  image->width = CLAMP ((int) (photo->width * zoom + 0.5), GBOX_NETWORK_MIN_SIZE, GBOX_NETWORK_MAX_SIZE);
  image->height = CLAMP ((int) (photo->height * zoom + 0.5), GBOX_NETWORK_MIN_SIZE, GBOX_NETWORK_MAX_SIZE);
  image->pixels = g_malloc (3 * (gsize) image->width * (gsize) image->height);
  gbox_resample_rgb8 (gbox_network_get_preprocessing (self->network)->filter, photo->pixels, photo->width,
                      photo->height, 3 * (gsize) photo->width, image->pixels, image->width, image->height);
  return image;
}

/* The first @n layers. Free with g_free(). */
static guint *
list_layers (guint n)
{
  guint *layers = g_new (guint, n);

  for (guint i = 0; i < n; i++)
    layers[i] = i;
  return layers;
}

static gboolean
lay_out (GboxPhotoLookJob *self, GError **error)
{
  const guint n = gbox_network_get_n_layers (self->network);
  g_autoptr (GboxImage) image = resize (self);
  g_autofree guint *layers = list_layers (n);

  self->plan = gbox_plan_new_observed (self->network, self->team, n - 1, layers, n, 1, image->height,
                                       image->width, FALSE, error);
  if (self->plan == NULL)
    return FALSE;
  for (gsize i = 0; i < 3 * (gsize) image->width * (gsize) image->height; i++)
    gbox_plan_get_input (self->plan)->data[i] = image->pixels[i];
  self->look = g_new0 (GboxPhotoLook, 1);
  self->look->width = image->width;
  self->look->height = image->height;
  self->look->pixels = g_steal_pointer (&image->pixels);
  self->look->n_layers = n;
  self->look->layers = g_new0 (GboxPhotoLookLayer, n);
  finish_part (self);
  return TRUE;
}

static void
forward (GboxPhotoLookJob *self)
{
  self->is_forwarded = !gbox_plan_forward_for (self->plan, PASS_MICROSECONDS);
  if (self->is_forwarded)
    finish_part (self);
}

static void
copy_map (GboxPhotoLookJob *self, const GboxTensor *activation)
{
  const gsize n_positions = gbox_tensor_n_pixels (activation);

  self->look->map_height = activation->height;
  self->look->map_width = activation->width;
  self->look->map = g_new (float, n_positions);
  for (gsize p = 0; p < n_positions; p++)
    self->look->map[p] = activation->data[p * activation->stride + (gsize) get_values (self)->unit];
}

static void
describe_layer (GboxPhotoLookJob *self)
{
  const guint i = self->n_described++;
  const GboxTensor *activation = gbox_plan_get_observed (self->plan, i);
  GboxPhotoLookLayer *layer = &self->look->layers[i];

  layer->layer = i;
  layer->height = activation->height;
  layer->width = activation->width;
  gbox_strongest_find_by_mean (activation, &layer->whole);
  layer->spots = gbox_strongest_find_at_spots (activation);
  if ((int) i == self->layer)
    copy_map (self, activation);
  finish_part (self);
}

static GboxStepResult
classify (GboxPhotoLookJob *self, GError **error)
{
  g_autoptr (GboxClassifier) classifier = gbox_classifier_new (self->network, self->team, error);
  GboxClassScore top[GBOX_PHOTO_LOOK_N_CLASSES];

  if (classifier == NULL)
    return GBOX_STEP_FAILED;
  gbox_classifier_run (classifier, self->photo, top, GBOX_PHOTO_LOOK_N_CLASSES);
  for (int i = 0; i < GBOX_PHOTO_LOOK_N_CLASSES; i++)
    {
      self->look->classes[i] = top[i].class_id;
      self->look->probabilities[i] = top[i].probability;
    }
  gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_PHOTO_LOOK, g_steal_pointer (&self->look));
  finish_part (self);
  return GBOX_STEP_FINISHED;
}

static GboxStepResult
look_on (GboxPhotoLookJob *self, GError **error)
{
  if (self->plan == NULL)
    return lay_out (self, error) ? GBOX_STEP_CONTINUE : GBOX_STEP_FAILED;
  if (!self->is_forwarded)
    forward (self);
  else if (self->n_described < self->look->n_layers)
    describe_layer (self);
  else
    return classify (self, error);
  return GBOX_STEP_CONTINUE;
}

static gboolean
begin_why (GboxPhotoLookJob *self, GError **error)
{
  const guint n_layers = gbox_network_get_n_layers (self->network) - 1;
  g_autoptr (GboxImage) image = resize (self);
  g_autofree guint *layers = list_layers (n_layers);

  self->why_height = image->height;
  self->why_width = image->width;
  self->attribution = gbox_attribution_new (self->network, self->team, image, get_values (self)->class_id,
                                            layers, n_layers, get_values (self)->method, error);
  return self->attribution != NULL;
}

static void
post_why (GboxPhotoLookJob *self)
{
  const gsize n = (gsize) self->why_height * (gsize) self->why_width;
  GboxPhotoWhy *why = g_new0 (GboxPhotoWhy, 1);

  why->class_id = get_values (self)->class_id;
  why->method = get_values (self)->method;
  why->height = self->why_height;
  why->width = self->why_width;
  why->pixels = g_memdup2 (gbox_attribution_get_pixels (self->attribution), n * sizeof (float));
  gbox_heat_map_smooth (why->pixels, why->height, why->width,
                        MAX (MIN (why->height, why->width) / SMOOTHING, 1));
  why->n_layers = gbox_network_get_n_layers (self->network) - 1;
  why->layers = g_new (GboxStrongest, why->n_layers);
  for (guint i = 0; i < why->n_layers; i++)
    {
      int height, width, channels;

      gbox_attribution_get_shape (self->attribution, i, &height, &width, &channels);
      gbox_strongest_find (gbox_attribution_get_channels (self->attribution, i), channels, &why->layers[i]);
    }
  gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_PHOTO_WHY, why);
}

static GboxStepResult
explain (GboxPhotoLookJob *self, GError **error)
{
  if (self->attribution == NULL)
    return begin_why (self, error) ? GBOX_STEP_CONTINUE : GBOX_STEP_FAILED;
  if (gbox_attribution_step (self->attribution))
    {
      finish_part (self);
      return GBOX_STEP_CONTINUE;
    }
  post_why (self);
  return GBOX_STEP_FINISHED;
}

static GboxStepResult
step (GboxJob *job, GError **error)
{
  GboxPhotoLookJob *self = GBOX_PHOTO_LOOK_JOB (job);
  const gint64 begin = g_get_monotonic_time ();
  GboxStepResult result;

  if (self->photo == NULL)
    result = decode (self, error) ? GBOX_STEP_CONTINUE : GBOX_STEP_FAILED;
  else if (get_values (self)->class_id < 0)
    result = look_on (self, error);
  else
    result = explain (self, error);
  self->microseconds += g_get_monotonic_time () - begin;
  return result;
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
