/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line chart: curves over steps, with a legend, a reference line and a read-out under the pointer. */
#include "widgets/chart.h"

#include <math.h>

#include "widgets/chart-draw.h"

#define MINIMUM_WIDTH  240
#define MINIMUM_HEIGHT 120
#define NATURAL_WIDTH  600
#define NATURAL_HEIGHT 140
#define MINIMUM_VIEW   4 /* steps that are in view at least */

struct _GboxChart
{
  GtkWidget parent_instance;
  GboxChartContent content;
  int plot_start;
  guint describe_source; /* says the newest values to assistive technology */
};

enum
{
  PROP_TITLE = 1,
  PROP_X_MAX,
  PROP_X_LABEL,
  PROP_EMPTY_TEXT,
  PROP_PLOT_START,
  N_PROPS
};

enum
{
  SIGNAL_VIEW_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxChart, gbox_chart, GTK_TYPE_WIDGET)

static void
free_curve (gpointer data)
{
  GboxCurve *curve = data;

  gbox_series_columns_free (curve->columns);
  g_object_unref (curve->series);
  g_free (curve);
}

static void
clear_band (gpointer data)
{
  GboxChartBand *band = data;

  g_object_unref (band->low);
  g_object_unref (band->high);
}

static void
clear_mark (gpointer data)
{
  g_free (((GboxChartMark *) data)->text);
}

static gboolean
describe (gpointer user_data)
{
  GboxChart *self = user_data;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->content.curves->len; i++)
    {
      const GboxCurve *curve = self->content.curves->pdata[i];
      g_autofree char *description = curve->is_pale ? NULL : gbox_chart_describe_curve (curve);

      if (description != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", description);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str, -1);
  self->describe_source = 0;
  return G_SOURCE_REMOVE;
}

static void
on_changed (GboxChart *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
  /* Points come faster than anybody wants to hear of them. */
  if (self->describe_source == 0)
    self->describe_source = g_timeout_add_seconds (1, describe, self);
}

static void
gbox_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GboxChart *self = GBOX_CHART (widget);
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));

  gbox_chart_draw (widget, &self->content, cr);
  cairo_destroy (cr);
}

static void
gbox_chart_measure (GtkWidget *widget,
                    GtkOrientation orientation,
                    int for_size,
                    int *minimum,
                    int *natural,
                    int *minimum_baseline,
                    int *natural_baseline)
{
  gboolean horizontal = orientation == GTK_ORIENTATION_HORIZONTAL;

  *minimum = horizontal ? MINIMUM_WIDTH : MINIMUM_HEIGHT;
  *natural = horizontal ? NATURAL_WIDTH : NATURAL_HEIGHT;
}

static void
gbox_chart_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GboxChart *self = GBOX_CHART (widget);
  int start;

  GTK_WIDGET_CLASS (gbox_chart_parent_class)->css_changed (widget, change);
  gtk_widget_queue_draw (widget);
  start = gbox_chart_draw_get_plot_start (widget);
  if (start == self->plot_start)
    return;
  self->plot_start = start;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLOT_START]);
}

static void
on_motion (GboxChart *self, double x, double y, GtkEventController *motion)
{
  graphene_rect_t plot;
  double share, hover_x, low, high;

  gbox_chart_draw_get_plot (GTK_WIDGET (self), &self->content, &plot);
  gbox_chart_content_get_view (&self->content, &low, &high);
  share = (x - plot.origin.x) / plot.size.width;
  hover_x = share >= 0 && share <= 1 && y >= plot.origin.y ? low + share * (high - low) : NAN;
  if (isnan (hover_x) && isnan (self->content.hover_x))
    return;
  self->content.hover_x = hover_x;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_leave (GboxChart *self, GtkEventController *motion)
{
  self->content.hover_x = NAN;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
gbox_chart_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxChart *self = GBOX_CHART (object);

  switch (id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->content.title);
      break;
    case PROP_X_MAX:
      g_value_set_double (value, self->content.x_max);
      break;
    case PROP_X_LABEL:
      g_value_set_string (value, self->content.x_label);
      break;
    case PROP_EMPTY_TEXT:
      g_value_set_string (value, self->content.empty_text);
      break;
    case PROP_PLOT_START:
      g_value_set_int (value, self->plot_start);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_chart_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxChart *self = GBOX_CHART (object);

  switch (id)
    {
    case PROP_TITLE:
      gbox_chart_set_title (self, g_value_get_string (value));
      break;
    case PROP_X_MAX:
      gbox_chart_set_x_max (self, g_value_get_double (value));
      break;
    case PROP_X_LABEL:
      gbox_chart_set_x_label (self, g_value_get_string (value));
      break;
    case PROP_EMPTY_TEXT:
      gbox_chart_set_empty_text (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_chart_dispose (GObject *object)
{
  GboxChart *self = GBOX_CHART (object);

  g_clear_handle_id (&self->describe_source, g_source_remove);
  for (guint i = 0; i < self->content.curves->len; i++)
    g_signal_handlers_disconnect_by_data (((GboxCurve *) self->content.curves->pdata[i])->series, self);
  g_ptr_array_set_size (self->content.curves, 0);
  for (guint i = 0; i < self->content.bands->len; i++)
    {
      const GboxChartBand *band = &g_array_index (self->content.bands, GboxChartBand, i);

      g_signal_handlers_disconnect_by_data (band->low, self);
      g_signal_handlers_disconnect_by_data (band->high, self);
    }
  g_array_set_size (self->content.bands, 0);
  G_OBJECT_CLASS (gbox_chart_parent_class)->dispose (object);
}

static void
gbox_chart_finalize (GObject *object)
{
  GboxChart *self = GBOX_CHART (object);

  g_ptr_array_unref (self->content.curves);
  g_array_unref (self->content.bands);
  g_array_unref (self->content.marks);
  g_free (self->content.title);
  g_free (self->content.x_label);
  g_free (self->content.empty_text);
  g_free (self->content.reference_label);
  G_OBJECT_CLASS (gbox_chart_parent_class)->finalize (object);
}

static void
gbox_chart_class_init (GboxChartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_chart_get_property;
  object_class->set_property = gbox_chart_set_property;
  object_class->dispose = gbox_chart_dispose;
  object_class->finalize = gbox_chart_finalize;
  widget_class->snapshot = gbox_chart_snapshot;
  widget_class->measure = gbox_chart_measure;
  widget_class->css_changed = gbox_chart_css_changed;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_X_MAX] = g_param_spec_double ("x-max", NULL, NULL, G_MINDOUBLE, G_MAXDOUBLE, 1, flags);
  properties[PROP_X_LABEL] = g_param_spec_string ("x-label", NULL, NULL, NULL, flags);
  properties[PROP_EMPTY_TEXT] = g_param_spec_string ("empty-text", NULL, NULL, NULL, flags);
  properties[PROP_PLOT_START]
    = g_param_spec_int ("plot-start", NULL, NULL, 0, G_MAXINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_VIEW_CHANGED] = g_signal_new ("view-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                               0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_css_name (widget_class, "chart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
gbox_chart_init (GboxChart *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();

  self->content.curves = g_ptr_array_new_with_free_func (free_curve);
  self->content.bands = g_array_new (FALSE, FALSE, sizeof (GboxChartBand));
  g_array_set_clear_func (self->content.bands, clear_band);
  self->content.marks = g_array_new (FALSE, FALSE, sizeof (GboxChartMark));
  g_array_set_clear_func (self->content.marks, clear_mark);
  self->content.x_max = 1;
  self->content.reference = NAN;
  self->content.floor = -INFINITY;
  self->content.hover_x = NAN;
  self->content.cursor_x = NAN;
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
}

GtkWidget *
gbox_chart_new (void)
{
  return g_object_new (GBOX_TYPE_CHART, NULL);
}

GboxSeries *
gbox_chart_add_series (GboxChart *self, const char *name, GboxSeriesRole role)
{
  GboxCurve *curve;

  g_return_val_if_fail (GBOX_IS_CHART (self), NULL);
  curve = g_new0 (GboxCurve, 1);
  curve->series = gbox_series_new (name, role);
  curve->columns = gbox_series_columns_new (curve->series);
  g_ptr_array_add (self->content.curves, curve);
  g_signal_connect_swapped (curve->series, "changed", G_CALLBACK (on_changed), self);
  on_changed (self);
  return curve->series;
}

GboxSeries *
gbox_chart_add_pale_series (GboxChart *self, const char *name, GboxSeriesRole role)
{
  GboxSeries *series = gbox_chart_add_series (self, name, role);
  GPtrArray *curves;

  g_return_val_if_fail (series != NULL, NULL);
  curves = self->content.curves;
  ((GboxCurve *) curves->pdata[curves->len - 1])->is_pale = TRUE;
  g_ptr_array_insert (curves, 0, g_ptr_array_steal_index (curves, curves->len - 1));
  return series;
}

void
gbox_chart_remove_series (GboxChart *self, GboxSeries *series)
{
  g_return_if_fail (GBOX_IS_CHART (self));
  for (guint i = 0; i < self->content.curves->len; i++)
    if (((GboxCurve *) self->content.curves->pdata[i])->series == series)
      {
        g_signal_handlers_disconnect_by_data (series, self);
        g_ptr_array_remove_index (self->content.curves, i);
        on_changed (self);
        return;
      }
}

void
gbox_chart_clear (GboxChart *self)
{
  g_return_if_fail (GBOX_IS_CHART (self));
  for (guint i = 0; i < self->content.curves->len; i++)
    if (!((GboxCurve *) self->content.curves->pdata[i])->is_pale)
      gbox_series_clear (((GboxCurve *) self->content.curves->pdata[i])->series);
  for (guint i = 0; i < self->content.bands->len; i++)
    {
      gbox_series_clear (g_array_index (self->content.bands, GboxChartBand, i).low);
      gbox_series_clear (g_array_index (self->content.bands, GboxChartBand, i).high);
    }
  g_array_set_size (self->content.marks, 0);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
gbox_chart_add_band (GboxChart *self, GboxSeriesRole role, GboxSeries **low, GboxSeries **high)
{
  GboxChartBand band;

  g_return_if_fail (GBOX_IS_CHART (self));
  band = (GboxChartBand){ gbox_series_new ("", role), gbox_series_new ("", role) };
  g_array_append_val (self->content.bands, band);
  g_signal_connect_swapped (band.low, "changed", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (band.high, "changed", G_CALLBACK (on_changed), self);
  *low = band.low;
  *high = band.high;
}

void
gbox_chart_add_mark (GboxChart *self, double x, const char *text)
{
  const GboxChartMark mark = { .x = x, .text = g_strdup (text) };
  const guint n = self->content.marks->len;

  g_return_if_fail (GBOX_IS_CHART (self));
  if (n > 0 && g_array_index (self->content.marks, GboxChartMark, n - 1).x == x)
    g_array_set_size (self->content.marks, n - 1);
  g_array_append_val (self->content.marks, mark);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
replace_text (GboxChart *self, char **text, const char *with, guint property)
{
  if (g_strcmp0 (*text, with) == 0)
    return;
  g_free (*text);
  *text = g_strdup (with);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
gbox_chart_set_title (GboxChart *self, const char *title)
{
  g_return_if_fail (GBOX_IS_CHART (self));
  replace_text (self, &self->content.title, title, PROP_TITLE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title != NULL ? title : "", -1);
}

void
gbox_chart_set_x_label (GboxChart *self, const char *label)
{
  g_return_if_fail (GBOX_IS_CHART (self));
  replace_text (self, &self->content.x_label, label, PROP_X_LABEL);
}

void
gbox_chart_set_empty_text (GboxChart *self, const char *text)
{
  g_return_if_fail (GBOX_IS_CHART (self));
  replace_text (self, &self->content.empty_text, text, PROP_EMPTY_TEXT);
}

void
gbox_chart_set_x_max (GboxChart *self, double x_max)
{
  g_return_if_fail (GBOX_IS_CHART (self));
  g_return_if_fail (x_max > 0);
  if (self->content.x_max == x_max)
    return;
  self->content.x_max = x_max;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_X_MAX]);
}

void
gbox_chart_set_view (GboxChart *self, double low, double high)
{
  const double x_max = self->content.x_max, width = fmax (high - low, fmin (MINIMUM_VIEW, x_max));

  g_return_if_fail (GBOX_IS_CHART (self) && isfinite (low) && isfinite (high));

  low = CLAMP (low, 0, fmax (x_max - width, 0));
  high = low + width;
  if (high <= 0 || width >= x_max)
    low = high = 0;
  if (low == self->content.view_low && high == self->content.view_high)
    return;
  self->content.view_low = low;
  self->content.view_high = high;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signals[SIGNAL_VIEW_CHANGED], 0);
}

void
gbox_chart_show_whole (GboxChart *self)
{
  g_return_if_fail (GBOX_IS_CHART (self));
  gbox_chart_set_view (self, 0, self->content.x_max);
}

gboolean
gbox_chart_get_view (GboxChart *self, double *low, double *high)
{
  g_return_val_if_fail (GBOX_IS_CHART (self), FALSE);
  return gbox_chart_content_get_view (&self->content, low, high);
}

double
gbox_chart_get_x_at (GboxChart *self, double x)
{
  graphene_rect_t plot;
  double low, high;

  g_return_val_if_fail (GBOX_IS_CHART (self), NAN);
  gbox_chart_draw_get_plot (GTK_WIDGET (self), &self->content, &plot);
  gbox_chart_content_get_view (&self->content, &low, &high);
  return low + (x - plot.origin.x) / plot.size.width * (high - low);
}

void
gbox_chart_set_reference_line (GboxChart *self, double value, const char *label)
{
  g_return_if_fail (GBOX_IS_CHART (self));
  self->content.reference = isfinite (value) ? value : NAN;
  g_free (self->content.reference_label);
  self->content.reference_label = g_strdup (label);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
gbox_chart_set_floor (GboxChart *self, double floor)
{
  g_return_if_fail (GBOX_IS_CHART (self));
  self->content.floor = floor;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
gbox_chart_set_cursor (GboxChart *self, double x)
{
  g_return_if_fail (GBOX_IS_CHART (self));
  if (self->content.cursor_x == x)
    return;
  self->content.cursor_x = x;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
gbox_chart_draw_still (GboxChart *self, cairo_t *cr)
{
  GboxChartContent still;

  g_return_if_fail (GBOX_IS_CHART (self));

  still = self->content;
  still.hover_x = NAN;
  gbox_chart_draw (GTK_WIDGET (self), &still, cr);
}

int
gbox_chart_get_plot_start (GboxChart *self)
{
  g_return_val_if_fail (GBOX_IS_CHART (self), 0);
  return self->plot_start;
}
