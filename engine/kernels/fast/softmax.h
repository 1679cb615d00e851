/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of a softmax and of draws read: a task a row. */
#pragma once

#include "kernels/softmax.h"

G_BEGIN_DECLS

/* As gbox_softmax() takes it. */
typedef struct
{
  const float *x;
  gsize stride;
  gsize n;
  gsize width;
  float scale;
  float *e;
  GboxSoftmax *sums;
} GboxSoftmaxWork;

/* As gbox_softmax_draw() takes it. */
typedef struct
{
  const float *e;
  gsize stride;
  gsize n;
  gsize width;
  const GboxSoftmax *sums;
  const double *uniforms;
  int *chosen;
} GboxDrawWork;

G_END_DECLS
