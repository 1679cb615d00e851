/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of a divergence read: a task a row. */
#pragma once

#include "kernels/divergence.h"

G_BEGIN_DECLS

/* As gbox_divergence() takes it. */
typedef struct
{
  float *x;
  const float *y;
  gsize stride;
  gsize y_stride;
  gsize n;
  gsize width;
  float scale;
  GboxDivergence *sums;
} GboxDivergenceWork;

G_END_DECLS
