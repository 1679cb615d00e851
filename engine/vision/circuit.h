/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What excites and what inhibits a unit: its inputs through the weights, from layer to layer. */
#pragma once

#include <glib-object.h>

#include "models/network.h"

G_BEGIN_DECLS

/* Stands for the image where a layer's index is meant; its units are red, green and blue. */
#define GBOX_CIRCUIT_IMAGE (-1)

/**
 * GboxCircuitInput:
 * @layer: index of the layer, or %GBOX_CIRCUIT_IMAGE
 * @unit: a channel of it
 * @weight: the sum of @kernel: what an activation of 1 everywhere adds to the unit
 * @norm: the L2 norm of @kernel
 * @side: rows and columns of @kernel
 * @first: row, or column, of the layer's map that the kernel begins at, when the unit is at row, or column,
 * 0; where a map's side is odd, a stride of 2 with SAME padding begins one further up and left
 * @step: rows, or columns, from one weight of the kernel to the next; 0 where there is only one
 * @kernel: (array): @side × @side weights
 *
 * One input of a unit.
 */
typedef struct
{
  int layer;
  int unit;
  float weight;
  float norm;
  int side;
  int first;
  int step;
  float *kernel;
} GboxCircuitInput;

/**
 * GboxCircuitRank:
 * @GBOX_CIRCUIT_RANK_SUM: by the size of #GboxCircuitInput.weight
 * @GBOX_CIRCUIT_RANK_NORM: by #GboxCircuitInput.norm, which also sees kernels whose weights cancel: a unit
 * that looks for an edge between two other things
 *
 * What makes one input stronger than another.
 */
typedef enum
{
  GBOX_CIRCUIT_RANK_SUM,
  GBOX_CIRCUIT_RANK_NORM,
} GboxCircuitRank;

#define GBOX_TYPE_CIRCUIT_RANK (gbox_circuit_rank_get_type ())
GType gbox_circuit_rank_get_type (void);

/**
 * GboxCircuit:
 * @layer: index of a layer
 * @unit: a unit of it
 * @excitation: the sum of all positive weights, of all inputs
 * @inhibition: the sum of all negative ones
 * @n_excitatory: how many inputs have a positive weight (or 0, with a kernel that is not)
 * @n_inhibitory: how many a negative one
 * @inputs: (array): the excitatory inputs, the strongest first, and then the inhibitory ones, likewise
 * @is_downstream: whether it is the other way round: @inputs are the units that @unit is an input of, see
 * gbox_circuit_new_of_outputs()
 *
 * The inputs of a unit, or its outputs.
 */
typedef struct
{
  guint layer;
  int unit;
  double excitation;
  double inhibition;
  guint n_excitatory;
  guint n_inhibitory;
  GboxCircuitInput *inputs;
  gboolean is_downstream;
} GboxCircuit;

#define GBOX_TYPE_CIRCUIT (gbox_circuit_get_type ())
GType gbox_circuit_get_type (void);

/**
 * gbox_circuit_new:
 * @network: a network
 * @layer: index of a layer
 * @unit: a unit of it
 * @rank: what the order of the inputs is by
 * @error: return location for an error
 *
 * Goes from the unit up through the operations to the layers before it that have names, or to the image, and
 * multiplies the weights on the way: the “expanded weights” of Voss et al. 2021, “Visualizing Weights”. The
 * units of a bottleneck without a name (an inception module's reductions, what an inverted residual expands
 * to) are thereby passed through. Where several ways lead to an input, as around a residual block, they add
 * up.
 *
 * That takes the network for linear on the way, which it is not:
 *
 * - rectifiers on the way are left out: weights through units that are silent count as well;
 * - a maximum or a mean over a window passes on what is in its middle, and a mean over the whole map what is
 *   everywhere: exact where the window holds one value;
 * - local response normalisation counts with its gain at rest, k^−β.
 *
 * Batch normalisation is part of the weights already. Biases belong to no input. A weight is per unit of
 * activation, and says nothing about how active the input ever is; after a layer without rectifier an input
 * may be negative, and then excites through a negative weight. Weights of the image are per step of a pixel's
 * 0 … 255.
 *
 * Takes a millisecond to a few tens of them: not for the main thread. Any other thread.
 *
 * Returns: (transfer full) (nullable): the inputs; %NULL with %GBOX_ERROR_NOT_FOUND where there is no such
 * unit, %GBOX_ERROR_UNSUPPORTED where it cannot be traced, %GBOX_ERROR_NUMERIC where the weights are not
 * numbers
 */
GboxCircuit *
gbox_circuit_new (const GboxNetwork *network, guint layer, int unit, GboxCircuitRank rank, GError **error);
GboxCircuit *gbox_circuit_copy (const GboxCircuit *circuit);
void gbox_circuit_free (GboxCircuit *circuit);

/* Keeps the @n strongest excitatory and the @n strongest inhibitory inputs. */
void gbox_circuit_trim (GboxCircuit *circuit, guint n);

/* The layer's name, or "image". */
const char *gbox_circuit_get_layer_name (const GboxNetwork *network, int layer);
/* "4b · 100", "class · 488 (chain)", "image · red"; free with g_free(). */
char *gbox_circuit_describe_unit (const GboxNetwork *network, int layer, int unit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxCircuit, gbox_circuit_free)

G_END_DECLS
