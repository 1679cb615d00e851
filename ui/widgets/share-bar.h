/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bar for a part of a whole, with a mark to compare it with. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * GboxShareBar:
 *
 * Properties: `share` (double, 0 … 1: how long the bar is), `mark` (double, 0 … 1: where the mark stands; −1
 * for none). The bar is drawn in the widget's colour, the rest of its track in a light shade of it.
 */
#define GBOX_TYPE_SHARE_BAR (gbox_share_bar_get_type ())
G_DECLARE_FINAL_TYPE (GboxShareBar, gbox_share_bar, GBOX, SHARE_BAR, GtkWidget)

GtkWidget *gbox_share_bar_new (void);
void gbox_share_bar_set (GboxShareBar *self, double share, double mark);

G_END_DECLS
