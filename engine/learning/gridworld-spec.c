/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which gridworld an agent is to learn, and how. */
#include "learning/gridworld-spec.h"

#include "learning/gridworld-job.h"

struct _GboxGridworldSpec
{
  GboxSpec parent_instance;

  GboxGridworldValues values;
};

G_DEFINE_FINAL_TYPE (GboxGridworldSpec, gbox_gridworld_spec, GBOX_TYPE_SPEC)

#define PLAIN_FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)
#define LIVE_FLAGS  (PLAIN_FLAGS | GBOX_PARAM_LIVE)

/* Where the best ways of more in a large world are looked for, a step takes longer than it should. */
#define MAX_REPEATS 100

/* Installed in this order, which is the one of the command line's help and of the JSON. */
static const gsize offsets[] = {
  0, /* property ids start at 1 */
  G_STRUCT_OFFSET (GboxGridworldValues, world),
  G_STRUCT_OFFSET (GboxGridworldValues, algorithm),
  G_STRUCT_OFFSET (GboxGridworldValues, episodes),
  G_STRUCT_OFFSET (GboxGridworldValues, learning_rate),
  G_STRUCT_OFFSET (GboxGridworldValues, discount),
  G_STRUCT_OFFSET (GboxGridworldValues, epsilon),
  G_STRUCT_OFFSET (GboxGridworldValues, seed),
  G_STRUCT_OFFSET (GboxGridworldValues, repeats),
  G_STRUCT_OFFSET (GboxGridworldValues, moves),
};

static void
finalize (GObject *object)
{
  g_free (GBOX_GRIDWORLD_SPEC (object)->values.world);
  G_OBJECT_CLASS (gbox_gridworld_spec_parent_class)->finalize (object);
}

static GboxJob *
create_job (GboxSpec *spec)
{
  return gbox_gridworld_job_new (GBOX_GRIDWORLD_SPEC (spec));
}

static gboolean
validate (GboxSpec *spec, GError **error)
{
  GboxGridworld world;

  return gbox_gridworld_parse (GBOX_GRIDWORLD_SPEC (spec)->values.world, &world, error);
}

static void
install_properties (GObjectClass *class)
{
  GParamSpec *const pspecs[] = {
    NULL,
    g_param_spec_string ("world", "World",
                         "cliff, maze, or rows of cells with slashes between them: . floor, # wall, C cliff, "
                         "G goal, S start",
                         "cliff", LIVE_FLAGS),
    g_param_spec_enum ("algorithm", "Algorithm", "How to learn", GBOX_TYPE_TABULAR_ALGORITHM,
                       GBOX_TABULAR_SARSA, PLAIN_FLAGS),
    g_param_spec_uint ("episodes", "Episodes", "How often to go from the start to the goal", 1, 1000000, 500,
                       LIVE_FLAGS),
    g_param_spec_double ("learning-rate", "Learning rate", "How far a value moves to what was found (α)", 0,
                         1, 0.5, LIVE_FLAGS),
    g_param_spec_double ("discount", "Discount", "What a reward counts a move later (γ)", 0, 1, 1,
                         LIVE_FLAGS),
    g_param_spec_double ("epsilon", "Exploration", "How often to try any action, not the best (ε)", 0, 1, 0.1,
                         LIVE_FLAGS),
    g_param_spec_uint ("seed", "Seed", "Of the random numbers: the same seed gives the same moves", 0,
                       G_MAXUINT, 0, PLAIN_FLAGS),
    g_param_spec_uint ("repeats", "Repeats",
                       "How many agents learn, each with the next seed; returns are their mean", 1,
                       MAX_REPEATS, 1, PLAIN_FLAGS),
    g_param_spec_uint ("moves", "Moves", "How many moves to show at a time; 0 for whole episodes", 0, 1000, 0,
                       LIVE_FLAGS),
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (pspecs) == G_N_ELEMENTS (offsets));
  for (guint id = 1; id < G_N_ELEMENTS (pspecs); id++)
    g_object_class_install_property (class, id, pspecs[id]);
}

static void
gbox_gridworld_spec_class_init (GboxGridworldSpecClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  gbox_spec_class_set_fields (GBOX_SPEC_CLASS (class), G_STRUCT_OFFSET (GboxGridworldSpec, values), offsets);
  object_class->finalize = finalize;
  GBOX_SPEC_CLASS (class)->create_job = create_job;
  GBOX_SPEC_CLASS (class)->validate = validate;
  install_properties (object_class);
}

static void
gbox_gridworld_spec_init (GboxGridworldSpec *self)
{
  gbox_spec_set_defaults (GBOX_SPEC (self));
}

GboxGridworldSpec *
gbox_gridworld_spec_new (void)
{
  return g_object_new (GBOX_TYPE_GRIDWORLD_SPEC, NULL);
}

const GboxGridworldValues *
gbox_gridworld_spec_get_values (GboxGridworldSpec *spec)
{
  return &spec->values;
}
