/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a completed program is to answer: calls of its function and their values. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxCodeChecks:
 *
 * Read from a JSON object: "name", "marker" (a text that the prompts have which the checks are for) and
 * "calls", an array of {"call": Python expression, "value": what repr() makes of the right value}. Reference
 * counted, immutable.
 */
typedef struct _GboxCodeChecks GboxCodeChecks;

/**
 * gbox_code_checks_load:
 * @name: of checks that come with the program, or a file's path
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the checks, or %NULL with %GBOX_ERROR_IO or %GBOX_ERROR_INVALID_FILE
 */
GboxCodeChecks *gbox_code_checks_load (const char *name, GError **error);

/* (transfer full) (nullable): those that come with the program and are for this prompt. */
GboxCodeChecks *gbox_code_checks_find (const char *prompt);

GboxCodeChecks *gbox_code_checks_ref (GboxCodeChecks *checks);
void gbox_code_checks_unref (GboxCodeChecks *checks);

const char *gbox_code_checks_get_name (const GboxCodeChecks *checks);
guint gbox_code_checks_get_n (const GboxCodeChecks *checks);
const char *gbox_code_checks_get_call (const GboxCodeChecks *checks, guint i);
const char *gbox_code_checks_get_value (const GboxCodeChecks *checks, guint i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxCodeChecks, gbox_code_checks_unref)

G_END_DECLS
