/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of a rectifier's gradient read. */
#pragma once

#include "base/tensor.h"

G_BEGIN_DECLS

/* Images judged together; more are taken in turns, so that the verdicts need no memory. */
#define GBOX_ACTIVATION_GROUP 32

/**
 * GboxActivationVerdict:
 * @alive: atomic: whether any of the gradient passes the rectifier
 * @wanted: atomic: whether there is any gradient
 */
typedef struct
{
  gint alive;
  gint wanted;
} GboxActivationVerdict;

/**
 * GboxActivationWork:
 * @ceiling: 6 or ∞
 * @n_slices: tasks an image; task = image·n_slices + slice
 * @redirect: whether the verdicts count
 *
 * Up to %GBOX_ACTIVATION_GROUP images.
 */
typedef struct
{
  GboxTensor y;
  GboxTensor dy;
  float ceiling;
  guint n_slices;
  gboolean redirect;
  GboxActivationVerdict verdicts[GBOX_ACTIVATION_GROUP];
} GboxActivationWork;

G_END_DECLS
