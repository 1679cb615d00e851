/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of the Reinforcement page as actions of its window. */
#include "learning/learning-actions.h"

#include "completion/prompts.h"
#include "learning/policy-opening.h"
#include "learning/policy-saving.h"
#include "shell/commands.h"

struct _GboxLearningActions
{
  GObject parent_instance;

  GboxLearningPage *page; /* owns this */
  GboxFinetuneSession *finetune;
  GboxGridworldSession *gridworld;
  GActionMap *map; /* the window outlives its page */
};

G_DEFINE_FINAL_TYPE (GboxLearningActions, gbox_learning_actions, G_TYPE_OBJECT)

static gboolean
is_language (GboxLearningActions *self)
{
  return g_strcmp0 (gbox_learning_page_get_view (self->page), "language") == 0;
}

static void
on_gridworld_start (GboxLearningActions *self, GVariant *parameter)
{
  gbox_learning_page_commit (self->page);
  gbox_gridworld_session_start (self->gridworld);
}

static void
on_gridworld_pause (GboxLearningActions *self, GVariant *parameter)
{
  gbox_gridworld_session_pause (self->gridworld);
}

static void
on_gridworld_reset (GboxLearningActions *self, GVariant *parameter)
{
  gbox_learning_page_commit (self->page);
  gbox_gridworld_session_reset (self->gridworld);
}

static void
on_finetune_start (GboxLearningActions *self, GVariant *parameter)
{
  gbox_learning_page_commit (self->page);
  gbox_finetune_session_start (self->finetune);
}

static void
on_finetune_pause (GboxLearningActions *self, GVariant *parameter)
{
  gbox_finetune_session_pause (self->finetune);
}

static void
on_finetune_reset (GboxLearningActions *self, GVariant *parameter)
{
  gbox_learning_page_commit (self->page);
  gbox_finetune_session_reset (self->finetune);
}

static void
on_play_pause (GboxLearningActions *self, GVariant *parameter)
{
  const gboolean is_running = is_language (self) ? gbox_finetune_session_is_running (self->finetune)
                                                 : gbox_gridworld_session_is_running (self->gridworld);
  g_autofree char *name = g_strdup_printf ("%s-%s", is_language (self) ? "finetune" : "gridworld",
                                           is_running ? "pause" : "start");

  g_action_group_activate_action (G_ACTION_GROUP (self->map), name, NULL);
}

static void
on_reset (GboxLearningActions *self, GVariant *parameter)
{
  g_action_group_activate_action (G_ACTION_GROUP (self->map),
                                  is_language (self) ? "finetune-reset" : "gridworld-reset", NULL);
}

static void
set_property (GboxLearningActions *self, GboxSpec *spec, GVariant *parameter)
{
  g_autoptr (GError) error = NULL;
  const char *property;
  const char *value;

  g_variant_get (parameter, "(&s&s)", &property, &value);
  if (!gbox_spec_set_from_string (spec, property, value, &error))
    gbox_learning_page_tell (self->page, error->message);
}

static void
on_gridworld_set (GboxLearningActions *self, GVariant *parameter)
{
  set_property (self, GBOX_SPEC (gbox_gridworld_session_get_spec (self->gridworld)), parameter);
}

static void
on_finetune_set (GboxLearningActions *self, GVariant *parameter)
{
  set_property (self, GBOX_SPEC (gbox_finetune_session_get_spec (self->finetune)), parameter);
}

static void
on_finetune_prompt (GboxLearningActions *self, GVariant *parameter)
{
  g_autofree char *text = gbox_prompt_load (g_variant_get_string (parameter, NULL));

  if (text != NULL)
    g_object_set (gbox_finetune_session_get_spec (self->finetune), "prompt", text, NULL);
}

static void
on_finetune_model (GboxLearningActions *self, GVariant *parameter)
{
  gbox_finetune_session_choose_model (self->finetune, g_variant_get_string (parameter, NULL));
}

static void
on_save (GboxLearningActions *self, GVariant *parameter)
{
  gbox_policy_saving_choose (self->page);
}

static void
on_finetune_save_to (GboxLearningActions *self, GVariant *parameter)
{
  gbox_policy_saving_save (self->page, g_variant_get_string (parameter, NULL));
}

static void
on_open (GboxLearningActions *self, GVariant *parameter)
{
  gbox_policy_opening_choose (self->page);
}

static void
on_finetune_open (GboxLearningActions *self, GVariant *parameter)
{
  gbox_policy_opening_open (self->page, g_variant_get_string (parameter, NULL));
}

static void
on_cell (GboxLearningActions *self, GVariant *parameter)
{
  const GboxGridworld *world = gbox_gridworld_session_get_world (self->gridworld);
  const char *tool;
  guint row, column;

  g_variant_get (parameter, "(uu&s)", &row, &column, &tool);
  if (row < (guint) world->n_rows && column < (guint) world->n_columns)
    gbox_gridworld_session_apply (self->gridworld, (int) row * world->n_columns + (int) column, tool);
}

static const GboxCommand commands[] = {
  { "gridworld-start", NULL, G_CALLBACK (on_gridworld_start) },
  { "gridworld-pause", NULL, G_CALLBACK (on_gridworld_pause) },
  { "gridworld-reset", NULL, G_CALLBACK (on_gridworld_reset) },
  { "gridworld-set", "(ss)", G_CALLBACK (on_gridworld_set) },
  { "gridworld-cell", "(uus)", G_CALLBACK (on_cell) },
  { "finetune-start", NULL, G_CALLBACK (on_finetune_start) },
  { "finetune-pause", NULL, G_CALLBACK (on_finetune_pause) },
  { "finetune-reset", NULL, G_CALLBACK (on_finetune_reset) },
  { "finetune-set", "(ss)", G_CALLBACK (on_finetune_set) },
  { "finetune-prompt", "s", G_CALLBACK (on_finetune_prompt) },
  { "finetune-model", "s", G_CALLBACK (on_finetune_model) },
  { "finetune-save-to", "s", G_CALLBACK (on_finetune_save_to) },
  { "reinforcement-play-pause", NULL, G_CALLBACK (on_play_pause) },
  { "reinforcement-open", NULL, G_CALLBACK (on_open) },
  { "finetune-open", "s", G_CALLBACK (on_finetune_open) },
  { "reinforcement-reset", NULL, G_CALLBACK (on_reset) },
  { "reinforcement-save", NULL, G_CALLBACK (on_save) },
};

/* Actions that are a property of the session. */
static const char *const states[] = {
  "tool", "sarsa", "expected-sarsa", "q-learning", "speed", "smoothing",
};

static void
update_gridworld (GboxLearningActions *self)
{
  const gboolean is_running = gbox_gridworld_session_is_running (self->gridworld);

  gbox_commands_set_enabled (self->map, "gridworld-start", !is_running);
  gbox_commands_set_enabled (self->map, "gridworld-pause", is_running);
  gbox_commands_set_enabled (self->map, "gridworld-reset",
                             gbox_gridworld_session_has_begun (self->gridworld));
}

static void
update_finetune (GboxLearningActions *self)
{
  const gboolean is_here = gbox_model_item_get_present (gbox_finetune_session_get_model (self->finetune));
  const gboolean is_running = gbox_finetune_session_is_running (self->finetune);
  const gboolean can_save = gbox_finetune_session_can_save (self->finetune);

  gbox_commands_set_enabled (self->map, "finetune-start", is_here && !is_running);
  gbox_commands_set_enabled (self->map, "finetune-pause", is_running);
  gbox_commands_set_enabled (self->map, "finetune-reset",
                             gbox_finetune_session_get_run (self->finetune) != NULL);
  gbox_commands_set_enabled (self->map, "finetune-save-to", can_save);
  gbox_commands_set_enabled (self->map, "reinforcement-save", can_save && is_language (self));
  gbox_commands_set_enabled (self->map, "reinforcement-open", is_language (self));
  gbox_commands_set_enabled (self->map, "reinforcement-right-pane", is_language (self));
}

static void
follow_model (GboxLearningActions *self)
{
  g_signal_connect_object (gbox_finetune_session_get_model (self->finetune), "notify::present",
                           G_CALLBACK (update_finetune), self, G_CONNECT_SWAPPED);
  update_finetune (self);
}

static void
gbox_learning_actions_dispose (GObject *object)
{
  GboxLearningActions *self = GBOX_LEARNING_ACTIONS (object);

  g_clear_object (&self->finetune);
  g_clear_object (&self->gridworld);
  G_OBJECT_CLASS (gbox_learning_actions_parent_class)->dispose (object);
}

static void
gbox_learning_actions_class_init (GboxLearningActionsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = gbox_learning_actions_dispose;
}

static void
gbox_learning_actions_init (GboxLearningActions *self)
{
}

static void
add_property (GboxLearningActions *self, const char *name, gpointer object, const char *property)
{
  g_autoptr (GPropertyAction) action = g_property_action_new (name, object, property);

  g_action_map_add_action (self->map, G_ACTION (action));
}

/* Enabled only in the view that has the pane, which a property's own action cannot be. */
static void
on_right_pane (GboxLearningActions *self, GVariant *state)
{
  adw_flap_set_reveal_flap (gbox_learning_page_get_right_flap (self->page), g_variant_get_boolean (state));
}

static void
follow_right_pane (GboxLearningActions *self)
{
  AdwFlap *flap = gbox_learning_page_get_right_flap (self->page);

  g_simple_action_set_state (G_SIMPLE_ACTION (
                               g_action_map_lookup_action (self->map, "reinforcement-right-pane")),
                             g_variant_new_boolean (adw_flap_get_reveal_flap (flap)));
}

static void
add_right_pane (GboxLearningActions *self)
{
  g_autoptr (GSimpleAction) action
    = g_simple_action_new_stateful ("reinforcement-right-pane", NULL, g_variant_new_boolean (TRUE));

  g_signal_connect_object (action, "change-state", G_CALLBACK (on_right_pane), self, G_CONNECT_SWAPPED);
  g_action_map_add_action (self->map, G_ACTION (action));
  g_signal_connect_object (gbox_learning_page_get_right_flap (self->page), "notify::reveal-flap",
                           G_CALLBACK (follow_right_pane), self, G_CONNECT_SWAPPED);
  follow_right_pane (self);
}

static void
follow_sessions (GboxLearningActions *self)
{
  static const char *const followed[] = { "notify::run", "notify::is-running", "point" };

  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    g_signal_connect_object (gbox_gridworld_session_get_agent (self->gridworld, i), "state-changed",
                             G_CALLBACK (update_gridworld), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->gridworld, "notify::is-running", G_CALLBACK (update_gridworld), self,
                           G_CONNECT_SWAPPED);
  for (gsize i = 0; i < G_N_ELEMENTS (followed); i++)
    g_signal_connect_object (self->finetune, followed[i], G_CALLBACK (update_finetune), self,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (self->finetune, "notify::model", G_CALLBACK (follow_model), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->page, "notify::view", G_CALLBACK (update_finetune), self, G_CONNECT_SWAPPED);
}

GboxLearningActions *
gbox_learning_actions_new (GboxLearningPage *page, GActionMap *map)
{
  GboxLearningActions *self = g_object_new (GBOX_TYPE_LEARNING_ACTIONS, NULL);

  self->page = page;
  self->map = map;
  self->finetune = g_object_ref (gbox_learning_page_get_finetune (page));
  self->gridworld = g_object_ref (gbox_learning_page_get_gridworld (page));
  gbox_commands_add (map, commands, G_N_ELEMENTS (commands), self);
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autofree char *name = g_strdup_printf ("gridworld-%s", states[i]);

      add_property (self, name, self->gridworld, states[i]);
    }
  add_property (self, "reinforcement-view", page, "view");
  add_property (self, "reinforcement-left-pane", gbox_learning_page_get_left_flap (page), "reveal-flap");
  add_right_pane (self);
  follow_sessions (self);
  update_gridworld (self);
  follow_model (self);
  return self;
}
