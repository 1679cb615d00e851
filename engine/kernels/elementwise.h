/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arithmetic element by element on views. */
#pragma once

#include "base/team.h"
#include "base/tensor.h"

G_BEGIN_DECLS

/* y = a + b, all of one shape; y may be a or b. */
void gbox_add (GboxTeam *team, const GboxTensor *a, const GboxTensor *b, GboxTensor *y);
/* y = x, of one shape, strides may differ. */
void gbox_copy (GboxTeam *team, const GboxTensor *x, GboxTensor *y);
/* y[…][c] = x[…][order[c]] · scale[c] + shift[c]: a network's own preprocessing. */
void gbox_affine_channels (GboxTeam *team,
                           const GboxTensor *x,
                           const int *order,
                           const float *scale,
                           const float *shift,
                           GboxTensor *y);
/* dx[…][order[c]] = dy[…][c] · scale[c]. */
void gbox_affine_channels_backward (
  GboxTeam *team, const GboxTensor *dy, const int *order, const float *scale, GboxTensor *dx);

G_END_DECLS
