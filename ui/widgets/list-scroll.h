/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Brings an item of a list or grid view into view, with its neighbours. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * gbox_list_scroll_to:
 * @view: a #GtkListView or a #GtkGridView of a fixed number of columns, all its items equally high
 * @position: of the item in the model
 *
 * Takes a few frames once @view is shown; until then it waits. An earlier call that is not finished is
 * forgotten. GTK 4.8 has an action for it, which does nothing before the view is laid out for its items and
 * leaves the item at the edge.
 */
void gbox_list_scroll_to (GtkWidget *view, guint position);

/* Forgets an earlier call that is not finished. */
void gbox_list_scroll_cancel (GtkWidget *view);

G_END_DECLS
