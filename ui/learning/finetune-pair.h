/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two completions of a prompt side by side: before training, and now. */
#pragma once

#include <glib-object.h>

#include "learning/reward.h"

G_BEGIN_DECLS

/**
 * GboxFinetuneText:
 * @text: the completion so far
 * @reward: what it is rewarded with
 * @is_whole: whether it is complete and @reward is meant
 */
typedef struct
{
  char *text;
  double reward;
  gboolean is_whole;
} GboxFinetuneText;

/**
 * GboxFinetunePair:
 *
 * Main thread only. Signals: `changed` ().
 */
#define GBOX_TYPE_FINETUNE_PAIR (gbox_finetune_pair_get_type ())
G_DECLARE_FINAL_TYPE (GboxFinetunePair, gbox_finetune_pair, GBOX, FINETUNE_PAIR, GObject)

GboxFinetunePair *gbox_finetune_pair_new (void);

/* (transfer none): with the empty text where nothing is known. */
const GboxFinetuneText *gbox_finetune_pair_get_before (GboxFinetunePair *self);
const GboxFinetuneText *gbox_finetune_pair_get_now (GboxFinetunePair *self);

void gbox_finetune_pair_set_before (GboxFinetunePair *self, const char *text, double reward);
void gbox_finetune_pair_set_now (GboxFinetunePair *self, const char *text, double reward);
/* A new completion begins, or goes on. */
void gbox_finetune_pair_begin_now (GboxFinetunePair *self);
void gbox_finetune_pair_append_now (GboxFinetunePair *self, const char *text);

G_END_DECLS
