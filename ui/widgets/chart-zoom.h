/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zooming into a chart with pointer and keyboard. */
#pragma once

#include "widgets/chart.h"

G_BEGIN_DECLS

/**
 * gbox_chart_zoom_enable:
 * @chart: a chart
 *
 * Scrolling with Control, or while the chart has the focus, as after a click, zooms about the pointer; with
 * Shift too, or sideways, it moves the view, as dragging does; a double click shows all again. Plus, minus,
 * zero and the arrow keys do the same while it has the focus.
 */
void gbox_chart_zoom_enable (GboxChart *chart);

/* Shows @factor times as much of the x axis, with @x where it is. */
void gbox_chart_zoom (GboxChart *chart, double factor, double x);

/* Moves the view by a @share of its length. */
void gbox_chart_pan (GboxChart *chart, double share);

G_END_DECLS
