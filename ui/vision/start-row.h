/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row that says what the picture begins with. */
#pragma once

#include <adwaita.h>

#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * GboxStartRow:
 *
 * Takes files that are dropped on it. Its commands are actions of the window: `start-choose`, `start-shown`,
 * `start-from`.
 */
#define GBOX_TYPE_START_ROW (gbox_start_row_get_type ())
G_DECLARE_FINAL_TYPE (GboxStartRow, gbox_start_row, GBOX, START_ROW, AdwActionRow)

/* Once: the row follows its `start`. */
void gbox_start_row_bind (GboxStartRow *self, GboxVisualizationSpec *spec);

G_END_DECLS
