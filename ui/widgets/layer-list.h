/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layers of a network, from input to output, with what one unit of each sees. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * GboxLayerList:
 *
 * Not scrolled by itself. Main thread only.
 *
 * Properties: `selected` (string, name of the layer shown as chosen, nullable).
 *
 * Signals: `layer-activated` (const char *name): the user chose it; it is selected by then.
 */
#define GBOX_TYPE_LAYER_LIST (gbox_layer_list_get_type ())
G_DECLARE_FINAL_TYPE (GboxLayerList, gbox_layer_list, GBOX, LAYER_LIST, GtkWidget)

GtkWidget *gbox_layer_list_new (void);

void gbox_layer_list_clear (GboxLayerList *self);

/**
 * gbox_layer_list_append:
 * @self: a layer list
 * @name: what `selected` and `layer-activated` call it, e.g. "class"
 * @title: (nullable): what the user reads, e.g. "Classes"; @name if %NULL
 * @receptive_field: pixels one unit sees along an axis, 0 for the whole image
 * @input_side: pixels of the input along an axis, for the glyph
 */
void gbox_layer_list_append (
  GboxLayerList *self, const char *name, const char *title, int receptive_field, int input_side);

/* @name: (nullable): shown as chosen; does not emit `layer-activated`. A name that is not listed chooses
 * none. */
void gbox_layer_list_set_selected (GboxLayerList *self, const char *name);
/* (nullable) (transfer none). */
const char *gbox_layer_list_get_selected (GboxLayerList *self);

/* Redraws the glyphs for another size of the input. */
void gbox_layer_list_set_input_side (GboxLayerList *self, int input_side);

G_END_DECLS
