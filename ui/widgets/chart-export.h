/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts as pictures. */
#pragma once

#include "widgets/chart.h"

G_BEGIN_DECLS

typedef enum
{
  GBOX_CHART_PNG, /* with two pixels for each of the screen */
  GBOX_CHART_SVG,
} GboxChartFormat;

/**
 * gbox_chart_export:
 * @charts: (array length=n): charts that are shown
 * @n: how many
 * @format: see there
 * @error: return location for an error
 *
 * Draws the charts below each other, in the size, the colours and with the part in view that they have on the
 * screen, but without what is under the pointer.
 *
 * Returns: (transfer full) (nullable): the content of a file; %NULL with %GBOX_ERROR_UNSUPPORTED if they are
 * too large for a picture
 */
GBytes *gbox_chart_export (GboxChart *const *charts, guint n, GboxChartFormat format, GError **error);

G_END_DECLS
