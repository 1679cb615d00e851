/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Smooths a curve as it grows. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxSmoothing:
 * @weight: of what came before, 0 to below 1: 0 leaves the curve as it is
 * @average: exponential moving average, which starts from 0
 * @debias: what it is short of by that start
 *
 * As TensorBoard defines it: an exponential moving average divided by 1 − weight^n, so that the first values
 * are not drawn to 0.
 */
typedef struct
{
  double weight;
  double average;
  double debias;
} GboxSmoothing;

/* A curve without points. */
void gbox_smoothing_init (GboxSmoothing *smoothing, double weight);

/* Takes the next value. Returns: the smoothed one; NaN for NaN, which leaves all else as it is. */
double gbox_smoothing_add (GboxSmoothing *smoothing, double value);

G_END_DECLS
