/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line chart: curves over steps, with a legend, a reference line and a read-out under the pointer. */
#pragma once

#include <gtk/gtk.h>

#include "widgets/series.h"

G_BEGIN_DECLS

/**
 * GboxChart:
 *
 * The x axis is fixed to 0 … `x-max`, or to the part of it that is in view; the y axis follows the values,
 * with round tick values. Redrawn only when something changed, at most once a frame of the frame clock, at a
 * cost that depends on its width and not on the number of points. Main thread only.
 *
 * Properties: `title` (string), `x-max` (double, 1), `x-label` (string, e.g. "step"; drawn before the first
 * tick), `empty-text` (string; shown while no series has a point), `plot-start` (int, read-only; pixels from
 * the widget's left edge to the plot's, for what shares the x axis).
 *
 * Signals: `view-changed` (): another part of the x axis is in view.
 */
#define GBOX_TYPE_CHART (gbox_chart_get_type ())
G_DECLARE_FINAL_TYPE (GboxChart, gbox_chart, GBOX, CHART, GtkWidget)

/* Pixels from the plot's right edge to the widget's. */
#define GBOX_CHART_PLOT_END 8

GtkWidget *gbox_chart_new (void);

/* Returns: (transfer none): the new series, drawn above those before it. */
GboxSeries *gbox_chart_add_series (GboxChart *self, const char *name, GboxSeriesRole role);
/* An earlier curve to compare with: below all others, not in the legend, and kept by gbox_chart_clear(). */
GboxSeries *gbox_chart_add_pale_series (GboxChart *self, const char *name, GboxSeriesRole role);
void gbox_chart_remove_series (GboxChart *self, GboxSeries *series);
/* Removes the points of all series but the pale ones, and the marks; the series stay. */
void gbox_chart_clear (GboxChart *self);

/**
 * gbox_chart_add_band:
 * @self: a chart
 * @role: its colour
 * @low: (out) (transfer none): the series of its lower edge, to be given each point first
 * @high: (out) (transfer none): the series of its upper edge
 *
 * Fills what lies between two series, such as a mean ± one standard deviation; behind the curves, and not in
 * the legend.
 */
void gbox_chart_add_band (GboxChart *self, GboxSeriesRole role, GboxSeries **low, GboxSeries **high);

/* Marks an @x with a line and a word about what happened there; at the same place the newest word stays. */
void gbox_chart_add_mark (GboxChart *self, double x, const char *text);

void gbox_chart_set_title (GboxChart *self, const char *title);
void gbox_chart_set_x_label (GboxChart *self, const char *label);
void gbox_chart_set_empty_text (GboxChart *self, const char *text);
/* @x_max: the x of the right edge, above 0. */
void gbox_chart_set_x_max (GboxChart *self, double x_max);

/**
 * gbox_chart_set_view:
 * @self: a chart
 * @low: x of the left edge
 * @high: x of the right edge
 *
 * Shows a part of the x axis, moved to lie within it; all of it if the part is as long. The y axis follows
 * what is in view.
 */
void gbox_chart_set_view (GboxChart *self, double low, double high);
void gbox_chart_show_whole (GboxChart *self);
/* The x at both edges. Returns: whether that is but a part. */
gboolean gbox_chart_get_view (GboxChart *self, double *low, double *high);
/* The x at a pixel of the widget, also beyond the plot. */
double gbox_chart_get_x_at (GboxChart *self, double x);

/**
 * gbox_chart_set_reference_line:
 * @self: a chart
 * @value: the height of a dashed line, or NaN for none
 * @label: (nullable): what it means, e.g. "largest in dataset"; the chart adds the value
 */
void gbox_chart_set_reference_line (GboxChart *self, double value, const char *label);

/**
 * gbox_chart_set_floor:
 * @self: a chart
 * @floor: how low the y axis goes at most, so that a few values far below do not flatten all others; −∞ for
 * as low as the values
 *
 * Curves are cut off there; the read-out says what they are.
 */
void gbox_chart_set_floor (GboxChart *self, double floor);

/* Reads out the values at @x while the pointer is elsewhere; NaN for none. */
void gbox_chart_set_cursor (GboxChart *self, double x);

/* Draws it as it is on the screen, but without what is under the pointer. */
void gbox_chart_draw_still (GboxChart *self, cairo_t *cr);

int gbox_chart_get_plot_start (GboxChart *self);

G_END_DECLS
