/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over all positions of a map, and where it is largest. */
#pragma once

#include "base/tensor.h"

G_BEGIN_DECLS

/**
 * gbox_peaks:
 * @x: (1, h, w, C), h · w < 2²⁴
 * @first: a channel
 * @n: channels from there on
 * @sums: (out) (array length=n): over all positions; rows are summed in float32
 * @peaks: (out) (array length=n): the largest
 * @positions: (out) (array length=n): y · w + x of the first that is so large
 *
 * One pass over the map, by the calling thread. A number that is none is no peak.
 */
void gbox_peaks (const GboxTensor *x, int first, int n, double *sums, float *peaks, int *positions);

G_END_DECLS
