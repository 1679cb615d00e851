/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts as pictures. */
#include "widgets/chart-export.h"

#include <cairo-svg.h>

#include "base/error.h"
#include "widgets/palette.h"

#define MARGIN    12
#define PNG_SCALE 2
/* Of the background, behind dark text and behind light text; those of Adwaita's cards. */
#define LIGHT_GREY 1.0
#define DARK_GREY  0.21

static cairo_status_t
append (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static void
measure (GboxChart *const *charts, guint n, int *width, int *height)
{
  *width = 0;
  *height = MARGIN;
  for (guint i = 0; i < n; i++)
    {
      *width = MAX (*width, gtk_widget_get_width (GTK_WIDGET (charts[i])) + 2 * MARGIN);
      *height += gtk_widget_get_height (GTK_WIDGET (charts[i])) + MARGIN;
    }
}

static void
draw (GboxChart *const *charts, guint n, cairo_t *cr)
{
  const double grey = gbox_palette_is_dark (GTK_WIDGET (charts[0])) ? DARK_GREY : LIGHT_GREY;

  cairo_set_source_rgb (cr, grey, grey, grey);
  cairo_paint (cr);
  cairo_translate (cr, MARGIN, MARGIN);
  for (guint i = 0; i < n; i++)
    {
      cairo_save (cr);
      gbox_chart_draw_still (charts[i], cr);
      cairo_restore (cr);
      cairo_translate (cr, 0, gtk_widget_get_height (GTK_WIDGET (charts[i])) + MARGIN);
    }
}

GBytes *
gbox_chart_export (GboxChart *const *charts, guint n, GboxChartFormat format, GError **error)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();
  cairo_surface_t *surface;
  cairo_status_t status;
  int width, height;
  cairo_t *cr;

  g_return_val_if_fail (n > 0, NULL);

  measure (charts, n, &width, &height);
  if (format == GBOX_CHART_SVG)
    surface = cairo_svg_surface_create_for_stream (append, content, width, height);
  else
    {
      surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, PNG_SCALE * width, PNG_SCALE * height);
      cairo_surface_set_device_scale (surface, PNG_SCALE, PNG_SCALE);
    }
  cr = cairo_create (surface);
  draw (charts, n, cr);
  status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS && format == GBOX_CHART_PNG)
    status = cairo_surface_write_to_png_stream (surface, append, content);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return g_byte_array_free_to_bytes (g_steal_pointer (&content));
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
               "The chart could not be drawn: %s. Make the window smaller and try again.",
               cairo_status_to_string (status));
  return NULL;
}
