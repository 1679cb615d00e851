/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bands of a chart: what lies between two series, filled. */
#include <adwaita.h>

#include "widgets/chart-canvas.h"
#include "widgets/palette.h"

#define BAND_ALPHA 0.18

static void
line_to (const GboxChartCanvas *canvas, GboxSeries *series, gsize i)
{
  cairo_line_to (canvas->cr, gbox_chart_canvas_get_pixel_x (canvas, gbox_series_get_x (series)[i]),
                 gbox_chart_canvas_get_pixel_y (canvas, gbox_series_get_y (series)[i]));
}

/* Along the upper edge and back along the lower one, at most two points a pixel: edges are smooth. */
static void
draw_band (const GboxChartCanvas *canvas, const GboxChartBand *band)
{
  const gsize n = MIN (gbox_series_get_length (band->low), gbox_series_get_length (band->high));
  gsize first, last, stride;
  double view_low, view_high;
  GdkRGBA colour;

  gbox_chart_content_get_view (canvas->content, &view_low, &view_high);
  if (n == 0 || !gbox_series_find_nearest (band->low, view_low, &first)
      || !gbox_series_find_nearest (band->low, view_high, &last))
    return;
  last = MIN (last + 1, n - 1);
  first = MIN (first - (first > 0), last);
  stride = MAX (1, (last - first) / (gsize) (2 * MAX (canvas->plot.size.width, 1)));
  for (gsize i = first; i < last; i += stride)
    line_to (canvas, band->high, i);
  line_to (canvas, band->high, last);
  for (gsize i = last; i > first; i -= MIN (stride, i - first))
    line_to (canvas, band->low, i);
  line_to (canvas, band->low, first);
  gbox_palette_lookup (gbox_series_get_role (band->low), canvas->dark, &colour);
  cairo_set_source_rgba (canvas->cr, colour.red, colour.green, colour.blue, BAND_ALPHA);
  cairo_fill (canvas->cr);
}

void
gbox_chart_bands_draw (const GboxChartCanvas *canvas)
{
  for (guint i = 0; i < canvas->content->bands->len; i++)
    draw_band (canvas, &g_array_index (canvas->content->bands, GboxChartBand, i));
}
