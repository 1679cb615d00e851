/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of the Vision page as actions of its window. */
#include "vision/vision-actions.h"

#include "shell/commands.h"
#include "vision/circuit-window.h"
#include "vision/direction-photos.h"
#include "vision/film-bar.h"
#include "vision/film-file.h"
#include "vision/open-file.h"
#include "vision/picture-file.h"

struct _GboxVisionActions
{
  GObject parent_instance;

  GboxVisionPage *page; /* owns this */
  GboxVisionSession *session;
  GActionMap *map; /* the window outlives its page */
  GSignalGroup *run_signals;
  GboxCircuitWindow *circuit; /* (nullable): while it is open; a weak pointer */
};

G_DEFINE_FINAL_TYPE (GboxVisionActions, gbox_vision_actions, G_TYPE_OBJECT)

static void
tell_error (GboxVisionActions *self, const GError *error)
{
  if (error)
    gbox_vision_page_tell (self->page, error->message);
}

static void
on_visualize (GboxVisionActions *self, GVariant *parameter)
{
  g_autoptr (GError) error = NULL;

  gbox_vision_session_visualize_text (self->session, g_variant_get_string (parameter, NULL), &error);
  tell_error (self, error);
}

static void
on_objective (GboxVisionActions *self, GVariant *value)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (GBOX_TYPE_OBJECTIVE_KIND);
  GEnumValue *kind = g_enum_get_value_by_nick (class, g_variant_get_string (value, NULL));

  g_autofree char *message = NULL;

  if (kind)
    {
      gbox_vision_session_set_objective (self->session, kind->value);
      return;
    }
  message = g_strdup_printf ("There is no objective “%s”.", g_variant_get_string (value, NULL));
  gbox_vision_page_tell (self->page, message);
}

static void
on_interpolate (GboxVisionActions *self, GVariant *parameter)
{
  g_autoptr (GError) error = NULL;

  gbox_vision_session_interpolate (self->session, g_variant_get_string (parameter, NULL), &error);
  tell_error (self, error);
}

static void
on_direction_photos (GboxVisionActions *self, GVariant *parameter)
{
  const char *path;
  const char *minus;

  g_variant_get (parameter, "(&s&s)", &path, &minus);
  gbox_vision_session_set_photo_direction (self->session, path, minus);
}

static void
on_direction_choose (GboxVisionActions *self, GVariant *parameter)
{
  gbox_direction_photos_choose (self->page);
}

static void
on_preset (GboxVisionActions *self, GVariant *parameter)
{
  g_autoptr (GError) error = NULL;

  gbox_vision_session_apply_preset (self->session, g_variant_get_string (parameter, NULL), &error);
  tell_error (self, error);
}

static void
on_set (GboxVisionActions *self, GVariant *parameter)
{
  GboxSpec *spec = GBOX_SPEC (gbox_vision_session_get_spec (self->session));
  g_autoptr (GError) error = NULL;
  const char *property;
  const char *value;

  g_variant_get (parameter, "(&s&s)", &property, &value);
  gbox_spec_set_from_string (spec, property, value, &error);
  tell_error (self, error);
}

static void
on_play_pause (GboxVisionActions *self, GVariant *parameter)
{
  gbox_vision_page_commit (self->page);
  gbox_vision_session_play_pause (self->session);
}

static void
on_step (GboxVisionActions *self, GVariant *parameter)
{
  gbox_vision_page_commit (self->page);
  gbox_vision_session_step (self->session);
}

static void
on_restart (GboxVisionActions *self, GVariant *parameter)
{
  gbox_vision_page_commit (self->page);
  gbox_vision_session_restart (self->session);
}

static void
on_stop (GboxVisionActions *self, GVariant *parameter)
{
  gbox_vision_session_stop (self->session);
}

static void
on_save (GboxVisionActions *self, GVariant *parameter)
{
  gbox_picture_file_choose (self->page);
}

static void
on_save_to (GboxVisionActions *self, GVariant *parameter)
{
  gbox_picture_file_save (self->page, g_variant_get_string (parameter, NULL));
}

static void
on_copy (GboxVisionActions *self, GVariant *parameter)
{
  GdkTexture *texture = gbox_vision_page_get_texture (self->page);

  if (!texture)
    return;
  gdk_clipboard_set_texture (gtk_widget_get_clipboard (GTK_WIDGET (self->page)), texture);
  gbox_vision_page_tell (self->page, "Picture copied");
}

static void
on_open (GboxVisionActions *self, GVariant *parameter)
{
  gbox_open_file_choose (self->page);
}

static void
on_open_file (GboxVisionActions *self, GVariant *parameter)
{
  gbox_vision_page_open (self->page, g_variant_get_string (parameter, NULL));
}

static void
on_search_units (GboxVisionActions *self, GVariant *parameter)
{
  gbox_vision_page_search (self->page);
}

static void
on_add_tile (GboxVisionActions *self, GVariant *parameter)
{
  gbox_vision_page_commit (self->page);
  if (!gbox_vision_session_add_tile (self->session))
    gbox_vision_page_tell (self->page, "There are as many pictures as there can be.");
}

static void
on_more_steps (GboxVisionActions *self, GVariant *parameter)
{
  gbox_vision_session_go_on (self->session, g_variant_get_uint32 (parameter));
}

static void
on_film_first (GboxVisionActions *self, GVariant *parameter)
{
  gbox_film_bar_move (gbox_vision_page_get_film_bar (self->page), -G_MAXINT);
}

static void
on_film_previous (GboxVisionActions *self, GVariant *parameter)
{
  gbox_film_bar_move (gbox_vision_page_get_film_bar (self->page), -1);
}

static void
on_film_next (GboxVisionActions *self, GVariant *parameter)
{
  gbox_film_bar_move (gbox_vision_page_get_film_bar (self->page), 1);
}

static void
on_film_latest (GboxVisionActions *self, GVariant *parameter)
{
  gbox_film_bar_move (gbox_vision_page_get_film_bar (self->page), G_MAXINT);
}

static void
on_save_animation (GboxVisionActions *self, GVariant *parameter)
{
  gbox_film_file_choose (self->page, GBOX_FILM_FILE_ANIMATION);
}

static void
on_save_animation_to (GboxVisionActions *self, GVariant *parameter)
{
  gbox_film_file_save (self->page, GBOX_FILM_FILE_ANIMATION, g_variant_get_string (parameter, NULL));
}

static void
on_save_contact_sheet (GboxVisionActions *self, GVariant *parameter)
{
  gbox_film_file_choose (self->page, GBOX_FILM_FILE_CONTACT_SHEET);
}

static void
on_save_contact_sheet_to (GboxVisionActions *self, GVariant *parameter)
{
  gbox_film_file_save (self->page, GBOX_FILM_FILE_CONTACT_SHEET, g_variant_get_string (parameter, NULL));
}

static void
on_compare (GboxVisionActions *self, GVariant *value)
{
  gbox_vision_page_commit (self->page);
  gbox_vision_session_set_comparing (self->session, g_variant_get_boolean (value));
}

/* One window for all circuits: it begins anew at the unit at hand. */
static void
on_circuit (GboxVisionActions *self, GVariant *parameter)
{
  g_autoptr (GError) error = NULL;

  if (self->circuit == NULL)
    {
      GtkWindow *parent = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self->page)));
      GtkWidget *window
        = gbox_circuit_window_new (parent, self->session, gbox_vision_page_get_thumbnails (self->page));

      g_set_weak_pointer (&self->circuit, GBOX_CIRCUIT_WINDOW (window));
    }
  if (gbox_circuit_window_begin (self->circuit, &error))
    gtk_window_present (GTK_WINDOW (self->circuit));
  tell_error (self, error);
}

static const GboxCommand commands[] = {
  { "visualize", "s", G_CALLBACK (on_visualize) },
  { "interpolate", "s", G_CALLBACK (on_interpolate) },
  { "direction-photos", "(ss)", G_CALLBACK (on_direction_photos) },
  { "direction-choose", NULL, G_CALLBACK (on_direction_choose) },
  { "preset", "s", G_CALLBACK (on_preset) },
  { "set", "(ss)", G_CALLBACK (on_set) },
  { "play-pause", NULL, G_CALLBACK (on_play_pause) },
  { "step", NULL, G_CALLBACK (on_step) },
  { "restart", NULL, G_CALLBACK (on_restart) },
  { "stop", NULL, G_CALLBACK (on_stop) },
  { "vision-save", NULL, G_CALLBACK (on_save) },
  { "save-to", "s", G_CALLBACK (on_save_to) },
  { "vision-copy", NULL, G_CALLBACK (on_copy) },
  { "vision-open", NULL, G_CALLBACK (on_open) },
  { "vision-open-file", "s", G_CALLBACK (on_open_file) },
  { "search-units", NULL, G_CALLBACK (on_search_units) },
  { "circuit", NULL, G_CALLBACK (on_circuit) },
  { "add-tile", NULL, G_CALLBACK (on_add_tile) },
  { "more-steps", "u", G_CALLBACK (on_more_steps) },
  { "film-first", NULL, G_CALLBACK (on_film_first) },
  { "film-previous", NULL, G_CALLBACK (on_film_previous) },
  { "film-next", NULL, G_CALLBACK (on_film_next) },
  { "film-latest", NULL, G_CALLBACK (on_film_latest) },
  { "save-animation", NULL, G_CALLBACK (on_save_animation) },
  { "save-animation-to", "s", G_CALLBACK (on_save_animation_to) },
  { "save-contact-sheet", NULL, G_CALLBACK (on_save_contact_sheet) },
  { "save-contact-sheet-to", "s", G_CALLBACK (on_save_contact_sheet_to) },
};

static gboolean
can_go_on (GboxRun *run)
{
  return !gbox_run_is_final (run) || gbox_run_get_state (run) == GBOX_RUN_FINISHED;
}

/* Whether the target is one unit. */
static gboolean
has_unit (GboxVisionActions *self)
{
  const GboxObjectiveKind kind
    = gbox_visualization_spec_get_values (gbox_vision_session_get_spec (self->session))->objective;

  return kind == GBOX_OBJECTIVE_CHANNEL || kind == GBOX_OBJECTIVE_NEURON || kind == GBOX_OBJECTIVE_CLASS;
}

/* What can be done depends on what there is. */
static void
update_enabled (GboxVisionActions *self)
{
  GboxRun *run = gbox_vision_session_get_run (self->session);
  const gboolean has_network = gbox_vision_session_get_network (self->session) != NULL;
  const gboolean has_picture = run && gbox_run_get_frame (run);

  gbox_commands_set_enabled (self->map, "play-pause", has_network);
  gbox_commands_set_enabled (self->map, "step", has_network);
  gbox_commands_set_enabled (self->map, "restart", has_network);
  gbox_commands_set_enabled (self->map, "preset", has_network);
  gbox_commands_set_enabled (self->map, "interpolate", has_network);
  gbox_commands_set_enabled (self->map, "direction-photos", has_network);
  gbox_commands_set_enabled (self->map, "direction-choose", has_network);
  gbox_commands_set_enabled (self->map, "objective", has_network);
  gbox_commands_set_enabled (self->map, "stop", run && !gbox_run_is_final (run));
  gbox_commands_set_enabled (self->map, "vision-save", has_picture);
  gbox_commands_set_enabled (self->map, "save-to", has_picture);
  gbox_commands_set_enabled (self->map, "vision-copy", has_picture);
  gbox_commands_set_enabled (self->map, "circuit", has_network && has_unit (self));
  gbox_commands_set_enabled (self->map, "add-tile", has_network);
  gbox_commands_set_enabled (self->map, "compare", has_network);
  gbox_commands_set_enabled (self->map, "more-steps", run && can_go_on (run));
  gbox_commands_set_enabled (self->map, "save-animation", has_picture);
  gbox_commands_set_enabled (self->map, "save-animation-to", has_picture);
  gbox_commands_set_enabled (self->map, "save-contact-sheet", has_picture);
  gbox_commands_set_enabled (self->map, "save-contact-sheet-to", has_picture);
}

static void
follow_run (GboxVisionActions *self)
{
  g_signal_group_set_target (self->run_signals, gbox_vision_session_get_run (self->session));
  update_enabled (self);
}

static void
follow_target (GboxVisionActions *self)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (GBOX_TYPE_OBJECTIVE_KIND);
  const GboxVisualizationValues *values
    = gbox_visualization_spec_get_values (gbox_vision_session_get_spec (self->session));
  GEnumValue *kind = g_enum_get_value (class, values->objective);

  g_simple_action_set_state (G_SIMPLE_ACTION (g_action_map_lookup_action (self->map, "objective")),
                             g_variant_new_string (kind->value_nick));
  update_enabled (self);
}

static void
gbox_vision_actions_dispose (GObject *object)
{
  GboxVisionActions *self = GBOX_VISION_ACTIONS (object);

  g_clear_weak_pointer (&self->circuit);
  g_clear_object (&self->run_signals);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_vision_actions_parent_class)->dispose (object);
}

static void
gbox_vision_actions_class_init (GboxVisionActionsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = gbox_vision_actions_dispose;
}

static void
gbox_vision_actions_init (GboxVisionActions *self)
{
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (update_enabled), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::frame", G_CALLBACK (update_enabled), self);
}

static void
add_objective (GboxVisionActions *self)
{
  g_autoptr (GSimpleAction) action
    = g_simple_action_new_stateful ("objective", G_VARIANT_TYPE_STRING, g_variant_new_string ("channel"));

  g_signal_connect_object (action, "change-state", G_CALLBACK (on_objective), self, G_CONNECT_SWAPPED);
  g_action_map_add_action (self->map, G_ACTION (action));
}

static void
follow_tiles (GboxVisionActions *self)
{
  g_simple_action_set_state (G_SIMPLE_ACTION (g_action_map_lookup_action (self->map, "compare")),
                             g_variant_new_boolean (gbox_vision_session_get_comparing (self->session)));
}

static void
add_comparison (GboxVisionActions *self)
{
  g_autoptr (GSimpleAction) compare
    = g_simple_action_new_stateful ("compare", NULL, g_variant_new_boolean (FALSE));
  g_autoptr (GPropertyAction) atlas
    = g_property_action_new ("atlas", gbox_vision_page_get_atlas (self->page), "active");
  g_autoptr (GPropertyAction) atlas_pause
    = g_property_action_new ("atlas-pause", gbox_vision_page_get_atlas (self->page), "paused");
  g_autoptr (GPropertyAction) lockstep = g_property_action_new ("lockstep", self->session, "lockstep");

  g_signal_connect_object (compare, "change-state", G_CALLBACK (on_compare), self, G_CONNECT_SWAPPED);
  g_action_map_add_action (self->map, G_ACTION (compare));
  g_action_map_add_action (self->map, G_ACTION (lockstep));
  g_action_map_add_action (self->map, G_ACTION (atlas));
  g_action_map_add_action (self->map, G_ACTION (atlas_pause));
  g_signal_connect_object (gbox_vision_session_get_tiles (self->session), "items-changed",
                           G_CALLBACK (follow_tiles), self, G_CONNECT_SWAPPED);
}

static void
add_toggle (GboxVisionActions *self, const char *name, AdwFlap *flap)
{
  g_autoptr (GPropertyAction) action = g_property_action_new (name, flap, "reveal-flap");

  g_action_map_add_action (self->map, G_ACTION (action));
}

GboxVisionActions *
gbox_vision_actions_new (GboxVisionPage *page, GActionMap *map)
{
  GboxVisionActions *self = g_object_new (GBOX_TYPE_VISION_ACTIONS, NULL);

  self->page = page;
  self->map = map;
  self->session = g_object_ref (gbox_vision_page_get_session (page));
  gbox_commands_add (map, commands, G_N_ELEMENTS (commands), self);
  add_objective (self);
  add_comparison (self);
  add_toggle (self, "vision-left-pane", gbox_vision_page_get_left_flap (page));
  add_toggle (self, "vision-right-pane", gbox_vision_page_get_right_flap (page));
  g_signal_connect_object (self->session, "notify::run", G_CALLBACK (follow_run), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::network", G_CALLBACK (update_enabled), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "target-changed", G_CALLBACK (follow_target), self,
                           G_CONNECT_SWAPPED);
  follow_target (self);
  return self;
}
