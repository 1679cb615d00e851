/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The photographs that excite a unit most, and how it answers to all of them. */
#pragma once

#include "models/network.h"
#include "vision/photo-index.h"
#include "vision/photo-patches.h"

G_BEGIN_DECLS

/**
 * GboxExampleMeasure:
 * @GBOX_EXAMPLE_MEAN: the mean over a patch's positions, which is what the objective of a channel is
 * @GBOX_EXAMPLE_PEAK: the strongest position, as of a neuron
 */
typedef enum
{
  GBOX_EXAMPLE_MEAN,
  GBOX_EXAMPLE_PEAK,
} GboxExampleMeasure;

#define GBOX_EXAMPLES_N_BINS 32

/**
 * GboxExample:
 * @path: the photograph
 * @width: of it, upright
 * @height: of it
 * @activation: by the measure that was asked for
 * @patch: the patch of it that excites the unit most
 * @y: where the unit is strongest in that patch: row of the layer's map
 * @x: column
 * @class_id: the class whose logit is largest in any of the photograph's patches; −1 where the classes were
 * not looked at
 * @crop: what the unit sees there, in the upright photograph's pixels
 */
typedef struct
{
  char *path;
  int width;
  int height;
  double activation;
  GboxPhotoPatch patch;
  int y;
  int x;
  int class_id;
  GboxPhotoPatch crop;
} GboxExample;

/**
 * GboxExamples:
 * @n_scales: that the photographs were cut at; 0 where nothing was looked at
 * @n_photos: photographs in the set, each counting with its strongest patch
 * @mean: over them
 * @sd: standard deviation
 * @smallest: least
 * @largest: most
 * @bins: (array): how many lie in each of %GBOX_EXAMPLES_N_BINS equal parts from @smallest to @largest
 * @n: of @examples
 * @examples: (array length=n): the strongest first
 */
typedef struct
{
  int n_scales;
  guint n_photos;
  double mean;
  double sd;
  double smallest;
  double largest;
  guint bins[GBOX_EXAMPLES_N_BINS];
  guint n;
  GboxExample *examples;
} GboxExamples;

/**
 * gbox_examples_new:
 * @index: the photographs
 * @network: the network
 * @layer: index of a layer
 * @unit: a unit of it
 * @measure: what counts
 * @n_scales: of the cut; 0 for the one that was looked at last
 * @n: how many examples at most
 * @error: return location for an error
 *
 * Reads 16 bytes for each photograph; not for the main thread.
 *
 * Returns: (transfer full) (nullable): the examples; none where nothing was looked at
 */
GboxExamples *gbox_examples_new (GboxPhotoIndex *index,
                                 GboxNetwork *network,
                                 guint layer,
                                 int unit,
                                 GboxExampleMeasure measure,
                                 int n_scales,
                                 guint n,
                                 GError **error);
void gbox_examples_free (GboxExamples *examples);

/**
 * gbox_examples_measure:
 * @network: the network
 * @team: the workers
 * @layer: index of a layer
 * @unit: a unit of it
 * @measure: what counts
 * @image: taken as it is, any size from 64 to 1024
 * @activation: (out): what the unit answers to it, to be compared with a #GboxExample's
 * @error: return location for an error
 *
 * Returns: %FALSE with %GBOX_ERROR_NOT_FOUND or %GBOX_ERROR_INVALID_ARGUMENT
 */
gboolean gbox_examples_measure (GboxNetwork *network,
                                GboxTeam *team,
                                guint layer,
                                int unit,
                                GboxExampleMeasure measure,
                                const GboxImage *image,
                                double *activation,
                                GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxExamples, gbox_examples_free)

G_END_DECLS
