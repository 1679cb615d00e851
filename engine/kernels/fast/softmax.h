/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of a softmax read: a task a row. */
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

G_END_DECLS
