/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The classes of a network by name and number, with search. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * GboxClassList:
 *
 * A scrolling list. Main thread only.
 *
 * Properties: `selected` (int, the class shown as chosen, −1 for none), `filter-text` (string; part of the
 * name in any case, or the beginning of the number), `n-visible` (uint, read-only: classes that pass the
 * filter).
 *
 * Signals: `class-activated` (int id): the user chose it by a click, Enter or an arrow key; it is selected by
 * then.
 */
#define GBOX_TYPE_CLASS_LIST (gbox_class_list_get_type ())
G_DECLARE_FINAL_TYPE (GboxClassList, gbox_class_list, GBOX, CLASS_LIST, GtkWidget)

GtkWidget *gbox_class_list_new (void);

/**
 * gbox_class_list_set_labels:
 * @self: a class list
 * @labels: (nullable): NULL-terminated names; class i is labels[i]
 *
 * Nothing is selected afterwards; the filter stays.
 */
void gbox_class_list_set_labels (GboxClassList *self, const char *const *labels);

/* Shows @id as chosen and scrolls to it; does not emit `class-activated`. −1 for none. */
void gbox_class_list_set_selected (GboxClassList *self, int id);
int gbox_class_list_get_selected (GboxClassList *self);

void gbox_class_list_set_filter_text (GboxClassList *self, const char *text);
const char *gbox_class_list_get_filter_text (GboxClassList *self);
guint gbox_class_list_get_n_visible (GboxClassList *self);

/* As if the user went @delta classes on among those the filter lets through; stops at the ends. Returns:
 * whether it moved. */
gboolean gbox_class_list_step (GboxClassList *self, int delta);

G_END_DECLS
