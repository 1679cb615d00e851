/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The right pane of the Vision page: how the image is made. */
#include "vision/parameters-pane.h"

#include "vision/examples-pane.h"
#include "vision/spectrum-row.h"
#include "vision/start-row.h"
#include "widgets/parameter-row.h"

struct _GboxParametersPane
{
  AdwBin parent_instance;

  GboxExamplesPane *examples_pane;
  GtkWidget *position_group;
  AdwActionRow *at_y_row;
  AdwActionRow *at_x_row;
  GtkSpinButton *at_y_spin;
  GtkSpinButton *at_x_spin;
  GtkAdjustment *at_y;
  GtkAdjustment *at_x;
  GtkWidget *direction_group;
  GtkEditable *direction_row;
  AdwActionRow *photos_row;
  GtkEditable *interpolate_to_row;
  AdwComboRow *preset_row;
  GtkStringList *presets;
  AdwComboRow *basis_row;
  GboxSpectrumRow *spectrum_row;
  GtkWidget *views_row;
  GtkWidget *fade_row;
  GboxStartRow *start_row;
  AdwExpanderRow *transforms_row;
  GtkRevealer *restart_revealer;
  GtkLabel *restart_label;

  GboxVisionSession *session;
  gboolean is_following; /* the session leads, not the user */
};

G_DEFINE_FINAL_TYPE (GboxParametersPane, gbox_parameters_pane, ADW_TYPE_BIN)

/* Rows that need nothing but to be tied to a property. */
static const char *const rows[] = {
  "cosine_power_row",
  "size_row",
  "steps_row",
  "learning_rate_row",
  "seed_row",
  "pad_row",
  "jitter_row",
  "scale_row",
  "rotate_row",
  "final_jitter_row",
  "crop_row",
  "noise_row",
  "l1_row",
  "total_variation_row",
  "blur_row",
  "decay_power_row",
  "decorrelate_row",
  "redirect_row",
  "diversity_row",
  "diversity_weight_row",
  "interpolate_steps_row",
};

static const GboxVisualizationValues *
get_values (GboxParametersPane *self)
{
  return gbox_visualization_spec_get_values (gbox_vision_session_get_spec (self->session));
}

/* One coordinate alone means nothing: the other becomes that of the middle, or both do. */
static void
on_position_changed (GboxParametersPane *self, GtkAdjustment *changed)
{
  const int middle = gbox_vision_session_get_map_side (self->session) / 2;
  int y = (int) gtk_adjustment_get_value (self->at_y);
  int x = (int) gtk_adjustment_get_value (self->at_x);

  if (self->is_following)
    return;
  if (gtk_adjustment_get_value (changed) < 0)
    y = x = -1;
  else if (y < 0 || x < 0)
    {
      y = y < 0 ? middle : y;
      x = x < 0 ? middle : x;
    }
  gbox_vision_session_set_position (self->session, y, x);
}

static gboolean
on_position_output (GtkSpinButton *spin)
{
  if (gtk_spin_button_get_value (spin) >= 0)
    return FALSE;
  gtk_editable_set_text (GTK_EDITABLE (spin), "middle");
  return TRUE;
}

static int
on_position_input (GtkSpinButton *spin, double *value)
{
  if (!g_str_has_prefix (gtk_editable_get_text (GTK_EDITABLE (spin)), "m"))
    return FALSE;
  *value = -1;
  return TRUE;
}

static void
on_direction_applied (GboxParametersPane *self)
{
  gbox_vision_session_set_direction (self->session, gtk_editable_get_text (self->direction_row));
}

static void
on_interpolation_applied (GboxParametersPane *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.interpolate", "s",
                              gtk_editable_get_text (self->interpolate_to_row));
}

static void
on_preset_selected (GboxParametersPane *self)
{
  const char *const *presets = gbox_visualization_spec_get_presets ();
  const guint selected = adw_combo_row_get_selected (self->preset_row);

  if (!self->session || self->is_following || selected >= g_strv_length ((char **) presets))
    return;
  gtk_widget_activate_action (GTK_WIDGET (self), "win.preset", "s", presets[selected]);
}

/* Which preset the spec is, or the entry after the last where it is none. */
static guint
find_preset (GboxVisualizationSpec *spec)
{
  const char *const *presets = gbox_visualization_spec_get_presets ();
  guint i = 0;

  for (i = 0; presets[i]; i++)
    {
      g_autoptr (GboxSpec) copy = gbox_spec_copy (GBOX_SPEC (spec));

      gbox_visualization_spec_apply_preset (GBOX_VISUALIZATION_SPEC (copy), presets[i]);
      if (gbox_spec_equal (copy, GBOX_SPEC (spec)))
        break;
    }
  return i;
}

/* Which photos, or what they are for. */
static void
follow_photos (GboxParametersPane *self)
{
  GboxVisualizationSpec *spec = gbox_vision_session_get_spec (self->session);
  g_autofree char *photos
    = *get_values (self)->direction_from ? gbox_visualization_spec_describe_direction (spec) : NULL;
  g_autofree char *subtitle = g_markup_escape_text (photos ? photos : "What one has and the other lacks", -1);

  adw_action_row_set_subtitle (self->photos_row, subtitle);
}

static void
follow_target (GboxParametersPane *self)
{
  const GboxVisualizationValues *values = get_values (self);
  const int side = MAX (1, gbox_vision_session_get_map_side (self->session));

  self->is_following = TRUE;
  gtk_widget_set_visible (self->position_group, values->objective == GBOX_OBJECTIVE_NEURON);
  gtk_widget_set_visible (self->direction_group, values->objective == GBOX_OBJECTIVE_DIRECTION);
  gtk_adjustment_set_upper (self->at_y, side - 1);
  gtk_adjustment_set_upper (self->at_x, side - 1);
  gtk_adjustment_set_value (self->at_y, values->at_y);
  gtk_adjustment_set_value (self->at_x, values->at_x);
  gtk_editable_set_text (self->direction_row, values->direction);
  gtk_editable_set_text (self->interpolate_to_row, values->interpolate_to);
  follow_photos (self);
  self->is_following = FALSE;
}

/* What only MACO has. */
static void
follow_basis (GboxParametersPane *self)
{
  const gboolean is_maco = get_values (self)->basis == GBOX_BASIS_MACO;

  gtk_widget_set_visible (GTK_WIDGET (self->spectrum_row), is_maco);
  gtk_widget_set_visible (self->views_row, is_maco);
  gtk_widget_set_visible (self->fade_row, is_maco);
}

static void
follow_spec (GboxParametersPane *self)
{
  follow_target (self);
  follow_basis (self);
  self->is_following = TRUE;
  adw_combo_row_set_selected (self->preset_row, find_preset (gbox_vision_session_get_spec (self->session)));
  self->is_following = FALSE;
}

/* "Restart to apply: Size, Seed." */
static char *
describe_waiting (GObject *from, GObject *to)
{
  /* What was opened, which the rows do not show. */
  static const char *const hidden[] = { "start-digest", "schedule", "checkpoint", NULL };
  g_autofree GParamSpec **pspecs = NULL;
  g_autoptr (GString) text = g_string_new ("");
  guint n_pspecs = 0, n_waiting = 0;

  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (from), &n_pspecs);
  for (guint i = 0; i < n_pspecs; i++)
    {
      g_auto (GValue) old_value = G_VALUE_INIT;
      g_auto (GValue) new_value = G_VALUE_INIT;

      g_object_get_property (from, pspecs[i]->name, &old_value);
      g_object_get_property (to, pspecs[i]->name, &new_value);
      if ((pspecs[i]->flags & GBOX_PARAM_LIVE) || g_strv_contains (hidden, pspecs[i]->name)
          || g_param_values_cmp (pspecs[i], &old_value, &new_value) == 0)
        continue;
      g_string_append_printf (text, "%s%s", n_waiting > 0 ? ", " : "", g_param_spec_get_nick (pspecs[i]));
      n_waiting++;
    }
  return g_strdup_printf ("Restart to apply: %s.", text->str);
}

static void
follow_needs_restart (GboxParametersPane *self)
{
  GboxRun *run = gbox_vision_session_get_run (self->session);
  const gboolean needs_restart = gbox_vision_session_get_needs_restart (self->session);

  if (needs_restart)
    {
      g_autofree char *text = describe_waiting (G_OBJECT (gbox_run_get_spec (run)),
                                                G_OBJECT (gbox_vision_session_get_spec (self->session)));

      gtk_label_set_label (self->restart_label, text);
    }
  gtk_revealer_set_reveal_child (self->restart_revealer, needs_restart);
}

static void
gbox_parameters_pane_dispose (GObject *object)
{
  GboxParametersPane *self = GBOX_PARAMETERS_PANE (object);

  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_parameters_pane_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, examples_pane);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, position_group);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, at_y_row);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, at_x_row);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, at_y_spin);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, at_x_spin);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, at_y);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, at_x);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, direction_group);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, direction_row);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, photos_row);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, interpolate_to_row);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, preset_row);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, presets);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, basis_row);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, spectrum_row);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, views_row);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, fade_row);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, start_row);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, transforms_row);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, restart_revealer);
  gtk_widget_class_bind_template_child (widget_class, GboxParametersPane, restart_label);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    gtk_widget_class_bind_template_child_full (widget_class, rows[i], FALSE, 0);
  gtk_widget_class_bind_template_callback (widget_class, on_position_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_position_output);
  gtk_widget_class_bind_template_callback (widget_class, on_position_input);
  gtk_widget_class_bind_template_callback (widget_class, on_direction_applied);
  gtk_widget_class_bind_template_callback (widget_class, on_interpolation_applied);
  gtk_widget_class_bind_template_callback (widget_class, on_preset_selected);
}

static void
gbox_parameters_pane_class_init (GboxParametersPaneClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_parameters_pane_dispose;
  g_type_ensure (GBOX_TYPE_EXAMPLES_PANE);
  g_type_ensure (GBOX_TYPE_PARAMETER_ROW);
  g_type_ensure (GBOX_TYPE_SPECTRUM_ROW);
  g_type_ensure (GBOX_TYPE_START_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/parameters-pane.ui");
  bind_template (widget_class);
}

static void
fill_presets (GboxParametersPane *self)
{
  const char *const *presets = gbox_visualization_spec_get_presets ();

  for (guint i = 0; presets[i]; i++)
    {
      const gboolean is_acronym = g_str_equal (presets[i], "maco");
      g_autofree char *title = is_acronym ? g_ascii_strup (presets[i], -1) : g_strdup (presets[i]);

      title[0] = g_ascii_toupper (title[0]);
      gtk_string_list_append (self->presets, title);
    }
  gtk_string_list_append (self->presets, "Custom");
}

static void
gbox_parameters_pane_init (GboxParametersPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  fill_presets (self);
}

static void
describe_row (GtkWidget *row, GtkWidget *control, GObject *spec, const char *property)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (spec), property);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), g_param_spec_get_nick (pspec));
  gtk_widget_set_tooltip_text (row, g_param_spec_get_blurb (pspec));
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  g_param_spec_get_nick (pspec), -1);
}

static void
bind_rows (GboxParametersPane *self, GObject *spec)
{
  const GBindingFlags flags = G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    gbox_parameter_row_bind (GBOX_PARAMETER_ROW (gtk_widget_get_template_child (GTK_WIDGET (self),
                                                                                GBOX_TYPE_PARAMETERS_PANE,
                                                                                rows[i])),
                             spec);
  describe_row (GTK_WIDGET (self->basis_row), GTK_WIDGET (self->basis_row), spec, "basis");
  describe_row (GTK_WIDGET (self->transforms_row), GTK_WIDGET (self->transforms_row), spec, "transforms");
  describe_row (GTK_WIDGET (self->interpolate_to_row), GTK_WIDGET (self->interpolate_to_row), spec,
                "interpolate-to");
  describe_row (GTK_WIDGET (self->at_y_row), GTK_WIDGET (self->at_y_spin), spec, "at-y");
  describe_row (GTK_WIDGET (self->at_x_row), GTK_WIDGET (self->at_x_spin), spec, "at-x");
  adw_expander_row_set_subtitle (self->transforms_row, "Pad, jitter, scale, rotate");
  gbox_spectrum_row_bind (self->spectrum_row, GBOX_VISUALIZATION_SPEC (spec));
  gbox_parameter_row_bind (GBOX_PARAMETER_ROW (self->views_row), spec);
  gbox_parameter_row_bind (GBOX_PARAMETER_ROW (self->fade_row), spec);
  gbox_start_row_bind (self->start_row, GBOX_VISUALIZATION_SPEC (spec));
  g_object_bind_property (spec, "basis", self->basis_row, "selected", flags);
  g_object_bind_property (spec, "transforms", self->transforms_row, "enable-expansion", flags);
}

void
gbox_parameters_pane_set_session (GboxParametersPane *self, GboxVisionSession *session)
{
  GObject *spec = G_OBJECT (gbox_vision_session_get_spec (session));

  g_return_if_fail (GBOX_IS_PARAMETERS_PANE (self) && !self->session);

  self->session = g_object_ref (session);
  bind_rows (self, spec);
  g_signal_connect_object (spec, "notify", G_CALLBACK (follow_spec), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (spec, "notify", G_CALLBACK (follow_needs_restart), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::needs-restart", G_CALLBACK (follow_needs_restart), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "target-changed", G_CALLBACK (follow_target), self, G_CONNECT_SWAPPED);
  follow_spec (self);
}

void
gbox_parameters_pane_set_photos (GboxParametersPane *self, GboxPhotoSession *photos)
{
  g_return_if_fail (GBOX_IS_PARAMETERS_PANE (self));

  gbox_examples_pane_set_session (self->examples_pane, photos);
}

void
gbox_parameters_pane_commit (GboxParametersPane *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root ? gtk_root_get_focus (root) : NULL;
  GtkWidget *spin;

  g_return_if_fail (GBOX_IS_PARAMETERS_PANE (self));

  if (!focus || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self)))
    return;
  spin = gtk_widget_get_ancestor (focus, GTK_TYPE_SPIN_BUTTON);
  if (spin)
    gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
  else if (gtk_widget_is_ancestor (focus, GTK_WIDGET (self->direction_row))
           && strcmp (gtk_editable_get_text (self->direction_row), get_values (self)->direction) != 0)
    on_direction_applied (self);
  else if (gtk_widget_is_ancestor (focus, GTK_WIDGET (self->interpolate_to_row))
           && strcmp (gtk_editable_get_text (self->interpolate_to_row), get_values (self)->interpolate_to)
                != 0)
    on_interpolation_applied (self);
}
