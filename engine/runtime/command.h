/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the engine thread is told to do. */
#pragma once

#include "runtime/mailbox.h"
#include "runtime/spec.h"

G_BEGIN_DECLS

typedef enum
{
  GBOX_COMMAND_START,
  GBOX_COMMAND_PAUSE,
  GBOX_COMMAND_RESUME,
  GBOX_COMMAND_STEP,
  GBOX_COMMAND_STOP,    /* does nothing to a finished run */
  GBOX_COMMAND_DISCARD, /* nobody wants to hear of the run any more */
  GBOX_COMMAND_ADJUST,
  GBOX_COMMAND_SAVE,
  GBOX_COMMAND_SET_THREADS,
  GBOX_COMMAND_QUIT,
} GboxCommandKind;

typedef struct
{
  GboxCommandKind kind;
  guint64 run;               /* which run it is for; all but SET_THREADS and QUIT */
  GboxMailbox *mailbox;      /* START, SAVE: where the answers go */
  GboxSpec *spec;            /* START, ADJUST: a copy that nobody else has */
  char *path;                /* SAVE */
  guint serial;              /* SAVE */
  GCancellable *cancellable; /* SAVE, (nullable) */
  guint n_threads;           /* SET_THREADS */
} GboxCommand;

GboxCommand *gbox_command_new (GboxCommandKind kind, guint64 run);
void gbox_command_free (GboxCommand *command);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxCommand, gbox_command_free)

G_END_DECLS
