/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the search for peaks reads. */
#pragma once

#include "base/tensor.h"

G_BEGIN_DECLS

/* As gbox_peaks() takes it. */
typedef struct
{
  GboxTensor x;
  gsize first;
  gsize n;
  double *sums;
  float *peaks;
  int *positions;
} GboxPeaksWork;

G_END_DECLS
