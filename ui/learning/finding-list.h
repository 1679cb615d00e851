/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Puts the findings of a comparison into a list. */
#pragma once

#include <gtk/gtk.h>

#include "learning/finding-row.h"

G_BEGIN_DECLS

/**
 * gbox_finding_list_fill:
 * @list: gets a #GboxFindingRow for each finding that is told, with headings
 * @comparison: must outlive the rows
 */
void gbox_finding_list_fill (GtkListBox *list, const GboxComparison *comparison);

/* (nullable) (transfer none): the row of a word after the trained prompt. */
GtkListBoxRow *gbox_finding_list_find_word (GtkListBox *list, const char *word);

G_END_DECLS
