/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saves what finetuning has made of a model. */
#pragma once

#include "learning/learning-page.h"
#include "learning/policy-shelf.h"

G_BEGIN_DECLS

/* Asks where to save the policy to, and does. */
void gbox_policy_saving_choose (GboxLearningPage *page);

/* Saves to a .safetensors file, which the model menus open and finetuning goes on from; tells how it went. */
void gbox_policy_saving_save (GboxLearningPage *page, const char *path);

/* The file that checkpoints are kept in on the way, in the user's data. Free with g_free(). */
char *gbox_policy_saving_get_checkpoint (void);

/* Keeps the policy by itself, and completes its prompt with the model it was and with it: activates
 * `win.completion-compare` and goes to that page. */
void gbox_policy_saving_try (GboxLearningPage *page, GboxPolicyShelf *shelf);

G_END_DECLS
