/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether both sides of a comparison compute the same. */
#include "bench-check.h"

#include <math.h>

#include "base/error.h"
#include "vision/pipeline.h"

/* Sums in another order differ by about 1e-5. Adam's first step moves each parameter by the sign of its
 * gradient, and of the smallest gradients rounding decides the sign: 1 % is seen. */
static const double tolerances[] = { 1e-3, 2e-3, 5e-2 };

/* As agreed() in vision-peer.py. */
static void
fill_parameters (const GboxPipelineState *state)
{
  for (guint64 i = 0; i < state->n; i++)
    state->parameters[i] = ((float) ((i * i + 7 * i) % 1009) / 1008.0f - 0.5f) * 0.04f;
}

/* As agreed_pixels(). */
static void
fill_pixels (GboxTensor *image)
{
  for (int n = 0; n < image->batch; n++)
    for (int y = 0; y < image->height; y++)
      for (int x = 0; x < image->width; x++)
        for (int c = 0; c < 3; c++)
          gbox_tensor_pixel (image, n, y, x)[c] = (float) ((7 * x + 13 * y + 31 * c + x * y % 17 * 5) % 256);
}

static double
get_length (const float *values, gsize n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += (double) values[i] * (double) values[i];
  return sqrt (sum);
}

static gboolean
compute_step (GboxNetwork *network, GboxTeam *team, const BenchCase *work, double *values, GError **error)
{
  g_autoptr (GboxVisualizationSpec) spec = bench_case_make_spec (work, 0);
  g_autoptr (GboxPipeline) pipeline = NULL;

  g_object_set (spec, "objective", GBOX_OBJECTIVE_LAYER, "transforms", FALSE, NULL);
  pipeline = gbox_pipeline_new (network, team, spec, error);
  if (pipeline == NULL)
    return FALSE;
  fill_parameters (gbox_pipeline_get_state (pipeline));
  gbox_pipeline_render (pipeline);
  values[0] = gbox_pipeline_evaluate (pipeline, 1);
  gbox_pipeline_backpropagate (pipeline, 1, FALSE);
  values[1] = get_length (gbox_pipeline_get_gradient (pipeline), gbox_pipeline_get_state (pipeline)->n);
  gbox_pipeline_ascend (pipeline, 1);
  gbox_pipeline_render (pipeline);
  values[2] = gbox_pipeline_evaluate (pipeline, 2);
  return TRUE;
}

static gboolean
compute_classification (
  GboxNetwork *network, GboxTeam *team, const BenchCase *work, double *values, GError **error)
{
  const int layer = gbox_network_find_layer (network, work->layer);
  g_autoptr (GboxPlan) plan
    = gbox_plan_new (network, team, (guint) layer, work->batch, work->size, work->size, FALSE, error);
  const GboxTensor *logits;
  double length;
  gsize n;

  if (plan == NULL)
    return FALSE;
  fill_pixels (gbox_plan_get_input (plan));
  gbox_plan_forward (plan);
  logits = gbox_plan_get_output (plan);
  n = gbox_tensor_n_pixels (logits) * (gsize) logits->channels;
  length = get_length (logits->data, n);
  values[0] = length * length / (double) n;
  return TRUE;
}

gboolean
bench_check_compute (GboxNetwork *network,
                     GboxTeam *team,
                     const BenchCase *work,
                     double *values,
                     guint *n_values,
                     GError **error)
{
  if (work->work == BENCH_CLASSIFY)
    {
      *n_values = 1;
      return compute_classification (network, team, work, values, error);
    }
  *n_values = 3;
  return compute_step (network, team, work, values, error);
}

gboolean
bench_check_compare (
  const char *name, const double *ours, guint n, const double *theirs, guint n_theirs, GError **error)
{
  static const char *const what[] = { "mean square", "gradient", "mean square after a step" };

  g_return_val_if_fail (n <= G_N_ELEMENTS (what), FALSE);

  for (guint i = 0; i < n; i++)
    {
      const double other = i < n_theirs ? theirs[i] : NAN;

      if (fabs (ours[i] - other) <= tolerances[i] * fabs (other))
        continue;
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_NUMERIC,
                   "%s: Glassbox and PyTorch do not compute the same, so their times say nothing: the %s is "
                   "%.6g here and %.6g there.",
                   name, what[i], ours[i], other);
      return FALSE;
    }
  return TRUE;
}
