/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Reinforcement page: agents that learn from rewards, while one watches. */
#pragma once

#include <adwaita.h>

#include "learning/changes-session.h"
#include "learning/finetune-charts.h"
#include "learning/finetune-session.h"
#include "learning/gridworld-session.h"

G_BEGIN_DECLS

/**
 * GboxLearningPage:
 *
 * Its commands are the actions of the window it is in.
 *
 * Properties: `view` (string: "language" or "gridworld", which of the two is shown).
 */
#define GBOX_TYPE_LEARNING_PAGE (gbox_learning_page_get_type ())
G_DECLARE_FINAL_TYPE (GboxLearningPage, gbox_learning_page, GBOX, LEARNING_PAGE, AdwBin)

/**
 * gbox_learning_page_set_up:
 * @self: a page
 * @engine: what computes
 * @settings: what is remembered
 * @actions: gets the page's actions, those of the window
 *
 * Once.
 */
void gbox_learning_page_set_up (GboxLearningPage *self,
                                GboxEngine *engine,
                                GboxSettings *settings,
                                GActionMap *actions);
/* Stops everything within a step; for when the window closes. */
void gbox_learning_page_end (GboxLearningPage *self);

AdwFlap *gbox_learning_page_get_left_flap (GboxLearningPage *self);
/* That of the completions, of the view “language”. */
AdwFlap *gbox_learning_page_get_right_flap (GboxLearningPage *self);
const char *gbox_learning_page_get_view (GboxLearningPage *self);
GboxGridworldSession *gbox_learning_page_get_gridworld (GboxLearningPage *self);
GboxFinetuneSession *gbox_learning_page_get_finetune (GboxLearningPage *self);
GboxFinetuneLog *gbox_learning_page_get_log (GboxLearningPage *self);
GboxFinetuneCharts *gbox_learning_page_get_charts (GboxLearningPage *self);
GboxChangesSession *gbox_learning_page_get_changes (GboxLearningPage *self);
/* Takes over what has been typed into a parameter and not yet been entered. */
void gbox_learning_page_commit (GboxLearningPage *self);
/* Says something once, in passing. */
void gbox_learning_page_tell (GboxLearningPage *self, const char *text);
/* Says in a dialog of its own what could not be done, and why. */
void gbox_learning_page_tell_problem (GboxLearningPage *self, const char *heading, const char *text);

G_END_DECLS
