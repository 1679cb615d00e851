/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of tracing a unit's inputs. */
#include "vision/circuit-job.h"

#include "base/error.h"
#include "vision/circuit-outputs.h"

/* Of a unit's outputs, that a step looks at: some ten milliseconds. */
#define UNITS_PER_STEP 64

struct _GboxCircuitJob
{
  GboxJob parent_instance;

  GboxCircuitSpec *spec;
  GboxNetwork *network;
  guint layer;
  GboxCircuitOutputs *outputs; /* (nullable): of a unit whose outputs are asked for */
};

G_DEFINE_FINAL_TYPE (GboxCircuitJob, gbox_circuit_job, GBOX_TYPE_JOB)

static void
finalize (GObject *object)
{
  GboxCircuitJob *self = GBOX_CIRCUIT_JOB (object);

  g_clear_pointer (&self->outputs, gbox_circuit_outputs_free);
  g_clear_pointer (&self->network, gbox_network_unref);
  g_clear_object (&self->spec);
  G_OBJECT_CLASS (gbox_circuit_job_parent_class)->finalize (object);
}

static gboolean
start (GboxJob *job, const GboxJobContext *context, GError **error)
{
  GboxCircuitJob *self = GBOX_CIRCUIT_JOB (job);
  const GboxCircuitValues *values = gbox_circuit_spec_get_values (self->spec);
  int layer;

  if (self->network == NULL)
    self->network = gbox_model_store_get_network (context->store, values->model, error);
  if (self->network == NULL)
    return FALSE;
  layer = gbox_network_find_layer (self->network, values->layer);
  self->layer = (guint) MAX (layer, 0);
  if (layer < 0)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "%s has no layer “%s”.",
                 gbox_network_get_title (self->network), values->layer);
  if (layer >= 0 && values->downstream)
    self->outputs = gbox_circuit_outputs_new (self->network, self->layer, values->unit, error);
  return layer >= 0 && (!values->downstream || self->outputs != NULL);
}

/* (nullable): the outputs, once all units were looked at; %NULL with @error set, or while there are more. */
static GboxCircuit *
look_at_outputs (GboxCircuitJob *self, GboxCircuitRank rank, GError **error)
{
  gboolean is_done = FALSE;

  for (guint i = 0; i < UNITS_PER_STEP && !is_done; i++)
    if (!gbox_circuit_outputs_step (self->outputs, &is_done, error))
      return NULL;
  return is_done ? gbox_circuit_outputs_finish (self->outputs, rank, error) : NULL;
}

static GboxStepResult
step (GboxJob *job, GError **error)
{
  GboxCircuitJob *self = GBOX_CIRCUIT_JOB (job);
  const GboxCircuitValues *values = gbox_circuit_spec_get_values (self->spec);
  g_autoptr (GError) problem = NULL;
  GboxCircuit *circuit = self->outputs != NULL ? look_at_outputs (self, values->rank, &problem)
                                               : gbox_circuit_new (self->network, self->layer, values->unit,
                                                                   values->rank, &problem);

  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return GBOX_STEP_FAILED;
    }
  if (circuit == NULL)
    return GBOX_STEP_CONTINUE;
  gbox_circuit_trim (circuit, (guint) values->top);
  gbox_job_post_record (job, GBOX_TYPE_CIRCUIT, circuit);
  return GBOX_STEP_FINISHED;
}

static void
gbox_circuit_job_class_init (GboxCircuitJobClass *class)
{
  G_OBJECT_CLASS (class)->finalize = finalize;
  GBOX_JOB_CLASS (class)->start = start;
  GBOX_JOB_CLASS (class)->step = step;
}

static void
gbox_circuit_job_init (GboxCircuitJob *self)
{
}

GboxJob *
gbox_circuit_job_new (GboxCircuitSpec *spec)
{
  GboxCircuitJob *self = g_object_new (GBOX_TYPE_CIRCUIT_JOB, NULL);

  self->spec = GBOX_CIRCUIT_SPEC (gbox_spec_copy (GBOX_SPEC (spec)));
  return GBOX_JOB (self);
}

GboxJob *
gbox_circuit_job_new_for_network (GboxCircuitSpec *spec, GboxNetwork *network)
{
  GboxJob *job = gbox_circuit_job_new (spec);

  GBOX_CIRCUIT_JOB (job)->network = gbox_network_ref (network);
  return job;
}
