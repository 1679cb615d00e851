/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The middle of the gridworld: the agents' boards, and what they get an episode. */
#include "learning/gridworld-stage.h"

#include <math.h>

#include "learning/gridworld-card.h"
#include "widgets/chart.h"
#include "widgets/smoothing.h"

/* The chart goes down to so many times what the shortest way costs: the first episodes cost hundreds of it.
 * As long as the curves end below that, it goes down to where they end. */
#define FLOOR_WAYS 8

/* One agent's curve. */
typedef struct
{
  GboxSeries *series; /* (nullable): while it is compared */
  GboxSeries *low;    /* the edges of its band */
  GboxSeries *high;
  GboxSmoothing smoothing;
  GboxSmoothing error_smoothing;
  double newest; /* 0 before the first */
} Curve;

struct _GboxGridworldStage
{
  AdwBin parent_instance;

  GtkLabel *title_label;
  GtkLabel *rules_label;
  GtkBox *boards_box;
  GboxChart *chart;

  GboxGridworldSession *session;
  Curve curves[GBOX_GRIDWORLD_N_AGENTS];
};

G_DEFINE_FINAL_TYPE (GboxGridworldStage, gbox_gridworld_stage, ADW_TYPE_BIN)

/* Agents over which returns are averaged. */
static guint
get_n_repeats (GboxGridworldAgent *agent)
{
  const GboxGridworldTable *table = gbox_gridworld_agent_get_table (agent);

  return table != NULL ? table->outcome.n_repeats : 1;
}

/* The band is the mean's standard error: single episodes are spread so widely that all bands would be one. No
 * episode gets more than the shortest way, so none goes above that. */
static void
add_point (GboxGridworldStage *self, Curve *curve, GboxGridworldAgent *agent, guint episode)
{
  const double value = g_array_index (gbox_gridworld_agent_get_returns (agent), double, episode - 1);
  const double spread = g_array_index (gbox_gridworld_agent_get_spreads (agent), double, episode - 1);
  const double most = -gbox_gridworld_get_shortest (gbox_gridworld_session_get_world (self->session));
  const guint n = get_n_repeats (agent);
  double width;

  if (curve->series == NULL)
    return;
  curve->newest = gbox_smoothing_add (&curve->smoothing, value);
  gbox_series_append (curve->series, episode, curve->newest);
  if (n == 1)
    return;
  width = gbox_smoothing_add (&curve->error_smoothing, spread / sqrt (n));
  gbox_series_append (curve->low, episode, curve->newest - width);
  gbox_series_append (curve->high, episode, MAX (curve->newest, MIN (curve->newest + width, most)));
}

static void
follow_floor (GboxGridworldStage *self)
{
  double floor = -FLOOR_WAYS * gbox_gridworld_get_shortest (gbox_gridworld_session_get_world (self->session));

  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    floor = MIN (floor, self->curves[i].newest);
  gbox_chart_set_floor (self->chart, floor);
}

static void
on_episode (GboxGridworldStage *self, guint episode, GboxGridworldAgent *agent)
{
  add_point (self, &self->curves[gbox_gridworld_agent_get_algorithm (agent)], agent, episode);
  follow_floor (self);
}

/* From the first point on. */
static void
draw_again (GboxGridworldStage *self)
{
  double weight;

  g_object_get (self->session, "smoothing", &weight, NULL);
  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    {
      GboxGridworldAgent *agent = gbox_gridworld_session_get_agent (self->session, i);
      Curve *curve = &self->curves[i];

      gbox_smoothing_init (&curve->smoothing, weight);
      gbox_smoothing_init (&curve->error_smoothing, weight);
      curve->newest = 0;
      if (curve->series != NULL)
        gbox_series_clear (curve->series);
      gbox_series_clear (curve->low);
      gbox_series_clear (curve->high);
      for (guint j = 0; j < gbox_gridworld_agent_get_returns (agent)->len; j++)
        add_point (self, curve, agent, j + 1);
    }
  follow_floor (self);
}

/* Says over how many seeds returns are averaged. */
static void
follow_title (GboxGridworldStage *self, guint n)
{
  g_autofree char *title = g_strdup_printf ("Reward an episode: %u seeds, mean ± SE", n);

  gbox_chart_set_title (self->chart, n > 1 ? title : "Reward an episode");
}

/* An agent that forgets everything has no curve. */
static void
on_agent_changed (GboxGridworldStage *self, GboxGridworldAgent *agent)
{
  const Curve *curve = &self->curves[gbox_gridworld_agent_get_algorithm (agent)];

  follow_title (self, get_n_repeats (agent));

  if (curve->series != NULL
      && gbox_series_get_length (curve->series) > gbox_gridworld_agent_get_returns (agent)->len)
    draw_again (self);
}

static void
follow_compared (GboxGridworldStage *self)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->boards_box)); child != NULL;
       child = gtk_widget_get_first_child (GTK_WIDGET (self->boards_box)))
    gtk_box_remove (self->boards_box, child);
  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    {
      GboxGridworldAgent *agent = gbox_gridworld_session_get_agent (self->session, i);

      if (self->curves[i].series != NULL)
        gbox_chart_remove_series (self->chart, self->curves[i].series);
      self->curves[i].series = NULL;
      if (!gbox_gridworld_session_is_compared (self->session, i))
        continue;
      self->curves[i].series
        = gbox_chart_add_series (self->chart, gbox_gridworld_agent_get_name (agent),
                                 gbox_gridworld_card_get_role ((GboxTabularAlgorithm) i));
      gtk_box_append (self->boards_box, gbox_gridworld_card_new (self->session, agent));
    }
  draw_again (self);
}

static void
follow_world (GboxGridworldStage *self)
{
  const GboxGridworld *world = gbox_gridworld_session_get_world (self->session);
  const char *name = gbox_gridworld_spec_get_values (gbox_gridworld_session_get_spec (self->session))->world;
  const gboolean has_cliff
    = memchr (world->cells, GBOX_CELL_CLIFF, (gsize) gbox_gridworld_get_n_states (world)) != NULL;
  const double shortest = -gbox_gridworld_get_shortest (world);

  gtk_label_set_label (self->title_label, g_str_equal (name, "cliff")  ? "Cliff walk"
                                          : g_str_equal (name, "maze") ? "Small maze"
                                                                       : "Edited world");
  gtk_label_set_label (
    self->rules_label,
    has_cliff
      ? "Each step costs 1; the cliff costs 100 and sends the walker back. Click cells to change them."
      : "Each step costs 1; a wall cannot be entered. Click cells to change them.");
  gbox_chart_set_reference_line (self->chart, shortest, "shortest path");
  follow_floor (self);
}

static void
follow_episodes (GboxGridworldStage *self)
{
  gbox_chart_set_x_max (
    self->chart, gbox_gridworld_spec_get_values (gbox_gridworld_session_get_spec (self->session))->episodes);
}

static void
gbox_gridworld_stage_dispose (GObject *object)
{
  g_clear_object (&GBOX_GRIDWORLD_STAGE (object)->session);
  G_OBJECT_CLASS (gbox_gridworld_stage_parent_class)->dispose (object);
}

static void
gbox_gridworld_stage_class_init (GboxGridworldStageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_gridworld_stage_dispose;
  g_type_ensure (GBOX_TYPE_CHART);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/gridworld-stage.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxGridworldStage, title_label);
  gtk_widget_class_bind_template_child (widget_class, GboxGridworldStage, rules_label);
  gtk_widget_class_bind_template_child (widget_class, GboxGridworldStage, boards_box);
  gtk_widget_class_bind_template_child (widget_class, GboxGridworldStage, chart);
}

static void
gbox_gridworld_stage_init (GboxGridworldStage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
gbox_gridworld_stage_set_session (GboxGridworldStage *self, GboxGridworldSession *session)
{
  g_return_if_fail (GBOX_IS_GRIDWORLD_STAGE (self) && self->session == NULL);

  self->session = g_object_ref (session);
  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    gbox_chart_add_band (self->chart, gbox_gridworld_card_get_role ((GboxTabularAlgorithm) i),
                         &self->curves[i].low, &self->curves[i].high);
  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    {
      GboxGridworldAgent *agent = gbox_gridworld_session_get_agent (session, i);

      g_signal_connect_object (agent, "episode", G_CALLBACK (on_episode), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (agent, "changed", G_CALLBACK (on_agent_changed), self, G_CONNECT_SWAPPED);
    }
  g_signal_connect_object (session, "world-changed", G_CALLBACK (follow_world), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "compared-changed", G_CALLBACK (follow_compared), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::smoothing", G_CALLBACK (draw_again), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gbox_gridworld_session_get_spec (session), "notify::episodes",
                           G_CALLBACK (follow_episodes), self, G_CONNECT_SWAPPED);
  follow_world (self);
  follow_episodes (self);
  follow_compared (self);
}
