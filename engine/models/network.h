/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A vision network: its operations in execution order, its weights and the layers a person can name. */
#pragma once

#include "formats/tensor-file.h"
#include "kernels/activation.h"
#include "kernels/conv.h"
#include "kernels/depthwise.h"
#include "kernels/lrn.h"
#include "kernels/pool.h"
#include "kernels/resample.h"

G_BEGIN_DECLS

/**
 * GboxLayer:
 * @name: "conv1", "4a", "block5", "class"
 * @n_channels: units
 * @receptive_field: pixels one unit sees along an axis; 0 for the whole image ("class")
 * @stride: input pixels from one unit to the next; 0 for the whole image
 */
typedef struct
{
  const char *name;
  int n_channels;
  int receptive_field;
  int stride;
} GboxLayer;

/**
 * GboxPreprocessing:
 *
 * How the network was trained to be shown a photograph.
 */
typedef struct
{
  int resize;        /* pixels; the shorter side, or both where @squash */
  gboolean squash;   /* both sides become @resize, without keeping the aspect (Caffe) */
  int crop;          /* centre crop, pixels */
  GboxFilter filter; /* of the resize */
} GboxPreprocessing;

/**
 * GboxNetwork:
 *
 * Immutable and reference counted, so any thread may hold it. Weights packed for an input geometry are kept
 * with it and shared between plans.
 */
typedef struct _GboxNetwork GboxNetwork;

/**
 * gbox_network_load:
 * @path: a weights file: Caffe GoogLeNet, torchvision GoogLeNet, or EfficientNet-Lite0; told apart by their
 * tensors
 * @error: return location for an error
 *
 * May take 100 ms and more: not for the main thread.
 *
 * Returns: (transfer full) (nullable): a network
 */
GboxNetwork *gbox_network_load (const char *path, GError **error);
GboxNetwork *gbox_network_ref (GboxNetwork *network);
void gbox_network_unref (GboxNetwork *network);

/* "InceptionV1", "InceptionV1 (torchvision)", "EfficientNet-Lite0". */
const char *gbox_network_get_title (const GboxNetwork *network);
guint gbox_network_get_n_layers (const GboxNetwork *network);
const GboxLayer *gbox_network_get_layer (const GboxNetwork *network, guint i);
/* Index of the layer of that name, or −1. */
int gbox_network_find_layer (const GboxNetwork *network, const char *name);
/* Rows, or columns, of the map of layer @i for inputs of @size pixels along that axis; 1 for the classes, 0
 * where the input is too small. */
int gbox_network_get_map_side (const GboxNetwork *network, guint i, int size);
/* (transfer none): a checksum over all weights, in hexadecimal digits: two networks that compute the same
 * have the same. Takes some 100 ms at the first call; any thread. */
const char *gbox_network_get_digest (GboxNetwork *network);
const GboxPreprocessing *gbox_network_get_preprocessing (const GboxNetwork *network);
/* (nullable): the name of ImageNet class @id, 0 … 999. */
const char *gbox_network_get_class_label (const GboxNetwork *network, int id);

/* The smallest and the largest height and width an input may have. */
#define GBOX_NETWORK_MIN_SIZE 64
#define GBOX_NETWORK_MAX_SIZE 1024

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxNetwork, gbox_network_unref)

G_END_DECLS
