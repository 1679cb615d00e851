/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that draw a chart share. */
#pragma once

#include "widgets/axis.h"
#include "widgets/chart-draw.h"

G_BEGIN_DECLS

/* Of the font of captions, as Adwaita's. */
#define GBOX_CHART_SMALL_SCALE 0.82

/**
 * GboxChartCanvas:
 * @widget: whose fonts and colours these are
 * @content: what is drawn
 * @cr: where to
 * @plot: the part between the axes
 * @x: the steps in view
 * @y: the values
 * @text: colour of text
 * @dim: alpha of secondary text
 * @faint: alpha of grid lines
 * @dark: whether text is light
 */
typedef struct
{
  GtkWidget *widget;
  const GboxChartContent *content;
  cairo_t *cr;
  graphene_rect_t plot;
  GboxAxis x;
  GboxAxis y;
  GdkRGBA text;
  double dim;
  double faint;
  gboolean dark;
} GboxChartCanvas;

double gbox_chart_canvas_get_pixel_x (const GboxChartCanvas *canvas, double x);
double gbox_chart_canvas_get_pixel_y (const GboxChartCanvas *canvas, double y);
/* A dot on a curve. */
void gbox_chart_canvas_draw_marker (const GboxChartCanvas *canvas, GboxCurve *curve, double x, double y);
/* A line from top to bottom. */
void gbox_chart_canvas_draw_cursor (const GboxChartCanvas *canvas, double x, double alpha);

/* What lies between the edges of each band. */
void gbox_chart_bands_draw (const GboxChartCanvas *canvas);

/* The values nearest to the pointer, beside it, if it is on the plot. */
void gbox_chart_readout_draw (const GboxChartCanvas *canvas);

G_END_DECLS
