/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From rewards to what each completion counts in the gradient. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* What a reward is compared with. */
typedef enum
{
  GBOX_BASELINE_LEAVE_ONE_OUT, /* the mean of the other completions: RLOO (Kool et al. 2019; Ahmadian et al.
                                  2024) */
  GBOX_BASELINE_MOVING,        /* a moving mean of the steps before: REINFORCE (Williams 1992) */
} GboxBaseline;

#define GBOX_TYPE_BASELINE (gbox_baseline_get_type ())
GType gbox_baseline_get_type (void);

/**
 * gbox_advantages_leave_one_out:
 * @rewards: (array length=n): of completions of one prompt
 * @n: at least 2
 * @advantages: (out) (array length=n): each less the mean of the others
 *
 * Exactly 0 where all rewards are the same.
 */
void gbox_advantages_leave_one_out (const double *rewards, guint n, double *advantages);

/**
 * gbox_advantages_moving:
 * @rewards: (array length=n): see there
 * @n: how many
 * @baseline: (inout): what rewards have been; then with these in it
 * @is_first: whether @baseline is not known yet: then the mean of these is
 * @advantages: (out) (array length=n): each less @baseline
 */
void gbox_advantages_moving (
  const double *rewards, guint n, double *baseline, gboolean is_first, double *advantages);

/**
 * gbox_adapt_kl_coefficient:
 * @coefficient: β
 * @kl: of a completion, nats
 * @target: what it should be
 * @n: completions of a step
 *
 * β · (1 + e · n / 10000), where e = KL / target − 1, cut to ±.2 (Ziegler et al. 2019).
 *
 * Returns: β for the next step
 */
double gbox_adapt_kl_coefficient (double coefficient, double kl, double target, guint n);

G_END_DECLS
