/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the Completion page is about: a text, what a model made of it, and the run that goes on. */
#pragma once

#include "completion/branch.h"
#include "completion/token-map.h"
#include "language/completion-spec.h"
#include "models/model-choice.h"
#include "shell/settings.h"

G_BEGIN_DECLS

/**
 * GboxShade:
 * @begin: character of the text at hand, prompt included
 * @end: the one after the last
 * @strength: 0 … 1
 *
 * A part of the text that counts that much.
 */
typedef struct
{
  int begin;
  int end;
  double strength;
} GboxShade;

/**
 * GboxCompletionSession:
 *
 * Implements #GboxModelChoice. Has no widgets; the page shows it and tells it what the user wants. Main
 * thread only.
 *
 * The model is the one that is chosen, until one goes back to what another wrote. The text is a prompt and
 * after it the tokens of the branch at hand, if there is one. What a model wrote stays in a tree of branches
 * for every prompt (gbox_completion_session_get_roots()). An edit makes a prompt of the whole text.
 *
 * Properties, read-only and notified: `model` (#GboxModelItem), `problem` (string, nullable: always %NULL,
 * what goes wrong with a model is its run's error), `run` (#GboxRun, nullable), `is-running` (boolean),
 * `branch` (#GboxBranch, nullable: the one at hand), `token` (int: the token that is looked at, counted from
 * the first after the prompt; −1 for none), `error` (string, nullable: why the last run failed), `reading`
 * (double: how much of the prompt is read, 0 … 1; −1 while it is not read), `rate` (double: tokens a second,
 * of all samples together; 0 while it is not known), `n-context`, `n-used`, `n-reused` (uint: tokens that the
 * model can read, that the text at hand has, and that were known from an earlier run; 0 while they are not
 * known).
 *
 * Signals: `text-changed` (): the text is another than what was shown. `token-added` (uint token): the branch
 * at hand has a token more. `shades-changed` (): other parts of it are to be shaded. `message` (string):
 * something to tell the user once.
 */
#define GBOX_TYPE_COMPLETION_SESSION (gbox_completion_session_get_type ())
G_DECLARE_FINAL_TYPE (GboxCompletionSession, gbox_completion_session, GBOX, COMPLETION_SESSION, GObject)

/* Takes the last parameters from @settings. */
GboxCompletionSession *gbox_completion_session_new (GboxEngine *engine, GboxSettings *settings);
/* Stops the run and what is being fetched, and remembers the parameters. */
void gbox_completion_session_end (GboxCompletionSession *self);

GboxEngine *gbox_completion_session_get_engine (GboxCompletionSession *self);
GboxModelItem *gbox_completion_session_get_model (GboxCompletionSession *self);
/* The model that wrote what is at hand; while nothing is, the one that is chosen. */
GboxModelItem *gbox_completion_session_get_writer (GboxCompletionSession *self);
/* The same object for life: rows bind to its properties. Its prompt and tokens are not the text's. */
GboxCompletionSpec *gbox_completion_session_get_spec (GboxCompletionSession *self);
GboxRun *gbox_completion_session_get_run (GboxCompletionSession *self); /* nullable */
gboolean gbox_completion_session_is_running (GboxCompletionSession *self);
const char *gbox_completion_session_get_error (GboxCompletionSession *self); /* nullable */

/* By name: of the catalogue, or the path of a file, which joins the models. */
void gbox_completion_session_choose_model (GboxCompletionSession *self, const char *name);
/* The same, but refuses a name that is none, and that of a model that writes no text. */
gboolean gbox_completion_session_try_model (GboxCompletionSession *self, const char *name, GError **error);
/* A file joins the models under a name of its own, and is not chosen. */
void gbox_completion_session_add_model (GboxCompletionSession *self, const char *path, const char *title);

/* The text before the tokens; all of it while there is no branch. */
const char *gbox_completion_session_get_prompt (GboxCompletionSession *self);
/* Prompt and tokens; free with g_free(). */
char *gbox_completion_session_get_text (GboxCompletionSession *self);
/* The user has written this: it is the prompt from now on. Stops what runs. Emits no `text-changed`. */
void gbox_completion_session_edit (GboxCompletionSession *self, const char *text);
/* The same, but emits `text-changed`: for what does not come from the editor. */
void gbox_completion_session_set_text (GboxCompletionSession *self, const char *text);

/* Writes as many samples as the spec says, from the prompt on. */
void gbox_completion_session_complete (GboxCompletionSession *self);

/**
 * gbox_completion_session_compare:
 * @self: a session
 * @model: a catalogue name or the path of a file
 * @other: another one
 *
 * Writes the samples with one model after the other, with the same seed: in
 * gbox_completion_session_get_samples() each stands before that of the same number by @other.
 */
void gbox_completion_session_compare (GboxCompletionSession *self, const char *model, const char *other);
/* Whether the samples are of two models. */
gboolean gbox_completion_session_is_comparing (GboxCompletionSession *self);
/* (transfer none): of the model that wrote a branch. */
const char *gbox_completion_session_get_model_title (GboxCompletionSession *self, GboxBranch *branch);

/* Goes on with the branch at hand where it was cut short. */
void gbox_completion_session_continue (GboxCompletionSession *self);
gboolean gbox_completion_session_can_continue (GboxCompletionSession *self);
/* Nothing comes any more once this returns. */
void gbox_completion_session_stop (GboxCompletionSession *self);

/* The branch at hand, and its tokens with those it keeps of others. */
GboxBranch *gbox_completion_session_get_branch (GboxCompletionSession *self); /* nullable */
guint gbox_completion_session_get_n_tokens (GboxCompletionSession *self);
const GboxCompletionToken *gbox_completion_session_get_token (GboxCompletionSession *self, guint i);
/* Characters from the end of the prompt on. */
const GboxTokenMap *gbox_completion_session_get_map (GboxCompletionSession *self);

/**
 * gbox_completion_session_get_ids:
 * @self: a session
 * @n_prompt: (out): how many of them are the prompt's
 *
 * The tokens of the whole text, as the model reads them. Token `token` of the session is number @n_prompt +
 * `token` of these.
 *
 * Returns: (transfer full) (element-type int): none while no model has read the prompt
 */
GArray *gbox_completion_session_get_ids (GboxCompletionSession *self, guint *n_prompt);

/* All that was written since the start: of #GboxBranch, a root for each prompt. */
GListModel *gbox_completion_session_get_roots (GboxCompletionSession *self);
/* The samples of the last gbox_completion_session_complete(): of #GboxBranch. */
GListModel *gbox_completion_session_get_samples (GboxCompletionSession *self);
/* Puts a branch, or the prompt alone, in the place of the text. What runs goes on if the branch is its. */
void gbox_completion_session_show (GboxCompletionSession *self, GboxBranch *branch);

/**
 * gbox_completion_session_branch:
 * @self: a session
 * @token: a token of the branch at hand
 * @id: what to have in its place
 *
 * Starts a branch there and goes on with it, or returns to the one that does so already.
 */
void gbox_completion_session_branch (GboxCompletionSession *self, guint token, int id);
/* The same with the next (@by = 1) or previous (−1) of the most probable ones in place of the token looked
 * at. */
void gbox_completion_session_walk (GboxCompletionSession *self, int by);

/* The token looked at: the one given, or the newest for −1. */
int gbox_completion_session_get_looked_at (GboxCompletionSession *self);
void gbox_completion_session_look_at (GboxCompletionSession *self, int token);
/* For the time being, until −1. */
void gbox_completion_session_hover (GboxCompletionSession *self, int token);

/* Shades parts of the text, until it changes or there are others; copied. */
void gbox_completion_session_set_shades (GboxCompletionSession *self, const GboxShade *shades, guint n);
const GboxShade *gbox_completion_session_get_shades (GboxCompletionSession *self, guint *n);

G_END_DECLS
