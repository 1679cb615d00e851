/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which flags of “visualize” go together, and what they replace. */
#pragma once

#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * VisualizeFlags:
 * @argv: the whole line, ended by %NULL
 * @words: what is left of it that are no flags, after the command's name
 * @from: (nullable): what is made again or gone on from
 * @class_id: of --class; −1 where there is none
 * @more: of --more
 *
 * What is on the command line beside the parameters.
 */
typedef struct
{
  char **argv;
  char **words;
  const char *from;
  int class_id;
  int more;
} VisualizeFlags;

/* Whether @flag, with its dashes, is on the line. */
gboolean visualize_flags_has (const VisualizeFlags *flags, const char *flag);

/**
 * visualize_flags_check:
 * @flags: the line
 * @alone: what its parameters are without any recipe
 * @error: return location for an error
 *
 * What the flags say among themselves, before any work is done.
 *
 * Returns: %FALSE with %GBOX_ERROR_INVALID_ARGUMENT
 */
gboolean visualize_flags_check (const VisualizeFlags *flags, GboxVisualizationSpec *alone, GError **error);

/* What they say about another kind of objective than the recipe's makes it that kind. */
void visualize_flags_choose_objective (const VisualizeFlags *flags, GboxVisualizationSpec *spec);

/* Refuses, with %GBOX_ERROR_INVALID_ARGUMENT, what would count for nothing in @spec, the whole of recipe and
 * flags. */
gboolean visualize_flags_check_use (const VisualizeFlags *flags, GboxVisualizationSpec *spec, GError **error);

/**
 * visualize_flags_tell:
 * @flags: the line
 * @recipe: (nullable): what @flags.from is of
 * @n_done: steps of it that are kept; 0 of a picture
 * @spec: what is made of it
 *
 * Says on standard error if it is another unit than the recipe's, and which change on the way is never come
 * to.
 */
void visualize_flags_tell (const VisualizeFlags *flags,
                           GboxVisualizationSpec *recipe,
                           guint n_done,
                           GboxVisualizationSpec *spec);

G_END_DECLS
