/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which unit to visualize, and how. */
#pragma once

#include "runtime/spec.h"

G_BEGIN_DECLS

typedef enum
{
  GBOX_BASIS_FOURIER, /* "fourier": optimise the scaled spectrum */
  GBOX_BASIS_PIXEL,   /* "pixel": optimise the pixels themselves */
  GBOX_BASIS_MACO,    /* "maco": optimise the phases of a spectrum as photographs have it */
} GboxBasis;

#define GBOX_TYPE_BASIS (gbox_basis_get_type ())
GType gbox_basis_get_type (void);

typedef enum
{
  GBOX_OBJECTIVE_CHANNEL,   /* "channel": mean of the channel over all positions */
  GBOX_OBJECTIVE_NEURON,    /* "neuron": the unit at one position */
  GBOX_OBJECTIVE_LAYER,     /* "layer": mean square of the whole layer (deep dream) */
  GBOX_OBJECTIVE_CLASS,     /* "class": the logit, before the softmax */
  GBOX_OBJECTIVE_DIRECTION, /* "direction": mean dot product with a combination of channels */
} GboxObjectiveKind;

#define GBOX_TYPE_OBJECTIVE_KIND (gbox_objective_kind_get_type ())
GType gbox_objective_kind_get_type (void);

/**
 * GboxVisualizationSpec:
 *
 * Properties, with their defaults:
 * `model` (string, ""; a catalogue name or a file), `objective` (channel), `layer` (string, ""), `unit` (int,
 * 0; also the class), `at-y`, `at-x` (int, −1: the middle; position in the layer's map), `direction` (string,
 * "": "12:1,40:-0.5"), `cosine-power` (double 0), `direction-from`, `minus` (strings, "": files of photos
 * whose difference is the direction, see gbox_photo_direction(); what is saved has the direction instead),
 * `basis` (fourier), `size` (int 224, 64 … 1024), `steps` (uint 512, 1 … 100000, live), `learning-rate`
 * (double 0.05, live), `seed` (uint 0), `decay-power` (double 1, 0 … 3), `decorrelate` (boolean TRUE),
 * `transforms` (boolean TRUE, live: off does none of the following), `pad` (int 12), `jitter` (int 8, live),
 * `scale` (double 0.1, live: 1 ± 0.1), `rotate` (double 10, degrees, live), `final-jitter` (int 4, live),
 * `crop` (double 1, 0.05 … 1, live), `noise` (double 0, 0 … 1, live), `l1`, `total-variation`, `blur` (double
 * 0, 0 … 100, live: see #GboxPenalty), `diversity` (int 1, 1 … 6: pictures made together), `diversity-weight`
 * (double 100, live: see #GboxDiversity), `interpolate-to` (string, "": "4c:20", a unit that the pictures go
 * over to), `interpolate-steps` (int 5, 2 … 8: how many pictures that takes), `start` (string, "": a file of
 * an image to begin with), `start-digest` (string, "": see gbox_start_photo_settle()), `redirect` (boolean
 * TRUE: lead a dead unit out for the first 16 steps), `schedule` (string, "": see #GboxSchedule; `basis`,
 * `size`, `diversity`, `interpolate-steps` and `steps` cannot change on the way), `checkpoint` (string, "": a
 * checkpoint to go on from).
 */
#define GBOX_TYPE_VISUALIZATION_SPEC (gbox_visualization_spec_get_type ())
G_DECLARE_FINAL_TYPE (GboxVisualizationSpec, gbox_visualization_spec, GBOX, VISUALIZATION_SPEC, GboxSpec)

GboxVisualizationSpec *gbox_visualization_spec_new (void);

/**
 * GboxVisualizationValues:
 *
 * The properties as plain fields, for those who compute with them. Strings are never %NULL.
 */
typedef struct
{
  char *model;
  GboxObjectiveKind objective;
  char *layer;
  int unit;
  int at_y;
  int at_x;
  char *direction;
  double cosine_power;
  char *direction_from;
  char *minus;
  GboxBasis basis;
  int size;
  guint steps;
  double learning_rate;
  guint seed;
  double decay_power;
  gboolean decorrelate;
  gboolean transforms;
  int pad;
  int jitter;
  double scale;
  double rotate;
  int final_jitter;
  double crop;
  double noise;
  double l1;
  double total_variation;
  double blur;
  int diversity;
  double diversity_weight;
  char *interpolate_to;
  int interpolate_steps;
  gboolean redirect;
  char *start;
  char *start_digest;
  char *schedule;
  char *checkpoint;
} GboxVisualizationValues;

/* Transfer none; changes as the properties do. */
const GboxVisualizationValues *gbox_visualization_spec_get_values (GboxVisualizationSpec *spec);

/* As many pictures as are made together. */
#define GBOX_VISUALIZATION_MAX_PICTURES 8

/* The largest value of `steps`. */
#define GBOX_VISUALIZATION_MAX_STEPS 100000
int gbox_visualization_spec_count_pictures (GboxVisualizationSpec *spec);
/* Whether they go over from one unit to another. */
gboolean gbox_visualization_spec_interpolates (GboxVisualizationSpec *spec);

/**
 * gbox_visualization_spec_adjust:
 * @spec: (inout): a spec
 * @from: takes over the %GBOX_PARAM_LIVE properties of this one
 */
void gbox_visualization_spec_adjust (GboxVisualizationSpec *spec, GboxVisualizationSpec *from);

/**
 * gbox_visualization_spec_advance:
 * @spec: (inout): a spec as of the start
 * @step: steps done
 * @error: return location for an error
 *
 * Applies what its schedule says up to @step; what comes later stays in the schedule.
 *
 * Returns: %FALSE with %GBOX_ERROR_INVALID_ARGUMENT
 */
gboolean gbox_visualization_spec_advance (GboxVisualizationSpec *spec, guint step, GError **error);

/**
 * gbox_visualization_spec_apply_preset:
 * @spec: a spec
 * @preset: "naive" (pixel basis, no decorrelation, no transforms, 1000 steps), "fourier" (the same but for
 * the Fourier basis, 2000 steps), "maco" (Fel et al. 2023: phases only, crops and noise), or "default"
 * (lucid's: Fourier basis, decorrelated, transforms, 512 steps)
 *
 * Changes how, not which unit.
 *
 * Returns: whether the preset exists
 */
gboolean gbox_visualization_spec_apply_preset (GboxVisualizationSpec *spec, const char *preset);

/* Names of the presets, NULL-terminated. */
const char *const *gbox_visualization_spec_get_presets (void);

/* "12:1,40:-0.5", the names of the photos it is from, or how many channels it has; free with g_free(). */
char *gbox_visualization_spec_describe_direction (GboxVisualizationSpec *spec);

/* A title for the unit, e.g. "4b · channel 100", "class 488 · chain" needs the label and is the caller's to
 * add. Free with g_free(). */
char *gbox_visualization_spec_describe (GboxVisualizationSpec *spec);

G_END_DECLS
