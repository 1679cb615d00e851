/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text that shows what a reward counts, and how much it gives for that. */
#pragma once

#include <adwaita.h>

#include "learning/finetune-session.h"

G_BEGIN_DECLS

/**
 * GboxRewardSample:
 *
 * The text can be edited, or taken from the completions at hand. Main thread only.
 */
#define GBOX_TYPE_REWARD_SAMPLE (gbox_reward_sample_get_type ())
G_DECLARE_FINAL_TYPE (GboxRewardSample, gbox_reward_sample, GBOX, REWARD_SAMPLE, AdwBin)

/* Once: follows the reward of the session's spec. */
void gbox_reward_sample_set_session (GboxRewardSample *self, GboxFinetuneSession *session);

/* (transfer none): where the text is. */
GtkTextBuffer *gbox_reward_sample_get_buffer (GboxRewardSample *self);

G_END_DECLS
