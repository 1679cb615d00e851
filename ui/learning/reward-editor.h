/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chooses the reward of a finetuning: up to three weighted terms, and a sample that shows what they count. */
#pragma once

#include "learning/reward-sample.h"

G_BEGIN_DECLS

/**
 * GboxRewardEditor:
 *
 * Main thread only.
 */
#define GBOX_TYPE_REWARD_EDITOR (gbox_reward_editor_get_type ())
G_DECLARE_FINAL_TYPE (GboxRewardEditor, gbox_reward_editor, GBOX, REWARD_EDITOR, AdwBin)

/* Once: edits the reward of the session's spec, and follows it. */
void gbox_reward_editor_set_session (GboxRewardEditor *self, GboxFinetuneSession *session);

/* Whether the reward can be changed; the sample always can. */
void gbox_reward_editor_set_free (GboxRewardEditor *self, gboolean is_free);

G_END_DECLS
