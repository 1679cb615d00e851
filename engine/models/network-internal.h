/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a network is made of, for the files that build, plan and load networks. */
#pragma once

#include "models/network.h"
#include "models/operation.h"

G_BEGIN_DECLS

/**
 * GboxPixelMap:
 *
 * From an RGB pixel of 0 … 255 to the network's own input: channel c is pixel[order[c]] · scale[c] +
 * shift[c].
 */
typedef struct
{
  int order[3];
  float scale[3];
  float shift[3];
} GboxPixelMap;

/**
 * GboxNetworkData:
 * @title: name for people
 * @preprocessing: how a photograph is shown to it
 * @pixel_map: how pixels are
 * @values: (element-type int): channels of each value; value 0 is the input after @pixel_map
 * @operations: (element-type GboxOperation): in an order in which they can be executed; owns their weights
 * @layers: (element-type GboxLayer): owns their names
 * @layer_slices: (element-type GboxSlice): where each layer lies
 *
 * The parts of a network; constant once the network is made.
 */
typedef struct
{
  char *title;
  GboxPreprocessing preprocessing;
  GboxPixelMap pixel_map;
  GArray *values;
  GArray *operations;
  GArray *layers;
  GArray *layer_slices;
} GboxNetworkData;

/* Takes what @data points to. Transfer full. */
GboxNetwork *gbox_network_new (const GboxNetworkData *data);
const GboxNetworkData *gbox_network_get_data (const GboxNetwork *network);

/* The shape of an operation that is a convolution, with a padding; negative paddings pass over pixels. */
GboxConvShape gbox_operation_get_conv_shape (const GboxOperation *operation, int pad_top, int pad_left);

/**
 * gbox_network_get_conv:
 * @network: a network
 * @operation: index of an operation that is a convolution
 * @packing: direction and method
 *
 * Packs the convolution's weights at the first call for a packing; later calls, from any thread, return the
 * same object.
 *
 * Returns: (transfer none): the convolution, valid as long as the network
 */
const GboxConv *gbox_network_get_conv (GboxNetwork *network, guint operation, const GboxConvPacking *packing);

G_END_DECLS
