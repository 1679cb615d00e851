/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What learning draws random numbers for: one stream each, so that no draw depends on how many another took.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Values are part of what makes a run again: never change or reuse one. */
typedef enum
{
  GBOX_PURPOSE_EPISODE = 0x300, /* the moves of an episode in a gridworld */
  GBOX_PURPOSE_ROLLOUT = 0x301, /* the tokens of a training step's completions */
  GBOX_PURPOSE_COMPARE = 0x302, /* the tokens of completions before and after training */
} GboxLearningPurpose;

G_END_DECLS
