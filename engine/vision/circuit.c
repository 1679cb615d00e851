/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What excites and what inhibits a unit: its inputs through the weights, from layer to layer. */
#include "vision/circuit.h"

#include "base/error.h"
#include "models/network-internal.h"
#include "vision/circuit-private.h"

#include <math.h>

#define IMAGE_NAME "image"

static const char *const colours[] = { "red", "green", "blue" };

G_DEFINE_BOXED_TYPE (GboxCircuit, gbox_circuit, gbox_circuit_copy, gbox_circuit_free)

GType
gbox_circuit_rank_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GBOX_CIRCUIT_RANK_SUM, "GBOX_CIRCUIT_RANK_SUM", "sum" },
    { GBOX_CIRCUIT_RANK_NORM, "GBOX_CIRCUIT_RANK_NORM", "norm" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GboxCircuitRank", values));
  return type;
}

void
gbox_circuit_clear_input (gpointer input)
{
  g_free (((GboxCircuitInput *) input)->kernel);
}

static guint
count_inputs (const GboxCircuit *circuit)
{
  return circuit->n_excitatory + circuit->n_inhibitory;
}

void
gbox_circuit_measure (
  GboxCircuitInput *input, const GboxTraceResponse *response, int channel, int n_channels, double scale)
{
  const GboxTraceGrid *grid = &response->grid;
  const gsize n = (gsize) grid->side * (gsize) grid->side;
  double sum = 0.0, squares = 0.0;

  input->side = grid->side;
  input->first = grid->first;
  input->step = grid->step;
  input->kernel = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    {
      const double weight = scale * response->weights[i * (gsize) n_channels + (gsize) channel];

      input->kernel[i] = (float) weight;
      sum += weight;
      squares += weight * weight;
    }
  input->weight = (float) sum;
  input->norm = (float) sqrt (squares);
}

/* What the unit gets from the channels of @value that a layer has, or that are the image's. */
static void
collect (GArray *inputs, const GboxNetworkData *data, const GboxTrace *trace, guint value)
{
  const GboxTraceResponse *response = gbox_trace_get_response (trace, value);
  const int n_channels = g_array_index (data->values, int, value);

  for (int c = 0; response->weights != NULL && c < n_channels; c++)
    {
      GboxCircuitInput input = { .layer = gbox_trace_find_layer (trace, value, c), .unit = c };
      double scale = 1.0;

      if (input.layer >= 0)
        input.unit -= g_array_index (data->layer_slices, GboxSlice, input.layer).first;
      else if (value == 0)
        {
          input.unit = data->pixel_map.order[c];
          scale = (double) data->pixel_map.scale[c];
        }
      else
        continue;
      gbox_circuit_measure (&input, response, c, n_channels, scale);
      if (input.norm != 0.0f)
        g_array_append_val (inputs, input);
      else
        gbox_circuit_clear_input (&input);
    }
}

static gboolean
are_finite (const GArray *inputs)
{
  for (guint i = 0; i < inputs->len; i++)
    if (!isfinite (g_array_index (inputs, GboxCircuitInput, i).norm))
      return FALSE;
  return TRUE;
}

/* Excitatory inputs before inhibitory ones, strong ones before weak ones. Equal ones in the order of the
 * network. */
static int
compare_inputs (const void *a, const void *b, gpointer user_data)
{
  const GboxCircuitInput *x = a, *y = b;
  const gboolean is_norm = *(const GboxCircuitRank *) user_data == GBOX_CIRCUIT_RANK_NORM;
  const float strength_x = is_norm ? x->norm : fabsf (x->weight);
  const float strength_y = is_norm ? y->norm : fabsf (y->weight);

  if ((x->weight < 0.0f) != (y->weight < 0.0f))
    return x->weight < 0.0f ? 1 : -1;
  if (strength_x != strength_y)
    return strength_x < strength_y ? 1 : -1;
  if (x->layer != y->layer)
    return x->layer - y->layer;
  return x->unit - y->unit;
}

static void
sum_up (GboxCircuit *circuit, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      const double weight = (double) circuit->inputs[i].weight;

      if (weight < 0.0)
        {
          circuit->n_inhibitory++;
          circuit->inhibition += weight;
        }
      else
        {
          circuit->n_excitatory++;
          circuit->excitation += weight;
        }
    }
}

gboolean
gbox_circuit_check_unit (const GboxNetwork *network, guint layer, int unit, GError **error)
{
  if (layer < gbox_network_get_n_layers (network) && unit >= 0
      && unit < gbox_network_get_layer (network, layer)->n_channels)
    return TRUE;
  if (layer >= gbox_network_get_n_layers (network))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "%s has no layer of number %u.",
                 gbox_network_get_title (network), layer);
  else
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "Layer %s of %s has units 0 to %d, not %d.",
                 gbox_network_get_layer (network, layer)->name, gbox_network_get_title (network),
                 gbox_network_get_layer (network, layer)->n_channels - 1, unit);
  return FALSE;
}

GboxCircuit *
gbox_circuit_new_from_inputs (
  const GboxNetwork *network, guint layer, int unit, GArray *inputs, GboxCircuitRank rank, GError **error)
{
  GboxCircuit *circuit;
  gsize n;

  if (!are_finite (inputs))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_NUMERIC,
                   "Some weights that lead to unit %d of layer %s are not numbers: the file may be damaged.",
                   unit, gbox_network_get_layer (network, layer)->name);
      return NULL;
    }
  g_array_sort_with_data (inputs, compare_inputs, &rank);
  circuit = g_new0 (GboxCircuit, 1);
  circuit->layer = layer;
  circuit->unit = unit;
  circuit->inputs = g_array_steal (inputs, &n);
  sum_up (circuit, (guint) n);
  return circuit;
}

GboxCircuit *
gbox_circuit_new (const GboxNetwork *network, guint layer, int unit, GboxCircuitRank rank, GError **error)
{
  const GboxNetworkData *data = gbox_network_get_data (network);
  g_autoptr (GArray) inputs = g_array_new (FALSE, FALSE, sizeof (GboxCircuitInput));
  g_autoptr (GboxTrace) trace = NULL;

  if (!gbox_circuit_check_unit (network, layer, unit, error)
      || (trace = gbox_trace_new (network, layer, unit, error)) == NULL)
    return NULL;
  g_array_set_clear_func (inputs, gbox_circuit_clear_input);
  for (guint value = 0; value < data->values->len; value++)
    collect (inputs, data, trace, value);
  return gbox_circuit_new_from_inputs (network, layer, unit, inputs, rank, error);
}

GboxCircuit *
gbox_circuit_copy (const GboxCircuit *circuit)
{
  const guint n = count_inputs (circuit);
  GboxCircuit *copy = g_memdup2 (circuit, sizeof *circuit);

  copy->inputs = g_memdup2 (circuit->inputs, n * sizeof *copy->inputs);
  for (guint i = 0; i < n; i++)
    {
      GboxCircuitInput *input = &copy->inputs[i];

      input->kernel
        = g_memdup2 (input->kernel, (gsize) input->side * (gsize) input->side * sizeof *input->kernel);
    }
  return copy;
}

void
gbox_circuit_free (GboxCircuit *circuit)
{
  for (guint i = 0; i < count_inputs (circuit); i++)
    gbox_circuit_clear_input (&circuit->inputs[i]);
  g_free (circuit->inputs);
  g_free (circuit);
}

void
gbox_circuit_trim (GboxCircuit *circuit, guint n)
{
  const guint n_inputs = count_inputs (circuit);
  guint n_kept = 0;

  for (guint i = 0; i < n_inputs; i++)
    if (i < circuit->n_excitatory ? i < n : i - circuit->n_excitatory < n)
      circuit->inputs[n_kept++] = circuit->inputs[i];
    else
      gbox_circuit_clear_input (&circuit->inputs[i]);
  circuit->n_excitatory = MIN (circuit->n_excitatory, n);
  circuit->n_inhibitory = MIN (circuit->n_inhibitory, n);
}

const char *
gbox_circuit_get_layer_name (const GboxNetwork *network, int layer)
{
  return layer < 0 ? IMAGE_NAME : gbox_network_get_layer (network, (guint) layer)->name;
}

char *
gbox_circuit_describe_unit (const GboxNetwork *network, int layer, int unit)
{
  const char *name = gbox_circuit_get_layer_name (network, layer);
  const char *label = g_str_equal (name, "class") ? gbox_network_get_class_label (network, unit) : NULL;

  if (layer < 0)
    return g_strdup_printf ("%s · %s", name, colours[unit]);
  return label != NULL ? g_strdup_printf ("%s · %d (%s)", name, unit, label)
                       : g_strdup_printf ("%s · %d", name, unit);
}
