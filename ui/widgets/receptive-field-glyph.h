/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A square within a square: how much of the input one unit sees. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * GboxReceptiveFieldGlyph:
 *
 * 14 by 14 px; decoration only, the number stands beside it.
 *
 * Properties: `fraction` (double, 0 … 1: the share of the input's side that one unit sees).
 */
#define GBOX_TYPE_RECEPTIVE_FIELD_GLYPH (gbox_receptive_field_glyph_get_type ())
G_DECLARE_FINAL_TYPE (
  GboxReceptiveFieldGlyph, gbox_receptive_field_glyph, GBOX, RECEPTIVE_FIELD_GLYPH, GtkWidget)

GtkWidget *gbox_receptive_field_glyph_new (double fraction);
/* Clamped to 0 … 1. */
void gbox_receptive_field_glyph_set_fraction (GboxReceptiveFieldGlyph *self, double fraction);
double gbox_receptive_field_glyph_get_fraction (GboxReceptiveFieldGlyph *self);

G_END_DECLS
