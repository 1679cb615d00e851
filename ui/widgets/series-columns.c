/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A series reduced to what can be seen of it in a given number of pixel columns. */
#include "widgets/series-columns.h"

#include <math.h>

/* Indices into the series. */
typedef struct
{
  gsize first;
  gsize smallest;
  gsize largest;
  gsize last;
  gboolean used;
  gboolean starts; /* a gap lies before it */
} Column;

struct _GboxSeriesColumns
{
  GboxSeries *series;
  Column *columns; /* [n_columns] */
  int n_columns;
  double x_max;
  guint generation; /* of the series when its points were taken over */
  gsize n_taken;
  gboolean in_gap; /* the newest point taken over was NaN */
};

GboxSeriesColumns *
gbox_series_columns_new (GboxSeries *series)
{
  GboxSeriesColumns *columns = g_new0 (GboxSeriesColumns, 1);

  columns->series = g_object_ref (series);
  return columns;
}

void
gbox_series_columns_free (GboxSeriesColumns *columns)
{
  g_object_unref (columns->series);
  g_free (columns->columns);
  g_free (columns);
}

static void
reset (GboxSeriesColumns *columns, double x_max, int n_columns)
{
  if (n_columns != columns->n_columns)
    columns->columns = g_renew (Column, columns->columns, n_columns);
  memset (columns->columns, 0, n_columns * sizeof (Column));
  columns->n_columns = n_columns;
  columns->x_max = x_max;
  columns->generation = gbox_series_get_generation (columns->series);
  columns->n_taken = 0;
  columns->in_gap = TRUE;
}

static void
take_point (GboxSeriesColumns *columns, const double *y, gsize i, int column)
{
  Column *to = &columns->columns[column];

  if (isnan (y[i]))
    {
      columns->in_gap = TRUE;
      return;
    }
  if (!to->used)
    *to = (Column){ i, i, i, i, TRUE, columns->in_gap };
  if (y[i] < y[to->smallest])
    to->smallest = i;
  if (y[i] > y[to->largest])
    to->largest = i;
  to->last = i;
  columns->in_gap = FALSE;
}

void
gbox_series_columns_update (GboxSeriesColumns *columns, double x_max, int n_columns)
{
  const double *x, *y;
  gsize length;

  n_columns = MAX (n_columns, 1);
  if (x_max != columns->x_max || n_columns != columns->n_columns
      || columns->generation != gbox_series_get_generation (columns->series))
    reset (columns, x_max, n_columns);
  x = gbox_series_get_x (columns->series);
  y = gbox_series_get_y (columns->series);
  length = gbox_series_get_length (columns->series);
  for (gsize i = columns->n_taken; i < length; i++)
    if (x[i] >= 0 && x[i] <= x_max)
      take_point (columns, y, i, MIN ((int) (x[i] / x_max * n_columns), n_columns - 1));
  columns->n_taken = length;
}

void
gbox_series_columns_trace (GboxSeriesColumns *columns, double low, double high, GArray *trace)
{
  const double *x = gbox_series_get_x (columns->series);
  const double *y = gbox_series_get_y (columns->series);

  for (int c = 0; c < columns->n_columns; c++)
    {
      const Column *column = &columns->columns[c];
      const gsize order[4] = { column->first, MIN (column->smallest, column->largest),
                               MAX (column->smallest, column->largest), column->last };

      for (int i = 0; column->used && i < 4; i++)
        if (i == 0 || order[i] != order[i - 1])
          {
            GboxTracePoint point = { x[order[i]] / columns->x_max, (y[order[i]] - low) / (high - low),
                                     i == 0 && column->starts };

            g_array_append_val (trace, point);
          }
    }
}
