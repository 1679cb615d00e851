/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row that says whose waves MACO moves. */
#pragma once

#include <adwaita.h>

#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * GboxSpectrumRow:
 *
 * Offers the spectra that have names; where a recipe brought bands or a file, that is an entry of its own.
 */
#define GBOX_TYPE_SPECTRUM_ROW (gbox_spectrum_row_get_type ())
G_DECLARE_FINAL_TYPE (GboxSpectrumRow, gbox_spectrum_row, GBOX, SPECTRUM_ROW, AdwComboRow)

/* Once: the row follows its `spectrum`, and sets it. */
void gbox_spectrum_row_bind (GboxSpectrumRow *self, GboxVisualizationSpec *spec);

G_END_DECLS
