/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights multiplied backwards through the operations of a network that is taken for linear. */
#pragma once

#include "models/network-internal.h"

G_BEGIN_DECLS

/**
 * GboxTraceGrid:
 * @first: row, or column, of the first position
 * @step: from one position to the next; 0 where there is one
 * @side: positions along an axis
 *
 * Positions in a value's map, the same along both axes, relative to where the traced unit would be if it and
 * all paddings began at 0.
 */
typedef struct
{
  int first;
  int step;
  int side;
} GboxTraceGrid;

/**
 * GboxTraceResponse:
 * @grid: positions
 * @weights: (nullable): (side, side, channels of the value); %NULL where the unit does not depend on it
 *
 * What the traced unit gets from a value.
 */
typedef struct
{
  GboxTraceGrid grid;
  double *weights;
} GboxTraceResponse;

/**
 * GboxTrace:
 *
 * The responses of one unit to all values of a network. Of one thread.
 */
typedef struct _GboxTrace GboxTrace;

/**
 * gbox_trace_new:
 * @network: a network; must outlive the trace
 * @layer: index of a layer
 * @unit: a channel of it
 * @error: return location for an error
 *
 * Goes back from the unit and no further than the channels of layers, see gbox_circuit_new().
 *
 * Returns: (transfer full) (nullable): the trace; %NULL with %GBOX_ERROR_UNSUPPORTED where the unit depends
 * on more positions than are kept
 */
GboxTrace *gbox_trace_new (const GboxNetwork *network, guint layer, int unit, GError **error);
void gbox_trace_free (GboxTrace *trace);

/* (transfer none): the response to @value. */
const GboxTraceResponse *gbox_trace_get_response (const GboxTrace *trace, guint value);
/* Index of the layer that @channel of @value is in and that the trace ends at; −1 where it goes on. */
int gbox_trace_find_layer (const GboxTrace *trace, guint value, int channel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTrace, gbox_trace_free)

G_END_DECLS
