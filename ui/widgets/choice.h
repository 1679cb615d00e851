/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a searchable list of numbered items has in common: a filter, one chosen item, and who chose it. */
#pragma once

#include <gtk/gtk.h>

#include "vision/unit-item.h"

G_BEGIN_DECLS

/**
 * GboxChoice:
 *
 * Stands between #GboxUnitItem items and a list widget. A selection the user makes in the widget is told
 * apart from one made by the program and from items coming and going with the filter; the choice is
 * remembered while the filter hides it. Main thread only.
 *
 * Properties: `selected` (int, −1 for none), `filter-text` (string; digits ask for numbers that begin with
 * them, anything else for a part of the label in any case), `n-visible` (uint, read-only).
 *
 * Signals: `activated` (int unit): the user chose it.
 */
#define GBOX_TYPE_CHOICE (gbox_choice_get_type ())
G_DECLARE_FINAL_TYPE (GboxChoice, gbox_choice, GBOX, CHOICE, GObject)

GboxChoice *gbox_choice_new (void);

/* The items 0 … n − 1 labelled @labels, or by their number where @labels is %NULL. Nothing is chosen
 * afterwards. */
void gbox_choice_set_items (GboxChoice *self, guint n, const char *const *labels);
guint gbox_choice_get_n_items (GboxChoice *self);
/* (nullable) (transfer none): whether or not the filter lets it through. */
GboxUnitItem *gbox_choice_get_item (GboxChoice *self, int unit);

/* (transfer none): what the list widget shows. */
GtkSelectionModel *gbox_choice_get_model (GboxChoice *self);
/* Position of @unit in the model, or −1. */
int gbox_choice_find_position (GboxChoice *self, int unit);

void gbox_choice_set_selected (GboxChoice *self, int unit);
int gbox_choice_get_selected (GboxChoice *self);
void gbox_choice_set_filter_text (GboxChoice *self, const char *text);
const char *gbox_choice_get_filter_text (GboxChoice *self);
guint gbox_choice_get_n_visible (GboxChoice *self);

/* The user chose what stands at @position, perhaps again. */
void gbox_choice_activate_position (GboxChoice *self, guint position);
/* The user went @delta positions on; stops at the ends. Returns: whether that was another item. */
gboolean gbox_choice_step (GboxChoice *self, int delta);

/**
 * gbox_choice_watch_clicks:
 * @self: a choice
 * @list_item: an item of the list widget, its child set
 *
 * A list widget tells of clicks only that the selection changed. This makes a click on what is selected
 * already count as chosen again, once for a double click.
 */
void gbox_choice_watch_clicks (GboxChoice *self, GtkListItem *list_item);

/* The list or grid view that shows the model: it is scrolled, and activating one of its items counts as
 * chosen by the user. */
void gbox_choice_set_view (GboxChoice *self, GtkWidget *view);

/* Scrolls the view to @unit as soon as it is shown. Does nothing if there is none or the filter hides it. */
void gbox_choice_scroll (GboxChoice *self, int unit);

G_END_DECLS
