/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of Adam read. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GBOX_ADAM_BETA_1  0.9
#define GBOX_ADAM_BETA_2  0.999
#define GBOX_ADAM_EPSILON 1e-8

/* Parameters of a task. */
#define GBOX_ADAM_SLICE 8192

/**
 * GboxAdamWork:
 * @rate: learning rate / (1 − β₁^step)
 * @v_correction: 1 / √(1 − β₂^step)
 *
 * All arrays of @n floats.
 */
typedef struct
{
  float *parameters;
  const float *gradient;
  float *m;
  float *v;
  gsize n;
  float rate;
  float v_correction;
} GboxAdamWork;

G_END_DECLS
