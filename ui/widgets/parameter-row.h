/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row that edits one property of a spec. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * GboxParameterRow:
 *
 * Title, range and tooltip are those of the property's declaration; numbers get a spin button, booleans a
 * switch.
 *
 * Properties: `parameter` (string, name of the property), `increment` (double, 1: what one click of the spin
 * button adds), `digits` (uint, 0: decimal places), `slides` (boolean, %FALSE: whether a number has a slider
 * instead), `upper` (double: how far the control goes where not all of the range is usual; a value beyond
 * stays what it is).
 */
#define GBOX_TYPE_PARAMETER_ROW (gbox_parameter_row_get_type ())
G_DECLARE_FINAL_TYPE (GboxParameterRow, gbox_parameter_row, GBOX, PARAMETER_ROW, AdwActionRow)

/* Once: makes the control and ties it to @object's property. */
void gbox_parameter_row_bind (GboxParameterRow *self, GObject *object);

G_END_DECLS
