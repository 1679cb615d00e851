/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Completion page: a text, what a model makes of it, and what else it could have written. */
#pragma once

#include <adwaita.h>

#include "completion/completion-session.h"

G_BEGIN_DECLS

/**
 * GboxCompletionPage:
 *
 * Its commands are the actions of the window it is in.
 */
#define GBOX_TYPE_COMPLETION_PAGE (gbox_completion_page_get_type ())
G_DECLARE_FINAL_TYPE (GboxCompletionPage, gbox_completion_page, GBOX, COMPLETION_PAGE, AdwBin)

/**
 * gbox_completion_page_set_up:
 * @self: a page
 * @engine: what computes
 * @settings: what is remembered
 * @actions: gets the page's actions, those of the window
 *
 * Once.
 */
void gbox_completion_page_set_up (GboxCompletionPage *self,
                                  GboxEngine *engine,
                                  GboxSettings *settings,
                                  GActionMap *actions);
/* Stops everything within a step; for when the window closes. */
void gbox_completion_page_end (GboxCompletionPage *self);

AdwFlap *gbox_completion_page_get_right_flap (GboxCompletionPage *self);
GboxCompletionSession *gbox_completion_page_get_session (GboxCompletionPage *self);
/* Takes over what has been typed into a parameter and not yet been entered. */
void gbox_completion_page_commit (GboxCompletionPage *self);
/* Says something once, in passing. */
void gbox_completion_page_tell (GboxCompletionPage *self, const char *text);
/* Says in a dialog of its own what could not be done, and why. */
void gbox_completion_page_tell_problem (GboxCompletionPage *self, const char *heading, const char *text);

G_END_DECLS
