/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of learning a gridworld. */
#include "learning/gridworld-job.h"

#include "base/error.h"

#include <math.h>

/* Whole episodes are short: a step does as many as there is time for, µs, so that other runs, whose steps are
 * longer, do not slow them down. */
#define STEP_TIME 5000

struct _GboxGridworldJob
{
  GboxJob parent_instance;

  GboxGridworldSpec *spec;
  GboxGridworld world;
  GPtrArray *learners; /* of GboxGridworldLearner: one for each repeat */
  guint turn;          /* whose episode goes on */
  guint n_lost;        /* that have been given up in this episode */
  guint n_episodes;
  double seconds;
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

  g_clear_pointer (&self->learners, g_ptr_array_unref);
  g_clear_object (&self->spec);
  G_OBJECT_CLASS (gbox_gridworld_job_parent_class)->finalize (object);
}

static void
free_learner (gpointer learner)
{
  gbox_gridworld_learner_free (learner);
}

static void
begin_episode (GboxGridworldJob *self)
{
  const GboxGridworldValues *values = gbox_gridworld_spec_get_values (self->spec);

  self->turn = 0;
  self->n_lost = 0;
  for (guint i = 0; i < self->learners->len; i++)
    gbox_gridworld_learner_begin (self->learners->pdata[i], &self->world, values->epsilon);
}

/* The mean, and the standard deviation over a sample: with n − 1. */
static double
average (const double *numbers, guint n, double *spread)
{
  double mean = 0, square = 0;

  for (guint i = 0; i < n; i++)
    mean += numbers[i];
  mean /= MAX (n, 1);
  for (guint i = 0; i < n; i++)
    square += (numbers[i] - mean) * (numbers[i] - mean);
  *spread = n > 1 ? sqrt (square / (n - 1)) : 0;
  return mean;
}

static void
sum_up (GboxGridworldJob *self, GboxGridworldOutcome *outcome)
{
  const guint n = self->learners->len;
  g_autofree double *numbers = g_new (double, n);
  int states[GBOX_GRIDWORLD_MAX_SIDE * GBOX_GRIDWORLD_MAX_SIDE + 1];

  *outcome = (GboxGridworldOutcome){ .n_repeats = n };
  for (guint i = 0; i < n; i++)
    numbers[i] = gbox_gridworld_learner_get_late_return (self->learners->pdata[i]);
  outcome->late_return = average (numbers, n, &outcome->late_spread);
  for (guint i = 0; i < n; i++)
    {
      const double *values = gbox_gridworld_learner_get_values (self->learners->pdata[i]);
      gboolean is_end;
      const int n_states = gbox_tabular_get_path (&self->world, values, states, &is_end);

      if (is_end)
        numbers[outcome->n_reaching++] = n_states - 1;
    }
  outcome->length = average (numbers, outcome->n_reaching, &outcome->length_spread);
}

static void
post_table (GboxGridworldJob *self)
{
  GboxGridworldTable table = {
    .world = self->world,
    .values = gbox_gridworld_learner_get_values (self->learners->pdata[0]),
    .visits = gbox_gridworld_learner_get_visits (self->learners->pdata[0]),
  };

  sum_up (self, &table.outcome);
  gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_GRIDWORLD_TABLE, gbox_gridworld_table_copy (&table));
}

static gboolean
start (GboxJob *job, const GboxJobContext *context, GError **error)
{
  GboxGridworldJob *self = GBOX_GRIDWORLD_JOB (job);
  const GboxGridworldValues *values = gbox_gridworld_spec_get_values (self->spec);

  if (!gbox_gridworld_parse (values->world, &self->world, error))
    return FALSE;
  self->learners = g_ptr_array_new_with_free_func (free_learner);
  for (guint i = 0; i < values->repeats; i++)
    g_ptr_array_add (self->learners, gbox_gridworld_learner_new (gbox_gridworld_get_n_states (&self->world),
                                                                 (guint64) values->seed + i));
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
  GboxGridworldLearner *learner = self->learners->pdata[self->turn];
  GboxGridworldMove record
    = { .episode = self->n_episodes, .move = gbox_gridworld_learner_get_n_moves (learner) };
  const gboolean is_over = gbox_gridworld_learner_move (learner, &self->world, &settings, &record.transition,
                                                        &record.value, &record.new_value);

  if (is_shown)
    gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_GRIDWORLD_MOVE, copy_move (&record));
  self->n_lost += is_over && !record.transition.is_end;
  return is_over;
}

static void
post_lost (GboxGridworldJob *self)
{
  g_autofree char *who = self->learners->len > 1
                           ? g_strdup_printf ("%u of %u agents", self->n_lost, self->learners->len)
                           : g_strdup ("The agent");
  g_autofree char *text
    = g_strdup_printf ("%s did not find the goal in %d moves.", who, GBOX_GRIDWORLD_MAX_MOVES);

  gbox_job_post_notice (GBOX_JOB (self), "lost", text);
}

/* Of all agents. */
static void
end_episode (GboxGridworldJob *self)
{
  const guint n = self->learners->len;
  g_autofree double *numbers = g_new (double, n);
  GboxPoint point
    = { .step = ++self->n_episodes, .seconds = self->seconds, .n_values = GBOX_GRIDWORLD_N_VALUES };
  double spread;

  for (guint i = 0; i < n; i++)
    numbers[i] = gbox_gridworld_learner_get_n_moves (self->learners->pdata[i]);
  point.values[GBOX_GRIDWORLD_LENGTH] = average (numbers, n, &spread);
  for (guint i = 0; i < n; i++)
    numbers[i] = gbox_gridworld_learner_get_return (self->learners->pdata[i]);
  point.values[GBOX_GRIDWORLD_RETURN] = average (numbers, n, &spread);
  point.values[GBOX_GRIDWORLD_SPREAD] = spread;
  gbox_job_post_point (GBOX_JOB (self), &point);
  if (self->n_lost > 0)
    post_lost (self);
  begin_episode (self);
}

/* The first agent's moves are as many as the spec says, the others' those of an episode. */
static void
go_on (GboxGridworldJob *self)
{
  const GboxGridworldValues *values = gbox_gridworld_spec_get_values (self->spec);
  const gboolean is_shown = values->moves > 0 && self->turn == 0;
  const guint n = is_shown ? values->moves : GBOX_GRIDWORLD_MAX_MOVES;
  const gint64 begin = g_get_monotonic_time ();
  gboolean is_over = FALSE;

  for (guint i = 0; i < n && !is_over; i++)
    is_over = move (self, is_shown);
  self->seconds += (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  self->turn += is_over;
  if (self->turn == self->learners->len)
    end_episode (self);
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
  while ((values->moves == 0 || self->turn > 0) && self->n_episodes < values->episodes
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
