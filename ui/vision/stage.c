/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The centre of the Vision page: what is being visualized, the growing image and its curve. */
#include "vision/stage.h"

#include "vision/heading-layout.h"
#include "vision/target.h"
#include "vision/tile-layout.h"
#include "widgets/chart.h"
#include "widgets/image-view.h"

struct _GboxStage
{
  AdwBin parent_instance;

  GtkLabel *title_label;
  GtkLabel *caption_label;
  GtkRevealer *error_revealer;
  GtkLabel *error_label;
  GtkWidget *picture;
  GboxImageView *image_view;
  GtkEventController *pointer;
  GtkWidget *toolbar;
  GtkEventController *toolbar_focus;
  GtkButton *play_button;
  GtkLabel *basis_label;
  GtkLabel *notice_label;
  GtkLabel *step_label;
  GboxChart *chart;

  GboxVisionSession *session;
  GSignalGroup *run_signals;
  GboxSeries *series;
};

G_DEFINE_FINAL_TYPE (GboxStage, gbox_stage, ADW_TYPE_BIN)

static GboxRun *
get_run (GboxStage *self)
{
  return self->session ? gbox_vision_session_get_run (self->session) : NULL;
}

/* On the picture only while someone is near it, or nothing moves. */
static void
update_toolbar (GboxStage *self)
{
  GboxRun *run = get_run (self);
  const gboolean is_near
    = gtk_event_controller_motion_contains_pointer (GTK_EVENT_CONTROLLER_MOTION (self->pointer))
      || gtk_event_controller_focus_contains_focus (GTK_EVENT_CONTROLLER_FOCUS (self->toolbar_focus));
  const gboolean is_paused = run && gbox_run_get_state (run) == GBOX_RUN_PAUSED;

  if (is_near || is_paused)
    gtk_widget_add_css_class (self->toolbar, "near");
  else
    gtk_widget_remove_css_class (self->toolbar, "near");
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

static void
update_step_label (GboxStage *self)
{
  GboxRun *run = get_run (self);
  const char *state = run ? describe_state (run) : "";
  const double rate = run ? gbox_run_get_rate (run) : 0;
  g_autoptr (GString) text = g_string_new ("");

  if (run && gbox_run_get_n_steps (run) > 0)
    g_string_printf (text, "step %u / %u", gbox_run_get_step (run), gbox_run_get_n_steps (run));
  if (*state)
    g_string_append_printf (text, "%s%s", text->len ? " · " : "", state);
  else if (rate > 0)
    g_string_append_printf (text, " · %.*f steps/s", rate < 10 ? 1 : 0, rate);
  gtk_label_set_label (self->step_label, text->str);
}

static void
on_step (GboxStage *self)
{
  GboxRun *run = get_run (self);
  const guint n_steps = gbox_run_get_n_steps (run);

  gbox_image_view_set_progress (self->image_view,
                                n_steps > 0 ? (double) gbox_run_get_step (run) / n_steps : 0);
  update_step_label (self);
}

static void
on_n_steps (GboxStage *self)
{
  gbox_chart_set_x_max (self->chart, MAX (1, gbox_run_get_n_steps (get_run (self))));
  on_step (self);
}

static void
on_frame (GboxStage *self)
{
  GboxFrame *frame = gbox_run_get_frame (get_run (self));

  if (frame)
    gbox_image_view_set_frame (self->image_view, frame);
}

static void
on_point (GboxStage *self, const GboxPoint *point)
{
  gbox_series_append (self->series, point->step, point->values[0]);
}

static void
on_notice (GboxStage *self)
{
  GboxRun *run = get_run (self);
  const char *notice = run ? gbox_run_get_notice (run) : NULL;

  gtk_label_set_label (self->notice_label, notice ? notice : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->notice_label), notice);
}

static void
on_state (GboxStage *self)
{
  GboxRun *run = get_run (self);
  const GboxRunState state = gbox_run_get_state (run);
  const GError *error = gbox_run_get_error (run);
  const gboolean is_moving = state == GBOX_RUN_RUNNING || state == GBOX_RUN_WAITING;
  const char *label = is_moving ? "Pause" : state == GBOX_RUN_PAUSED ? "Resume" : "Start Again";
  g_autofree char *tooltip = g_strdup_printf ("%s (Space)", label);

  gtk_button_set_icon_name (self->play_button,
                            is_moving ? "glassbox-pause-symbolic" : "glassbox-play-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play_button), tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->play_button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_label_set_label (self->error_label, error ? error->message : "");
  gtk_revealer_set_reveal_child (self->error_revealer, error != NULL);
  if (error)
    {
      gbox_image_view_set_frame (self->image_view, NULL);
      gbox_image_view_set_progress (self->image_view, -1);
    }
  update_step_label (self);
  update_toolbar (self);
}

static void
on_position_picked (GboxStage *self, double x, double y)
{
  const int side = gbox_vision_session_get_map_side (self->session);

  gbox_vision_session_set_position (self->session, CLAMP ((int) (y * side), 0, side - 1),
                                    CLAMP ((int) (x * side), 0, side - 1));
}

static void
follow_target (GboxStage *self)
{
  GboxNetwork *network = gbox_vision_session_get_network (self->session);
  GboxVisualizationSpec *spec = gbox_vision_session_get_spec (self->session);
  g_autofree char *title = network ? gbox_target_get_title (spec, network) : g_strdup ("");
  g_autofree char *caption = network ? gbox_target_explain (spec, network) : g_strdup ("");
  const GboxObjectiveKind kind = gbox_visualization_spec_get_values (spec)->objective;

  gtk_label_set_label (self->title_label, title);
  gtk_label_set_label (self->caption_label, caption);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->caption_label), caption);
  gbox_image_view_set_pickable (self->image_view, kind == GBOX_OBJECTIVE_NEURON);
}

static void
follow_network (GboxStage *self)
{
  if (!gbox_vision_session_get_network (self->session))
    gbox_image_view_set_frame (self->image_view, NULL);
  follow_target (self);
}

static void
follow_run (GboxStage *self)
{
  GboxRun *run = get_run (self);
  GboxSpec *spec = run ? gbox_run_get_spec (run) : NULL;
  const gboolean is_pixel
    = spec && gbox_visualization_spec_get_values (GBOX_VISUALIZATION_SPEC (spec))->basis == GBOX_BASIS_PIXEL;

  g_signal_group_set_target (self->run_signals, run);
  gbox_series_clear (self->series);
  on_notice (self);
  gtk_revealer_set_reveal_child (self->error_revealer, FALSE);
  gbox_image_view_set_progress (self->image_view, run ? 0 : -1);
  gtk_label_set_label (self->basis_label, !run ? "" : is_pixel ? "Pixel basis" : "Fourier basis");
  gbox_series_set_name (self->series, is_pixel ? "Pixel" : "Fourier");
  follow_target (self);
  if (!run)
    {
      update_step_label (self);
      return;
    }
  on_n_steps (self);
  on_frame (self);
  on_state (self);
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
  return gtk_widget_grab_focus (GBOX_STAGE (widget)->picture);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, GboxStage, title_label);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, caption_label);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, error_revealer);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, error_label);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, picture);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, image_view);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, pointer);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, toolbar);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, toolbar_focus);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, play_button);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, basis_label);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, notice_label);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, step_label);
  gtk_widget_class_bind_template_child (widget_class, GboxStage, chart);
  gtk_widget_class_bind_template_callback (widget_class, update_toolbar);
  gtk_widget_class_bind_template_callback (widget_class, on_position_picked);
}

static void
gbox_stage_class_init (GboxStageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_stage_dispose;
  widget_class->grab_focus = gbox_stage_grab_focus;
  g_type_ensure (GBOX_TYPE_HEADING_LAYOUT);
  g_type_ensure (GBOX_TYPE_TILE_LAYOUT);
  g_type_ensure (GBOX_TYPE_IMAGE_VIEW);
  g_type_ensure (GBOX_TYPE_CHART);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/stage.ui");
  bind_template (widget_class);
}

static void
gbox_stage_init (GboxStage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->series = gbox_chart_add_series (self->chart, "Fourier", GBOX_SERIES_BLUE);
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "notify::step", G_CALLBACK (on_step), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::n-steps", G_CALLBACK (on_n_steps), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::rate", G_CALLBACK (update_step_label), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::frame", G_CALLBACK (on_frame), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::notice", G_CALLBACK (on_notice), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (on_state), self);
  g_signal_group_connect_swapped (self->run_signals, "point", G_CALLBACK (on_point), self);
}

void
gbox_stage_set_session (GboxStage *self, GboxVisionSession *session)
{
  g_return_if_fail (GBOX_IS_STAGE (self) && !self->session);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::network", G_CALLBACK (follow_network), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::run", G_CALLBACK (follow_run), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "target-changed", G_CALLBACK (follow_target), self, G_CONNECT_SWAPPED);
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
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root ? gtk_root_get_focus (root) : NULL;

  g_return_val_if_fail (GBOX_IS_STAGE (self), FALSE);

  return focus && gtk_widget_is_ancestor (focus, self->toolbar);
}

GdkTexture *
gbox_stage_get_texture (GboxStage *self)
{
  g_return_val_if_fail (GBOX_IS_STAGE (self), NULL);

  return gbox_image_view_get_texture (self->image_view);
}
