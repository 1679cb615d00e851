/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows that choose one term of a reward: what it counts, of what, and how much that is worth. */
#pragma once

#include <adwaita.h>

#include "learning/reward.h"

G_BEGIN_DECLS

/**
 * GboxRewardTermRows:
 *
 * Main thread only.
 *
 * Properties: `name` (string, construct only: what is chosen, such as “Reward”), `is-optional` (boolean,
 * construct only: whether nothing may be chosen), `is-weighted` (boolean: whether the weight is shown, and
 * counts).
 *
 * Signals: `changed` (): the user has changed something.
 */
#define GBOX_TYPE_REWARD_TERM_ROWS (gbox_reward_term_rows_get_type ())
G_DECLARE_FINAL_TYPE (GboxRewardTermRows, gbox_reward_term_rows, GBOX, REWARD_TERM_ROWS, AdwPreferencesGroup)

/* Shows a term; signals nothing. */
void gbox_reward_term_rows_set (GboxRewardTermRows *self,
                                GboxRewardKind kind,
                                double weight,
                                const char *argument);
/* Shows that there is none; of an optional one only. */
void gbox_reward_term_rows_set_none (GboxRewardTermRows *self);

/* Moves the term of @from, an optional one, here; signals nothing. */
void gbox_reward_term_rows_take (GboxRewardTermRows *self, GboxRewardTermRows *from);

/* Whether a term is chosen. */
gboolean gbox_reward_term_rows_has_term (GboxRewardTermRows *self);
/* What the term is multiplied by where that is shown. */
double gbox_reward_term_rows_get_weight (GboxRewardTermRows *self);
/* Appends the term, if there is one, as gbox_reward_append_term() does. */
void gbox_reward_term_rows_append (GboxRewardTermRows *self, GString *text);

G_END_DECLS
