/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model wrote once: tokens that go on from a prompt, or from another branch. */
#pragma once

#include <gio/gio.h>

#include "language/completion-event.h"

G_BEGIN_DECLS

/**
 * GboxBranch:
 *
 * A tree: the root is a prompt and has no tokens; every other branch keeps the first tokens of its parent's
 * text and goes on with its own. Main thread only.
 *
 * Properties, notified: `line` (string, read-only: its own tokens, or the prompt, in one line with ↵ for line
 * breaks), `title` (string, read-only: which sample it is), `summary` (string, read-only: where it begins and
 * how long it is), `n-tokens` (uint, read-only: its own), `logprob` (double, read-only: sum of its own
 * tokens'), `ending` (string, nullable, read-only: why it ended, as shown), `badge` (string, nullable: a
 * short verdict, shown beside it), `badge-style` (string, nullable: the style class of the badge: "success",
 * "error" or "warning"), `badge-tip` (string, nullable: the verdict at length).
 */
#define GBOX_TYPE_BRANCH (gbox_branch_get_type ())
G_DECLARE_FINAL_TYPE (GboxBranch, gbox_branch, GBOX, BRANCH, GObject)

/* The root of a tree. @model: what a spec's `model` takes. */
GboxBranch *gbox_branch_new_root (const char *prompt, const char *model);
/**
 * gbox_branch_new:
 * @parent: a branch; it keeps the new one as its child
 * @fork: how many tokens of @parent's text, its ancestors' included, the new one keeps
 * @seed: that its tokens are drawn with
 * @sample: which of the samples of a run it is
 *
 * Returns: (transfer none): a branch without tokens of its own
 */
GboxBranch *gbox_branch_new (GboxBranch *parent, guint fork, guint seed, guint sample);

/* Adds a token; copied. */
void gbox_branch_append (GboxBranch *self, const GboxCompletionToken *token);
/* Says why it ended, with the text that was held back. */
void gbox_branch_end (GboxBranch *self, const GboxCompletionEnd *end);
/* Says in @words why it ended although the model did not say so. */
void gbox_branch_interrupt (GboxBranch *self, const char *words);

GboxBranch *gbox_branch_get_parent (GboxBranch *self); /* nullable */
GboxBranch *gbox_branch_get_root (GboxBranch *self);
GListModel *gbox_branch_get_children (GboxBranch *self); /* of GboxBranch */
guint gbox_branch_get_fork (GboxBranch *self);
guint gbox_branch_get_n_own (GboxBranch *self);
/* (transfer none): of its own tokens. */
const GboxCompletionToken *gbox_branch_get_own (GboxBranch *self, guint i);
/* What was held back when it ended; "" mostly. */
const char *gbox_branch_get_tail (GboxBranch *self);
/* Whether more can be written after it: it was cut short. */
gboolean gbox_branch_can_continue (GboxBranch *self);
const char *gbox_branch_get_ending (GboxBranch *self); /* nullable */
/* Whether it ended although the model did not say so. */
gboolean gbox_branch_is_interrupted (GboxBranch *self);
const char *gbox_branch_get_prompt (GboxBranch *self); /* of the root */
const char *gbox_branch_get_model (GboxBranch *self);  /* of the root */

/* The prompt's tokens, once a run has told them; of the root. */
void gbox_branch_set_prompt_ids (GboxBranch *self, const int *ids, guint n, guint n_vocab);
const int *gbox_branch_get_prompt_ids (GboxBranch *self, guint *n);
guint gbox_branch_get_n_vocab (GboxBranch *self); /* 0 while it is not known */

/* (transfer container): all tokens of its text, of #GboxCompletionToken, from the root on. */
GPtrArray *gbox_branch_collect (GboxBranch *self);
/* (transfer full): those tokens' text, the tail included. */
char *gbox_branch_get_text (GboxBranch *self);

/**
 * gbox_branch_find_child:
 * @self: a branch
 * @fork: tokens it keeps of this one's text
 * @id: its first own token
 *
 * Returns: (transfer none) (nullable): the child that goes on like this
 */
GboxBranch *gbox_branch_find_child (GboxBranch *self, guint fork, int id);

G_END_DECLS
