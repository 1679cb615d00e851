/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of tracing a unit's inputs. */
#pragma once

#include "runtime/job.h"
#include "vision/circuit-spec.h"

G_BEGIN_DECLS

/**
 * GboxCircuitJob:
 *
 * Posts a #GboxCircuit of the strongest inputs, or outputs.
 */
#define GBOX_TYPE_CIRCUIT_JOB (gbox_circuit_job_get_type ())
G_DECLARE_FINAL_TYPE (GboxCircuitJob, gbox_circuit_job, GBOX, CIRCUIT_JOB, GboxJob)

/* Transfer full. The spec is copied. */
GboxJob *gbox_circuit_job_new (GboxCircuitSpec *spec);
/* The same with a network instead of the spec's model. */
GboxJob *gbox_circuit_job_new_for_network (GboxCircuitSpec *spec, GboxNetwork *network);

G_END_DECLS
