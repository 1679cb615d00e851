/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A layer of a transformer as plain numbers, out of a model and into one. */
#pragma once

#include "models/transformer.h"

G_BEGIN_DECLS

/* Whether a model's layers are of the kind that the functions below know: llama's, or Qwen2's, which is the
 * same with biases on queries, keys and values. */
gboolean gbox_transformer_has_known_layers (const GboxLanguageConfig *config);

/* Floats of those biases, filled up with zeros to whole rows of d_model; 0 where there are none. */
gsize gbox_transformer_get_bias_size (const GboxLanguageConfig *config);

/**
 * gbox_transformer_read_layer:
 * @transformer: a model with known layers
 * @layer: which of its layers
 * @to: (out): norm before attention (d_model); queries, keys and values; output; norm before feed-forward;
 * gate and up; down; biases: one after the other, matrices as (n_out, n_in)
 */
void gbox_transformer_read_layer (const GboxTransformer *transformer, int layer, float *to);

/**
 * gbox_transformer_new_with_layer:
 * @transformer: a model with known layers
 * @layer: which of its layers
 * @from: as gbox_transformer_read_layer() writes it; copied
 *
 * The same model with another layer, in float32: all else is shared.
 *
 * Returns: (transfer full): a model
 */
GboxTransformer *gbox_transformer_new_with_layer (GboxTransformer *transformer, int layer, const float *from);

/* (array length=d_model): weights of the norm before the head; transfer none. */
const float *gbox_transformer_get_final_norm (const GboxTransformer *transformer);

G_END_DECLS
