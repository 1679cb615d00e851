/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a picture comes about: what its parameters were before the first step, and what changes after which. */
#pragma once

#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * GboxVisualizationHistory:
 *
 * What a recipe is made of while the picture is. Belongs to one thread.
 */
typedef struct _GboxVisualizationHistory GboxVisualizationHistory;

/**
 * gbox_visualization_history_new:
 * @spec: before the first step, with what is scheduled
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): %NULL with %GBOX_ERROR_INVALID_ARGUMENT where the schedule is none
 */
GboxVisualizationHistory *gbox_visualization_history_new (GboxVisualizationSpec *spec, GError **error);
void gbox_visualization_history_free (GboxVisualizationHistory *self);

/* Whether anything changes after just so many steps. */
gboolean gbox_visualization_history_has_step (const GboxVisualizationHistory *self, guint step);

/**
 * gbox_visualization_history_apply:
 * @self: a history
 * @step: how many steps are done
 * @spec: (inout): gets what changes now
 * @error: return location for an error
 *
 * Returns: %FALSE with %GBOX_ERROR_INVALID_ARGUMENT
 */
gboolean gbox_visualization_history_apply (const GboxVisualizationHistory *self,
                                           guint step,
                                           GboxSpec *spec,
                                           GError **error);

/**
 * gbox_visualization_history_note:
 * @self: a history
 * @step: how many steps are done
 * @from: parameters
 * @to: what they are from here on
 *
 * The steps are no matter of the picture: it says how many it has taken; nor is what is shown of it, which is
 * as it is in the end.
 */
void gbox_visualization_history_note (GboxVisualizationHistory *self,
                                      guint step,
                                      GboxVisualizationSpec *from,
                                      GboxVisualizationSpec *to);

/**
 * gbox_visualization_history_take_checkpoint:
 * @self: (inout): the history of @spec
 * @path: a checkpoint that is gone on from
 * @spec: the parameters from here on
 * @error: return location for an error
 *
 * The recipe goes on from that of the checkpoint: going on gives what never stopping would have, and where
 * something else is made from here on, that is a change on the way.
 *
 * Returns: %FALSE with the errors of gbox_visualization_checkpoint_load_spec()
 */
gboolean gbox_visualization_history_take_checkpoint (GboxVisualizationHistory *self,
                                                     const char *path,
                                                     GboxVisualizationSpec *spec,
                                                     GError **error);

/**
 * gbox_visualization_history_make_recipe:
 * @self: a history
 * @end: the step after the last one whose changes count
 * @steps: of the picture
 * @fade: whether what the unit did not look at fades
 *
 * Returns: (transfer full): how what there is after @end steps was made
 */
GboxVisualizationSpec *gbox_visualization_history_make_recipe (const GboxVisualizationHistory *self,
                                                               guint end,
                                                               guint steps,
                                                               gboolean fade);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxVisualizationHistory, gbox_visualization_history_free)

G_END_DECLS
