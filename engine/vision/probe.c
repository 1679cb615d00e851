/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One image through a network: what a layer answers, and the gradient of one unit. */
#include "vision/probe.h"

#include "base/error.h"
#include "models/plan.h"

#include <math.h>

void
gbox_probe_free (GboxProbe *probe)
{
  if (probe == NULL)
    return;

  g_free (probe->channel_means);
  g_free (probe->gradient);
  g_free (probe);
}

static gboolean
check_unit (
  GboxNetwork *network, guint layer, const GboxTensor *output, int unit, int at_y, int at_x, GError **error)
{
  const GboxLayer *info = gbox_network_get_layer (network, layer);

  if (unit >= output->channels)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
                   "Layer %s of %s has no unit %d; choose one from 0 to %d.", info->name,
                   gbox_network_get_title (network), unit, output->channels - 1);
      return FALSE;
    }
  if ((at_y < 0) != (at_x < 0))
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "A position needs a row and a column; give both or neither.");
      return FALSE;
    }
  if (at_y >= output->height || at_x >= output->width)
    {
      g_set_error (
        error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
        "Layer %s has no position %d,%d for this image; choose a row from 0 to %d and a column from 0 to %d.",
        info->name, at_y, at_x, output->height - 1, output->width - 1);
      return FALSE;
    }

  return TRUE;
}

static void
set_input (GboxPlan *plan, const GboxImage *image)
{
  GboxTensor *input = gbox_plan_get_input (plan);
  const gsize n_samples = gbox_tensor_n_pixels (input) * 3;

  for (gsize i = 0; i < n_samples; i++)
    input->data[i] = image->pixels[i];
}

static void
measure_layer (GboxProbe *probe, const GboxTensor *output)
{
  const gsize n_pixels = gbox_tensor_n_pixels (output);
  const double n_values = (double) n_pixels * output->channels;
  double sum = 0.0;
  double sum_of_squares = 0.0;

  probe->channel_means = g_new (float, output->channels);
  for (int c = 0; c < output->channels; c++)
    {
      double channel_sum = 0.0;

      for (gsize i = 0; i < n_pixels; i++)
        {
          const double value = (double) output->data[i * output->stride + (gsize) c];

          channel_sum += value;
          sum_of_squares += value * value;
        }
      probe->channel_means[c] = (float) (channel_sum / (double) n_pixels);
      sum += channel_sum;
    }
  probe->mean = sum / n_values;
  probe->rms = sqrt (sum_of_squares / n_values);
}

/* The objective, and its gradient with respect to the layer into @gradient. */
static double
evaluate_unit (const GboxTensor *output, GboxTensor *gradient, int unit, int at_y, int at_x)
{
  const gsize n_pixels = gbox_tensor_n_pixels (output);
  double sum = 0.0;

  for (gsize i = 0; i < n_pixels; i++)
    {
      float *pixel = gradient->data + i * gradient->stride;

      memset (pixel, 0, (gsize) gradient->channels * sizeof (float));
      if (at_y < 0)
        pixel[unit] = 1.0f / (float) n_pixels;
      sum += (double) output->data[i * output->stride + (gsize) unit];
    }
  if (at_y < 0)
    return sum / (double) n_pixels;

  gbox_tensor_pixel (gradient, 0, at_y, at_x)[unit] = 1.0f;
  return (double) gbox_tensor_pixel (output, 0, at_y, at_x)[unit];
}

static void
copy_gradient (GboxProbe *probe, const GboxTensor *gradient)
{
  const gsize n_samples = gbox_tensor_n_pixels (gradient) * 3;
  double sum_of_squares = 0.0;

  probe->gradient = g_memdup2 (gradient->data, n_samples * sizeof (float));
  for (gsize i = 0; i < n_samples; i++)
    sum_of_squares += (double) probe->gradient[i] * (double) probe->gradient[i];
  probe->gradient_l2 = sqrt (sum_of_squares);
}

GboxProbe *
gbox_probe_new (GboxNetwork *network,
                GboxTeam *team,
                guint layer,
                const GboxImage *image,
                int unit,
                int at_y,
                int at_x,
                GError **error)
{
  g_autoptr (GboxPlan) plan
    = gbox_plan_new (network, team, layer, 1, image->height, image->width, unit >= 0, error);
  const GboxTensor *output;
  GboxProbe *probe;

  if (plan == NULL)
    return NULL;
  output = gbox_plan_get_output (plan);
  if (!check_unit (network, layer, output, unit, at_y, at_x, error))
    return NULL;

  probe = g_new0 (GboxProbe, 1);
  probe->channels = output->channels;
  probe->height = output->height;
  probe->width = output->width;
  probe->image_height = image->height;
  probe->image_width = image->width;
  probe->has_unit = unit >= 0;

  set_input (plan, image);
  gbox_plan_forward (plan);
  measure_layer (probe, output);
  if (probe->has_unit)
    {
      probe->objective = evaluate_unit (output, gbox_plan_get_output_gradient (plan), unit, at_y, at_x);
      gbox_plan_backward (plan, FALSE);
      copy_gradient (probe, gbox_plan_get_input_gradient (plan));
    }

  return probe;
}
