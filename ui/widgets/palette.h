/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a colour role is in light and in dark. */
#pragma once

#include <gtk/gtk.h>

#include "widgets/series.h"

G_BEGIN_DECLS

/* Writes the colour of @role that stands out on a light or @dark ground. */
void gbox_palette_lookup (GboxSeriesRole role, gboolean dark, GdkRGBA *rgba);

/* Whether @widget is drawn light on dark, judged by its text colour. */
gboolean gbox_palette_is_dark (GtkWidget *widget);

G_END_DECLS
