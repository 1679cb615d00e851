/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands about what else finetuning changed, as actions of the window. */
#pragma once

#include "learning/changes-session.h"
#include "learning/learning-page.h"

G_BEGIN_DECLS

/**
 * GboxChangesActions:
 *
 * `what-changed`, `what-changed-cancel`, `what-changed-set` (property of the comparison's spec, value as
 * text), `finetune-compare` (on the Completion page), `what-changed-details`, `what-changed-samples` (a word
 * after the trained prompt: shows what it came from).
 */
#define GBOX_TYPE_CHANGES_ACTIONS (gbox_changes_actions_get_type ())
G_DECLARE_FINAL_TYPE (GboxChangesActions, gbox_changes_actions, GBOX, CHANGES_ACTIONS, GObject)

/* @page: owns them; @map: outlives the page */
GboxChangesActions *gbox_changes_actions_new (GboxLearningPage *page,
                                              GboxChangesSession *session,
                                              GboxPolicyShelf *shelf,
                                              GActionMap *map);

G_END_DECLS
