/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line about one branch: which it is, how it begins, how long and how probable it is, and its badge. */
#pragma once

#include <adwaita.h>

#include "completion/branch.h"

G_BEGIN_DECLS

#define GBOX_TYPE_SAMPLE_ROW (gbox_sample_row_get_type ())
G_DECLARE_FINAL_TYPE (GboxSampleRow, gbox_sample_row, GBOX, SAMPLE_ROW, GtkListBoxRow)

/* @model: (nullable): who wrote it, where that is to be told. */
GtkWidget *gbox_sample_row_new (GboxBranch *branch, const char *model);

G_END_DECLS
