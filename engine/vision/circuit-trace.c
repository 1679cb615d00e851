/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights multiplied backwards through the operations of a network that is taken for linear. */
#include "vision/circuit-trace.h"

#include "base/error.h"

#include <math.h>

/* More positions along an axis than between any two layers of a network that is known. */
#define MAX_SIDE 64

struct _GboxTrace
{
  const GboxNetworkData *data;
  guint target_value;
  int target_channel;
  GboxTraceResponse *responses; /* by value */
};

static int
greatest_common_divisor (int a, int b)
{
  while (b != 0)
    {
      const int rest = a % b;

      a = b;
      b = rest;
    }
  return a;
}

static int
get_last (const GboxTraceGrid *grid)
{
  return grid->first + (grid->side - 1) * grid->step;
}

static GboxTraceGrid
make_grid (int first, int last, int step)
{
  return (GboxTraceGrid){ .first = first, .step = step, .side = step > 0 ? (last - first) / step + 1 : 1 };
}

/* All positions of both. */
static GboxTraceGrid
unite (const GboxTraceGrid *a, const GboxTraceGrid *b)
{
  const int step
    = greatest_common_divisor (greatest_common_divisor (a->step, b->step), ABS (a->first - b->first));

  return make_grid (MIN (a->first, b->first), MAX (get_last (a), get_last (b)), step);
}

/* The padding before the input: of SAME, what it is where the stride divides the map, as it does at the sizes
 * that networks are made for. */
static int
get_pad (const GboxWindowShape *window)
{
  return window->padding == GBOX_PADDING_SAME ? MAX (window->kernel - window->stride, 0) / 2 : window->pad;
}

/* Row, or column, of its input that an operation's output at @position begins to see, or all it is taken to
 * see. */
static int
get_start (const GboxOperation *op, int position)
{
  const int start = position * op->window.stride - get_pad (&op->window);

  return op->kind == GBOX_OPERATION_MAX_POOL ? start + (op->window.kernel - 1) / 2 : start;
}

/* Positions along an axis that an output is taken to see. */
static int
get_reach (const GboxOperation *op)
{
  return op->kind == GBOX_OPERATION_MAX_POOL ? 1 : op->window.kernel;
}

/* What an operation must see for its outputs at the positions of @grid. */
static GboxTraceGrid
get_input_grid (const GboxOperation *op, const GboxTraceGrid *grid)
{
  const int reach = get_reach (op);

  if (op->kind == GBOX_OPERATION_GLOBAL_AVERAGE)
    return make_grid (0, 0, 0);
  return make_grid (get_start (op, grid->first), get_start (op, get_last (grid)) + reach - 1,
                    reach > 1 ? 1 : grid->step * op->window.stride);
}

static int
get_n_channels (const GboxTrace *trace, guint value)
{
  return g_array_index (trace->data->values, int, value);
}

/* The weights of all channels at a position of the grid. */
static double *
get_weights (const GboxTrace *trace, guint value, int y, int x)
{
  const GboxTraceResponse *response = &trace->responses[value];
  const GboxTraceGrid *grid = &response->grid;
  const int row = grid->step > 0 ? (y - grid->first) / grid->step : 0;
  const int column = grid->step > 0 ? (x - grid->first) / grid->step : 0;

  return response->weights
         + ((gsize) row * (gsize) grid->side + (gsize) column) * (gsize) get_n_channels (trace, value);
}

static double *
allocate (const GboxTrace *trace, guint value, const GboxTraceGrid *grid)
{
  return g_new0 (double, (gsize) grid->side *(gsize) grid->side *(gsize) get_n_channels (trace, value));
}

/* Makes room in the response to @value for the positions of @grid. */
static gboolean
reserve (GboxTrace *trace, guint value, const GboxTraceGrid *grid, GError **error)
{
  GboxTraceResponse *response = &trace->responses[value];
  GboxTraceResponse old = *response;
  const GboxTraceGrid all = old.weights != NULL ? unite (&old.grid, grid) : *grid;
  const gsize n_bytes = (gsize) get_n_channels (trace, value) * sizeof (double);

  if (all.side > MAX_SIDE)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                   "The unit depends on more than %d × %d positions of a layer. Name layers between them.",
                   MAX_SIDE, MAX_SIDE);
      return FALSE;
    }
  response->grid = all;
  response->weights = allocate (trace, value, &all);
  for (int y = 0; old.weights != NULL && y < old.grid.side; y++)
    for (int x = 0; x < old.grid.side; x++)
      memcpy (get_weights (trace, value, old.grid.first + y * old.grid.step,
                           old.grid.first + x * old.grid.step),
              old.weights + ((gsize) y * (gsize) old.grid.side + (gsize) x) * (n_bytes / sizeof (double)),
              n_bytes);
  g_free (old.weights);
  return TRUE;
}

/* Adds @weight of channel @channel of a convolution's output at a position to what it reads. */
static void
pass_conv (GboxTrace *trace, const GboxOperation *op, int channel, int y, int x, double weight)
{
  const int kernel = op->window.kernel;
  const gsize n_taps = (gsize) kernel * (gsize) kernel;
  const float *kernels = op->weights + (gsize) channel * (gsize) op->input.n * n_taps;

  for (int ky = 0; ky < kernel; ky++)
    for (int kx = 0; kx < kernel; kx++)
      {
        double *to = get_weights (trace, op->input.value, get_start (op, y) + ky, get_start (op, x) + kx)
                     + op->input.first;

        for (int i = 0; i < op->input.n; i++)
          to[i] += weight * (double) kernels[(gsize) i * n_taps + (gsize) (ky * kernel + kx)];
      }
}

static void
pass_depthwise (GboxTrace *trace, const GboxOperation *op, int channel, int y, int x, double weight)
{
  const int kernel = op->window.kernel;

  for (int ky = 0; ky < kernel; ky++)
    for (int kx = 0; kx < kernel; kx++)
      get_weights (trace, op->input.value, get_start (op, y) + ky,
                   get_start (op, x) + kx)[op->input.first + channel]
        += weight * (double) op->weights[(gsize) (ky * kernel + kx) * (gsize) op->output.n + (gsize) channel];
}

static void
pass_channel (GboxTrace *trace, const GboxSlice *input, int channel, int y, int x, double weight)
{
  get_weights (trace, input->value, y, x)[input->first + channel] += weight;
}

static void
pass (GboxTrace *trace, const GboxOperation *op, int channel, int y, int x, double weight)
{
  switch (op->kind)
    {
    case GBOX_OPERATION_CONV:
      pass_conv (trace, op, channel, y, x, weight);
      break;
    case GBOX_OPERATION_DEPTHWISE:
      pass_depthwise (trace, op, channel, y, x, weight);
      break;
    case GBOX_OPERATION_MAX_POOL:
      pass_channel (trace, &op->input, channel, get_start (op, y), get_start (op, x), weight);
      break;
    case GBOX_OPERATION_LRN:
      pass_channel (trace, &op->input, channel, y, x,
                    weight * pow ((double) op->lrn.k, -(double) op->lrn.beta));
      break;
    case GBOX_OPERATION_ADD:
      pass_channel (trace, &op->input, channel, y, x, weight);
      pass_channel (trace, &op->addend, channel, y, x, weight);
      break;
    case GBOX_OPERATION_GLOBAL_AVERAGE:
      /* Its output has one position; around it is padding. */
      if (y == 0 && x == 0)
        pass_channel (trace, &op->input, channel, 0, 0, weight);
      break;
    }
}

static gboolean
reserve_inputs (GboxTrace *trace, const GboxOperation *op, const GboxTraceGrid *grid, GError **error)
{
  const GboxTraceGrid needed = get_input_grid (op, grid);

  return reserve (trace, op->input.value, &needed, error)
         && (op->kind != GBOX_OPERATION_ADD || reserve (trace, op->addend.value, &needed, error));
}

/* Hands on what the unit gets from the outputs of an operation. */
static gboolean
trace_operation (GboxTrace *trace, const GboxOperation *op, GError **error)
{
  const GboxTraceResponse *response = &trace->responses[op->output.value];
  const GboxTraceGrid grid = response->grid;
  gboolean is_reserved = FALSE;

  if (response->weights == NULL)
    return TRUE;
  for (int c = 0; c < op->output.n; c++)
    {
      const int channel = op->output.first + c;

      if (gbox_trace_find_layer (trace, op->output.value, channel) >= 0)
        continue;
      for (int i = 0; i < grid.side * grid.side; i++)
        {
          const int y = grid.first + i / grid.side * grid.step, x = grid.first + i % grid.side * grid.step;
          const double weight = get_weights (trace, op->output.value, y, x)[channel];

          if (weight == 0.0)
            continue;
          if (!is_reserved && !reserve_inputs (trace, op, &grid, error))
            return FALSE;
          is_reserved = TRUE;
          pass (trace, op, c, y, x, weight);
        }
    }
  return TRUE;
}

GboxTrace *
gbox_trace_new (const GboxNetwork *network, guint layer, int unit, GError **error)
{
  g_autoptr (GboxTrace) trace = g_new0 (GboxTrace, 1);
  const GboxNetworkData *data = gbox_network_get_data (network);
  const GboxSlice *slice = &g_array_index (data->layer_slices, GboxSlice, layer);
  const GboxTraceGrid point = make_grid (0, 0, 0);

  trace->data = data;
  trace->target_value = slice->value;
  trace->target_channel = slice->first + unit;
  trace->responses = g_new0 (GboxTraceResponse, data->values->len);
  if (!reserve (trace, trace->target_value, &point, error))
    return NULL;
  get_weights (trace, trace->target_value, 0, 0)[trace->target_channel] = 1.0;
  for (guint i = data->operations->len; i-- > 0;)
    if (!trace_operation (trace, &g_array_index (data->operations, GboxOperation, i), error))
      return NULL;
  return g_steal_pointer (&trace);
}

void
gbox_trace_free (GboxTrace *trace)
{
  if (trace == NULL)
    return;
  for (guint i = 0; i < trace->data->values->len; i++)
    g_free (trace->responses[i].weights);
  g_free (trace->responses);
  g_free (trace);
}

const GboxTraceResponse *
gbox_trace_get_response (const GboxTrace *trace, guint value)
{
  return &trace->responses[value];
}

int
gbox_trace_find_layer (const GboxTrace *trace, guint value, int channel)
{
  const GArray *slices = trace->data->layer_slices;

  if (value == trace->target_value && channel == trace->target_channel)
    return -1;
  for (guint i = 0; i < slices->len; i++)
    {
      const GboxSlice *slice = &g_array_index (slices, GboxSlice, i);

      if (slice->value == value && channel >= slice->first && channel < slice->first + slice->n)
        return (int) i;
    }
  return -1;
}
