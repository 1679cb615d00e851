/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lays out a title and the controls that belong to it: beside each other where both fit, else one above the
 * other. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * GboxHeadingLayout:
 *
 * For two children: the title, which takes the spare width, and the controls.
 */
#define GBOX_TYPE_HEADING_LAYOUT (gbox_heading_layout_get_type ())
G_DECLARE_FINAL_TYPE (GboxHeadingLayout, gbox_heading_layout, GBOX, HEADING_LAYOUT, GtkLayoutManager)

G_END_DECLS
