/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of the Reinforcement page as actions of its window. */
#include "learning/learning-actions.h"

struct _GboxLearningActions
{
  GObject parent_instance;

  GboxLearningPage *page; /* owns this */
  GboxGridworldSession *gridworld;
  GActionMap *map; /* the window outlives its page */
};

G_DEFINE_FINAL_TYPE (GboxLearningActions, gbox_learning_actions, G_TYPE_OBJECT)

static void
on_start (GboxLearningActions *self, GVariant *parameter)
{
  gbox_learning_page_commit (self->page);
  gbox_gridworld_session_start (self->gridworld);
}

static void
on_pause (GboxLearningActions *self, GVariant *parameter)
{
  gbox_gridworld_session_pause (self->gridworld);
}

static void
on_play_pause (GboxLearningActions *self, GVariant *parameter)
{
  if (gbox_gridworld_session_is_running (self->gridworld))
    on_pause (self, NULL);
  else
    on_start (self, NULL);
}

static void
on_reset (GboxLearningActions *self, GVariant *parameter)
{
  gbox_learning_page_commit (self->page);
  gbox_gridworld_session_reset (self->gridworld);
}

static void
on_set (GboxLearningActions *self, GVariant *parameter)
{
  g_autoptr (GError) error = NULL;
  const char *property;
  const char *value;

  g_variant_get (parameter, "(&s&s)", &property, &value);
  if (!gbox_spec_set_from_string (GBOX_SPEC (gbox_gridworld_session_get_spec (self->gridworld)), property,
                                  value, &error))
    gbox_learning_page_tell (self->page, error->message);
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

typedef void (*Handler) (GboxLearningActions *self, GVariant *parameter);

static const struct
{
  const char *name;
  const char *parameter_type;
  Handler handler;
} commands[] = {
  { "gridworld-start", NULL, on_start },
  { "gridworld-pause", NULL, on_pause },
  { "gridworld-play-pause", NULL, on_play_pause },
  { "gridworld-reset", NULL, on_reset },
  { "gridworld-set", "(ss)", on_set },
  { "gridworld-cell", "(uus)", on_cell },
};

/* Actions that are a property of the session. */
static const char *const states[] = {
  "tool", "sarsa", "expected-sarsa", "q-learning", "speed", "smoothing",
};

static void
set_enabled (GboxLearningActions *self, const char *name, gboolean is_enabled)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (self->map, name)), is_enabled);
}

static void
update_enabled (GboxLearningActions *self)
{
  const gboolean is_running = gbox_gridworld_session_is_running (self->gridworld);

  set_enabled (self, "gridworld-start", !is_running);
  set_enabled (self, "gridworld-pause", is_running);
  set_enabled (self, "gridworld-reset", gbox_gridworld_session_has_begun (self->gridworld));
}

static void
gbox_learning_actions_dispose (GObject *object)
{
  g_clear_object (&GBOX_LEARNING_ACTIONS (object)->gridworld);
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
add_commands (GboxLearningActions *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      const char *type = commands[i].parameter_type;
      g_autoptr (GSimpleAction) action
        = g_simple_action_new (commands[i].name, type != NULL ? G_VARIANT_TYPE (type) : NULL);

      g_signal_connect_object (action, "activate", G_CALLBACK (commands[i].handler), self, G_CONNECT_SWAPPED);
      g_action_map_add_action (self->map, G_ACTION (action));
    }
}

static void
add_property (GboxLearningActions *self, const char *name, gpointer object, const char *property)
{
  g_autoptr (GPropertyAction) action = g_property_action_new (name, object, property);

  g_action_map_add_action (self->map, G_ACTION (action));
}

static void
follow_agents (GboxLearningActions *self)
{
  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    g_signal_connect_object (gbox_gridworld_session_get_agent (self->gridworld, i), "state-changed",
                             G_CALLBACK (update_enabled), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->gridworld, "notify::is-running", G_CALLBACK (update_enabled), self,
                           G_CONNECT_SWAPPED);
}

GboxLearningActions *
gbox_learning_actions_new (GboxLearningPage *page, GActionMap *map)
{
  GboxLearningActions *self = g_object_new (GBOX_TYPE_LEARNING_ACTIONS, NULL);

  self->page = page;
  self->map = map;
  self->gridworld = g_object_ref (gbox_learning_page_get_gridworld (page));
  add_commands (self);
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autofree char *name = g_strdup_printf ("gridworld-%s", states[i]);

      add_property (self, name, self->gridworld, states[i]);
    }
  add_property (self, "reinforcement-left-pane", gbox_learning_page_get_left_flap (page), "reveal-flap");
  follow_agents (self);
  update_enabled (self);
  return self;
}
