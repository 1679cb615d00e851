/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A layer of a transformer as plain numbers, out of a model and into one. */
#pragma once

#include "models/transformer.h"

G_BEGIN_DECLS

/**
 * gbox_transformer_read_layer:
 * @transformer: a model of llama's kind
 * @layer: which of its layers
 * @to: (out): norm before attention (d_model); queries, keys and values; output; norm before feed-forward;
 * gate and up; down: one after the other, matrices as (n_out, n_in)
 */
void gbox_transformer_read_layer (const GboxTransformer *transformer, int layer, float *to);

/**
 * gbox_transformer_new_with_layer:
 * @transformer: a model of llama's kind
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
