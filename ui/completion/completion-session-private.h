/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of a session share. */
#pragma once

#include "completion/completion-session.h"

G_BEGIN_DECLS

struct _GboxCompletionSession
{
  GObject parent_instance;

  GboxEngine *engine;
  GboxSettings *settings;
  GListStore *models;
  GboxModelItem *model;
  GboxCompletionSpec *spec;
  GboxRun *run;
  GSignalGroup *run_signals;
  GPtrArray *writing; /* of GboxBranch: what each sample of the run is written to */
  GListStore *roots;
  GListStore *samples;
  char *other_model; /* nullable: what the samples are to be written with too */
  gboolean is_comparing;

  char *prompt;
  GboxBranch *branch; /* at hand, nullable */
  GPtrArray *tokens;  /* of GboxCompletionToken, owned by the branches */
  GboxTokenMap *map;
  int pinned;  /* token the user looks at, or −1 */
  int hovered; /* for the time being, or −1 */
  int looked_at;

  GArray *shades; /* of GboxShade */

  char *error;
  double reading;
  double rate;
  double read_seconds; /* of the run, when the prompt had been read */
  double read_written; /* tokens that had been written then */
  guint n_context;
  guint n_used;
  guint n_reused;
};

/* Connects what the session's runs tell; once. */
void gbox_completion_session_connect_run (GboxCompletionSession *self);

/* The branch at hand is another, or none: its tokens are what the text has after the prompt. */
void gbox_completion_session_set_branch (GboxCompletionSession *self, GboxBranch *branch);
/* The branch at hand, which owns it, has a token more. */
void gbox_completion_session_add_token (GboxCompletionSession *self, const GboxCompletionToken *token);
void gbox_completion_session_update_looked_at (GboxCompletionSession *self);
void gbox_completion_session_set_error (GboxCompletionSession *self, const char *error);
void gbox_completion_session_set_counts (GboxCompletionSession *self, guint n_context, guint n_reused);
/* What is at hand may have another number of tokens. */
void gbox_completion_session_update_n_used (GboxCompletionSession *self);

G_END_DECLS
