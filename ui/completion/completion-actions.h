/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of the Completion page as actions of its window. */
#pragma once

#include "completion/completion-page.h"

G_BEGIN_DECLS

/**
 * GboxCompletionActions:
 *
 * `complete`, `continue`, `complete-stop`, `prompt` (the name of one that comes with the program),
 * `completion-text` (a text to complete), `completion-set` (('top-k', '10'): any parameter by name),
 * `completion-model` (a catalogue name or a path), `sample` (uint: which to show), `look-at` (int: which
 * token), `branch` ((uint token, uint id): another token in its place), `other-token` (int: so many more or
 * less probable at the one looked at), `tints` (boolean state), `completion-open`, `completion-open-file` (a
 * path), `completion-save`, `completion-save-to` (a path), `completion-right-pane` (boolean state). They are
 * enabled while they make sense, and do nothing any more once this object is dropped.
 */
#define GBOX_TYPE_COMPLETION_ACTIONS (gbox_completion_actions_get_type ())
G_DECLARE_FINAL_TYPE (GboxCompletionActions, gbox_completion_actions, GBOX, COMPLETION_ACTIONS, GObject)

/**
 * gbox_completion_actions_new:
 * @page: (transfer none): a page that has a session; must outlive the object, which it owns
 * @map: gets the actions
 * @settings: what is remembered
 */
GboxCompletionActions *
gbox_completion_actions_new (GboxCompletionPage *page, GActionMap *map, GboxSettings *settings);

G_END_DECLS
