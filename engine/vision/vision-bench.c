/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times the work that the window does over and over: a visualization's step, and classification. */
#include "vision/vision-bench.h"

#include <string.h>

#include "base/error.h"
#include "base/philox.h"
#include "kernels/colour.h"
#include "models/plan-profile.h"
#include "vision/pipeline.h"

#define NANOSECONDS 1e-9
#define WHITE       255.0f

/* Laps of the pipeline's clock that come before and after the operations of the network; the frame is ours.
 */
#define LAP_FRAME GBOX_PIPELINE_N_STAGES
#define N_LAPS    (GBOX_PIPELINE_N_STAGES + 1)

struct _GboxVisionBench
{
  GboxTeam *team;
  GboxPipeline *pipeline; /* of a step, or NULL */
  GboxPlan *own_plan;     /* of a classification, or NULL */
  GboxPlan *plan;         /* either's */
  guint step;             /* done */
  gsize n_pixels;         /* of the frame */
  guint8 *frame;          /* (n_pixels, 3), or NULL */

  GArray *parts;        /* of GboxVisionPart */
  GPtrArray *names;     /* of what the parts are called, owned */
  GArray *laps_of_part; /* of guint: where each part is noted; the plan's laps follow ours */
  GboxLapClock clock, plan_clock;
};

static void
add_part (GboxVisionBench *self, GboxVisionPart part, guint lap)
{
  g_array_append_val (self->parts, part);
  g_array_append_val (self->laps_of_part, lap);
}

static void
add_stage (GboxVisionBench *self, guint lap, const char *name, gsize n_bytes)
{
  add_part (self, (GboxVisionPart){ .name = name, .bytes = (double) n_bytes }, lap);
}

static void
add_operations (GboxVisionBench *self, gboolean is_backward)
{
  const guint n = gbox_plan_get_n_operations (self->plan);

  for (guint k = 0; k < n; k++)
    {
      const guint i = is_backward ? n - 1 - k : k;
      GboxPlanOperation operation;
      GboxVisionPart part;

      gbox_plan_describe_operation (self->plan, i, &operation);
      part = (GboxVisionPart){ .name = operation.name,
                               .in_network = TRUE,
                               .is_backward = is_backward,
                               .flops = is_backward ? operation.backward_flops : operation.forward_flops,
                               .bytes = is_backward ? operation.backward_bytes : operation.forward_bytes };
      g_ptr_array_add (self->names, g_steal_pointer (&operation.name));
      add_part (self, part, N_LAPS + (is_backward ? n : 0) + k);
    }
}

static gsize
count_bytes (const GboxTensor *tensor)
{
  return gbox_tensor_n_pixels (tensor) * (gsize) tensor->channels * sizeof (float);
}

/* As job and pipeline do them. */
static void
add_step_parts (GboxVisionBench *self)
{
  const gsize image = 3 * self->n_pixels * sizeof (float);
  const gsize parameters = gbox_pipeline_get_state (self->pipeline)->n * sizeof (float);
  const gsize output = count_bytes (gbox_plan_get_output (self->plan));

  add_stage (self, GBOX_PIPELINE_SAMPLING, "sampling", 2 * image);
  add_operations (self, FALSE);
  add_stage (self, GBOX_PIPELINE_OBJECTIVE, "objective", 2 * output);
  add_operations (self, TRUE);
  add_stage (self, GBOX_PIPELINE_ADJOINT, "sampling, adjoint", 2 * image);
  add_stage (self, GBOX_PIPELINE_BASIS_BACKWARD, "basis, backward", 2 * image + parameters);
  /* Parameters and both moments are read and written, the gradient is read. */
  add_stage (self, GBOX_PIPELINE_ADAM, "Adam", 7 * parameters);
  add_stage (self, GBOX_PIPELINE_BASIS, "basis", parameters + image);
  add_stage (self, LAP_FRAME, "frame", image + 3 * self->n_pixels);
}

static GboxVisionBench *
bench_new (GboxTeam *team)
{
  GboxVisionBench *self = g_new0 (GboxVisionBench, 1);

  self->team = team;
  self->parts = g_array_new (FALSE, FALSE, sizeof (GboxVisionPart));
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->laps_of_part = g_array_new (FALSE, FALSE, sizeof (guint));
  return self;
}

static void
init_clocks (GboxVisionBench *self)
{
  self->clock.laps = g_new0 (gint64, N_LAPS + 2 * gbox_plan_get_n_operations (self->plan));
  self->plan_clock.laps = self->clock.laps + N_LAPS;
}

GboxVisionBench *
gbox_vision_bench_new_step (GboxNetwork *network, GboxTeam *team, GboxVisualizationSpec *spec, GError **error)
{
  const gsize size = (gsize) gbox_visualization_spec_get_values (spec)->size;
  g_autoptr (GboxVisionBench) self = bench_new (team);

  self->pipeline = gbox_pipeline_new (network, team, spec, error);
  if (self->pipeline == NULL)
    return NULL;
  self->plan = gbox_pipeline_get_plan (self->pipeline);
  self->n_pixels = size * size;
  self->frame = g_malloc (3 * self->n_pixels);
  add_step_parts (self);
  init_clocks (self);
  return g_steal_pointer (&self);
}

static void
fill_input (GboxTensor *input)
{
  const gsize n = gbox_tensor_n_pixels (input) * (gsize) input->channels;
  GboxPhilox random;

  gbox_philox_init (&random, 0, 0, 0);
  for (gsize i = 0; i < n; i++)
    input->data[i] = WHITE * gbox_philox_uniform (&random);
}

GboxVisionBench *
gbox_vision_bench_new_classify (GboxNetwork *network, GboxTeam *team, int batch, GError **error)
{
  const int size = gbox_network_get_preprocessing (network)->crop;
  const int layer = gbox_network_find_layer (network, "class");
  g_autoptr (GboxVisionBench) self = bench_new (team);

  if (layer < 0)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                   "%s cannot classify: it has no classes; choose another model.",
                   gbox_network_get_title (network));
      return NULL;
    }
  self->own_plan = gbox_plan_new (network, team, (guint) layer, batch, size, size, FALSE, error);
  if (self->own_plan == NULL)
    return NULL;
  self->plan = self->own_plan;
  fill_input (gbox_plan_get_input (self->plan));
  add_operations (self, FALSE);
  init_clocks (self);
  return g_steal_pointer (&self);
}

void
gbox_vision_bench_free (GboxVisionBench *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->pipeline, gbox_pipeline_free);
  g_clear_pointer (&self->own_plan, gbox_plan_free);
  g_array_unref (self->parts);
  g_ptr_array_unref (self->names);
  g_array_unref (self->laps_of_part);
  g_free (self->clock.laps);
  g_free (self->frame);
  g_free (self);
}

/* What visualization-job.c does in a step. */
static void
do_step (GboxVisionBench *self, GboxLapClock *clock)
{
  self->step++;
  gbox_pipeline_evaluate (self->pipeline, self->step);
  gbox_pipeline_backpropagate (self->pipeline, self->step, FALSE);
  gbox_pipeline_ascend (self->pipeline, self->step);
  gbox_pipeline_render (self->pipeline);
  gbox_lap_clock_start (clock);
  gbox_pipeline_is_finite (self->pipeline);
  gbox_colour_to_rgb8 (self->team, gbox_pipeline_get_image (self->pipeline), self->frame, self->n_pixels);
  gbox_lap_clock_note (clock, LAP_FRAME);
}

static double
run (GboxVisionBench *self, GboxLapClock *clock)
{
  const gint64 begin = gbox_lap_clock_now ();

  if (self->pipeline != NULL)
    do_step (self, clock);
  else
    gbox_plan_forward (self->plan);
  return (double) (gbox_lap_clock_now () - begin) * NANOSECONDS;
}

double
gbox_vision_bench_run (GboxVisionBench *self)
{
  return run (self, NULL);
}

guint
gbox_vision_bench_get_n_parts (const GboxVisionBench *self)
{
  return self->parts->len;
}

const GboxVisionPart *
gbox_vision_bench_get_part (const GboxVisionBench *self, guint i)
{
  g_return_val_if_fail (i < self->parts->len, NULL);

  return &g_array_index (self->parts, GboxVisionPart, i);
}

static void
set_clocks (GboxVisionBench *self, GboxLapClock *clock, GboxLapClock *plan_clock)
{
  if (self->pipeline != NULL)
    gbox_pipeline_set_clock (self->pipeline, clock);
  gbox_plan_set_clock (self->plan, plan_clock);
}

double
gbox_vision_bench_run_parts (GboxVisionBench *self, double *seconds)
{
  const gsize n_laps = N_LAPS + 2 * (gsize) gbox_plan_get_n_operations (self->plan);
  double whole;

  memset (self->clock.laps, 0, n_laps * sizeof *self->clock.laps);
  set_clocks (self, &self->clock, &self->plan_clock);
  whole = run (self, &self->clock);
  set_clocks (self, NULL, NULL);
  for (guint i = 0; i < self->parts->len; i++)
    seconds[i] = (double) self->clock.laps[g_array_index (self->laps_of_part, guint, i)] * NANOSECONDS;
  return whole;
}
