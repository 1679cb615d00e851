/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws a chart's content; knows nothing of properties, signals and events. */
#pragma once

#include <gtk/gtk.h>

#include "widgets/series-columns.h"

G_BEGIN_DECLS

/**
 * GboxCurve:
 *
 * A series of a chart with what drawing it needs.
 */
typedef struct
{
  GboxSeries *series;
  GboxSeriesColumns *columns;
  gboolean is_pale; /* stands back behind the others, and is not in the legend */
} GboxCurve;

/**
 * GboxChartBand:
 * @low: its lower edge
 * @high: its upper edge, with a point for each of the lower one's
 */
typedef struct
{
  GboxSeries *low;
  GboxSeries *high;
} GboxChartBand;

/**
 * GboxChartMark:
 * @x: where
 * @text: what happened there
 */
typedef struct
{
  double x;
  char *text;
} GboxChartMark;

/**
 * GboxChartContent:
 * @title: (nullable)
 * @x_label: (nullable): before the first tick
 * @empty_text: (nullable): in the middle while there is no point
 * @x_max: x of the plot's right edge
 * @view_low: x of the left edge while only a part is in view
 * @view_high: x of its right edge; all is in view if it is not above @view_low
 * @curves: (element-type GboxCurve): later ones on top
 * @bands: (element-type GboxChartBand): filled, behind the curves
 * @marks: (element-type GboxChartMark): see there
 * @reference: height of the dashed line, NaN for none
 * @reference_label: (nullable): before its value
 * @floor: how low the y axis goes at most
 * @hover_x: x under the pointer, NaN for none
 * @cursor_x: x of the read-out while the pointer is elsewhere, NaN for none
 */
typedef struct
{
  char *title;
  char *x_label;
  char *empty_text;
  double x_max;
  double view_low;
  double view_high;
  GPtrArray *curves;
  GArray *bands;
  GArray *marks;
  double reference;
  char *reference_label;
  double floor;
  double hover_x;
  double cursor_x;
} GboxChartContent;

/* The x at the plot's edges. Returns: whether that is but a part. */
gboolean gbox_chart_content_get_view (const GboxChartContent *content, double *low, double *high);

/* Pixels from the left edge of @widget to the plot: room for "0,000". */
int gbox_chart_draw_get_plot_start (GtkWidget *widget);

/* Where the plot lies in a @widget of its present size. */
void gbox_chart_draw_get_plot (GtkWidget *widget, const GboxChartContent *content, graphene_rect_t *plot);

/* Draws everything in @widget's colours and fonts. */
void gbox_chart_draw (GtkWidget *widget, const GboxChartContent *content, cairo_t *cr);

/* "Fourier 389" */
char *gbox_chart_describe_curve (const GboxCurve *curve);

G_END_DECLS
