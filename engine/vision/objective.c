/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is maximised: a number from a layer's output, and its gradient there. */
#include "vision/objective.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "vision/direction.h"
#include "vision/unit-name.h"

/* The work is always cut into at most this many slices of pixels, whose sums are added in order. */
#define MAX_SLICES       64
#define PIXELS_PER_SLICE 16

/* The cosine counts as at least this, so that a direction that is not there yet still pulls (lucid
 * `objectives.py`). */
#define LEAST_COSINE 0.1
/* Added to the product of the norms, so that an image without any activation has a cosine (lucid). */
#define NORM_FLOOR 1e-6

/* Where the units are classes. */
#define CLASS_LAYER "class"

typedef struct
{
  const GboxObjective *objective;
  const GboxTensor *output; /* (N, H, W, C) */
  GboxTensor *gradient;     /* (N, H, W, C), or NULL */
  gsize pixels_per_slice;
  double sums[MAX_SLICES];
} Evaluation;

static gboolean
refuse_unit (GError **error, const char *what, int unit, int n)
{
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
               "There is no %s %d in this layer: they go from 0 to %d.", what, unit, n - 1);
  return FALSE;
}

static gboolean
init_position (GboxObjective *self,
               const GboxVisualizationValues *values,
               const GboxTensor *output,
               GError **error)
{
  self->y = values->at_y < 0 ? output->height / 2 : values->at_y;
  self->x = values->at_x < 0 ? output->width / 2 : values->at_x;
  if (self->y < output->height && self->x < output->width)
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
               "There is no neuron at row %d, column %d: at this size the layer's map has rows 0 to %d and "
               "columns 0 to %d.",
               self->y, self->x, output->height - 1, output->width - 1);
  return FALSE;
}

static gboolean
init_direction (GboxObjective *self,
                const GboxVisualizationValues *values,
                const GboxTensor *output,
                GError **error)
{
  g_autoptr (GArray) terms = NULL;

  if (values->direction_from[0] != '\0')
    return TRUE;
  terms = gbox_direction_parse (values->direction, error);
  if (terms == NULL)
    return FALSE;
  self->direction = g_new0 (float, (gsize) output->channels);
  for (guint i = 0; i < terms->len; i++)
    {
      const GboxDirectionTerm *term = &g_array_index (terms, GboxDirectionTerm, i);

      if (term->channel >= output->channels)
        return refuse_unit (error, "channel", term->channel, output->channels);
      self->direction[term->channel] = (float) term->weight;
    }
  self->cosine_power = values->cosine_power;
  return TRUE;
}

gboolean
gbox_objective_init (GboxObjective *self,
                     GboxVisualizationSpec *spec,
                     const GboxTensor *output,
                     GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);
  const gboolean has_unit
    = values->objective != GBOX_OBJECTIVE_LAYER && values->objective != GBOX_OBJECTIVE_DIRECTION;

  *self = (GboxObjective){ .kind = values->objective, .unit = values->unit };
  if (has_unit && values->unit >= output->channels)
    return refuse_unit (error, values->objective == GBOX_OBJECTIVE_CLASS ? "class" : "channel", values->unit,
                        output->channels);
  if (values->objective == GBOX_OBJECTIVE_NEURON)
    return init_position (self, values, output, error);
  if (values->objective == GBOX_OBJECTIVE_DIRECTION)
    return init_direction (self, values, output, error);
  return TRUE;
}

/* Neither here nor there is it about a position. */
gboolean
gbox_objective_init_end (GboxObjective *self,
                         GboxVisualizationSpec *spec,
                         const GboxTensor *output,
                         GError **error)
{
  g_autofree char *layer = NULL;
  int unit;

  *self = (GboxObjective){ 0 };
  if (!gbox_unit_name_parse (gbox_visualization_spec_get_values (spec)->interpolate_to, &layer, &unit, error))
    return FALSE;
  self->kind = g_str_equal (layer, CLASS_LAYER) ? GBOX_OBJECTIVE_CLASS : GBOX_OBJECTIVE_CHANNEL;
  self->unit = unit;
  return unit < output->channels
         || refuse_unit (error, self->kind == GBOX_OBJECTIVE_CLASS ? "class" : "channel", unit,
                         output->channels);
}

static gboolean
refuse_layer (GError **error, const GboxNetwork *network, const char *name)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < gbox_network_get_n_layers (network); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", gbox_network_get_layer (network, i)->name);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "%s has no layer “%s”; its layers are %s.",
               gbox_network_get_title (network), name, names->str);
  return FALSE;
}

static gboolean
measure_layer (const GboxNetwork *network, const char *name, int size, GboxTensor *shape, GError **error)
{
  const int index = gbox_network_find_layer (network, name);

  *shape = (GboxTensor){ 0 };
  if (index < 0)
    return refuse_layer (error, network, name);
  shape->channels = gbox_network_get_layer (network, (guint) index)->n_channels;
  shape->height = shape->width = gbox_network_get_map_side (network, (guint) index, size);
  return TRUE;
}

static gboolean
check_end (GboxVisualizationSpec *spec, const GboxNetwork *network, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);
  g_autofree char *layer = NULL;
  g_auto (GboxObjective) end = { 0 };
  GboxTensor shape;
  int unit;

  return gbox_unit_name_parse (values->interpolate_to, &layer, &unit, error)
         && measure_layer (network, layer, values->size, &shape, error)
         && gbox_objective_init_end (&end, spec, &shape, error);
}

gboolean
gbox_objective_check (GboxVisualizationSpec *spec, const GboxNetwork *network, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);
  const char *name = values->objective == GBOX_OBJECTIVE_CLASS ? CLASS_LAYER : values->layer;
  g_auto (GboxObjective) objective = { 0 };
  GboxTensor shape;

  return measure_layer (network, name, values->size, &shape, error)
         && gbox_objective_init (&objective, spec, &shape, error)
         && (!gbox_visualization_spec_interpolates (spec) || check_end (spec, network, error));
}

void
gbox_objective_clear (GboxObjective *self)
{
  g_clear_pointer (&self->direction, g_free);
}

/* mean a[c]: ∂/∂a[c] = 1 / positions. For a neuron the only position is its own, of every image. */
static double
evaluate_unit (const GboxObjective *o, const float *a, float *gradient, double weight)
{
  if (gradient != NULL)
    gradient[o->unit] = (float) weight;
  return weight * (double) a[o->unit];
}

/* mean a²: ∂/∂a = 2a / elements. */
static double
evaluate_squares (const float *a, float *gradient, int channels, double weight)
{
  double sum = 0.0;

  for (int c = 0; c < channels; c++)
    sum += (double) a[c] * (double) a[c];
  if (gradient != NULL)
    for (int c = 0; c < channels; c++)
      gradient[c] = (float) (2.0 * weight * (double) a[c]);
  return weight * sum;
}

/* f = s·κ^p with s = a·d, κ = max (0.1, cos), cos = s / (ε + |a||d|):
 * ∂f/∂a = κ^p·d + s·p·κ^(p−1)·∂cos/∂a where cos > 0.1, ∂cos/∂a = d / (ε + |a||d|) − cos·|d| / (ε + |a||d|) ·
 * a/|a|. */
static double
evaluate_direction (const GboxObjective *o, const float *a, float *gradient, int channels, double weight)
{
  double dot = 0.0, a_square = 0.0, d_square = 0.0;

  for (int c = 0; c < channels; c++)
    {
      dot += (double) a[c] * (double) o->direction[c];
      a_square += (double) a[c] * (double) a[c];
      d_square += (double) o->direction[c] * (double) o->direction[c];
    }

  const double norms = NORM_FLOOR + sqrt (a_square) * sqrt (d_square);
  const double cosine = MAX (LEAST_COSINE, dot / norms);
  const double factor = pow (cosine, o->cosine_power);

  if (gradient != NULL)
    {
      const double slope = cosine > LEAST_COSINE ? dot * o->cosine_power * factor / cosine / norms : 0.0;
      const double along_d = weight * (factor + slope);
      const double along_a
        = cosine > LEAST_COSINE ? weight * slope * cosine * sqrt (d_square / a_square) : 0.0;

      for (int c = 0; c < channels; c++)
        gradient[c] = (float) (along_d * (double) o->direction[c] - along_a * (double) a[c]);
    }
  return weight * dot * factor;
}

static double
evaluate_pixel (const Evaluation *e, gsize pixel)
{
  const GboxObjective *o = e->objective;
  const int channels = e->output->channels;
  const gsize width = (gsize) e->output->width, height = (gsize) e->output->height;
  const double positions = (double) gbox_tensor_n_pixels (e->output);
  const double share = o->shares != NULL ? o->shares[pixel / (width * height)] : 1.0;
  const float *a = e->output->data + pixel * e->output->stride;
  float *gradient = e->gradient != NULL ? e->gradient->data + pixel * e->gradient->stride : NULL;

  if (gradient != NULL)
    memset (gradient, 0, (gsize) channels * sizeof (float));
  switch (o->kind)
    {
    case GBOX_OBJECTIVE_NEURON:
      if (pixel % width != (gsize) o->x || pixel / width % height != (gsize) o->y)
        return 0.0;
      return evaluate_unit (o, a, gradient, share / e->output->batch);
    case GBOX_OBJECTIVE_LAYER:
      return evaluate_squares (a, gradient, channels, share / (positions * channels));
    case GBOX_OBJECTIVE_DIRECTION:
      return evaluate_direction (o, a, gradient, channels, share / positions);
    case GBOX_OBJECTIVE_CHANNEL:
    case GBOX_OBJECTIVE_CLASS:
    default:
      return evaluate_unit (o, a, gradient, share / positions);
    }
}

static void
evaluate_slice (gpointer data, guint task, guint worker)
{
  Evaluation *e = data;
  const gsize first = task * e->pixels_per_slice;
  const gsize end = MIN (first + e->pixels_per_slice, gbox_tensor_n_pixels (e->output));
  double sum = 0.0;

  for (gsize pixel = first; pixel < end; pixel++)
    sum += evaluate_pixel (e, pixel);
  e->sums[task] = sum;
}

double
gbox_objective_evaluate (const GboxObjective *self,
                         GboxTeam *team,
                         const GboxTensor *output,
                         GboxTensor *gradient)
{
  Evaluation e = { .objective = self, .output = output, .gradient = gradient };
  const gsize n = gbox_tensor_n_pixels (output);
  double sum = 0.0;
  guint n_slices;

  e.pixels_per_slice = MAX ((n + MAX_SLICES - 1) / MAX_SLICES, PIXELS_PER_SLICE);
  n_slices = (guint) ((n + e.pixels_per_slice - 1) / e.pixels_per_slice);
  gbox_team_run (team, n_slices, evaluate_slice, &e);
  for (guint i = 0; i < n_slices; i++)
    sum += e.sums[i];
  return sum;
}
