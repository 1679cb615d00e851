/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is maximised: a number from a layer's output, and its gradient there. */
#pragma once

#include "base/team.h"
#include "base/tensor.h"
#include "models/network.h"
#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * GboxObjective:
 *
 * A plain value made once from the spec and the layer's shape.
 */
typedef struct
{
  GboxObjectiveKind kind;
  int unit;
  int y, x;             /* neuron: the position */
  float *direction;     /* direction: (channels), owned */
  double cosine_power;  /* direction */
  const double *shares; /* (nullable) (batch): how much each image counts; NULL where each counts 1. Belongs
                           to the caller */
} GboxObjective;

/* Checks unit, position and direction against the layer's shape; %GBOX_ERROR_NOT_FOUND or
 * %GBOX_ERROR_INVALID_ARGUMENT, naming the valid range. To be cleared in either case. */
gboolean gbox_objective_init (GboxObjective *self,
                              GboxVisualizationSpec *spec,
                              const GboxTensor *output,
                              GError **error);
void gbox_objective_clear (GboxObjective *self);
/* The same for the unit that the spec interpolates to, of a layer with that @output. */
gboolean gbox_objective_init_end (GboxObjective *self,
                                  GboxVisualizationSpec *spec,
                                  const GboxTensor *output,
                                  GError **error);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GboxObjective, gbox_objective_clear)

/**
 * gbox_objective_check:
 * @spec: what is to be maximised
 * @network: where
 * @error: return location for an error
 *
 * Without computing anything, and so without looking at photos: whether the network has the layer, the layer
 * the unit or the channels, and its map at the spec's size the position.
 *
 * Returns: %FALSE with %GBOX_ERROR_NOT_FOUND or %GBOX_ERROR_INVALID_ARGUMENT, naming what there is
 */
gboolean gbox_objective_check (GboxVisualizationSpec *spec, const GboxNetwork *network, GError **error);

/**
 * gbox_objective_evaluate:
 * @output: the layer (N, H, W, C)
 * @gradient: (nullable) (out): gradient of the objective, of the same shape, every element written
 *
 * channel: mean over N, y, x. neuron: mean over N of the unit at y, x. class: mean over N of the logit.
 * layer: mean of the squares. direction: mean over positions of dot · max (0.1, cos)^p, differentiated
 * exactly. Where there are shares, each image's part of it is multiplied by its share.
 *
 * Returns: the objective, summed in double precision in a fixed order
 */
double gbox_objective_evaluate (const GboxObjective *self,
                                GboxTeam *team,
                                const GboxTensor *output,
                                GboxTensor *gradient);

G_END_DECLS
