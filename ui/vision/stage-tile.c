/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One of the pictures on the stage, with its buttons and its caption. */
#include "vision/stage-tile.h"

#include "vision/tile-layout.h"
#include "widgets/image-view.h"

struct _GboxStageTile
{
  AdwBin parent_instance;

  GboxTileLayout *layout;
  GtkWidget *picture;
  GboxImageView *image_view;
  GtkEventController *pointer;
  GtkWidget *corner;
  GtkToggleButton *pin_button;
  GtkWidget *toolbar;
  GtkEventController *toolbar_focus;
  GtkButton *play_button;
  GtkLabel *name_label;
  GtkLabel *notice_label;
  GtkLabel *step_label;

  GboxVisionSession *session;
  GboxVisionTile *tile;
  GboxSeries *series;
  GSignalGroup *run_signals;
  int shown_step; /* −1: the newest */
};

G_DEFINE_FINAL_TYPE (GboxStageTile, gbox_stage_tile, ADW_TYPE_BIN)

static GboxRun *
get_run (GboxStageTile *self)
{
  return self->tile ? gbox_vision_tile_get_run (self->tile) : NULL;
}

static gboolean
is_selected (GboxStageTile *self)
{
  return self->session && gbox_vision_session_get_selected (self->session) == self->tile;
}

static void
set_near (GtkWidget *widget, gboolean is_near)
{
  if (is_near)
    gtk_widget_add_css_class (widget, "near");
  else
    gtk_widget_remove_css_class (widget, "near");
}

/* On the picture only while someone is near it, or nothing moves. */
static void
update_toolbar (GboxStageTile *self)
{
  GboxRun *run = get_run (self);
  const gboolean is_pointed_at
    = gtk_event_controller_motion_contains_pointer (GTK_EVENT_CONTROLLER_MOTION (self->pointer));
  const gboolean has_focus
    = gtk_event_controller_focus_contains_focus (GTK_EVENT_CONTROLLER_FOCUS (self->toolbar_focus));
  const gboolean is_paused = run && gbox_run_get_state (run) == GBOX_RUN_PAUSED && is_selected (self);

  set_near (self->toolbar, is_pointed_at || has_focus || is_paused);
  set_near (self->corner, is_pointed_at || (self->tile && gbox_vision_tile_get_pinned (self->tile)));
}

static const char *
describe_state (GboxRun *run)
{
  switch (gbox_run_get_state (run))
    {
    case GBOX_RUN_PAUSED:
      return "paused";
    case GBOX_RUN_FINISHED:
      return "done";
    case GBOX_RUN_STOPPED:
      return "stopped";
    case GBOX_RUN_FAILED:
      return "failed";
    case GBOX_RUN_WAITING:
    case GBOX_RUN_RUNNING:
    default:
      return "";
    }
}

/* After the step, if the name is not cut off for it. */
static void
show_rate (GboxStageTile *self, GString *step, double rate)
{
  GtkWidget *caption = gtk_widget_get_parent (GTK_WIDGET (self->step_label));
  const gsize length = step->len;
  int natural;

  g_string_append_printf (step, " · %.*f steps/s", rate < 10 ? 1 : 0, rate);
  gtk_label_set_label (self->step_label, step->str);
  gtk_widget_measure (caption, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
  if (natural <= gtk_widget_get_width (caption))
    return;
  g_string_truncate (step, length);
  gtk_label_set_label (self->step_label, step->str);
}

static void
update_step_label (GboxStageTile *self)
{
  GboxRun *run = get_run (self);
  const gboolean is_earlier = self->shown_step >= 0;
  const char *state = run && !is_earlier ? describe_state (run) : "";
  const double rate = run && !is_earlier ? gbox_run_get_rate (run) : 0;
  g_autoptr (GString) text = g_string_new ("");

  if (is_earlier)
    g_string_printf (text, "earlier: step %d", self->shown_step);
  else if (run && gbox_run_get_step (run) > gbox_run_get_n_steps (run))
    g_string_printf (text, "step %u", gbox_run_get_step (run)); /* fewer were asked for on the way */
  else if (run && gbox_run_get_n_steps (run) > 0)
    g_string_printf (text, "step %u / %u", gbox_run_get_step (run), gbox_run_get_n_steps (run));
  if (*state)
    g_string_append_printf (text, "%s%s", text->len ? " · " : "", state);
  gtk_label_set_label (self->step_label, text->str);
  if (!*state && rate > 0)
    show_rate (self, text, rate);
}

static void
on_step (GboxStageTile *self)
{
  GboxRun *run = get_run (self);
  const guint n_steps = gbox_run_get_n_steps (run);

  gbox_image_view_set_progress (self->image_view,
                                n_steps > 0 ? MIN ((double) gbox_run_get_step (run) / n_steps, 1.0) : 0);
  update_step_label (self);
}

static void
show_frame (GboxStageTile *self)
{
  GboxRun *run = get_run (self);
  GboxFrame *frame = run ? gbox_run_get_frame (run) : NULL;

  if (self->shown_step >= 0)
    frame = gbox_film_find (gbox_vision_tile_get_film (self->tile), (guint) self->shown_step);
  if (!frame)
    return;
  gbox_tile_layout_set_aspect (self->layout, (double) frame->width / frame->height);
  gbox_image_view_set_frame (self->image_view, frame);
}

static void
on_frame (GboxStageTile *self)
{
  if (self->shown_step < 0)
    show_frame (self);
}

static void
on_point (GboxStageTile *self, const GboxPoint *point)
{
  gbox_series_append (self->series, point->step, point->values[0]);
}

/* What went wrong, or what the run has to say. Of the selected one's trouble the stage tells. */
static void
update_notice (GboxStageTile *self)
{
  GboxRun *run = get_run (self);
  const GError *error = run ? gbox_run_get_error (run) : NULL;
  const char *notice = error && !is_selected (self) ? error->message : NULL;

  if (run && !error)
    notice = gbox_run_get_notice (run);
  gtk_label_set_label (self->notice_label, notice ? notice : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->notice_label), notice);
}

static void
on_state (GboxStageTile *self)
{
  GboxRun *run = get_run (self);
  const GboxRunState state = gbox_run_get_state (run);
  const gboolean is_moving = state == GBOX_RUN_RUNNING || state == GBOX_RUN_WAITING;
  const char *label = is_moving ? "Pause" : state == GBOX_RUN_PAUSED ? "Resume" : "Start Again";
  g_autofree char *tooltip = g_strdup_printf ("%s (Space)", label);

  gtk_button_set_icon_name (self->play_button,
                            is_moving ? "glassbox-pause-symbolic" : "glassbox-play-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play_button), tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->play_button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  if (gbox_run_get_error (run))
    gbox_stage_tile_clear (self);
  update_notice (self);
  update_step_label (self);
  update_toolbar (self);
}

static void
on_position_picked (GboxStageTile *self, double x, double y)
{
  const int side = gbox_vision_session_get_map_side (self->session);

  gbox_vision_session_set_position (self->session, CLAMP ((int) (y * side), 0, side - 1),
                                    CLAMP ((int) (x * side), 0, side - 1));
}

/* Before whatever was pressed does something. */
static void
on_pressed (GboxStageTile *self)
{
  gbox_vision_session_select_tile (self->session, self->tile);
}

static void
on_pin_clicked (GboxStageTile *self)
{
  gbox_vision_session_set_pinned (self->session, self->tile, gtk_toggle_button_get_active (self->pin_button));
}

static void
on_close_clicked (GboxStageTile *self)
{
  gbox_vision_session_remove_tile (self->session, self->tile);
}

static void
on_pinned (GboxStageTile *self)
{
  gtk_toggle_button_set_active (self->pin_button, gbox_vision_tile_get_pinned (self->tile));
  update_toolbar (self);
}

static void
follow_run (GboxStageTile *self)
{
  GboxRun *run = get_run (self);

  g_signal_group_set_target (self->run_signals, run);
  gbox_series_clear (self->series);
  self->shown_step = -1;
  update_notice (self);
  gbox_image_view_set_progress (self->image_view, run ? 0 : -1);
  if (!run)
    {
      update_step_label (self);
      return;
    }
  on_step (self);
  show_frame (self);
  on_state (self);
}

static void
gbox_stage_tile_dispose (GObject *object)
{
  GboxStageTile *self = GBOX_STAGE_TILE (object);

  g_clear_object (&self->run_signals);
  g_clear_object (&self->series);
  g_clear_object (&self->tile);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_stage_tile_parent_class)->dispose (object);
}

static gboolean
gbox_stage_tile_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GBOX_STAGE_TILE (widget)->picture);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, GboxStageTile, layout);
  gtk_widget_class_bind_template_child (widget_class, GboxStageTile, picture);
  gtk_widget_class_bind_template_child (widget_class, GboxStageTile, image_view);
  gtk_widget_class_bind_template_child (widget_class, GboxStageTile, pointer);
  gtk_widget_class_bind_template_child (widget_class, GboxStageTile, corner);
  gtk_widget_class_bind_template_child (widget_class, GboxStageTile, pin_button);
  gtk_widget_class_bind_template_child (widget_class, GboxStageTile, toolbar);
  gtk_widget_class_bind_template_child (widget_class, GboxStageTile, toolbar_focus);
  gtk_widget_class_bind_template_child (widget_class, GboxStageTile, play_button);
  gtk_widget_class_bind_template_child (widget_class, GboxStageTile, name_label);
  gtk_widget_class_bind_template_child (widget_class, GboxStageTile, notice_label);
  gtk_widget_class_bind_template_child (widget_class, GboxStageTile, step_label);
  gtk_widget_class_bind_template_callback (widget_class, update_toolbar);
  gtk_widget_class_bind_template_callback (widget_class, on_position_picked);
  gtk_widget_class_bind_template_callback (widget_class, on_pressed);
  gtk_widget_class_bind_template_callback (widget_class, on_pin_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_close_clicked);
}

static void
gbox_stage_tile_class_init (GboxStageTileClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_stage_tile_dispose;
  widget_class->grab_focus = gbox_stage_tile_grab_focus;
  g_type_ensure (GBOX_TYPE_TILE_LAYOUT);
  g_type_ensure (GBOX_TYPE_IMAGE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/stage-tile.ui");
  bind_template (widget_class);
}

static void
gbox_stage_tile_init (GboxStageTile *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->shown_step = -1;
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "notify::step", G_CALLBACK (on_step), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::n-steps", G_CALLBACK (on_step), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::rate", G_CALLBACK (update_step_label), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::frame", G_CALLBACK (on_frame), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::notice", G_CALLBACK (update_notice), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (on_state), self);
  g_signal_group_connect_swapped (self->run_signals, "point", G_CALLBACK (on_point), self);
}

GtkWidget *
gbox_stage_tile_new (GboxVisionSession *session, GboxVisionTile *tile, GboxSeries *series)
{
  GboxStageTile *self = g_object_new (GBOX_TYPE_STAGE_TILE, NULL);

  self->session = g_object_ref (session);
  self->tile = g_object_ref (tile);
  self->series = g_object_ref (series);
  g_signal_connect_object (tile, "notify::run", G_CALLBACK (follow_run), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (tile, "notify::pinned", G_CALLBACK (on_pinned), self, G_CONNECT_SWAPPED);
  on_pinned (self);
  follow_run (self);
  return GTK_WIDGET (self);
}

GboxVisionTile *
gbox_stage_tile_get_tile (GboxStageTile *self)
{
  g_return_val_if_fail (GBOX_IS_STAGE_TILE (self), NULL);

  return self->tile;
}

GboxSeries *
gbox_stage_tile_get_series (GboxStageTile *self)
{
  g_return_val_if_fail (GBOX_IS_STAGE_TILE (self), NULL);

  return self->series;
}

/* "Fourier basis", and what it begins with, if that is not noise. */
static char *
describe_alone (const GboxVisualizationValues *values, const char *basis)
{
  g_autofree char *start = *values->start != '\0' ? g_filename_display_basename (values->start) : NULL;

  return start ? g_strdup_printf ("%s basis, from %s", basis, start) : g_strdup_printf ("%s basis", basis);
}

void
gbox_stage_tile_update (GboxStageTile *self)
{
  GListModel *tiles;
  GboxVisualizationSpec *spec;
  const GboxVisualizationValues *values;
  gboolean is_alone, is_one_neuron;
  g_autofree char *name = NULL;
  g_autofree char *caption = NULL;

  g_return_if_fail (GBOX_IS_STAGE_TILE (self));

  tiles = gbox_vision_session_get_tiles (self->session);
  is_alone = g_list_model_get_n_items (tiles) == 1;
  spec = gbox_vision_tile_get_spec (self->tile);
  values = gbox_visualization_spec_get_values (spec);
  is_one_neuron
    = values->objective == GBOX_OBJECTIVE_NEURON && gbox_visualization_spec_count_pictures (spec) == 1;
  name = gbox_vision_tile_describe (self->tile, tiles);
  caption = is_alone ? describe_alone (values, name) : g_strdup (name);
  gbox_series_set_name (self->series, name);
  gtk_label_set_label (self->name_label, get_run (self) ? caption : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name_label), caption);
  gtk_widget_set_visible (self->corner, !is_alone);
  update_notice (self);
  if (!is_alone && is_selected (self))
    gtk_widget_add_css_class (self->picture, "selected");
  else
    gtk_widget_remove_css_class (self->picture, "selected");
  gbox_image_view_set_pickable (self->image_view, is_selected (self) && is_one_neuron);
  update_toolbar (self);
}

void
gbox_stage_tile_show_step (GboxStageTile *self, int step)
{
  g_return_if_fail (GBOX_IS_STAGE_TILE (self));

  if (self->shown_step == step)
    return;
  self->shown_step = step;
  show_frame (self);
  update_step_label (self);
}

void
gbox_stage_tile_clear (GboxStageTile *self)
{
  g_return_if_fail (GBOX_IS_STAGE_TILE (self));

  gbox_image_view_set_frame (self->image_view, NULL);
  gbox_image_view_set_progress (self->image_view, -1);
}

GdkTexture *
gbox_stage_tile_get_texture (GboxStageTile *self)
{
  g_return_val_if_fail (GBOX_IS_STAGE_TILE (self), NULL);

  return gbox_image_view_get_texture (self->image_view);
}

gboolean
gbox_stage_tile_has_toolbar_focus (GboxStageTile *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root ? gtk_root_get_focus (root) : NULL;

  g_return_val_if_fail (GBOX_IS_STAGE_TILE (self), FALSE);

  return focus && gtk_widget_is_ancestor (focus, self->toolbar);
}
