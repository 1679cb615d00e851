/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goes on from a checkpoint of finetuning. */
#pragma once

#include "learning/learning-page.h"

G_BEGIN_DECLS

/* Asks for a file, and goes on from it. */
void gbox_policy_opening_choose (GboxLearningPage *page);

/* Takes over what the checkpoint was made with, and trains on; tells what is wrong with a file that is none,
 * and gives nothing up for it. */
void gbox_policy_opening_open (GboxLearningPage *page, const char *path);

G_END_DECLS
