/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The points of one curve of a chart. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * GboxSeriesRole:
 *
 * Which colour a curve has; its value in light and dark is the chart's affair.
 */
typedef enum
{
  GBOX_SERIES_BLUE,
  GBOX_SERIES_ORANGE,
  GBOX_SERIES_GREEN,
  GBOX_SERIES_PURPLE,
  GBOX_SERIES_RED,
} GboxSeriesRole;

/**
 * GboxSeries:
 *
 * Points in order of x. Appending costs amortised constant time, and the extremes are known at any time. Main
 * thread only.
 *
 * Signals: `changed` (): points were appended or cleared, or the name is another.
 */
#define GBOX_TYPE_SERIES (gbox_series_get_type ())
G_DECLARE_FINAL_TYPE (GboxSeries, gbox_series, GBOX, SERIES, GObject)

GboxSeries *gbox_series_new (const char *name, GboxSeriesRole role);

/**
 * gbox_series_append:
 * @self: a series
 * @x: greater than that of the last point; a point that is not is left out
 * @y: the value, or NaN for a gap
 */
void gbox_series_append (GboxSeries *self, double x, double y);
void gbox_series_clear (GboxSeries *self);

gsize gbox_series_get_length (GboxSeries *self);
/* (transfer none): get_length() values each, valid until the series changes. */
const double *gbox_series_get_x (GboxSeries *self);
const double *gbox_series_get_y (GboxSeries *self);

/* The newest point whose value is not NaN. Returns: whether there is one. */
gboolean gbox_series_get_last (GboxSeries *self, double *x, double *y);
/* The smallest and largest finite value. Returns: whether there is one. */
gboolean gbox_series_get_range (GboxSeries *self, double *min, double *max);

/**
 * gbox_series_find_nearest:
 * @self: a series
 * @x: where to look
 * @index: (out): the point whose x is nearest
 *
 * Returns: whether there is a point
 */
gboolean gbox_series_find_nearest (GboxSeries *self, double x, gsize *index);

const char *gbox_series_get_name (GboxSeries *self);
void gbox_series_set_name (GboxSeries *self, const char *name);
GboxSeriesRole gbox_series_get_role (GboxSeries *self);

/* Grows by one with every clear: who has taken over points knows by it that they are void. */
guint gbox_series_get_generation (GboxSeries *self);

G_END_DECLS
