/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One of the agents that learn a gridworld side by side: its run, and what that has told. */
#include "learning/gridworld-agent.h"

struct _GboxGridworldAgent
{
  GObject parent_instance;

  GboxEngine *engine;
  GboxTabularAlgorithm algorithm;
  GboxRun *run;
  GboxGridworldTable *table;
  GboxGridworldMove move;
  gboolean has_move;
  gboolean is_stepping; /* a step has been asked for and not yet been told of */
  GArray *returns;      /* of double */
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_EPISODE,
  SIGNAL_STATE_CHANGED,
  SIGNAL_MESSAGE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxGridworldAgent, gbox_gridworld_agent, G_TYPE_OBJECT)

static void
drop_run (GboxGridworldAgent *self)
{
  if (self->run == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->run, self);
  gbox_run_stop (self->run);
  g_clear_object (&self->run);
}

static void
gbox_gridworld_agent_dispose (GObject *object)
{
  GboxGridworldAgent *self = GBOX_GRIDWORLD_AGENT (object);

  drop_run (self);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (gbox_gridworld_agent_parent_class)->dispose (object);
}

static void
gbox_gridworld_agent_finalize (GObject *object)
{
  GboxGridworldAgent *self = GBOX_GRIDWORLD_AGENT (object);

  g_clear_pointer (&self->table, gbox_gridworld_table_free);
  g_array_unref (self->returns);
  G_OBJECT_CLASS (gbox_gridworld_agent_parent_class)->finalize (object);
}

static guint
add_signal (const char *name, guint n, GType first, GType second)
{
  return g_signal_new (name, GBOX_TYPE_GRIDWORLD_AGENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                       n, first, second);
}

static void
gbox_gridworld_agent_class_init (GboxGridworldAgentClass *class)
{
  G_OBJECT_CLASS (class)->dispose = gbox_gridworld_agent_dispose;
  G_OBJECT_CLASS (class)->finalize = gbox_gridworld_agent_finalize;
  signals[SIGNAL_CHANGED] = add_signal ("changed", 0, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_EPISODE] = add_signal ("episode", 2, G_TYPE_UINT, G_TYPE_DOUBLE);
  signals[SIGNAL_STATE_CHANGED] = add_signal ("state-changed", 0, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_MESSAGE] = add_signal ("message", 1, G_TYPE_STRING, G_TYPE_NONE);
}

static void
gbox_gridworld_agent_init (GboxGridworldAgent *self)
{
  self->returns = g_array_new (FALSE, FALSE, sizeof (double));
}

GboxGridworldAgent *
gbox_gridworld_agent_new (GboxEngine *engine, GboxTabularAlgorithm algorithm)
{
  GboxGridworldAgent *self = g_object_new (GBOX_TYPE_GRIDWORLD_AGENT, NULL);

  self->engine = g_object_ref (engine);
  self->algorithm = algorithm;
  return self;
}

GboxTabularAlgorithm
gbox_gridworld_agent_get_algorithm (GboxGridworldAgent *self)
{
  return self->algorithm;
}

const char *
gbox_gridworld_agent_get_name (GboxGridworldAgent *self)
{
  static const char *const names[] = {
    [GBOX_TABULAR_SARSA] = "SARSA",
    [GBOX_TABULAR_EXPECTED_SARSA] = "Expected SARSA",
    [GBOX_TABULAR_Q_LEARNING] = "Q-learning",
  };

  return names[self->algorithm];
}

static void
on_point (GboxGridworldAgent *self, const GboxPoint *point)
{
  const double value = point->values[GBOX_GRIDWORLD_RETURN];

  g_array_append_val (self->returns, value);
  g_signal_emit (self, signals[SIGNAL_EPISODE], 0, point->step, value);
}

/* A table comes after each step, as the last of what the step tells. */
static void
on_record (GboxGridworldAgent *self, GType type, gconstpointer record)
{
  if (type == GBOX_TYPE_GRIDWORLD_MOVE)
    {
      self->move = *(const GboxGridworldMove *) record;
      self->has_move = TRUE;
    }
  else if (type == GBOX_TYPE_GRIDWORLD_TABLE)
    {
      g_clear_pointer (&self->table, gbox_gridworld_table_free);
      self->table = gbox_gridworld_table_copy (record);
      self->is_stepping = FALSE;
      g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
    }
}

static void
on_notice (GboxGridworldAgent *self, const char *id, const char *text)
{
  g_autofree char *message = g_strdup_printf ("%s: %s", gbox_gridworld_agent_get_name (self), text);

  g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, message);
}

static void
on_state (GboxGridworldAgent *self)
{
  const GError *error = gbox_run_get_error (self->run);

  if (error != NULL)
    g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, error->message);
  g_signal_emit (self, signals[SIGNAL_STATE_CHANGED], 0);
}

/* The same world, parameters and random numbers for every agent. */
static GboxGridworldSpec *
make_own (GboxGridworldAgent *self, GboxGridworldSpec *spec)
{
  GboxSpec *own = gbox_spec_copy (GBOX_SPEC (spec));

  g_object_set (own, "algorithm", self->algorithm, NULL);
  return GBOX_GRIDWORLD_SPEC (own);
}

void
gbox_gridworld_agent_begin (GboxGridworldAgent *self, GboxGridworldSpec *spec)
{
  g_autoptr (GboxGridworldSpec) own = NULL;

  g_return_if_fail (GBOX_IS_GRIDWORLD_AGENT (self));

  own = make_own (self, spec);
  gbox_gridworld_agent_clear (self);
  self->run = gbox_engine_start (self->engine, GBOX_SPEC (own));
  gbox_run_pause (self->run);
  self->is_stepping = TRUE;
  g_signal_connect_swapped (self->run, "point", G_CALLBACK (on_point), self);
  g_signal_connect_swapped (self->run, "record", G_CALLBACK (on_record), self);
  g_signal_connect_swapped (self->run, "notice-posted", G_CALLBACK (on_notice), self);
  g_signal_connect_swapped (self->run, "notify::state", G_CALLBACK (on_state), self);
  g_signal_emit (self, signals[SIGNAL_STATE_CHANGED], 0);
}

void
gbox_gridworld_agent_clear (GboxGridworldAgent *self)
{
  g_return_if_fail (GBOX_IS_GRIDWORLD_AGENT (self));

  if (self->run == NULL)
    return;
  drop_run (self);
  g_clear_pointer (&self->table, gbox_gridworld_table_free);
  g_array_set_size (self->returns, 0);
  self->has_move = FALSE;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
  g_signal_emit (self, signals[SIGNAL_STATE_CHANGED], 0);
}

gboolean
gbox_gridworld_agent_adjust (GboxGridworldAgent *self, GboxGridworldSpec *spec, GError **error)
{
  g_autoptr (GboxGridworldSpec) own = NULL;
  const GboxGridworldValues *values;

  g_return_val_if_fail (GBOX_IS_GRIDWORLD_AGENT (self), FALSE);

  if (self->run == NULL)
    return TRUE;
  own = make_own (self, spec);
  values = gbox_gridworld_spec_get_values (GBOX_GRIDWORLD_SPEC (gbox_run_get_spec (self->run)));
  /* Other seeds wait for a new beginning. */
  g_object_set (own, "seed", values->seed, "repeats", values->repeats, NULL);
  return gbox_run_adjust (self->run, GBOX_SPEC (own), error);
}

void
gbox_gridworld_agent_step (GboxGridworldAgent *self)
{
  g_return_if_fail (GBOX_IS_GRIDWORLD_AGENT (self));

  if (self->run == NULL || self->is_stepping || gbox_gridworld_agent_is_over (self))
    return;
  self->is_stepping = TRUE;
  gbox_run_step (self->run);
}

void
gbox_gridworld_agent_resume (GboxGridworldAgent *self)
{
  g_return_if_fail (GBOX_IS_GRIDWORLD_AGENT (self));

  if (self->run != NULL && !gbox_gridworld_agent_is_over (self))
    gbox_run_resume (self->run);
}

void
gbox_gridworld_agent_pause (GboxGridworldAgent *self)
{
  g_return_if_fail (GBOX_IS_GRIDWORLD_AGENT (self));

  if (self->run != NULL)
    gbox_run_pause (self->run);
}

gboolean
gbox_gridworld_agent_has_begun (GboxGridworldAgent *self)
{
  return self->run != NULL;
}

gboolean
gbox_gridworld_agent_is_over (GboxGridworldAgent *self)
{
  GboxGridworldSpec *spec;

  g_return_val_if_fail (GBOX_IS_GRIDWORLD_AGENT (self), FALSE);

  if (self->run == NULL)
    return FALSE;
  spec = GBOX_GRIDWORLD_SPEC (gbox_run_get_spec (self->run));
  return gbox_run_is_final (self->run)
         || self->returns->len >= gbox_gridworld_spec_get_values (spec)->episodes;
}

const GboxGridworldTable *
gbox_gridworld_agent_get_table (GboxGridworldAgent *self)
{
  return self->table;
}

const GboxGridworldMove *
gbox_gridworld_agent_get_move (GboxGridworldAgent *self)
{
  return self->has_move ? &self->move : NULL;
}

const GArray *
gbox_gridworld_agent_get_returns (GboxGridworldAgent *self)
{
  return self->returns;
}
