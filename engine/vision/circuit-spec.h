/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which unit's inputs one wants to know. */
#pragma once

#include "runtime/spec.h"
#include "vision/circuit.h"

G_BEGIN_DECLS

/**
 * GboxCircuitSpec:
 *
 * Properties, with their defaults: `model` (string "": a name from the list of models, or a file), `layer`
 * (string: the unit's layer), `unit` (int 0), `rank` (#GboxCircuitRank, the sum: what makes an input strong),
 * `top` (int 5: how many excitatory inputs, and how many inhibitory ones, are told), `downstream` (boolean
 * FALSE: whether it is about the unit's outputs instead).
 */
#define GBOX_TYPE_CIRCUIT_SPEC (gbox_circuit_spec_get_type ())
G_DECLARE_FINAL_TYPE (GboxCircuitSpec, gbox_circuit_spec, GBOX, CIRCUIT_SPEC, GboxSpec)

GboxCircuitSpec *gbox_circuit_spec_new (void);

/* The properties as plain fields. Strings are never %NULL. */
typedef struct
{
  char *model;
  char *layer;
  int unit;
  GboxCircuitRank rank;
  int top;
  gboolean downstream;
} GboxCircuitValues;

/* Transfer none; changes as the properties do. */
const GboxCircuitValues *gbox_circuit_spec_get_values (GboxCircuitSpec *spec);

G_END_DECLS
