/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything between the parameters of an image and the number that is maximised, in both directions. */
#include "vision/pipeline.h"

#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/philox.h"
#include "kernels/adam.h"
#include "kernels/affine-sample.h"
#include "models/image.h"
#include "models/plan.h"
#include "vision/diversity.h"
#include "vision/objective.h"
#include "vision/penalty.h"
#include "vision/purpose.h"
#include "vision/transform.h"
#include "vision/unit-name.h"

/* The image is in 0 … 1 and the network takes 0 … 255; what lies beyond the image is grey. */
#define INPUT_SCALE 255.0f
#define GREY        0.5f

#define MAX_CHANNELS 3 /* of the network's input */

struct _GboxPipeline
{
  GboxTeam *team;
  GboxVisualizationSpec *spec;
  int n_images;
  GboxPlan *plan;
  GboxImageBasis *basis;
  GboxObjective objective;
  GboxDiversity *diversity;                          /* of images that are to be unlike each other */
  GboxObjective end;                                 /* of images that go over to another unit */
  const GboxTensor *observed;                        /* a layer that counts beside the target, or NULL */
  GboxTensor *driven;                                /* its gradient */
  double shares[2][GBOX_VISUALIZATION_MAX_PICTURES]; /* of either unit in each image */
  GboxArena *arena;
  GboxPipelineState state;
  float *gradient;     /* (n) */
  float *rgb;          /* (n_images, 3, size, size) */
  float *drgb;         /* (n_images, 3, size, size) */
  gboolean is_finite;  /* whether every value of rgb is a number */
  double penalty;      /* of the last backward pass */
  double likeness;     /* of the last evaluation */
  GboxLapClock *clock; /* the caller's, or NULL */
};

static int
find_layer (GboxNetwork *network, const char *name, GError **error)
{
  const int layer = gbox_network_find_layer (network, name);
  g_autoptr (GString) names = NULL;

  if (layer >= 0)
    return layer;
  names = g_string_new (NULL);
  for (guint i = 0; i < gbox_network_get_n_layers (network); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", gbox_network_get_layer (network, i)->name);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "%s has no layer “%s”; its layers are %s.",
               gbox_network_get_title (network), name, names->str);
  return -1;
}

/* A unit alone needs only what leads to it: the plan's output becomes that one channel, and of a neuron that
 * one position. */
static GboxPlanPart
take_unit (GboxObjective *objective)
{
  GboxPlanPart part = { .first_channel = objective->unit, .n_channels = 1 };

  if (objective->kind == GBOX_OBJECTIVE_LAYER || objective->kind == GBOX_OBJECTIVE_DIRECTION)
    return (GboxPlanPart){ 0 };
  objective->unit = 0;
  if (objective->kind == GBOX_OBJECTIVE_NEURON)
    {
      part.region = (GboxRegion){ objective->y, objective->x, 1, 1 };
      objective->y = objective->x = 0;
    }
  return part;
}

static void
drive_observed (GboxPipeline *self)
{
  self->observed = gbox_plan_get_observed (self->plan, 0);
  self->driven = gbox_plan_drive_observed (self->plan, 0);
}

/* Several images are planned with all channels of the unit's layer, whose style tells them apart. Classes
 * have none: of theirs it is the layer before. */
static gboolean
init_batch (GboxPipeline *self, GboxNetwork *network, guint layer, int size, GError **error)
{
  const gboolean has_own_style = self->objective.kind != GBOX_OBJECTIVE_CLASS || layer == 0;
  const guint before = layer - 1;

  self->plan = gbox_plan_new_observed (network, self->team, layer, &before, has_own_style ? 0 : 1,
                                       self->n_images, size, size, TRUE, error);
  if (self->plan == NULL)
    return FALSE;
  if (!has_own_style)
    drive_observed (self);
  self->diversity
    = gbox_diversity_new (self->team, has_own_style ? gbox_plan_get_output (self->plan) : self->observed,
                          error);
  return self->diversity != NULL;
}

static gboolean
init_interpolation (GboxPipeline *self, GboxNetwork *network, guint layer, int size, GError **error)
{
  g_autofree char *name = NULL;
  int unit, other_layer;
  guint other;

  if (!gbox_unit_name_parse (gbox_visualization_spec_get_values (self->spec)->interpolate_to, &name, &unit,
                             error))
    return FALSE;
  other_layer = find_layer (network, name, error);
  if (other_layer < 0)
    return FALSE;
  other = (guint) other_layer;
  self->plan
    = gbox_plan_new_observed (network, self->team, layer, &other, 1, self->n_images, size, size, TRUE, error);
  if (self->plan == NULL)
    return FALSE;
  drive_observed (self);
  for (int i = 0; i < self->n_images; i++)
    {
      self->shares[1][i] = (double) i / (self->n_images - 1);
      self->shares[0][i] = 1.0 - self->shares[1][i];
    }
  if (!gbox_objective_init_end (&self->end, self->spec, self->observed, error))
    return FALSE;
  self->objective.shares = self->shares[0];
  self->end.shares = self->shares[1];
  return TRUE;
}

static gboolean
init_network (GboxPipeline *self, GboxNetwork *network, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);
  const char *name = values->objective == GBOX_OBJECTIVE_CLASS ? "class" : values->layer;
  const int size = values->size;
  const int layer = find_layer (network, name, error);
  GboxPlanPart part;
  GboxTensor whole;
  int height, width;

  if (layer < 0 || !gbox_plan_measure_layer (network, (guint) layer, size, size, &height, &width, error))
    return FALSE;
  whole = gbox_tensor (NULL, 1, height, width, gbox_network_get_layer (network, (guint) layer)->n_channels);
  if (!gbox_objective_init (&self->objective, self->spec, &whole, error))
    return FALSE;
  if (gbox_visualization_spec_interpolates (self->spec))
    return init_interpolation (self, network, (guint) layer, size, error);
  if (self->n_images > 1)
    return init_batch (self, network, (guint) layer, size, error);
  part = take_unit (&self->objective);
  self->plan = gbox_plan_new_for_part (network, self->team, (guint) layer, 1, size, size, &part, TRUE, error);
  return self->plan != NULL;
}

static gboolean
init_memory (GboxPipeline *self, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);
  const gsize n = gbox_image_basis_get_n_parameters (self->basis);
  const gsize n_pixels = (gsize) self->n_images * 3 * (gsize) values->size * (gsize) values->size;
  float **const blocks[]
    = { &self->state.parameters, &self->state.m, &self->state.v, &self->gradient, &self->rgb, &self->drgb };
  const gsize sizes[] = { n, n, n, n, n_pixels, n_pixels };
  guint handles[G_N_ELEMENTS (blocks)];

  self->arena = gbox_arena_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    handles[i] = gbox_arena_reserve (self->arena, sizes[i] * sizeof (float), 0, GBOX_ARENA_FOREVER);
  if (!gbox_arena_commit (self->arena, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    *blocks[i] = gbox_arena_get (self->arena, handles[i]);
  self->state.n = n;
  self->state.n_dims = gbox_image_basis_get_shape (self->basis, self->state.dims);
  return TRUE;
}

/* Those that go over to another unit begin alike. */
static void
draw_parameters (GboxPipeline *self)
{
  const gsize n = self->state.n / (gsize) self->n_images;

  gbox_image_basis_init_parameters (self->basis, gbox_visualization_spec_get_values (self->spec)->seed,
                                    self->state.parameters);
  for (gsize i = 1; i < (gsize) self->n_images && gbox_visualization_spec_interpolates (self->spec); i++)
    memcpy (self->state.parameters + i * n, self->state.parameters, n * sizeof (float));
}

/* The middle of it, as a square of the picture's size, of every image. What goes on from a checkpoint has its
 * parameters from there. */
static gboolean
load_start (GboxPipeline *self, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);
  const gsize n = (gsize) values->size * (gsize) values->size;
  const GboxPreprocessing preprocessing
    = { .resize = values->size, .crop = values->size, .filter = GBOX_FILTER_BICUBIC };
  g_autoptr (GboxImage) image = NULL;
  g_autoptr (GboxImage) square = NULL;

  if (values->start[0] == '\0' || values->checkpoint[0] != '\0')
    return TRUE;
  image = gbox_image_load (values->start, error);
  if (image == NULL)
    return FALSE;
  square = gbox_image_prepare (image, &preprocessing);
  for (gsize i = 0; i < n; i++)
    for (gsize c = 0; c < 3; c++)
      self->rgb[c * n + i] = (float) square->pixels[3 * i + c] / INPUT_SCALE;
  for (gsize i = 1; i < (gsize) self->n_images; i++)
    memcpy (self->rgb + 3 * n * i, self->rgb, 3 * n * sizeof (float));
  gbox_image_basis_take_image (self->basis, self->team, self->rgb, self->state.parameters, self->drgb);
  return TRUE;
}

GboxPipeline *
gbox_pipeline_new (GboxNetwork *network, GboxTeam *team, GboxVisualizationSpec *spec, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);
  g_autoptr (GboxPipeline) self = NULL;

  self = g_new0 (GboxPipeline, 1);
  self->team = team;
  self->spec = g_object_ref (spec);
  self->n_images = gbox_visualization_spec_count_pictures (spec);
  if (!init_network (self, network, error))
    return NULL;
  self->basis = gbox_image_basis_new (values->basis, self->n_images, values->size, values->size,
                                      values->decay_power, values->decorrelate, error);
  if (self->basis == NULL || !init_memory (self, error))
    return NULL;
  draw_parameters (self);
  if (!load_start (self, error))
    return NULL;
  gbox_pipeline_render (self);
  return g_steal_pointer (&self);
}

void
gbox_pipeline_free (GboxPipeline *self)
{
  if (self == NULL)
    return;
  gbox_objective_clear (&self->objective);
  gbox_objective_clear (&self->end);
  g_clear_pointer (&self->diversity, gbox_diversity_free);
  g_clear_pointer (&self->plan, gbox_plan_free);
  g_clear_pointer (&self->basis, gbox_image_basis_free);
  g_clear_pointer (&self->arena, gbox_arena_free);
  g_object_unref (self->spec);
  g_free (self);
}

const GboxPipelineState *
gbox_pipeline_get_state (const GboxPipeline *self)
{
  return &self->state;
}

void
gbox_pipeline_render (GboxPipeline *self)
{
  gbox_lap_clock_start (self->clock);
  self->is_finite = gbox_image_basis_forward (self->basis, self->team, self->state.parameters, self->rgb);
  gbox_lap_clock_note (self->clock, GBOX_PIPELINE_BASIS);
}

const float *
gbox_pipeline_get_image (const GboxPipeline *self)
{
  return self->rgb;
}

gboolean
gbox_pipeline_is_finite (const GboxPipeline *self)
{
  return self->is_finite;
}

/* From the network's input, which may be a part of the image, to the image. */
static GboxAffine
draw_map (const GboxPipeline *self, guint step)
{
  const GboxRegion *region = gbox_plan_get_input_region (self->plan);
  const double top = region->top, left = region->left;
  GboxAffine map = gbox_transform_draw (self->spec, step);

  map.y0 = (float) ((double) map.y0 + top * (double) map.yy + left * (double) map.yx);
  map.x0 = (float) ((double) map.x0 + top * (double) map.xy + left * (double) map.xx);
  return map;
}

typedef struct
{
  GboxTensor *input;
  guint64 seed;
  guint step;
  float sd;
} Noise;

/* A stream for each row of all images, so that it does not matter who adds it. */
static void
add_row_noise (gpointer data, guint task, guint worker)
{
  const Noise *n = data;
  const gsize width = (gsize) n->input->width, channels = (gsize) n->input->channels;
  float *row = n->input->data + task * width * n->input->stride;
  float noise[MAX_CHANNELS * GBOX_NETWORK_MAX_SIZE];
  GboxPhilox random;

  gbox_philox_init (&random, n->seed, GBOX_PURPOSE_NOISE, ((guint64) n->step << 32) | task);
  gbox_philox_fill_normal (&random, noise, width * channels, 0.0f, n->sd);
  for (gsize x = 0; x < width; x++)
    for (gsize c = 0; c < channels; c++)
      row[x * n->input->stride + c] += noise[x * channels + c];
}

/* It changes nothing on the way back. */
static void
add_noise (GboxPipeline *self, guint step)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);
  GboxTensor *input = gbox_plan_get_input (self->plan);
  Noise noise = { .input = input, .seed = values->seed, .step = step };

  if (values->noise == 0.0 || !values->transforms)
    return;
  noise.sd = (float) values->noise * INPUT_SCALE;
  gbox_team_run (self->team, (guint) (input->batch * input->height), add_row_noise, &noise);
}

/* Image @i alone. */
static GboxTensor
view_image (const GboxTensor *tensor, int i)
{
  GboxTensor view = *tensor;

  view.batch = 1;
  view.data = gbox_tensor_pixel (tensor, i, 0, 0);
  return view;
}

static gsize
get_offset (const GboxPipeline *self, int image)
{
  const gsize size = (gsize) gbox_visualization_spec_get_values (self->spec)->size;

  return (gsize) image * 3 * size * size;
}

/* image → the network's input. */
static void
sample_images (GboxPipeline *self, const GboxAffine *map)
{
  const int size = gbox_visualization_spec_get_values (self->spec)->size;

  for (int i = 0; i < self->n_images; i++)
    {
      GboxTensor input = view_image (gbox_plan_get_input (self->plan), i);

      gbox_affine_sample (self->team, map, GREY, INPUT_SCALE, self->rgb + get_offset (self, i), size, size,
                          &input);
    }
}

/* The more alike, the less is gained. */
static void
subtract_likeness (GboxPipeline *self)
{
  const double weight = gbox_visualization_spec_get_values (self->spec)->diversity_weight;

  if (self->driven == NULL)
    {
      self->likeness = gbox_diversity_subtract (self->diversity, gbox_plan_get_output (self->plan), weight,
                                                gbox_plan_get_output_gradient (self->plan));
      return;
    }
  gbox_tensor_clear (self->driven);
  self->likeness = gbox_diversity_subtract (self->diversity, self->observed, weight, self->driven);
}

/* With its gradient. */
static double
evaluate_objective (GboxPipeline *self)
{
  double objective = gbox_objective_evaluate (&self->objective, self->team, gbox_plan_get_output (self->plan),
                                              gbox_plan_get_output_gradient (self->plan));

  if (self->diversity != NULL)
    subtract_likeness (self);
  else if (self->driven != NULL)
    objective += gbox_objective_evaluate (&self->end, self->team, self->observed, self->driven);
  return objective;
}

double
gbox_pipeline_evaluate (GboxPipeline *self, guint step)
{
  const GboxAffine map = draw_map (self, step);
  double objective;

  gbox_lap_clock_start (self->clock);
  sample_images (self, &map);
  add_noise (self, step);
  gbox_lap_clock_note (self->clock, GBOX_PIPELINE_SAMPLING);
  gbox_plan_forward (self->plan);
  gbox_lap_clock_note (self->clock, GBOX_PIPELINE_FORWARD);
  objective = evaluate_objective (self);
  gbox_lap_clock_note (self->clock, GBOX_PIPELINE_OBJECTIVE);
  return objective;
}

/* The network's input gradient → that of the images. */
static void
spread_gradient (GboxPipeline *self, const GboxAffine *map)
{
  const int size = gbox_visualization_spec_get_values (self->spec)->size;

  for (int i = 0; i < self->n_images; i++)
    {
      const GboxTensor dinput = view_image (gbox_plan_get_input_gradient (self->plan), i);

      gbox_affine_sample_adjoint (self->team, map, INPUT_SCALE, &dinput, self->drgb + get_offset (self, i),
                                  size, size);
    }
}

/* Of the image itself, not of what the transforms make of it; of several the mean. */
static void
subtract_penalty (GboxPipeline *self)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);
  const GboxPenalty penalty = { .l1 = values->l1 / self->n_images,
                                .total_variation = values->total_variation / self->n_images,
                                .blur = values->blur / self->n_images };

  self->penalty = 0.0;
  for (int i = 0; i < self->n_images; i++)
    self->penalty += gbox_penalty_subtract (&penalty, self->team, self->rgb + get_offset (self, i),
                                            values->size, values->size, self->drgb + get_offset (self, i));
}

gboolean
gbox_pipeline_backpropagate (GboxPipeline *self, guint step, gboolean redirect)
{
  const GboxAffine map = draw_map (self, step);
  gboolean redirected;

  gbox_lap_clock_start (self->clock);
  redirected = gbox_plan_backward (self->plan, redirect);
  gbox_lap_clock_note (self->clock, GBOX_PIPELINE_BACKWARD);
  spread_gradient (self, &map);
  subtract_penalty (self);
  gbox_lap_clock_note (self->clock, GBOX_PIPELINE_ADJOINT);
  gbox_image_basis_backward (self->basis, self->team, self->rgb, self->drgb, self->gradient);
  gbox_lap_clock_note (self->clock, GBOX_PIPELINE_BASIS_BACKWARD);
  return redirected;
}

double
gbox_pipeline_get_penalty (const GboxPipeline *self)
{
  return self->penalty;
}

double
gbox_pipeline_get_likeness (const GboxPipeline *self)
{
  return self->likeness;
}

const float *
gbox_pipeline_get_gradient (const GboxPipeline *self)
{
  return self->gradient;
}

void
gbox_pipeline_ascend (GboxPipeline *self, guint step)
{
  const double learning_rate = gbox_visualization_spec_get_values (self->spec)->learning_rate;

  gbox_lap_clock_start (self->clock);
  gbox_adam_step (self->team, self->state.parameters, self->gradient, self->state.m, self->state.v,
                  self->state.n, step, learning_rate);
  gbox_lap_clock_note (self->clock, GBOX_PIPELINE_ADAM);
}

void
gbox_pipeline_set_clock (GboxPipeline *self, GboxLapClock *clock)
{
  self->clock = clock;
}

GboxPlan *
gbox_pipeline_get_plan (GboxPipeline *self)
{
  return self->plan;
}
