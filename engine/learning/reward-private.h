/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a reward consists of. */
#pragma once

#include "learning/reward.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

G_BEGIN_DECLS

/**
 * GboxRewardTerm:
 * @kind: what is counted
 * @weight: what that is multiplied by
 * @argument: characters, pattern or letter; of a function what it counts
 * @code: of a regular expression
 * @func: of a function or, if it has been set, of checks
 * @data: see there
 * @free: see there
 */
typedef struct
{
  GboxRewardKind kind;
  double weight;
  char *argument;
  pcre2_code *code;
  GboxRewardFunc func;
  gpointer data;
  GDestroyNotify free;
} GboxRewardTerm;

struct _GboxReward
{
  GArray *terms; /* of GboxRewardTerm */
};

/* Without terms; transfer full. */
GboxReward *gbox_reward_new (void);

G_END_DECLS
