/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which unit of which layer of which model: read from text, and kept consistent within a spec. */
#pragma once

#include "models/network.h"
#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/* The layer whose units are the classes. */
#define GBOX_TARGET_CLASS_LAYER "class"

/**
 * GboxTarget:
 * @model: (nullable): a catalogue name or a path; %NULL for the model at hand
 * @layer: name of a layer
 * @unit: index in the layer
 */
typedef struct
{
  char *model;
  char *layer;
  int unit;
} GboxTarget;

/**
 * gbox_target_parse:
 * @text: "inceptionv1/4b/100", "4b/100" or "4b:100"; the model may be a path with slashes of its own
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the target, whether or not it exists; free with gbox_target_free()
 */
GboxTarget *gbox_target_parse (const char *text, GError **error);
void gbox_target_free (GboxTarget *target);

/* Whether @layer has a unit @unit; says otherwise what there is. */
gboolean gbox_target_exists (const GboxNetwork *network, const char *layer, int unit, GError **error);

/**
 * gbox_target_set_unit:
 * @spec: what changes
 * @layer: name of a layer
 * @unit: index in the layer
 *
 * Goes to a unit, with the objective that suits it: the class objective for a class, the same as before where
 * it is about one unit, else the channel. What is a direction becomes the unit's own; from photos it stays in
 * another layer. A position is given up for the middle when the layer changes.
 */
void gbox_target_set_unit (GboxVisualizationSpec *spec, const char *layer, int unit);

/* Sets the objective; a direction that is still empty begins as the unit's own. */
void gbox_target_set_objective (GboxVisualizationSpec *spec, GboxObjectiveKind kind);

/**
 * gbox_target_fit:
 * @spec: what changes
 * @network: the network at hand
 *
 * Where the spec names a layer or unit that @network lacks, goes to a unit of it that is worth a look.
 */
void gbox_target_fit (GboxVisualizationSpec *spec, const GboxNetwork *network);

/* "Mean activation over 14 × 14 positions": what the objective is, in words; free with g_free(). */
char *gbox_target_explain (GboxVisualizationSpec *spec, const GboxNetwork *network);

/* "4b · channel 100", or the name of the class; free with g_free(). */
char *gbox_target_get_title (GboxVisualizationSpec *spec, const GboxNetwork *network);
/* "4b · 100", which says enough beside the objective's buttons; free with g_free(). */
char *gbox_target_get_short_title (GboxVisualizationSpec *spec, const GboxNetwork *network);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTarget, gbox_target_free)

G_END_DECLS
