/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of tracing a unit's inputs. */
#include "vision/circuit-job.h"

#include "base/error.h"

struct _GboxCircuitJob
{
  GboxJob parent_instance;

  GboxCircuitSpec *spec;
  GboxNetwork *network;
  guint layer;
};

G_DEFINE_FINAL_TYPE (GboxCircuitJob, gbox_circuit_job, GBOX_TYPE_JOB)

static void
finalize (GObject *object)
{
  GboxCircuitJob *self = GBOX_CIRCUIT_JOB (object);

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
  return layer >= 0;
}

static GboxStepResult
step (GboxJob *job, GError **error)
{
  GboxCircuitJob *self = GBOX_CIRCUIT_JOB (job);
  const GboxCircuitValues *values = gbox_circuit_spec_get_values (self->spec);
  GboxCircuit *circuit = gbox_circuit_new (self->network, self->layer, values->unit, values->rank, error);

  if (circuit == NULL)
    return GBOX_STEP_FAILED;
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
