/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The few units of a layer that are strongest. */
#include "vision/strongest.h"

/* Puts @value where it belongs among the largest so far. */
static void
insert (GboxStrongest *self, int unit, float value)
{
  int i = GBOX_STRONGEST_N - 1;

  if (self->units[i] >= 0 && value <= self->values[i])
    return;
  for (; i > 0 && (self->units[i - 1] < 0 || value > self->values[i - 1]); i--)
    {
      self->units[i] = self->units[i - 1];
      self->values[i] = self->values[i - 1];
    }
  self->units[i] = (gint16) unit;
  self->values[i] = value;
}

void
gbox_strongest_find (const float *values, int n, GboxStrongest *strongest)
{
  g_return_if_fail (n <= G_MAXINT16);

  for (int i = 0; i < GBOX_STRONGEST_N; i++)
    {
      strongest->units[i] = -1;
      strongest->values[i] = 0.0f;
    }
  for (int unit = 0; unit < n; unit++)
    insert (strongest, unit, values[unit]);
}

void
gbox_strongest_find_by_mean (const GboxTensor *activation, GboxStrongest *strongest)
{
  const gsize n_positions = gbox_tensor_n_pixels (activation);
  g_autofree double *sums = g_new0 (double, activation->channels);
  g_autofree float *means = g_new (float, activation->channels);

  for (gsize p = 0; p < n_positions; p++)
    for (int c = 0; c < activation->channels; c++)
      sums[c] += (double) activation->data[p * activation->stride + (gsize) c];
  for (int c = 0; c < activation->channels; c++)
    means[c] = (float) (sums[c] / (double) n_positions);
  gbox_strongest_find (means, activation->channels, strongest);
}

GboxStrongest *
gbox_strongest_find_at_spots (const GboxTensor *activation)
{
  const gsize n_positions = gbox_tensor_n_pixels (activation);
  GboxStrongest *spots = g_new (GboxStrongest, n_positions);

  for (gsize p = 0; p < n_positions; p++)
    gbox_strongest_find (activation->data + p * activation->stride, activation->channels, &spots[p]);
  return spots;
}
