/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line about one finding: what it is, before and after. */
#pragma once

#include <gtk/gtk.h>

#include "learning/finding.h"

G_BEGIN_DECLS

#define GBOX_TYPE_FINDING_ROW (gbox_finding_row_get_type ())
G_DECLARE_FINAL_TYPE (GboxFindingRow, gbox_finding_row, GBOX, FINDING_ROW, GtkListBoxRow)

/**
 * gbox_finding_row_new:
 * @finding: copied; its term must outlive the row
 * @section: what it stands under; a static string
 * @name: what it is called
 * @numbers: before and after
 *
 * Returns: (transfer floating): a row
 */
GtkWidget *
gbox_finding_row_new (const GboxFinding *finding, const char *section, const char *name, const char *numbers);

/* How a term's odds changed, after its numbers: the logarithm of their ratio, and its z. */
void gbox_finding_row_set_odds (GboxFindingRow *self, double log_odds, double z);

const GboxFinding *gbox_finding_row_get_finding (GboxFindingRow *self);
const char *gbox_finding_row_get_section (GboxFindingRow *self);
const char *gbox_finding_row_get_name (GboxFindingRow *self);

G_END_DECLS
