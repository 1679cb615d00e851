/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bar below a pane that starts, pauses and resets. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * GboxStartBar:
 *
 * Properties: `task` (string: the window's actions are that with `-start`, `-pause` and `-reset` after it),
 * `is-running` (boolean: whether to offer a pause in place of a start), `can-resume` (boolean: whether a
 * start goes on with what has been paused).
 */
#define GBOX_TYPE_START_BAR (gbox_start_bar_get_type ())
G_DECLARE_FINAL_TYPE (GboxStartBar, gbox_start_bar, GBOX, START_BAR, AdwBin)

G_END_DECLS
