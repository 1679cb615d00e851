/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a unit excites and inhibits: the units of the layers after it that it is an input of. */
#include "vision/circuit-outputs.h"

#include "vision/circuit-private.h"

/* A unit to be looked at. */
typedef struct
{
  guint layer;
  int unit;
} Output;

struct _GboxCircuitOutputs
{
  const GboxNetwork *network;
  guint layer;
  int unit;
  GArray *outputs; /* of Output */
  guint n_done;
  GArray *found; /* of GboxCircuitInput */
};

/* What @output gets from the unit; nothing where its kernel is empty. */
static gboolean
measure (GboxCircuitOutputs *self, const Output *output, GboxCircuitInput *input, GError **error)
{
  const GboxNetworkData *data = gbox_network_get_data (self->network);
  const GboxSlice *slice = &g_array_index (data->layer_slices, GboxSlice, self->layer);
  g_autoptr (GboxTrace) trace = gbox_trace_new (self->network, output->layer, output->unit, error);
  const GboxTraceResponse *response;

  *input = (GboxCircuitInput){ .layer = (int) output->layer, .unit = output->unit };
  if (trace == NULL)
    return FALSE;
  response = gbox_trace_get_response (trace, slice->value);
  if (response->weights != NULL)
    gbox_circuit_measure (input, response, slice->first + self->unit,
                          g_array_index (data->values, int, slice->value), 1.0);
  return TRUE;
}

/* Whether all channels of @part are the layer's. */
static gboolean
is_within (const GboxSlice *part, const GboxSlice *layer)
{
  return part->value == layer->value && part->first >= layer->first
         && part->first + part->n <= layer->first + layer->n;
}

/* Notes the layers after the unit's that have channels of @output. Returns: whether one of them has all, so
 * that nobody gets past it. */
static gboolean
reach_layers (GboxCircuitOutputs *self, const GboxSlice *output, gboolean *fed)
{
  const GArray *slices = gbox_network_get_data (self->network)->layer_slices;
  gboolean is_end = FALSE;

  for (guint i = 0; i < slices->len; i++)
    {
      const GboxSlice *slice = &g_array_index (slices, GboxSlice, i);

      if (i == self->layer || slice->value != output->value)
        continue;
      fed[i] = TRUE;
      is_end |= is_within (output, slice);
    }
  return is_end;
}

/* (array): of each layer whether a unit of it may get something from the unit's layer with no other one
 * between them. */
static gboolean *
find_fed_layers (GboxCircuitOutputs *self)
{
  const GboxNetworkData *data = gbox_network_get_data (self->network);
  gboolean *fed = g_new0 (gboolean, data->layers->len);
  g_autofree gboolean *is_reached = g_new0 (gboolean, data->values->len);

  is_reached[g_array_index (data->layer_slices, GboxSlice, self->layer).value] = TRUE;
  for (guint i = 0; i < data->operations->len; i++)
    {
      const GboxOperation *op = &g_array_index (data->operations, GboxOperation, i);
      const gboolean reads
        = is_reached[op->input.value] || (op->kind == GBOX_OPERATION_ADD && is_reached[op->addend.value]);

      if (reads && !reach_layers (self, &op->output, fed))
        is_reached[op->output.value] = TRUE;
    }
  return fed;
}

static void
list_outputs (GboxCircuitOutputs *self)
{
  g_autofree gboolean *fed = find_fed_layers (self);

  for (guint layer = 0; layer < gbox_network_get_n_layers (self->network); layer++)
    for (int unit = 0; fed[layer] && unit < gbox_network_get_layer (self->network, layer)->n_channels; unit++)
      {
        const Output output = { .layer = layer, .unit = unit };

        g_array_append_val (self->outputs, output);
      }
}

GboxCircuitOutputs *
gbox_circuit_outputs_new (const GboxNetwork *network, guint layer, int unit, GError **error)
{
  g_autoptr (GboxCircuitOutputs) self = g_new0 (GboxCircuitOutputs, 1);

  self->network = network;
  self->layer = layer;
  self->unit = unit;
  self->outputs = g_array_new (FALSE, FALSE, sizeof (Output));
  self->found = g_array_new (FALSE, FALSE, sizeof (GboxCircuitInput));
  g_array_set_clear_func (self->found, gbox_circuit_clear_input);
  if (!gbox_circuit_check_unit (network, layer, unit, error))
    return NULL;
  list_outputs (self);
  return g_steal_pointer (&self);
}

void
gbox_circuit_outputs_free (GboxCircuitOutputs *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->outputs);
  g_array_unref (self->found);
  g_free (self);
}

guint
gbox_circuit_outputs_count (const GboxCircuitOutputs *self)
{
  return self->outputs->len;
}

gboolean
gbox_circuit_outputs_step (GboxCircuitOutputs *self, gboolean *is_done, GError **error)
{
  GboxCircuitInput input;

  *is_done = self->n_done == self->outputs->len;
  if (*is_done)
    return TRUE;
  if (!measure (self, &g_array_index (self->outputs, Output, self->n_done), &input, error))
    return FALSE;
  self->n_done++;
  if (input.norm != 0.0f)
    g_array_append_val (self->found, input);
  else
    gbox_circuit_clear_input (&input);
  *is_done = self->n_done == self->outputs->len;
  return TRUE;
}

GboxCircuit *
gbox_circuit_outputs_finish (GboxCircuitOutputs *self, GboxCircuitRank rank, GError **error)
{
  GboxCircuit *circuit
    = gbox_circuit_new_from_inputs (self->network, self->layer, self->unit, self->found, rank, error);

  if (circuit != NULL)
    circuit->is_downstream = TRUE;
  return circuit;
}

GboxCircuit *
gbox_circuit_new_of_outputs (
  const GboxNetwork *network, guint layer, int unit, GboxCircuitRank rank, GError **error)
{
  g_autoptr (GboxCircuitOutputs) outputs = gbox_circuit_outputs_new (network, layer, unit, error);
  gboolean is_done = FALSE;

  if (outputs == NULL)
    return NULL;
  while (!is_done)
    if (!gbox_circuit_outputs_step (outputs, &is_done, error))
      return NULL;
  return gbox_circuit_outputs_finish (outputs, rank, error);
}
