/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans of a small network, and what is compared of them. */
#pragma once

#include "models/plan.h"
#include "plan-testing.h"
#include "small-network.h"

/* Odd and even, so that windows are left over and SAME padding is uneven along one axis only. */
#define HEIGHT 65
#define WIDTH  70

static void
fill_gradient (GboxTensor *gradient, const float *weights)
{
  for (gsize i = 0; i < n_values (gradient); i++)
    *get_value (gradient, i) = weights[i];
}

/* The tensor's values side by side, without the gaps of a slice. */
static float *
gather (const GboxTensor *tensor)
{
  float *values = g_new (float, n_values (tensor));

  for (gsize i = 0; i < n_values (tensor); i++)
    values[i] = *get_value (tensor, i);

  return values;
}

static GboxPlan *
make_plan (GboxNetwork *network, GboxTeam *team, guint layer, int batch)
{
  g_autoptr (GError) error = NULL;
  GboxPlan *plan = gbox_plan_new (network, team, layer, batch, HEIGHT, WIDTH, TRUE, &error);

  g_assert_no_error (error);

  return plan;
}

/* Kernels may cut a batch in other places than an image, so sums may round otherwise: 1e-5 of the largest
 * value. */
static float
get_largest (const float *values, gsize n)
{
  float largest = 0.0f;

  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, fabsf (values[i]));

  return largest;
}

/* Where all of @b is zero, all of @a has to be. */
static void
assert_as_close (const float *a, const float *b, gsize n)
{
  const float largest = get_largest (b, n);

  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (fabsf (a[i] - b[i]), <=, 1e-5f * largest);
}
