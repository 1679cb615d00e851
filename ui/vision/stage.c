/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The centre of the Vision page: what is being visualized, the growing images and their curves. */
#include "vision/stage.h"

#include <math.h>

#include "vision/film-bar.h"
#include "vision/heading-layout.h"
#include "vision/stage-layout.h"
#include "vision/stage-tile.h"
#include "vision/target.h"
#include "vision/tiles-layout.h"
#include "widgets/chart.h"

struct _GboxStage
{
  AdwBin parent_instance;

  GtkLabel *title_label;
  GtkLabel *short_title_label;
  GtkLabel *caption_label;
  GtkRevealer *error_revealer;
  GtkLabel *error_label;
  GtkWidget *tiles;
  GboxChart *chart;
  GboxFilmBar *film_bar;

  GboxVisionSession *session;
  GSignalGroup *run_signals; /* of the selected tile's */
};

G_DEFINE_FINAL_TYPE (GboxStage, gbox_stage, ADW_TYPE_BIN)

typedef void (*TileFunc) (GboxStageTile *tile);

static void
visit_tiles (GboxStage *self, TileFunc func)
{
  for (GtkWidget *child = gtk_widget_get_first_child (self->tiles); child;
       child = gtk_widget_get_next_sibling (child))
    func (GBOX_STAGE_TILE (child));
}

/* (nullable): what shows the selected tile. */
static GboxStageTile *
find_selected (GboxStage *self)
{
  GboxVisionTile *selected = self->session ? gbox_vision_session_get_selected (self->session) : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (self->tiles); child;
       child = gtk_widget_get_next_sibling (child))
    if (gbox_stage_tile_get_tile (GBOX_STAGE_TILE (child)) == selected)
      return GBOX_STAGE_TILE (child);
  return NULL;
}

/* All curves share one axis. */
static void
update_x_max (GboxStage *self)
{
  guint x_max = 1;

  for (GtkWidget *child = gtk_widget_get_first_child (self->tiles); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GboxRun *run = gbox_vision_tile_get_run (gbox_stage_tile_get_tile (GBOX_STAGE_TILE (child)));

      if (run)
        x_max = MAX (x_max, gbox_run_get_n_steps (run));
    }
  gbox_chart_set_x_max (self->chart, x_max);
}

static void
on_film_moved (GboxStage *self, int step)
{
  for (GtkWidget *child = gtk_widget_get_first_child (self->tiles); child;
       child = gtk_widget_get_next_sibling (child))
    gbox_stage_tile_show_step (GBOX_STAGE_TILE (child), step);
  gbox_chart_set_cursor (self->chart, step < 0 ? NAN : step);
}

static void
on_state (GboxStage *self)
{
  GboxRun *run = gbox_vision_session_get_run (self->session);
  const GError *error = run ? gbox_run_get_error (run) : NULL;

  gtk_label_set_label (self->error_label, error ? error->message : "");
  gtk_revealer_set_reveal_child (self->error_revealer, error != NULL);
}

static void
follow_target (GboxStage *self)
{
  GboxNetwork *network = gbox_vision_session_get_network (self->session);
  GboxVisualizationSpec *spec = gbox_vision_session_get_spec (self->session);
  g_autofree char *title = network ? gbox_target_get_title (spec, network) : g_strdup ("");
  g_autofree char *short_title = network ? gbox_target_get_short_title (spec, network) : g_strdup ("");
  g_autofree char *caption = network ? gbox_target_explain (spec, network) : g_strdup ("");

  gtk_label_set_label (self->title_label, title);
  gtk_label_set_label (self->short_title_label, short_title);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->short_title_label), title);
  gtk_label_set_label (self->caption_label, caption);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->caption_label), caption);
}

static void
follow_network (GboxStage *self)
{
  GboxStageTile *selected = find_selected (self);

  if (selected && !gbox_vision_session_get_network (self->session)
      && !gbox_vision_session_get_run (self->session))
    gbox_stage_tile_clear (selected);
  follow_target (self);
}

/* What a tile is called depends on what the others are. */
static void
follow_runs (GboxStage *self)
{
  visit_tiles (self, gbox_stage_tile_update);
  update_x_max (self);
}

static void
follow_run (GboxStage *self)
{
  g_signal_group_set_target (self->run_signals, gbox_vision_session_get_run (self->session));
  follow_target (self);
  follow_runs (self);
  on_state (self);
}

static void
follow_selected (GboxStage *self)
{
  gbox_film_bar_set_tile (self->film_bar, gbox_vision_session_get_selected (self->session));
  follow_runs (self);
}

/* A colour that no other tile has. */
static GboxSeriesRole
choose_role (GboxStage *self)
{
  gboolean is_taken[GBOX_SERIES_RED + 1] = { FALSE };
  GboxSeriesRole role = GBOX_SERIES_BLUE;

  for (GtkWidget *child = gtk_widget_get_first_child (self->tiles); child;
       child = gtk_widget_get_next_sibling (child))
    is_taken[gbox_series_get_role (gbox_stage_tile_get_series (GBOX_STAGE_TILE (child)))] = TRUE;
  while (is_taken[role] && role < GBOX_SERIES_RED)
    role++;
  return role;
}

static GtkWidget *
get_tile_widget (GboxStage *self, guint position)
{
  GtkWidget *child = gtk_widget_get_first_child (self->tiles);

  while (child && position-- > 0)
    child = gtk_widget_get_next_sibling (child);
  return child;
}

static void
remove_tile (GboxStage *self, guint position)
{
  GtkWidget *widget = get_tile_widget (self, position);

  gbox_chart_remove_series (self->chart, gbox_stage_tile_get_series (GBOX_STAGE_TILE (widget)));
  gtk_box_remove (GTK_BOX (self->tiles), widget);
}

static void
insert_tile (GboxStage *self, GboxVisionTile *tile, guint position)
{
  GboxSeries *series = gbox_chart_add_series (self->chart, "", choose_role (self));
  GtkWidget *widget = gbox_stage_tile_new (self->session, tile, series);

  gtk_box_insert_child_after (GTK_BOX (self->tiles), widget,
                              position > 0 ? get_tile_widget (self, position - 1) : NULL);
  g_signal_connect_object (tile, "notify::run", G_CALLBACK (follow_runs), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (tile, "filmed", G_CALLBACK (update_x_max), self, G_CONNECT_SWAPPED);
}

static void
on_tiles_changed (GboxStage *self, guint position, guint n_removed, guint n_added, GListModel *tiles)
{
  for (guint i = 0; i < n_removed; i++)
    remove_tile (self, position);
  for (guint i = 0; i < n_added; i++)
    {
      g_autoptr (GboxVisionTile) tile = g_list_model_get_item (tiles, position + i);

      insert_tile (self, tile, position + i);
    }
  follow_runs (self);
}

static void
follow_plot_start (GboxStage *self)
{
  gbox_film_bar_set_start (self->film_bar, gbox_chart_get_plot_start (self->chart));
}

static void
gbox_stage_dispose (GObject *object)
{
  GboxStage *self = GBOX_STAGE (object);

  g_clear_object (&self->run_signals);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_stage_parent_class)->dispose (object);
}

static gboolean
gbox_stage_grab_focus (GtkWidget *widget)
{
  GboxStageTile *selected = find_selected (GBOX_STAGE (widget));

  return selected && gtk_widget_grab_focus (GTK_WIDGET (selected));
}

static void
gbox_stage_class_init (GboxStageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_stage_dispose;
  widget_class->grab_focus = gbox_stage_grab_focus;
  g_type_ensure (GBOX_TYPE_HEADING_LAYOUT);
  g_type_ensure (GBOX_TYPE_STAGE_LAYOUT);
  g_type_ensure (GBOX_TYPE_TILES_LAYOUT);
  g_type_ensure (GBOX_TYPE_CHART);
  g_type_ensure (GBOX_TYPE_FILM_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/stage.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxStage, title_label);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, short_title_label);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, caption_label);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, error_revealer);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, error_label);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, tiles);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, chart);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, film_bar);
  gtk_widget_class_bind_template_callback (widget_class, on_film_moved);
}

static void
gbox_stage_init (GboxStage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "notify::n-steps", G_CALLBACK (update_x_max), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (on_state), self);
  g_signal_connect_object (self->chart, "notify::plot-start", G_CALLBACK (follow_plot_start), self,
                           G_CONNECT_SWAPPED);
  follow_plot_start (self);
}

void
gbox_stage_set_session (GboxStage *self, GboxVisionSession *session)
{
  GListModel *tiles;

  g_return_if_fail (GBOX_IS_STAGE (self) && !self->session);

  self->session = g_object_ref (session);
  tiles = gbox_vision_session_get_tiles (session);
  g_signal_connect_object (session, "notify::network", G_CALLBACK (follow_network), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::run", G_CALLBACK (follow_run), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::selected", G_CALLBACK (follow_selected), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "target-changed", G_CALLBACK (follow_target), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (tiles, "items-changed", G_CALLBACK (on_tiles_changed), self, G_CONNECT_SWAPPED);
  on_tiles_changed (self, 0, 0, g_list_model_get_n_items (tiles), tiles);
  follow_selected (self);
}

void
gbox_stage_set_dataset_maximum (GboxStage *self, double value)
{
  g_return_if_fail (GBOX_IS_STAGE (self));

  gbox_chart_set_reference_line (self->chart, value, "largest in dataset");
}

gboolean
gbox_stage_has_toolbar_focus (GboxStage *self)
{
  GboxStageTile *selected;

  g_return_val_if_fail (GBOX_IS_STAGE (self), FALSE);

  selected = find_selected (self);
  return selected && gbox_stage_tile_has_toolbar_focus (selected);
}

GdkTexture *
gbox_stage_get_texture (GboxStage *self)
{
  GboxStageTile *selected;

  g_return_val_if_fail (GBOX_IS_STAGE (self), NULL);

  selected = find_selected (self);
  return selected ? gbox_stage_tile_get_texture (selected) : NULL;
}

GboxFilmBar *
gbox_stage_get_film_bar (GboxStage *self)
{
  g_return_val_if_fail (GBOX_IS_STAGE (self), NULL);

  return self->film_bar;
}
