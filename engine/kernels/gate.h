/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The nonlinearity inside a feed-forward part of a transformer. */
#pragma once

#include "base/team.h"

G_BEGIN_DECLS

/**
 * GboxGate:
 * @GBOX_GATE_SILU: x · σ(x)
 * @GBOX_GATE_GELU: ½ x (1 + tanh (√(2/π) (x + 0.044715 x³))) (Hendrycks and Gimpel 2016, their approximation)
 */
typedef enum
{
  GBOX_GATE_SILU,
  GBOX_GATE_GELU,
} GboxGate;

/**
 * gbox_gate:
 * @team: the workers
 * @gate: which function
 * @x: (inout): (n, width), rows @stride floats apart: becomes f(x), or f(x) · up
 * @up: (nullable): of the same shape
 * @stride: from a row to the next, of both
 * @n: rows
 * @width: of a row
 *
 * With @up this is SwiGLU and GeGLU (Shazeer 2020).
 */
void gbox_gate (GboxTeam *team, GboxGate gate, float *x, const float *up, gsize stride, int n, int width);

G_END_DECLS
