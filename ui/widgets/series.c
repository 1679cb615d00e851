/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The points of one curve of a chart. */
#include "widgets/series.h"

#include <math.h>

struct _GboxSeries
{
  GObject parent_instance;
  char *name;
  GboxSeriesRole role;
  double *x; /* [length] of capacity, increasing */
  double *y; /* [length] of capacity, NaN in gaps */
  gsize length;
  gsize capacity;
  gsize n_valued; /* 1 + index of the newest point that is not NaN, 0 for none */
  double min;     /* of the finite values; min > max while there is none */
  double max;
  guint generation;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxSeries, gbox_series, G_TYPE_OBJECT)

static void
gbox_series_finalize (GObject *object)
{
  GboxSeries *self = GBOX_SERIES (object);

  g_free (self->name);
  g_free (self->x);
  g_free (self->y);
  G_OBJECT_CLASS (gbox_series_parent_class)->finalize (object);
}

static void
gbox_series_class_init (GboxSeriesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gbox_series_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
gbox_series_init (GboxSeries *self)
{
  self->min = INFINITY;
  self->max = -INFINITY;
}

GboxSeries *
gbox_series_new (const char *name, GboxSeriesRole role)
{
  GboxSeries *self = g_object_new (GBOX_TYPE_SERIES, NULL);

  self->name = g_strdup (name);
  self->role = role;
  return self;
}

void
gbox_series_append (GboxSeries *self, double x, double y)
{
  g_return_if_fail (GBOX_IS_SERIES (self));
  if (!isfinite (x) || (self->length > 0 && x <= self->x[self->length - 1]))
    return;
  if (isinf (y))
    y = NAN;
  if (self->length == self->capacity)
    {
      self->capacity = MAX (self->capacity * 2, 64);
      self->x = g_renew (double, self->x, self->capacity);
      self->y = g_renew (double, self->y, self->capacity);
    }
  self->x[self->length] = x;
  self->y[self->length] = y;
  self->length++;
  if (!isnan (y))
    {
      self->n_valued = self->length;
      self->min = fmin (self->min, y);
      self->max = fmax (self->max, y);
    }
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

void
gbox_series_clear (GboxSeries *self)
{
  g_return_if_fail (GBOX_IS_SERIES (self));
  if (self->length == 0)
    return;
  self->length = 0;
  self->n_valued = 0;
  self->min = INFINITY;
  self->max = -INFINITY;
  self->generation++;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

gsize
gbox_series_get_length (GboxSeries *self)
{
  g_return_val_if_fail (GBOX_IS_SERIES (self), 0);
  return self->length;
}

const double *
gbox_series_get_x (GboxSeries *self)
{
  g_return_val_if_fail (GBOX_IS_SERIES (self), NULL);
  return self->x;
}

const double *
gbox_series_get_y (GboxSeries *self)
{
  g_return_val_if_fail (GBOX_IS_SERIES (self), NULL);
  return self->y;
}

gboolean
gbox_series_get_last (GboxSeries *self, double *x, double *y)
{
  g_return_val_if_fail (GBOX_IS_SERIES (self), FALSE);
  if (self->n_valued == 0)
    return FALSE;
  *x = self->x[self->n_valued - 1];
  *y = self->y[self->n_valued - 1];
  return TRUE;
}

gboolean
gbox_series_get_range (GboxSeries *self, double *min, double *max)
{
  g_return_val_if_fail (GBOX_IS_SERIES (self), FALSE);
  if (self->min > self->max)
    return FALSE;
  *min = self->min;
  *max = self->max;
  return TRUE;
}

gboolean
gbox_series_find_nearest (GboxSeries *self, double x, gsize *index)
{
  gsize low = 0, high;

  g_return_val_if_fail (GBOX_IS_SERIES (self), FALSE);
  if (self->length == 0)
    return FALSE;
  high = self->length - 1;
  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (self->x[middle] < x)
        low = middle + 1;
      else
        high = middle;
    }
  if (low > 0 && x - self->x[low - 1] <= self->x[low] - x)
    low--;
  *index = low;
  return TRUE;
}

const char *
gbox_series_get_name (GboxSeries *self)
{
  g_return_val_if_fail (GBOX_IS_SERIES (self), NULL);
  return self->name;
}

void
gbox_series_set_name (GboxSeries *self, const char *name)
{
  g_return_if_fail (GBOX_IS_SERIES (self));
  if (g_strcmp0 (self->name, name) == 0)
    return;
  g_free (self->name);
  self->name = g_strdup (name);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

GboxSeriesRole
gbox_series_get_role (GboxSeries *self)
{
  g_return_val_if_fail (GBOX_IS_SERIES (self), GBOX_SERIES_BLUE);
  return self->role;
}

guint
gbox_series_get_generation (GboxSeries *self)
{
  g_return_val_if_fail (GBOX_IS_SERIES (self), 0);
  return self->generation;
}
