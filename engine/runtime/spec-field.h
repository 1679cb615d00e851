/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Properties of a spec that are fields of a struct. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Copies between a value and the field that a property stands for: char * (never %NULL), int for int and
 * enum, guint, gboolean or double. A string that is replaced is freed. */
void gbox_spec_field_get (gconstpointer field, GParamSpec *pspec, GValue *value);
void gbox_spec_field_set (gpointer field, GParamSpec *pspec, const GValue *value);

G_END_DECLS
