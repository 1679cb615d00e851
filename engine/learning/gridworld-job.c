/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of learning a gridworld. */
#include "learning/gridworld-job.h"

#include "base/error.h"
#include "learning/purpose.h"

/* An episode that has not ended after so many moves is given up. */
#define MAX_MOVES 10000
/* Whole episodes are short: a step does as many as there is time for, µs, so that other runs, whose steps are
 * longer, do not slow them down. */
#define STEP_TIME 5000

struct _GboxGridworldJob
{
  GboxJob parent_instance;

  GboxGridworldSpec *spec;
  GboxGridworld world;
  double *values; /* (n_states, 4) */
  guint *visits;  /* (n_states) */
  guint n_episodes;
  double seconds;

  /* The episode that goes on. */
  GboxPhilox philox;
  int state;
  GboxAction action; /* what will be done next */
  guint n_moves;
  double total;
};

G_DEFINE_FINAL_TYPE (GboxGridworldJob, gbox_gridworld_job, GBOX_TYPE_JOB)

static GboxGridworldMove *
copy_move (const GboxGridworldMove *move)
{
  return g_memdup2 (move, sizeof *move);
}

static void
free_move (GboxGridworldMove *move)
{
  g_free (move);
}

G_DEFINE_BOXED_TYPE (GboxGridworldMove, gbox_gridworld_move, copy_move, free_move)
G_DEFINE_BOXED_TYPE (GboxGridworldTable,
                     gbox_gridworld_table,
                     gbox_gridworld_table_copy,
                     gbox_gridworld_table_free)

GboxGridworldTable *
gbox_gridworld_table_copy (const GboxGridworldTable *table)
{
  const gsize n = (gsize) gbox_gridworld_get_n_states (&table->world);
  GboxGridworldTable *copy = g_memdup2 (table, sizeof *table);

  copy->values = g_memdup2 (table->values, n * GBOX_N_ACTIONS * sizeof (double));
  copy->visits = g_memdup2 (table->visits, n * sizeof (guint));
  return copy;
}

void
gbox_gridworld_table_free (GboxGridworldTable *table)
{
  g_free (table->values);
  g_free (table->visits);
  g_free (table);
}

static void
finalize (GObject *object)
{
  GboxGridworldJob *self = GBOX_GRIDWORLD_JOB (object);

  g_free (self->values);
  g_free (self->visits);
  g_clear_object (&self->spec);
  G_OBJECT_CLASS (gbox_gridworld_job_parent_class)->finalize (object);
}

static void
choose (GboxGridworldJob *self)
{
  self->action = gbox_tabular_choose (self->values + (gsize) self->state * GBOX_N_ACTIONS,
                                      gbox_gridworld_spec_get_values (self->spec)->epsilon, &self->philox);
}

static void
begin_episode (GboxGridworldJob *self)
{
  gbox_philox_init (&self->philox, gbox_gridworld_spec_get_values (self->spec)->seed, GBOX_PURPOSE_EPISODE,
                    self->n_episodes);
  self->state = self->world.start;
  self->n_moves = 0;
  self->total = 0;
  choose (self);
}

static void
post_table (GboxGridworldJob *self)
{
  const GboxGridworldTable table = { .world = self->world, .values = self->values, .visits = self->visits };

  gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_GRIDWORLD_TABLE, gbox_gridworld_table_copy (&table));
}

static gboolean
start (GboxJob *job, const GboxJobContext *context, GError **error)
{
  GboxGridworldJob *self = GBOX_GRIDWORLD_JOB (job);
  const GboxGridworldValues *values = gbox_gridworld_spec_get_values (self->spec);
  gsize n;

  if (!gbox_gridworld_parse (values->world, &self->world, error))
    return FALSE;
  n = (gsize) gbox_gridworld_get_n_states (&self->world);
  self->values = g_new0 (double, n *GBOX_N_ACTIONS);
  self->visits = g_new0 (guint, n);
  begin_episode (self);
  gbox_job_post_length (job, values->episodes);
  post_table (self);
  return TRUE;
}

/* Moves once and learns from it. */
static gboolean
move (GboxGridworldJob *self, gboolean is_shown)
{
  const GboxGridworldValues *values = gbox_gridworld_spec_get_values (self->spec);
  const GboxTabularSettings settings = {
    .algorithm = values->algorithm,
    .learning_rate = values->learning_rate,
    .discount = values->discount,
    .epsilon = values->epsilon,
  };
  const gsize index = (gsize) self->state * GBOX_N_ACTIONS + (gsize) self->action;
  GboxGridworldMove record = { .episode = self->n_episodes, .move = self->n_moves++ };
  GboxTransition *transition = &record.transition;

  transition->state = self->state;
  transition->action = self->action;
  transition->next_state
    = gbox_gridworld_move (&self->world, self->state, self->action, &transition->reward, &transition->is_end);
  self->visits[self->state]++;
  self->total += transition->reward;
  self->state = transition->next_state;
  record.value = self->values[index];
  /* Only SARSA says what it will do before it learns. */
  if (values->algorithm == GBOX_TABULAR_SARSA)
    choose (self);
  transition->next_action = self->action;
  gbox_tabular_learn (&settings, self->values, transition);
  if (values->algorithm != GBOX_TABULAR_SARSA)
    choose (self);
  transition->next_action = self->action;
  record.new_value = self->values[index];
  if (is_shown)
    gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_GRIDWORLD_MOVE, copy_move (&record));
  return transition->is_end;
}

static void
end_episode (GboxGridworldJob *self, gboolean is_end)
{
  GboxPoint point
    = { .step = ++self->n_episodes, .seconds = self->seconds, .n_values = GBOX_GRIDWORLD_N_VALUES };

  point.values[GBOX_GRIDWORLD_RETURN] = self->total;
  point.values[GBOX_GRIDWORLD_LENGTH] = self->n_moves;
  gbox_job_post_point (GBOX_JOB (self), &point);
  if (!is_end)
    gbox_job_post_notice (GBOX_JOB (self), "lost", "The agent did not find the goal in 10000 moves.");
  begin_episode (self);
}

/* As many moves as the spec says, but of one episode. */
static void
go_on (GboxGridworldJob *self)
{
  const GboxGridworldValues *values = gbox_gridworld_spec_get_values (self->spec);
  const guint n = values->moves > 0 ? values->moves : MAX_MOVES;
  const gint64 begin = g_get_monotonic_time ();
  gboolean is_end = FALSE;

  for (guint i = 0; i < n && !is_end && self->n_moves < MAX_MOVES; i++)
    is_end = move (self, values->moves > 0);
  self->seconds += (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  if (is_end || self->n_moves >= MAX_MOVES)
    end_episode (self, is_end);
}

/* A single step that is asked for after the last episode does nothing: it may have been on its way already.
 */
static GboxStepResult
step (GboxJob *job, GError **error)
{
  GboxGridworldJob *self = GBOX_GRIDWORLD_JOB (job);
  const GboxGridworldValues *values = gbox_gridworld_spec_get_values (self->spec);
  const gint64 begin = g_get_monotonic_time ();

  if (self->n_episodes >= values->episodes)
    return GBOX_STEP_FINISHED;
  do
    go_on (self);
  while (values->moves == 0 && self->n_episodes < values->episodes
         && g_get_monotonic_time () - begin < STEP_TIME);
  post_table (self);
  return self->n_episodes >= values->episodes ? GBOX_STEP_FINISHED : GBOX_STEP_CONTINUE;
}

/* Takes over another world, of the same size. */
static gboolean
adjust_world (GboxGridworldJob *self, GboxGridworldSpec *spec, GError **error)
{
  GboxGridworld world;

  if (!gbox_gridworld_parse (gbox_gridworld_spec_get_values (spec)->world, &world, error))
    return FALSE;
  if (world.n_rows != self->world.n_rows || world.n_columns != self->world.n_columns)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "A world of another size needs a new start.");
      return FALSE;
    }
  self->world = world;
  return TRUE;
}

/* Where the agent stands may have become a wall, so an edited world begins an episode again. */
static gboolean
adjust (GboxJob *job, GboxSpec *spec, GError **error)
{
  GboxGridworldJob *self = GBOX_GRIDWORLD_JOB (job);
  gboolean is_edited;

  if (!GBOX_IS_GRIDWORLD_SPEC (spec))
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "A gridworld can only be adjusted with the parameters of a gridworld.");
      return FALSE;
    }
  is_edited = !g_str_equal (gbox_gridworld_spec_get_values (GBOX_GRIDWORLD_SPEC (spec))->world,
                            gbox_gridworld_spec_get_values (self->spec)->world);
  if (is_edited && !adjust_world (self, GBOX_GRIDWORLD_SPEC (spec), error))
    return FALSE;
  gbox_spec_assign (GBOX_SPEC (self->spec), spec);
  if (is_edited)
    begin_episode (self);
  gbox_job_post_length (job, gbox_gridworld_spec_get_values (self->spec)->episodes);
  return TRUE;
}

static void
gbox_gridworld_job_class_init (GboxGridworldJobClass *class)
{
  GboxJobClass *job_class = GBOX_JOB_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = finalize;
  job_class->start = start;
  job_class->step = step;
  job_class->adjust = adjust;
}

static void
gbox_gridworld_job_init (GboxGridworldJob *self)
{
}

GboxJob *
gbox_gridworld_job_new (GboxGridworldSpec *spec)
{
  GboxGridworldJob *self = g_object_new (GBOX_TYPE_GRIDWORLD_JOB, NULL);

  self->spec = GBOX_GRIDWORLD_SPEC (gbox_spec_copy (GBOX_SPEC (spec)));
  return GBOX_JOB (self);
}
