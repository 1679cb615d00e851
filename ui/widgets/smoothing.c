/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Smooths a curve as it grows. */
#include "widgets/smoothing.h"

#include <math.h>

void
gbox_smoothing_init (GboxSmoothing *smoothing, double weight)
{
  g_return_if_fail (weight >= 0 && weight < 1);

  *smoothing = (GboxSmoothing){ .weight = weight, .debias = 1 };
}

double
gbox_smoothing_add (GboxSmoothing *smoothing, double value)
{
  if (isnan (value))
    return value;
  smoothing->average = smoothing->weight * smoothing->average + (1 - smoothing->weight) * value;
  smoothing->debias *= smoothing->weight;
  return smoothing->average / (1 - smoothing->debias);
}
