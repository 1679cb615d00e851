/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All findings of a comparison, and the completions each came from. */
#pragma once

#include <adwaita.h>

#include "learning/comparison-job.h"

G_BEGIN_DECLS

#define GBOX_TYPE_CHANGES_WINDOW (gbox_changes_window_get_type ())
G_DECLARE_FINAL_TYPE (GboxChangesWindow, gbox_changes_window, GBOX, CHANGES_WINDOW, AdwWindow)

/**
 * gbox_changes_window_present:
 * @parent: over which it stands
 * @comparison: see there
 * @word: (nullable): of the trained prompt, to begin with
 */
void gbox_changes_window_present (GtkWindow *parent, const GboxComparison *comparison, const char *word);

G_END_DECLS
