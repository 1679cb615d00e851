/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of the Reinforcement page as actions of its window. */
#pragma once

#include "learning/learning-page.h"

G_BEGIN_DECLS

/**
 * GboxLearningActions:
 *
 * `gridworld-start`, `-pause`, `-reset`, `gridworld-set` (property of the spec, value as text),
 * `gridworld-cell` (row, column, “wall”, “cliff”, “goal”, “start” or “empty”); with states `gridworld-tool`
 * (string), `gridworld-sarsa`, `gridworld-expected-sarsa`, `gridworld-q-learning` (boolean),
 * `gridworld-speed` and `gridworld-smoothing` (double).
 *
 * `finetune-start`, `-pause`, `-reset`, `finetune-set`, `finetune-prompt` (name of one that
 * comes with the program), `finetune-model` (name or path), `finetune-save-to`
 * (path of a .safetensors file), `finetune-open` (path of one to go on from).
 *
 * `reinforcement-play-pause` and `reinforcement-reset` are those of the view that is shown;
 * `reinforcement-open` and `reinforcement-save` ask for a file; with states `reinforcement-view` (string),
 * `reinforcement-left-pane` and `reinforcement-right-pane` (boolean).
 */
#define GBOX_TYPE_LEARNING_ACTIONS (gbox_learning_actions_get_type ())
G_DECLARE_FINAL_TYPE (GboxLearningActions, gbox_learning_actions, GBOX, LEARNING_ACTIONS, GObject)

/* @page owns the object; @map, the window, outlives both. */
GboxLearningActions *gbox_learning_actions_new (GboxLearningPage *page, GActionMap *map);

G_END_DECLS
