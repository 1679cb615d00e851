/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Local response normalisation across channels (Krizhevsky et al. 2012). */
#pragma once

#include "base/team.h"
#include "base/tensor.h"
#include "kernels/activation.h"

G_BEGIN_DECLS

/**
 * GboxLrnShape:
 *
 * y[c] = x[c] · s[c]^−beta, s[c] = k + alpha/size · Σ_{|j−c| ≤ size/2} x[j]², channels outside count as zero.
 * Caffe's alpha is divided by the size; a network that does not divide gives alpha·size.
 */
typedef struct
{
  int size; /* odd */
  float alpha;
  float beta;
  float k;
} GboxLrnShape;

void gbox_lrn_forward (GboxTeam *team, const GboxLrnShape *shape, const GboxTensor *x, GboxTensor *y);
/* dx[c] = dy[c]·s[c]^−β − 2αβ/size · x[c] · Σ_{|j−c| ≤ size/2} dy[j]·x[j]·s[j]^(−β−1); s is computed again
 * from x.
 * Then dx passes through the rectifier that made @rectified (nullable), see gbox_activation_backward(). */
void gbox_lrn_backward (GboxTeam *team,
                        const GboxLrnShape *shape,
                        const GboxTensor *x,
                        const GboxTensor *dy,
                        GboxTensor *dx,
                        gboolean accumulate,
                        const GboxTensor *rectified,
                        GboxActivation activation);

void gbox_lrn_forward_reference (const GboxLrnShape *shape, const GboxTensor *x, GboxTensor *y);
void gbox_lrn_backward_reference (
  const GboxLrnShape *shape, const GboxTensor *x, const GboxTensor *dy, GboxTensor *dx, gboolean accumulate);

G_END_DECLS
