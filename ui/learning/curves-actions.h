/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of finetuning's curves as actions of the window. */
#pragma once

#include "learning/learning-page.h"

G_BEGIN_DECLS

/**
 * GboxCurvesActions:
 *
 * `finetune-export-curves`, `-completions`, `-charts` ask for a file; the same with `-to` at the end take its
 * path. `finetune-view` (first and last step to show), `finetune-view-whole`; `finetune-remove-run` (number
 * of an earlier one); with a state `finetune-smoothing` (double).
 */
#define GBOX_TYPE_CURVES_ACTIONS (gbox_curves_actions_get_type ())
G_DECLARE_FINAL_TYPE (GboxCurvesActions, gbox_curves_actions, GBOX, CURVES_ACTIONS, GObject)

/* @page owns the object; @map, the window, outlives both. */
GboxCurvesActions *gbox_curves_actions_new (GboxLearningPage *page, GActionMap *map);

G_END_DECLS
