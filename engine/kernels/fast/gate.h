/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of a gate read. */
#pragma once

#include "kernels/gate.h"

G_BEGIN_DECLS

/* Numbers of a row that a task computes. */
#define GBOX_GATE_SLICE 1024

/**
 * GboxGateWork:
 * @n_columns: tasks a row; task = row·n_columns + column
 *
 * The rest as gbox_gate() takes it.
 */
typedef struct
{
  GboxGate gate;
  float *x;
  const float *up;
  gsize stride;
  gsize n;
  gsize width;
  gsize n_columns;
} GboxGateWork;

G_END_DECLS
