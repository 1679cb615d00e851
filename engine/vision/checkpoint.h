/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saved visualizations that can go on: one safetensors file with parameters, moments, spec and step. */
#pragma once

#include "vision/pipeline.h"

G_BEGIN_DECLS

/**
 * gbox_visualization_checkpoint_save:
 * @path: where to
 * @state: what to keep: tensors `parameters`, `adam_m`, `adam_v`, and of MACO `transparency`
 * @spec: what the start was and, in its schedule, what has changed since; goes into the metadata as JSON,
 *   `spec`
 * @step: steps done, `step`
 * @error: return location for an error
 *
 * The metadata also says `format` "glassbox-visualization" and `format_version` "1".
 *
 * Returns: %FALSE with %GBOX_ERROR_IO
 */
gboolean gbox_visualization_checkpoint_save (
  const char *path, const GboxPipelineState *state, GboxVisualizationSpec *spec, guint step, GError **error);

/* Whether a file is a checkpoint of a visualization, though perhaps a damaged one. */
gboolean gbox_visualization_checkpoint_is (const char *path);

/**
 * gbox_visualization_checkpoint_load_spec:
 * @path: a checkpoint
 * @step: (out): steps done
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the spec as it was saved; %NULL with %GBOX_ERROR_INVALID_FILE,
 *   %GBOX_ERROR_UNSUPPORTED, %GBOX_ERROR_IO or %GBOX_ERROR_NOT_FOUND
 */
GboxVisualizationSpec *
gbox_visualization_checkpoint_load_spec (const char *path, guint *step, GError **error);

/**
 * gbox_visualization_checkpoint_load:
 * @path: a checkpoint
 * @state: (inout): its shape must be that of the checkpoint; the values are overwritten
 * @step: (out): steps done
 * @error: return location for an error
 *
 * Returns: %FALSE with @state as it was and %GBOX_ERROR_INVALID_FILE, %GBOX_ERROR_UNSUPPORTED,
 *   %GBOX_ERROR_INVALID_ARGUMENT (made with another basis, size or number of pictures), %GBOX_ERROR_IO or
 * %GBOX_ERROR_NOT_FOUND
 */
gboolean gbox_visualization_checkpoint_load (const char *path,
                                             const GboxPipelineState *state,
                                             guint *step,
                                             GError **error);

G_END_DECLS
