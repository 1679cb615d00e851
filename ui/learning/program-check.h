/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs one completed program in a sandbox, the newest that was asked about. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * GboxProgramCheck:
 *
 * Main thread only. Signals: `changed` (): what is known is another.
 */
#define GBOX_TYPE_PROGRAM_CHECK (gbox_program_check_get_type ())
G_DECLARE_FINAL_TYPE (GboxProgramCheck, gbox_program_check, GBOX, PROGRAM_CHECK, GObject)

GboxProgramCheck *gbox_program_check_new (void);

/* Runs it after a moment without another question, unless it was the last one. */
void gbox_program_check_ask (GboxProgramCheck *self, const char *prompt, const char *completion);

/* Runs nothing any more until it is asked again, and tells nothing. */
void gbox_program_check_cancel (GboxProgramCheck *self);

/* The share of the prompt's checks that it passes; negative where that is not known. */
double gbox_program_check_get_share (GboxProgramCheck *self);

/* (nullable) (transfer none): what became of it, in some words, or why it cannot be run; %NULL while it runs.
 */
const char *gbox_program_check_get_words (GboxProgramCheck *self);

G_END_DECLS
