/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A series reduced to what can be seen of it in a given number of pixel columns. */
#pragma once

#include "widgets/series.h"

G_BEGIN_DECLS

/**
 * GboxTracePoint:
 * @x: 0 … 1 from the plot's left edge to its right
 * @y: 0 … 1 from the axis' low value to its high
 * @starts: whether a new stroke begins here rather than a line from the point before
 */
typedef struct
{
  double x;
  double y;
  gboolean starts;
} GboxTracePoint;

/**
 * GboxSeriesColumns:
 *
 * Keeps the first, smallest, largest and last point of each column, and takes over only the points that came
 * since the last update: drawing a series costs as much as the plot is wide, however long the series.
 */
typedef struct _GboxSeriesColumns GboxSeriesColumns;

GboxSeriesColumns *gbox_series_columns_new (GboxSeries *series);
void gbox_series_columns_free (GboxSeriesColumns *columns);

/* Takes over new points for x in 0 … @x_max on @n_columns; points beyond are left out. */
void gbox_series_columns_update (GboxSeriesColumns *columns, double x_max, int n_columns);

/* Appends what is to be drawn, in order, to @trace, an array of #GboxTracePoint. */
void gbox_series_columns_trace (GboxSeriesColumns *columns, double low, double high, GArray *trace);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxSeriesColumns, gbox_series_columns_free)

G_END_DECLS
