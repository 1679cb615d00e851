/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The curves of finetuning: of the run that goes on, over those of earlier runs. */
#include "learning/finetune-charts.h"

#include "learning/earlier-run.h"
#include "widgets/axis.h"
#include "widgets/chart-zoom.h"
#include "widgets/smoothing.h"

/* Before anything is learnt there is only how the trained head is rounded: the curve begins at 0. */
#define LEAST_KL 1e-4

/* A chart each, by which value its main curve has. */
enum
{
  REWARD,
  KL,
  ENTROPY,
  N_CHARTS
};

static const GboxFinetuneValue shown[N_CHARTS]
  = { GBOX_FINETUNE_REWARD_MEAN, GBOX_FINETUNE_KL, GBOX_FINETUNE_ENTROPY };

/* The main curves of a run, which are smoothed. */
typedef struct
{
  GboxFinetuneRecord *record; /* (nullable): an earlier one */
  GboxSeries *series[N_CHARTS];
  GboxSmoothing smoothing[N_CHARTS];
} Curves;

struct _GboxFinetuneCharts
{
  AdwBin parent_instance;

  GboxChart *reward_chart;
  GboxChart *kl_chart;
  GboxChart *entropy_chart;
  GtkFlowBox *earlier_box;
  GtkLabel *figures_label;
  GtkAdjustment *smoothing;

  GboxFinetuneSession *session;
  GboxFinetuneLog *log;
  GboxChart *charts[N_CHARTS];
  Curves now;
  GPtrArray *earlier; /* of Curves */
  GboxSeries *best;
  GboxSeries *worst;
  GboxSeries *low; /* a standard deviation around the mean */
  GboxSeries *high;
};

G_DEFINE_FINAL_TYPE (GboxFinetuneCharts, gbox_finetune_charts, ADW_TYPE_BIN)

static void
clear_curves (Curves *curves, double smoothing)
{
  for (guint i = 0; i < N_CHARTS; i++)
    {
      gbox_series_clear (curves->series[i]);
      gbox_smoothing_init (&curves->smoothing[i], smoothing);
    }
}

static double
get_shown (const GboxPoint *point, guint i)
{
  const double value = point->values[shown[i]];

  return i == KL && value < LEAST_KL ? 0 : value;
}

static void
extend_curves (Curves *curves, const GboxPoint *point)
{
  for (guint i = 0; i < N_CHARTS; i++)
    gbox_series_append (curves->series[i], point->step,
                        gbox_smoothing_add (&curves->smoothing[i], get_shown (point, i)));
}

static void
refill_curves (GboxFinetuneCharts *self, Curves *curves, GboxFinetuneRecord *record)
{
  const GArray *points = record != NULL ? gbox_finetune_record_get_points (record) : NULL;

  clear_curves (curves, gbox_finetune_log_get_smoothing (self->log));
  for (guint i = 0; points != NULL && i < points->len; i++)
    extend_curves (curves, &g_array_index (points, GboxPoint, i));
}

static void
follow_smoothing (GboxFinetuneCharts *self)
{
  refill_curves (self, &self->now, gbox_finetune_log_get_current (self->log));
  for (guint i = 0; i < self->earlier->len; i++)
    {
      Curves *curves = self->earlier->pdata[i];

      refill_curves (self, curves, curves->record);
    }
}

static void
show_figures (GboxFinetuneCharts *self, const GboxPoint *point)
{
  g_autofree char *norm = gbox_axis_format_value (point->values[GBOX_FINETUNE_GRADIENT_NORM]);
  g_autofree char *kl = gbox_axis_format_constant (point->values[GBOX_FINETUNE_COEFFICIENT]);
  g_autofree char *markup = g_strdup_printf (
    "gradient norm <b>%s</b>   β <b>%s</b>   end of text <b>%.0f %%</b>   without signal <b>%.0f %%</b>",
    norm, kl, 100 * point->values[GBOX_FINETUNE_END_RATE], 100 * point->values[GBOX_FINETUNE_NO_SIGNAL]);

  gtk_label_set_markup (self->figures_label, markup);
}

static void
on_point (GboxFinetuneCharts *self, const GboxPoint *point)
{
  const double mean = point->values[GBOX_FINETUNE_REWARD_MEAN], std = point->values[GBOX_FINETUNE_REWARD_STD];

  gbox_series_append (self->low, point->step, mean - std);
  gbox_series_append (self->high, point->step, mean + std);
  gbox_series_append (self->best, point->step, point->values[GBOX_FINETUNE_REWARD_MAX]);
  gbox_series_append (self->worst, point->step, point->values[GBOX_FINETUNE_REWARD_MIN]);
  extend_curves (&self->now, point);
  show_figures (self, point);
}

/* What is changed now works from the step that comes next on. */
static void
on_adjusted (GboxFinetuneCharts *self, const char *text)
{
  gbox_chart_add_mark (self->reward_chart, gbox_run_get_step (gbox_finetune_session_get_run (self->session)),
                       text);
}

static void
on_cleared (GboxFinetuneCharts *self)
{
  for (guint i = 0; i < N_CHARTS; i++)
    gbox_chart_clear (self->charts[i]);
  clear_curves (&self->now, gbox_finetune_log_get_smoothing (self->log));
  gtk_label_set_label (self->figures_label, "");
}

/* Long enough for the earlier runs too. */
static void
follow_length (GboxFinetuneCharts *self)
{
  double x_max = gbox_finetune_spec_get_values (gbox_finetune_session_get_spec (self->session))->steps;

  for (guint i = 0; i < self->earlier->len; i++)
    {
      const Curves *curves = self->earlier->pdata[i];
      const GArray *points = gbox_finetune_record_get_points (curves->record);

      x_max = MAX (x_max, g_array_index (points, GboxPoint, points->len - 1).step);
    }
  for (guint i = 0; i < N_CHARTS; i++)
    gbox_chart_set_x_max (self->charts[i], x_max);
}

static void
remove_curves (GboxFinetuneCharts *self, guint index)
{
  Curves *curves = self->earlier->pdata[index];

  for (guint i = 0; i < N_CHARTS; i++)
    gbox_chart_remove_series (self->charts[i], curves->series[i]);
  g_ptr_array_remove_index (self->earlier, index);
}

static void
insert_curves (GboxFinetuneCharts *self, guint index, GboxFinetuneRecord *record)
{
  Curves *curves = g_new0 (Curves, 1);

  curves->record = g_object_ref (record);
  for (guint i = 0; i < N_CHARTS; i++)
    curves->series[i] = gbox_chart_add_pale_series (self->charts[i], gbox_finetune_record_get_name (record),
                                                    gbox_finetune_record_get_role (record));
  refill_curves (self, curves, record);
  g_ptr_array_insert (self->earlier, (int) index, curves);
}

static void
on_earlier_changed (
  GboxFinetuneCharts *self, guint position, guint n_removed, guint n_added, GListModel *list)
{
  for (guint i = 0; i < n_removed; i++)
    remove_curves (self, position);
  for (guint i = 0; i < n_added; i++)
    {
      g_autoptr (GboxFinetuneRecord) record = g_list_model_get_item (list, position + i);

      insert_curves (self, position + i, record);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->earlier_box), g_list_model_get_n_items (list) > 0);
  follow_length (self);
}

/* The charts show the same steps. */
static void
on_view_changed (GboxFinetuneCharts *self, GboxChart *changed)
{
  double low, high;

  gbox_chart_get_view (changed, &low, &high);
  for (guint i = 0; i < N_CHARTS; i++)
    if (self->charts[i] != changed)
      gbox_chart_set_view (self->charts[i], low, high);
}

static GtkWidget *
make_earlier (gpointer item, gpointer user_data)
{
  return gbox_earlier_run_new (item);
}

static void
free_curves (gpointer data)
{
  Curves *curves = data;

  g_object_unref (curves->record);
  g_free (curves);
}

static void
gbox_finetune_charts_dispose (GObject *object)
{
  GboxFinetuneCharts *self = GBOX_FINETUNE_CHARTS (object);

  g_clear_object (&self->session);
  g_clear_object (&self->log);
  g_clear_pointer (&self->earlier, g_ptr_array_unref);
  G_OBJECT_CLASS (gbox_finetune_charts_parent_class)->dispose (object);
}

static void
gbox_finetune_charts_class_init (GboxFinetuneChartsClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_finetune_charts_dispose;
  g_type_ensure (GBOX_TYPE_CHART);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/finetune-charts.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneCharts, reward_chart);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneCharts, kl_chart);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneCharts, entropy_chart);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneCharts, earlier_box);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneCharts, figures_label);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneCharts, smoothing);
}

static void
gbox_finetune_charts_init (GboxFinetuneCharts *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->earlier = g_ptr_array_new_with_free_func (free_curves);
  self->charts[REWARD] = self->reward_chart;
  self->charts[KL] = self->kl_chart;
  self->charts[ENTROPY] = self->entropy_chart;
  gbox_chart_add_band (self->reward_chart, GBOX_SERIES_BLUE, &self->low, &self->high);
  self->best = gbox_chart_add_series (self->reward_chart, "Best", GBOX_SERIES_GREEN);
  self->worst = gbox_chart_add_series (self->reward_chart, "Worst", GBOX_SERIES_RED);
  self->now.series[REWARD] = gbox_chart_add_series (self->reward_chart, "Mean ± 1 sd", GBOX_SERIES_BLUE);
  self->now.series[KL] = gbox_chart_add_series (self->kl_chart, "nats a completion", GBOX_SERIES_PURPLE);
  self->now.series[ENTROPY] = gbox_chart_add_series (self->entropy_chart, "nats a token", GBOX_SERIES_ORANGE);
  for (guint i = 0; i < N_CHARTS; i++)
    {
      gbox_chart_zoom_enable (self->charts[i]);
      g_signal_connect_object (self->charts[i], "view-changed", G_CALLBACK (on_view_changed), self,
                               G_CONNECT_SWAPPED);
    }
}

void
gbox_finetune_charts_set_log (GboxFinetuneCharts *self, GboxFinetuneSession *session, GboxFinetuneLog *log)
{
  GListModel *earlier = gbox_finetune_log_get_earlier (log);

  g_return_if_fail (GBOX_IS_FINETUNE_CHARTS (self) && self->log == NULL);

  self->session = g_object_ref (session);
  self->log = g_object_ref (log);
  clear_curves (&self->now, gbox_finetune_log_get_smoothing (log));
  g_object_bind_property (log, "smoothing", self->smoothing, "value",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  gtk_flow_box_bind_model (self->earlier_box, earlier, make_earlier, NULL, NULL);
  g_signal_connect_object (earlier, "items-changed", G_CALLBACK (on_earlier_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (log, "notify::smoothing", G_CALLBACK (follow_smoothing), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "point", G_CALLBACK (on_point), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "adjusted", G_CALLBACK (on_adjusted), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "cleared", G_CALLBACK (on_cleared), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gbox_finetune_session_get_spec (session), "notify::steps",
                           G_CALLBACK (follow_length), self, G_CONNECT_SWAPPED);
  follow_length (self);
}

void
gbox_finetune_charts_set_view (GboxFinetuneCharts *self, double low, double high)
{
  g_return_if_fail (GBOX_IS_FINETUNE_CHARTS (self));

  if (high > low)
    gbox_chart_set_view (self->reward_chart, low, high);
  else
    gbox_chart_show_whole (self->reward_chart);
}

GBytes *
gbox_finetune_charts_export (GboxFinetuneCharts *self, GboxChartFormat format, GError **error)
{
  return gbox_chart_export (self->charts, N_CHARTS, format, error);
}
