/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the gridworld is about: the world, how it is learnt, and the agents that learn it side by side. */
#include "learning/gridworld-session.h"

#include <math.h>

/* How often a second moves are asked for and shown, at most. */
#define LOOKS_PER_SECOND 30.0
#define FIRST_SPEED      2.5
#define FIRST_SMOOTHING  0.9
#define MAX_SMOOTHING    0.99
#define FIRST_TOOL       "wall"
#define FIRST_REPEATS    20 /* a curve of one seed is mostly noise */

static const struct
{
  const char *name;
  GboxCell cell;
} tools[] = {
  { "wall", GBOX_CELL_WALL },   { "cliff", GBOX_CELL_CLIFF }, { "goal", GBOX_CELL_GOAL },
  { "start", GBOX_CELL_START }, { "empty", GBOX_CELL_FLOOR },
};

struct _GboxGridworldSession
{
  GObject parent_instance;

  GboxEngine *engine;
  GboxSettings *settings;
  GboxGridworldSpec *spec;
  GboxGridworld world; /* of the spec */
  GboxGridworldAgent *agents[GBOX_GRIDWORLD_N_AGENTS];
  gboolean is_compared[GBOX_GRIDWORLD_N_AGENTS];
  double speed;
  double smoothing;
  char *tool;
  gboolean is_running;
  guint move_source;
};

enum
{
  PROP_0,
  PROP_SARSA, /* the properties of algorithms are in their order */
  PROP_EXPECTED_SARSA,
  PROP_Q_LEARNING,
  PROP_IS_RUNNING,
  PROP_SPEED,
  PROP_SMOOTHING,
  PROP_TOOL,
  N_PROPS
};

enum
{
  SIGNAL_WORLD_CHANGED,
  SIGNAL_COMPARED_CHANGED,
  SIGNAL_MESSAGE,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxGridworldSession, gbox_gridworld_session, G_TYPE_OBJECT)

static void
tell (GboxGridworldSession *self, const char *text)
{
  g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, text);
}

static gboolean
is_full_speed (GboxGridworldSession *self)
{
  return self->speed >= GBOX_GRIDWORLD_MAX_SPEED;
}

static double
get_moves_per_second (GboxGridworldSession *self)
{
  return pow (10, self->speed);
}

/* How many moves an agent does at a time, 0 for whole episodes. */
static guint
get_moves (GboxGridworldSession *self)
{
  return is_full_speed (self) ? 0 : (guint) MAX (1, lround (get_moves_per_second (self) / LOOKS_PER_SECOND));
}

static gboolean
on_move (gpointer data)
{
  GboxGridworldSession *self = data;

  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    gbox_gridworld_agent_step (self->agents[i]);
  return G_SOURCE_CONTINUE;
}

/* Moves are asked for one by one where they are to be seen, else the agents go on by themselves. */
static void
keep_going (GboxGridworldSession *self)
{
  const gboolean steps = self->is_running && !is_full_speed (self);

  g_clear_handle_id (&self->move_source, g_source_remove);
  if (steps)
    self->move_source
      = g_timeout_add ((guint) lround (1000 / fmin (get_moves_per_second (self), LOOKS_PER_SECOND)), on_move,
                       self);
  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    if (self->is_running && !steps)
      gbox_gridworld_agent_resume (self->agents[i]);
    else
      gbox_gridworld_agent_pause (self->agents[i]);
}

static void
set_running (GboxGridworldSession *self, gboolean is_running)
{
  const gboolean was_running = self->is_running;

  self->is_running = is_running;
  keep_going (self);
  if (was_running != is_running)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_RUNNING]);
}

static gboolean
are_over (GboxGridworldSession *self)
{
  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    if (self->is_compared[i] && !gbox_gridworld_agent_is_over (self->agents[i]))
      return FALSE;
  return TRUE;
}

static void
on_agent_changed (GboxGridworldSession *self)
{
  if (self->is_running && are_over (self))
    set_running (self, FALSE);
}

static void
remember (GboxGridworldSession *self)
{
  g_autofree char *json = gbox_spec_to_json (GBOX_SPEC (self->spec));

  gbox_settings_set_gridworld (self->settings, json);
}

static void
adjust_agents (GboxGridworldSession *self)
{
  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!gbox_gridworld_agent_adjust (self->agents[i], self->spec, &error))
        tell (self, error->message);
    }
  /* More episodes let go on what was over. */
  keep_going (self);
  on_agent_changed (self);
}

/* A spec's world that cannot be read, which only a text set by name can be, leaves the one before. */
static void
follow_world (GboxGridworldSession *self)
{
  const GboxGridworldValues *values = gbox_gridworld_spec_get_values (self->spec);
  g_autoptr (GError) error = NULL;
  GboxGridworld world;

  if (!gbox_gridworld_parse (values->world, &world, &error))
    {
      g_autofree char *text = gbox_gridworld_to_text (&self->world);

      tell (self, error->message);
      g_object_set (self->spec, "world", text, NULL);
      return;
    }
  if (world.n_rows != self->world.n_rows || world.n_columns != self->world.n_columns)
    gbox_gridworld_session_reset (self);
  self->world = world;
  g_signal_emit (self, signals[SIGNAL_WORLD_CHANGED], 0);
}

static void
on_spec_notify (GboxGridworldSession *self, GParamSpec *pspec)
{
  if (g_str_equal (pspec->name, "world"))
    follow_world (self);
  adjust_agents (self);
  remember (self);
}

static void
set_compared (GboxGridworldSession *self, guint algorithm, gboolean is_compared)
{
  guint n = 0;

  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    n += self->is_compared[i];
  if (self->is_compared[algorithm] == is_compared || (!is_compared && n == 1))
    return;
  self->is_compared[algorithm] = is_compared;
  if (!is_compared)
    gbox_gridworld_agent_clear (self->agents[algorithm]);
  else if (gbox_gridworld_session_has_begun (self))
    gbox_gridworld_agent_begin (self->agents[algorithm], self->spec);
  keep_going (self);
  on_agent_changed (self);
  g_signal_emit (self, signals[SIGNAL_COMPARED_CHANGED], 0);
}

static void
set_speed (GboxGridworldSession *self, double speed)
{
  self->speed = speed;
  g_object_set (self->spec, "moves", get_moves (self), NULL);
}

static void
gbox_gridworld_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxGridworldSession *self = GBOX_GRIDWORLD_SESSION (object);

  switch (id)
    {
    case PROP_SARSA:
    case PROP_EXPECTED_SARSA:
    case PROP_Q_LEARNING:
      g_value_set_boolean (value, self->is_compared[id - PROP_SARSA]);
      break;
    case PROP_IS_RUNNING:
      g_value_set_boolean (value, self->is_running);
      break;
    case PROP_SPEED:
      g_value_set_double (value, self->speed);
      break;
    case PROP_SMOOTHING:
      g_value_set_double (value, self->smoothing);
      break;
    case PROP_TOOL:
      g_value_set_string (value, self->tool);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_gridworld_session_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxGridworldSession *self = GBOX_GRIDWORLD_SESSION (object);

  switch (id)
    {
    case PROP_SARSA:
    case PROP_EXPECTED_SARSA:
    case PROP_Q_LEARNING:
      set_compared (self, id - PROP_SARSA, g_value_get_boolean (value));
      break;
    case PROP_SPEED:
      set_speed (self, g_value_get_double (value));
      break;
    case PROP_SMOOTHING:
      self->smoothing = g_value_get_double (value);
      break;
    case PROP_TOOL:
      g_free (self->tool);
      self->tool = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_gridworld_session_dispose (GObject *object)
{
  GboxGridworldSession *self = GBOX_GRIDWORLD_SESSION (object);

  g_clear_handle_id (&self->move_source, g_source_remove);
  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    g_clear_object (&self->agents[i]);
  g_clear_object (&self->spec);
  g_clear_object (&self->settings);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (gbox_gridworld_session_parent_class)->dispose (object);
}

static void
gbox_gridworld_session_finalize (GObject *object)
{
  g_free (GBOX_GRIDWORLD_SESSION (object)->tool);
  G_OBJECT_CLASS (gbox_gridworld_session_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  properties[PROP_SARSA] = g_param_spec_boolean ("sarsa", NULL, NULL, TRUE, flags);
  properties[PROP_EXPECTED_SARSA] = g_param_spec_boolean ("expected-sarsa", NULL, NULL, FALSE, flags);
  properties[PROP_Q_LEARNING] = g_param_spec_boolean ("q-learning", NULL, NULL, TRUE, flags);
  properties[PROP_IS_RUNNING]
    = g_param_spec_boolean ("is-running", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SPEED] = g_param_spec_double ("speed", NULL, NULL, GBOX_GRIDWORLD_MIN_SPEED,
                                                GBOX_GRIDWORLD_MAX_SPEED, FIRST_SPEED, flags);
  properties[PROP_SMOOTHING]
    = g_param_spec_double ("smoothing", NULL, NULL, 0, MAX_SMOOTHING, FIRST_SMOOTHING, flags);
  properties[PROP_TOOL] = g_param_spec_string ("tool", NULL, NULL, FIRST_TOOL, flags);
  g_object_class_install_properties (class, N_PROPS, properties);
}

static void
gbox_gridworld_session_class_init (GboxGridworldSessionClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = gbox_gridworld_session_get_property;
  object_class->set_property = gbox_gridworld_session_set_property;
  object_class->dispose = gbox_gridworld_session_dispose;
  object_class->finalize = gbox_gridworld_session_finalize;
  install_properties (object_class);
  signals[SIGNAL_WORLD_CHANGED] = g_signal_new ("world-changed", GBOX_TYPE_GRIDWORLD_SESSION,
                                                G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_COMPARED_CHANGED] = g_signal_new ("compared-changed", GBOX_TYPE_GRIDWORLD_SESSION,
                                                   G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_MESSAGE] = g_signal_new ("message", GBOX_TYPE_GRIDWORLD_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
gbox_gridworld_session_init (GboxGridworldSession *self)
{
  self->is_compared[GBOX_TABULAR_SARSA] = self->is_compared[GBOX_TABULAR_Q_LEARNING] = TRUE;
  self->speed = FIRST_SPEED;
  self->smoothing = FIRST_SMOOTHING;
  self->tool = g_strdup (FIRST_TOOL);
}

/* How fast it is to go is the session's, not the last time's. */
static void
restore_spec (GboxGridworldSession *self)
{
  const char *json = gbox_settings_get_gridworld (self->settings);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxSpec) spec
    = *json != '\0' ? gbox_spec_new_from_json (GBOX_TYPE_GRIDWORLD_SPEC, json, &error) : NULL;

  if (spec == NULL || !gbox_spec_validate (spec, error == NULL ? &error : NULL))
    {
      if (error != NULL)
        g_info ("The last gridworld is not taken up: %s", error->message);
      g_clear_object (&spec);
      spec = GBOX_SPEC (gbox_gridworld_spec_new ());
      g_object_set (spec, "repeats", FIRST_REPEATS, NULL);
    }
  self->spec = GBOX_GRIDWORLD_SPEC (g_steal_pointer (&spec));
  g_object_set (self->spec, "moves", get_moves (self), NULL);
  gbox_gridworld_parse (gbox_gridworld_spec_get_values (self->spec)->world, &self->world, NULL);
  g_signal_connect_object (self->spec, "notify", G_CALLBACK (on_spec_notify), self, G_CONNECT_SWAPPED);
}

GboxGridworldSession *
gbox_gridworld_session_new (GboxEngine *engine, GboxSettings *settings)
{
  GboxGridworldSession *self = g_object_new (GBOX_TYPE_GRIDWORLD_SESSION, NULL);

  self->engine = g_object_ref (engine);
  self->settings = g_object_ref (settings);
  restore_spec (self);
  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    {
      self->agents[i] = gbox_gridworld_agent_new (engine, (GboxTabularAlgorithm) i);
      g_signal_connect_object (self->agents[i], "changed", G_CALLBACK (on_agent_changed), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (self->agents[i], "state-changed", G_CALLBACK (on_agent_changed), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (self->agents[i], "message", G_CALLBACK (tell), self, G_CONNECT_SWAPPED);
    }
  return self;
}

void
gbox_gridworld_session_end (GboxGridworldSession *self)
{
  gbox_gridworld_session_reset (self);
}

GboxGridworldSpec *
gbox_gridworld_session_get_spec (GboxGridworldSession *self)
{
  return self->spec;
}

const GboxGridworld *
gbox_gridworld_session_get_world (GboxGridworldSession *self)
{
  return &self->world;
}

GboxGridworldAgent *
gbox_gridworld_session_get_agent (GboxGridworldSession *self, guint algorithm)
{
  g_return_val_if_fail (algorithm < GBOX_GRIDWORLD_N_AGENTS, NULL);

  return self->agents[algorithm];
}

gboolean
gbox_gridworld_session_is_compared (GboxGridworldSession *self, guint algorithm)
{
  g_return_val_if_fail (algorithm < GBOX_GRIDWORLD_N_AGENTS, FALSE);

  return self->is_compared[algorithm];
}

gboolean
gbox_gridworld_session_is_running (GboxGridworldSession *self)
{
  return self->is_running;
}

gboolean
gbox_gridworld_session_has_begun (GboxGridworldSession *self)
{
  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    if (gbox_gridworld_agent_has_begun (self->agents[i]))
      return TRUE;
  return FALSE;
}

gboolean
gbox_gridworld_session_can_resume (GboxGridworldSession *self)
{
  return gbox_gridworld_session_has_begun (self) && !are_over (self);
}

void
gbox_gridworld_session_start (GboxGridworldSession *self)
{
  g_return_if_fail (GBOX_IS_GRIDWORLD_SESSION (self));

  if (!gbox_gridworld_session_can_resume (self))
    for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
      if (self->is_compared[i])
        gbox_gridworld_agent_begin (self->agents[i], self->spec);
  set_running (self, TRUE);
}

void
gbox_gridworld_session_pause (GboxGridworldSession *self)
{
  g_return_if_fail (GBOX_IS_GRIDWORLD_SESSION (self));

  set_running (self, FALSE);
}

void
gbox_gridworld_session_reset (GboxGridworldSession *self)
{
  g_return_if_fail (GBOX_IS_GRIDWORLD_SESSION (self));

  set_running (self, FALSE);
  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    gbox_gridworld_agent_clear (self->agents[i]);
}

static void
set_cell (GboxGridworldSession *self, int state, GboxCell cell)
{
  GboxGridworld world = self->world;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (state < 0 || state >= gbox_gridworld_get_n_states (&world) || world.cells[state] == cell)
    return;
  if (cell == GBOX_CELL_START)
    world.cells[world.start] = GBOX_CELL_FLOOR;
  world.cells[state] = (guint8) cell;
  text = gbox_gridworld_to_text (&world);
  if (gbox_gridworld_parse (text, &world, &error))
    g_object_set (self->spec, "world", text, NULL);
  else
    tell (self, error->message);
}

void
gbox_gridworld_session_apply (GboxGridworldSession *self, int state, const char *tool)
{
  g_return_if_fail (GBOX_IS_GRIDWORLD_SESSION (self));

  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++)
    if (g_str_equal (tools[i].name, tool))
      set_cell (self, state, tools[i].cell);
}

void
gbox_gridworld_session_press (GboxGridworldSession *self, int state)
{
  g_return_if_fail (GBOX_IS_GRIDWORLD_SESSION (self));

  gbox_gridworld_session_apply (self, state, self->tool);
}
