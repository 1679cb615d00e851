/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which lines of a Python program begin a statement. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxCodeLines:
 *
 * Where a program is after some of its lines; all zero before the first. Knows strings, comments, brackets
 * and lines that go on after a backslash, but not whether the program is right.
 */
typedef struct
{
  char quote; /* of the string that goes on, or 0 */
  gboolean is_triple;
  guint depth; /* brackets that are open */
  gboolean goes_on;
} GboxCodeLines;

/* Whether the next line begins a statement, or is blank or a comment. */
gboolean gbox_code_lines_begins_statement (const GboxCodeLines *lines);

/* Reads a line. Returns what comes after it, or %NULL if that was the last. */
const char *gbox_code_lines_read (GboxCodeLines *lines, const char *line);

G_END_DECLS
