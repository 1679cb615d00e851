/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Puts a network together, operation by operation. */
#include "models/network-builder.h"

struct _GboxNetworkBuilder
{
  GboxNetworkData data; /* emptied by finish */
};

static const GboxWindowShape no_window = { .kernel = 1, .stride = 1 };

static void
clear_operation (gpointer operation)
{
  GboxOperation *self = operation;

  g_free (self->weights);
  g_free (self->bias);
}

static void
clear_layer (gpointer layer)
{
  g_free ((char *) ((GboxLayer *) layer)->name);
}

GboxNetworkBuilder *
gbox_network_builder_new (const char *title,
                          const GboxPreprocessing *preprocessing,
                          const GboxPixelMap *pixel_map)
{
  GboxNetworkBuilder *builder = g_new0 (GboxNetworkBuilder, 1);
  GboxNetworkData *data = &builder->data;
  const int n_input_channels = 3;

  data->title = g_strdup (title);
  data->preprocessing = *preprocessing;
  data->pixel_map = *pixel_map;
  data->values = g_array_new (FALSE, FALSE, sizeof (int));
  data->operations = g_array_new (FALSE, FALSE, sizeof (GboxOperation));
  data->layers = g_array_new (FALSE, FALSE, sizeof (GboxLayer));
  data->layer_slices = g_array_new (FALSE, FALSE, sizeof (GboxSlice));
  g_array_set_clear_func (data->operations, clear_operation);
  g_array_set_clear_func (data->layers, clear_layer);
  g_array_append_val (data->values, n_input_channels);

  return builder;
}

void
gbox_network_builder_free (GboxNetworkBuilder *builder)
{
  if (builder == NULL)
    return;

  g_clear_pointer (&builder->data.values, g_array_unref);
  g_clear_pointer (&builder->data.operations, g_array_unref);
  g_clear_pointer (&builder->data.layers, g_array_unref);
  g_clear_pointer (&builder->data.layer_slices, g_array_unref);
  g_free (builder->data.title);
  g_free (builder);
}

GboxSlice
gbox_network_builder_get_input (const GboxNetworkBuilder *builder)
{
  return (GboxSlice){ .value = 0, .first = 0, .n = 3 };
}

GboxSlice
gbox_network_builder_add_value (GboxNetworkBuilder *builder, int n_channels)
{
  const GboxSlice slice = { .value = builder->data.values->len, .first = 0, .n = n_channels };

  g_array_append_val (builder->data.values, n_channels);

  return slice;
}

/* What an output at @slice sees: the largest of the operations that write to it; one pixel of the input
 * itself. */
static void
get_view (const GboxNetworkBuilder *builder, const GboxSlice *slice, int *receptive_field, int *input_stride)
{
  *receptive_field = slice->value == 0 ? 1 : 0;
  *input_stride = slice->value == 0 ? 1 : 0;
  for (guint i = 0; i < builder->data.operations->len; i++)
    {
      const GboxOperation *writer = &g_array_index (builder->data.operations, GboxOperation, i);

      if (!gbox_slice_overlaps (&writer->output, slice))
        continue;
      *receptive_field = MAX (*receptive_field, writer->receptive_field);
      *input_stride = MAX (*input_stride, writer->input_stride);
    }
}

static gboolean
is_inside (const GboxNetworkBuilder *builder, const GboxSlice *slice)
{
  return slice->value < builder->data.values->len && slice->n > 0 && slice->first >= 0
         && slice->first + slice->n <= g_array_index (builder->data.values, int, slice->value);
}

static gboolean
is_written (const GboxNetworkBuilder *builder, const GboxSlice *slice)
{
  for (guint i = 0; i < builder->data.operations->len; i++)
    if (gbox_slice_overlaps (&g_array_index (builder->data.operations, GboxOperation, i).output, slice))
      return TRUE;

  return slice->value == 0;
}

/* Every channel is written once, after what it is made from. */
static void
append (GboxNetworkBuilder *builder, GboxOperation *operation)
{
  g_return_if_fail (is_inside (builder, &operation->input) && is_written (builder, &operation->input));
  g_return_if_fail (is_inside (builder, &operation->output) && !is_written (builder, &operation->output));
  g_return_if_fail (!gbox_slice_overlaps (&operation->input, &operation->output));

  get_view (builder, &operation->input, &operation->receptive_field, &operation->input_stride);
  operation->receptive_field += (operation->window.kernel - 1) * operation->input_stride;
  operation->input_stride *= operation->window.stride;
  g_array_append_val (builder->data.operations, *operation);
}

void
gbox_network_builder_conv (GboxNetworkBuilder *builder,
                           GboxSlice input,
                           GboxSlice output,
                           const GboxWindowShape *window,
                           GboxActivation activation,
                           GboxConvWeights *weights)
{
  GboxOperation operation = { .kind = GBOX_OPERATION_CONV,
                              .input = input,
                              .output = output,
                              .window = *window,
                              .activation = activation,
                              .n_parts = weights->n_parts };

  g_return_if_fail (weights->n_in == input.n && weights->n_out == output.n
                    && weights->kernel == window->kernel);

  memcpy (operation.parts, weights->parts, sizeof operation.parts);
  operation.weights = g_steal_pointer (&weights->weights);
  operation.bias = g_steal_pointer (&weights->bias);
  append (builder, &operation);
}

/* (C, 1, K, K) → (K, K, C): the channels of a pixel lie side by side. */
static float *
interleave_channels (const GboxConvWeights *weights)
{
  const gsize n_channels = (gsize) weights->n_out;
  const gsize n_taps = (gsize) weights->kernel * (gsize) weights->kernel;
  float *interleaved = g_new (float, n_channels *n_taps);

  for (gsize c = 0; c < n_channels; c++)
    for (gsize tap = 0; tap < n_taps; tap++)
      interleaved[tap * n_channels + c] = weights->weights[c * n_taps + tap];

  return interleaved;
}

void
gbox_network_builder_depthwise (GboxNetworkBuilder *builder,
                                GboxSlice input,
                                GboxSlice output,
                                const GboxWindowShape *window,
                                GboxActivation activation,
                                GboxConvWeights *weights)
{
  GboxOperation operation = { .kind = GBOX_OPERATION_DEPTHWISE,
                              .input = input,
                              .output = output,
                              .window = *window,
                              .activation = activation,
                              .n_parts = 1,
                              .parts = { output.n } };

  g_return_if_fail (weights->n_in == 1 && weights->n_out == output.n && weights->kernel == window->kernel);
  g_return_if_fail (input.n == output.n);

  operation.weights = interleave_channels (weights);
  operation.bias = g_steal_pointer (&weights->bias);
  gbox_conv_weights_clear (weights);
  append (builder, &operation);
}

void
gbox_network_builder_max_pool (GboxNetworkBuilder *builder,
                               GboxSlice input,
                               GboxSlice output,
                               const GboxWindowShape *window)
{
  GboxOperation operation
    = { .kind = GBOX_OPERATION_MAX_POOL, .input = input, .output = output, .window = *window };

  g_return_if_fail (input.n == output.n);

  append (builder, &operation);
}

void
gbox_network_builder_lrn (GboxNetworkBuilder *builder,
                          GboxSlice input,
                          GboxSlice output,
                          const GboxLrnShape *shape)
{
  GboxOperation operation
    = { .kind = GBOX_OPERATION_LRN, .input = input, .output = output, .window = no_window, .lrn = *shape };

  g_return_if_fail (input.n == output.n);

  append (builder, &operation);
}

void
gbox_network_builder_add (GboxNetworkBuilder *builder, GboxSlice input, GboxSlice addend, GboxSlice output)
{
  GboxOperation operation
    = { .kind = GBOX_OPERATION_ADD, .input = input, .addend = addend, .output = output, .window = no_window };
  int receptive_field, input_stride;

  g_return_if_fail (input.n == output.n && addend.n == output.n);
  g_return_if_fail (is_inside (builder, &addend) && is_written (builder, &addend));

  append (builder, &operation);

  /* The block's own branch sees at least as much as the way around it, whichever of the two is called the
   * addend. */
  get_view (builder, &addend, &receptive_field, &input_stride);
  GboxOperation *added
    = &g_array_index (builder->data.operations, GboxOperation, builder->data.operations->len - 1);
  added->receptive_field = MAX (added->receptive_field, receptive_field);
}

void
gbox_network_builder_global_average (GboxNetworkBuilder *builder, GboxSlice input, GboxSlice output)
{
  GboxOperation operation
    = { .kind = GBOX_OPERATION_GLOBAL_AVERAGE, .input = input, .output = output, .window = no_window };

  g_return_if_fail (input.n == output.n);

  append (builder, &operation);

  /* It sees the whole image, however large. */
  GboxOperation *added
    = &g_array_index (builder->data.operations, GboxOperation, builder->data.operations->len - 1);
  added->receptive_field = added->input_stride = 0;
}

void
gbox_network_builder_layer (GboxNetworkBuilder *builder, const char *name, GboxSlice slice)
{
  GboxLayer layer = { .name = g_strdup (name), .n_channels = slice.n };

  g_return_if_fail (is_inside (builder, &slice) && is_written (builder, &slice));

  get_view (builder, &slice, &layer.receptive_field, &layer.stride);
  g_array_append_val (builder->data.layers, layer);
  g_array_append_val (builder->data.layer_slices, slice);
}

GboxNetwork *
gbox_network_builder_finish (GboxNetworkBuilder *builder)
{
  GboxNetwork *network;

  g_return_val_if_fail (builder->data.layers != NULL && builder->data.layers->len > 0, NULL);

  network = gbox_network_new (&builder->data);
  builder->data = (GboxNetworkData){ 0 };

  return network;
}
