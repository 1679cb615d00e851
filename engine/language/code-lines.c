/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which lines of a Python program begin a statement. */
#include "language/code-lines.h"

#include <string.h>

gboolean
gbox_code_lines_begins_statement (const GboxCodeLines *lines)
{
  return lines->quote == '\0' && lines->depth == 0 && !lines->goes_on;
}

static gboolean
is_triple (const char *at)
{
  return at[1] == at[0] && at[2] == at[0];
}

/* What stands at @at within a string; returns how many bytes. */
static gsize
read_in_string (GboxCodeLines *lines, const char *at)
{
  if (*at == '\\' && at[1] != '\0' && at[1] != '\n')
    return 2;
  if (*at != lines->quote || (lines->is_triple && !is_triple (at)))
    return 1;
  lines->quote = '\0';
  return lines->is_triple ? 3 : 1;
}

/* The same outside of one. */
static gsize
read_outside (GboxCodeLines *lines, const char *at)
{
  if (strchr ("([{", *at) != NULL)
    lines->depth++;
  else if (strchr (")]}", *at) != NULL && lines->depth > 0)
    lines->depth--;
  if (*at != '"' && *at != '\'')
    return 1;
  lines->quote = *at;
  lines->is_triple = is_triple (at);
  return lines->is_triple ? 3 : 1;
}

const char *
gbox_code_lines_read (GboxCodeLines *lines, const char *line)
{
  const char *at = line;

  while (*at != '\0' && *at != '\n' && (lines->quote != '\0' || *at != '#'))
    at += lines->quote != '\0' ? read_in_string (lines, at) : read_outside (lines, at);
  lines->goes_on = at > line && at[-1] == '\\' && *at == '\n';
  at += strcspn (at, "\n"); /* a comment */
  /* A string of one line ends with it, whether it was closed or not. */
  if (lines->quote != '\0' && !lines->is_triple && !lines->goes_on)
    lines->quote = '\0';
  return *at == '\n' ? at + 1 : NULL;
}
