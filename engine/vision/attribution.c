/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a photograph, and which channels on the way, speak for a class. */
#include "vision/attribution.h"

#include "base/error.h"
#include "models/plan.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* The way is divided into so many parts at first and at most, until no more than this share is missing. */
#define FIRST_N_PARTS 16
#define MAX_N_PARTS   256
#define GOOD_GAP      0.005
/* How long a step goes on with a pass, in microseconds. */
#define PASS_MICROSECONDS 20000

/* A part of the way from the baseline to the photograph. */
typedef struct
{
  double begin, end;             /* 0 … 1 */
  double logit_begin, logit_end; /* there */
  double logit_middle;
  double slope;      /* of the logit in the middle, by the gradient */
  gboolean has_end;  /* the logit there is known */
  gboolean is_known; /* the middle is */
} Part;

/* What a pass through the network is to tell. */
typedef enum
{
  QUESTION_PHOTOGRAPH, /* the logit for the photograph */
  QUESTION_BASELINE,   /* for the baseline */
  QUESTION_END,        /* at the end of a part */
  QUESTION_MIDDLE,     /* in the middle of a part, and how it changes there */
  QUESTION_START,      /* the layers' activations where the way begins */
  QUESTION_GRADIENT,   /* a part's gradient, which is added */
  QUESTION_LAST,       /* the layers' activations where the way ends */
} Question;

/* A layer's parts. */
typedef struct
{
  int height, width, channels;
  float *previous;       /* (h, w, C): its activations at the point before */
  double *channel_sums;  /* (C): the integral so far, over all positions */
  double *position_sums; /* (h, w): over all channels */
  float *by_channel;
  float *by_position;
} LayerParts;

struct _GboxAttribution
{
  GboxNetwork *network;
  GboxPlan *plan;
  GboxImage image; /* a copy */
  int class_id;
  GboxAttributionMethod method;
  guint n_layers;
  LayerParts *layers;

  Question question;     /* of the pass in work */
  guint part;            /* that it is about */
  gboolean has_gradient; /* whether it goes back too */
  gboolean is_asked;     /* whether there is one */
  gboolean is_forwarded; /* whether it is on its way back */
  double pass_logit;     /* what it told */
  double baseline_logit;
  double logit;
  GArray *parts;          /* of Part, in their order; none before it has begun */
  gboolean is_ready;      /* no part is divided any more */
  gboolean is_remembered; /* the layers' activations where the way begins are known */
  guint next;             /* part whose gradient is to be added */
  double *sums;           /* (H, W, 3): of gradients */
  float *pixels;          /* (H, W) */
  double gap;
};

GType
gbox_attribution_method_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GBOX_ATTRIBUTION_GRADIENT, "GBOX_ATTRIBUTION_GRADIENT", "gradient" },
    { GBOX_ATTRIBUTION_INTEGRATED, "GBOX_ATTRIBUTION_INTEGRATED", "integrated" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GboxAttributionMethod", values));
  return type;
}

void
gbox_attribution_free (GboxAttribution *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < self->n_layers; i++)
    {
      g_free (self->layers[i].previous);
      g_free (self->layers[i].channel_sums);
      g_free (self->layers[i].position_sums);
      g_free (self->layers[i].by_channel);
      g_free (self->layers[i].by_position);
    }
  g_free (self->layers);
  g_array_unref (self->parts);
  g_free (self->sums);
  g_free (self->pixels);
  g_free (self->image.pixels);
  gbox_plan_free (self->plan);
  gbox_network_unref (self->network);
  g_free (self);
}

static gsize
n_positions (const LayerParts *layer)
{
  return (gsize) layer->height * (gsize) layer->width;
}

static gsize
n_samples (const GboxAttribution *self)
{
  return 3 * (gsize) self->image.width * (gsize) self->image.height;
}

static void
make_layer (LayerParts *layer, const GboxTensor *tensor)
{
  layer->height = tensor->height;
  layer->width = tensor->width;
  layer->channels = tensor->channels;
  layer->previous = g_new (float, n_positions (layer) * (gsize) layer->channels);
  layer->channel_sums = g_new0 (double, layer->channels);
  layer->position_sums = g_new0 (double, n_positions (layer));
  layer->by_channel = g_new0 (float, layer->channels);
  layer->by_position = g_new0 (float, n_positions (layer));
}

/* Returns: the class layer, or −1. */
static int
find_classes (GboxNetwork *network, int class_id, GError **error)
{
  const int layer = gbox_network_find_layer (network, "class");

  if (layer < 0)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED, "%s has no classes; choose another model.",
                 gbox_network_get_title (network));
  else if (class_id < 0 || class_id >= gbox_network_get_layer (network, (guint) layer)->n_channels)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "There is no class %d: they go from 0 to %d.",
                 class_id, gbox_network_get_layer (network, (guint) layer)->n_channels - 1);
  else
    return layer;
  return -1;
}

GboxAttribution *
gbox_attribution_new (GboxNetwork *network,
                      GboxTeam *team,
                      const GboxImage *image,
                      int class_id,
                      const guint *layers,
                      guint n_layers,
                      GboxAttributionMethod method,
                      GError **error)
{
  const int target = find_classes (network, class_id, error);
  g_autoptr (GboxPlan) plan = NULL;
  GboxAttribution *self;

  if (target < 0)
    return NULL;
  plan = gbox_plan_new_observed (network, team, (guint) target, layers, n_layers, 1, image->height,
                                 image->width, TRUE, error);
  if (plan == NULL)
    return NULL;

  self = g_new0 (GboxAttribution, 1);
  self->network = gbox_network_ref (network);
  self->plan = g_steal_pointer (&plan);
  self->image = *image;
  self->image.pixels = g_memdup2 (image->pixels, n_samples (self));
  self->class_id = class_id;
  self->method = method;
  self->n_layers = n_layers;
  self->layers = g_new0 (LayerParts, n_layers);
  for (guint i = 0; i < n_layers; i++)
    make_layer (&self->layers[i], gbox_plan_get_observed (self->plan, i));
  self->parts = g_array_new (FALSE, TRUE, sizeof (Part));
  self->sums = g_new0 (double, n_samples (self));
  self->pixels = g_new0 (float, n_samples (self) / 3);
  return self;
}

/* Begins a pass: the image at @t of the way from the baseline, 0 … 1; forward, and backward from the logit.
 */
static void
ask (GboxAttribution *self, Question question, guint part, double t, gboolean with_gradient)
{
  float *input = gbox_plan_get_input (self->plan)->data;
  const gsize n = n_samples (self);

  for (gsize i = 0; i < n; i++)
    input[i]
      = GBOX_ATTRIBUTION_BASELINE + (float) t * ((float) self->image.pixels[i] - GBOX_ATTRIBUTION_BASELINE);
  self->question = question;
  self->part = part;
  self->has_gradient = with_gradient;
  self->is_asked = TRUE;
  self->is_forwarded = FALSE;
}

/* Goes on with the pass for a while. Returns: whether there is more of it. */
static gboolean
go_on (GboxAttribution *self)
{
  GboxTensor *gradient = gbox_plan_get_output_gradient (self->plan);

  if (self->is_forwarded)
    return gbox_plan_backward_for (self->plan, PASS_MICROSECONDS);
  if (gbox_plan_forward_for (self->plan, PASS_MICROSECONDS))
    return TRUE;
  self->is_forwarded = TRUE;
  self->pass_logit = (double) gbox_plan_get_output (self->plan)->data[self->class_id];
  memset (gradient->data, 0, (gsize) gradient->channels * sizeof (float));
  gradient->data[self->class_id] = 1.0f;
  return self->has_gradient;
}

/* gradient · activation, or gradient · what the activation has changed since the point before. */
static void
add_layer (GboxAttribution *self, guint i)
{
  LayerParts *layer = &self->layers[i];
  const GboxTensor *activation = gbox_plan_get_observed (self->plan, i);
  const GboxTensor *gradient = gbox_plan_get_observed_gradient (self->plan, i);

  for (gsize p = 0; p < n_positions (layer); p++)
    {
      const float *a = activation->data + p * activation->stride;
      const float *g = gradient->data + p * gradient->stride;
      float *previous = layer->previous + p * (gsize) layer->channels;
      double sum = 0.0;

      for (int c = 0; c < layer->channels; c++)
        {
          const double part = (double) g[c] * ((double) a[c] - (double) previous[c]);

          layer->channel_sums[c] += part;
          sum += part;
          previous[c] = a[c];
        }
      layer->position_sums[p] += sum;
    }
}

/* Of gradient × activation the way begins at nothing. */
static void
remember_layers (GboxAttribution *self)
{
  const gboolean as_zero = self->method == GBOX_ATTRIBUTION_GRADIENT;

  for (guint i = 0; i < self->n_layers; i++)
    {
      LayerParts *layer = &self->layers[i];
      const GboxTensor *activation = gbox_plan_get_observed (self->plan, i);

      memset (layer->channel_sums, 0, (gsize) layer->channels * sizeof (double));
      memset (layer->position_sums, 0, n_positions (layer) * sizeof (double));
      memset (layer->previous, 0, n_positions (layer) * (gsize) layer->channels * sizeof (float));
      for (gsize p = 0; p < gbox_tensor_n_pixels (activation) && !as_zero; p++)
        memcpy (layer->previous + p * (gsize) layer->channels, activation->data + p * activation->stride,
                (gsize) layer->channels * sizeof (float));
    }
}

static void
add_gradient (GboxAttribution *self, double weight)
{
  const GboxTensor *gradient = gbox_plan_get_input_gradient (self->plan);

  for (gsize i = 0; i < n_samples (self); i++)
    self->sums[i] += weight * (double) gradient->data[i];
  for (guint i = 0; i < self->n_layers; i++)
    add_layer (self, i);
}

static void
finish_layer (LayerParts *layer)
{
  for (gsize p = 0; p < n_positions (layer); p++)
    layer->by_position[p] = (float) layer->position_sums[p];
  for (int c = 0; c < layer->channels; c++)
    layer->by_channel[c] = (float) layer->channel_sums[c];
}

/* (x − baseline) · mean gradient, summed over the colours. */
static void
finish (GboxAttribution *self)
{
  const double difference = self->logit - self->baseline_logit;
  double total = 0.0;

  for (gsize p = 0; p < n_samples (self) / 3; p++)
    {
      double sum = 0.0;

      for (gsize c = 3 * p; c < 3 * p + 3; c++)
        sum += ((double) self->image.pixels[c] - (double) GBOX_ATTRIBUTION_BASELINE) * self->sums[c];
      self->pixels[p] = (float) sum;
      total += sum;
    }
  for (guint i = 0; i < self->n_layers; i++)
    finish_layer (&self->layers[i]);
  self->gap = fabs (total - difference) / MAX (fabs (difference), DBL_MIN);
}

static Part *
get_part (const GboxAttribution *self, guint i)
{
  return &g_array_index (self->parts, Part, i);
}

/* For gradient × activation the way is its end. */
static void
lay_parts (GboxAttribution *self)
{
  const guint n = self->method == GBOX_ATTRIBUTION_INTEGRATED ? FIRST_N_PARTS : 1;

  g_array_set_size (self->parts, n);
  for (guint i = 0; i < n; i++)
    {
      Part *part = get_part (self, i);

      part->begin = (double) i / n;
      part->end = (i + 1.0) / n;
    }
  get_part (self, 0)->logit_begin = self->baseline_logit;
  get_part (self, n - 1)->logit_end = self->logit;
  get_part (self, n - 1)->has_end = TRUE;
  self->is_ready = self->method == GBOX_ATTRIBUTION_GRADIENT;
}

static double
get_middle (const GboxAttribution *self, guint i)
{
  return (get_part (self, i)->begin + get_part (self, i)->end) / 2.0;
}

static void
learn (GboxAttribution *self, Part *part)
{
  const float *gradient = gbox_plan_get_input_gradient (self->plan)->data;

  part->logit_middle = self->pass_logit;
  part->slope = 0.0;
  for (gsize i = 0; i < n_samples (self); i++)
    part->slope
      += ((double) self->image.pixels[i] - (double) GBOX_ATTRIBUTION_BASELINE) * (double) gradient[i];
  part->is_known = TRUE;
}

/* What the part's gradient says less than the logit changes. */
static double
get_miss (const Part *part)
{
  return part->logit_end - part->logit_begin - (part->end - part->begin) * part->slope;
}

static void
divide (GboxAttribution *self, guint i)
{
  const Part whole = *get_part (self, i);
  const double middle = (whole.begin + whole.end) / 2.0;
  const Part first = { .begin = whole.begin,
                       .end = middle,
                       .logit_begin = whole.logit_begin,
                       .logit_end = whole.logit_middle,
                       .has_end = TRUE };
  const Part second = { .begin = middle,
                        .end = whole.end,
                        .logit_begin = whole.logit_middle,
                        .logit_end = whole.logit_end,
                        .has_end = TRUE };

  *get_part (self, i) = first;
  g_array_insert_val (self->parts, i + 1, second);
}

/* Looks at the parts that are not known, then divides that which misses most: the logit may change much in a
 * small part of the way, where the contrast is still low. Returns: whether there is a part to look at. */
static gboolean
ask_of_parts (GboxAttribution *self)
{
  const double difference = self->logit - self->baseline_logit;
  double missing = 0.0;
  guint worst = 0;

  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = get_part (self, i);

      if (!part->has_end)
        {
          ask (self, QUESTION_END, i, part->end, FALSE);
          return TRUE;
        }
      if (!part->is_known)
        {
          ask (self, QUESTION_MIDDLE, i, get_middle (self, i), TRUE);
          return TRUE;
        }
      missing += get_miss (part);
      if (fabs (get_miss (part)) > fabs (get_miss (get_part (self, worst))))
        worst = i;
    }
  self->is_ready = fabs (missing) <= GOOD_GAP * fabs (difference) || self->parts->len >= MAX_N_PARTS;
  if (self->is_ready)
    return FALSE;
  divide (self, worst);
  return ask_of_parts (self);
}

/* Returns: whether there is anything to ask. */
static gboolean
ask_next (GboxAttribution *self)
{
  const gboolean is_integrated = self->method == GBOX_ATTRIBUTION_INTEGRATED;

  if (!self->is_ready && ask_of_parts (self))
    return TRUE;
  if (!self->is_remembered)
    ask (self, QUESTION_START, 0, 0.0, FALSE);
  else if (self->next < self->parts->len)
    ask (self, QUESTION_GRADIENT, self->next, is_integrated ? get_middle (self, self->next) : 1.0, TRUE);
  else if (is_integrated && self->n_layers > 0 && self->question != QUESTION_LAST)
    ask (self, QUESTION_LAST, 0, 1.0, FALSE);
  else
    return FALSE;
  return TRUE;
}

/* Where a part ends the next one begins; the last half of the last part is the layers' by its gradient. */
static void
take_answer (GboxAttribution *self)
{
  switch (self->question)
    {
    case QUESTION_PHOTOGRAPH:
      self->logit = self->pass_logit;
      break;
    case QUESTION_BASELINE:
      self->baseline_logit = self->pass_logit;
      lay_parts (self);
      break;
    case QUESTION_END:
      get_part (self, self->part)->logit_end = get_part (self, self->part + 1)->logit_begin
        = self->pass_logit;
      get_part (self, self->part)->has_end = TRUE;
      break;
    case QUESTION_MIDDLE:
      learn (self, get_part (self, self->part));
      break;
    case QUESTION_START:
      remember_layers (self);
      self->is_remembered = TRUE;
      break;
    case QUESTION_GRADIENT:
      add_gradient (self, get_part (self, self->next)->end - get_part (self, self->next)->begin);
      self->next++;
      break;
    case QUESTION_LAST:
      for (guint i = 0; i < self->n_layers; i++)
        add_layer (self, i);
      break;
    }
}

gboolean
gbox_attribution_step (GboxAttribution *self)
{
  if (!self->is_asked)
    ask (self, QUESTION_PHOTOGRAPH, 0, 1.0, FALSE);
  if (go_on (self))
    return TRUE;
  take_answer (self);
  if (self->question == QUESTION_PHOTOGRAPH)
    ask (self, QUESTION_BASELINE, 0, 0.0, FALSE);
  else if (!ask_next (self))
    {
      finish (self);
      return FALSE;
    }
  return TRUE;
}

double
gbox_attribution_get_logit (const GboxAttribution *self)
{
  return self->logit;
}

double
gbox_attribution_get_baseline_logit (const GboxAttribution *self)
{
  return self->baseline_logit;
}

const float *
gbox_attribution_get_pixels (const GboxAttribution *self)
{
  return self->pixels;
}

double
gbox_attribution_get_gap (const GboxAttribution *self)
{
  return self->gap;
}

guint
gbox_attribution_get_n_points (const GboxAttribution *self)
{
  return self->parts->len;
}

void
gbox_attribution_get_shape (const GboxAttribution *self, guint i, int *height, int *width, int *channels)
{
  g_return_if_fail (i < self->n_layers);

  *height = self->layers[i].height;
  *width = self->layers[i].width;
  *channels = self->layers[i].channels;
}

const float *
gbox_attribution_get_channels (const GboxAttribution *self, guint i)
{
  g_return_val_if_fail (i < self->n_layers, NULL);

  return self->layers[i].by_channel;
}

const float *
gbox_attribution_get_positions (const GboxAttribution *self, guint i)
{
  g_return_val_if_fail (i < self->n_layers, NULL);

  return self->layers[i].by_position;
}
