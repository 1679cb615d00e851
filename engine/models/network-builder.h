/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Puts a network together, operation by operation. */
#pragma once

#include "models/conv-weights.h"
#include "models/network-internal.h"

G_BEGIN_DECLS

/**
 * GboxNetworkBuilder:
 *
 * Adds operations in the order in which they are executed: an operation may read only what earlier ones
 * wrote. Of one thread. Shapes that do not fit are mistakes of the caller (checked as such), not of a file:
 * loaders check files before.
 */
typedef struct _GboxNetworkBuilder GboxNetworkBuilder;

GboxNetworkBuilder *gbox_network_builder_new (const char *title,
                                              const GboxPreprocessing *preprocessing,
                                              const GboxPixelMap *pixel_map);
void gbox_network_builder_free (GboxNetworkBuilder *builder);

/* The input, 3 channels, after the pixel map. */
GboxSlice gbox_network_builder_get_input (const GboxNetworkBuilder *builder);
/* A new value of @n_channels, all of them. */
GboxSlice gbox_network_builder_add_value (GboxNetworkBuilder *builder, int n_channels);

/* (transfer none): what is in @weights is taken, and @weights is empty afterwards. Its parts are kept apart
 * where rectifiers are redirected. */
void gbox_network_builder_conv (GboxNetworkBuilder *builder,
                                GboxSlice input,
                                GboxSlice output,
                                const GboxWindowShape *window,
                                GboxActivation activation,
                                GboxConvWeights *weights);
/* The same; @weights is (C, 1, K, K) and becomes (K, K, C). */
void gbox_network_builder_depthwise (GboxNetworkBuilder *builder,
                                     GboxSlice input,
                                     GboxSlice output,
                                     const GboxWindowShape *window,
                                     GboxActivation activation,
                                     GboxConvWeights *weights);
void gbox_network_builder_max_pool (GboxNetworkBuilder *builder,
                                    GboxSlice input,
                                    GboxSlice output,
                                    const GboxWindowShape *window);
void gbox_network_builder_lrn (GboxNetworkBuilder *builder,
                               GboxSlice input,
                               GboxSlice output,
                               const GboxLrnShape *shape);
void
gbox_network_builder_add (GboxNetworkBuilder *builder, GboxSlice input, GboxSlice addend, GboxSlice output);
void gbox_network_builder_global_average (GboxNetworkBuilder *builder, GboxSlice input, GboxSlice output);

/**
 * gbox_network_builder_layer:
 * @name: what a person calls it
 * @slice: where it lies; written by operations that are already added
 *
 * Names a layer. Receptive field and stride follow from the operations: r ← r + (kernel − 1)·s, s ← s·stride,
 * and the largest of both where branches meet.
 */
void gbox_network_builder_layer (GboxNetworkBuilder *builder, const char *name, GboxSlice slice);

/* Returns: (transfer full): the network; the builder is empty and only to be freed */
GboxNetwork *gbox_network_builder_finish (GboxNetworkBuilder *builder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxNetworkBuilder, gbox_network_builder_free)

G_END_DECLS
