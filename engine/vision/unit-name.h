/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units as text: "4b:100". */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gbox_unit_name_parse:
 * @text: a layer and a unit of it, "4b:100" or "4b/100"; classes are "class:488"
 * @layer: (out) (transfer full): the layer's name, whether or not there is one
 * @unit: (out): the unit
 * @error: return location for an error
 *
 * Returns: %FALSE with %GBOX_ERROR_INVALID_ARGUMENT, and nothing set
 */
gboolean gbox_unit_name_parse (const char *text, char **layer, int *unit, GError **error);

G_END_DECLS
