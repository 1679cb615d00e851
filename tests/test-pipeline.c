/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradient all the way from the objective to the parameters, by finite differences. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "count-allocations.h"
#include "tiny-network.h"
#include "vision/penalty.h"
#include "vision/pipeline.h"

typedef struct
{
  const char *name;
  GboxBasis basis;
  GboxObjectiveKind objective;
  gboolean decorrelate;
  gboolean transforms;
  int size; /* 65: no Nyquist row or column */
  GboxPenalty penalty;
  double crop;          /* 0 for the whole image and no noise */
  int pictures;         /* 0 for one */
  const char *end;      /* where the pictures go over to, or NULL */
  guint views;          /* 0 for one */
  const char *spectrum; /* NULL for that of the formula */
} Case;

#define WEIGHT 0.5 /* of the pictures' likeness, so that it counts as much as the unit */

static const Case cases[] = {
  { "fourier-channel", GBOX_BASIS_FOURIER, GBOX_OBJECTIVE_CHANNEL, TRUE, TRUE, 64 },
  { "fourier-odd-layer", GBOX_BASIS_FOURIER, GBOX_OBJECTIVE_LAYER, TRUE, TRUE, 65 },
  { "fourier-class", GBOX_BASIS_FOURIER, GBOX_OBJECTIVE_CLASS, FALSE, FALSE, 64 },
  { "fourier-neuron", GBOX_BASIS_FOURIER, GBOX_OBJECTIVE_NEURON, TRUE, FALSE, 64 },
  { "pixel-channel", GBOX_BASIS_PIXEL, GBOX_OBJECTIVE_CHANNEL, TRUE, TRUE, 64 },
  { "pixel-class", GBOX_BASIS_PIXEL, GBOX_OBJECTIVE_CLASS, FALSE, FALSE, 64 },
  { "pixel-direction", GBOX_BASIS_PIXEL, GBOX_OBJECTIVE_DIRECTION, TRUE, TRUE, 65 },
  { "fourier-penalized", GBOX_BASIS_FOURIER, GBOX_OBJECTIVE_CHANNEL, TRUE, TRUE, 64, { 1e-3, 0.0, 0.01 } },
  { "pixel-penalized", GBOX_BASIS_PIXEL, GBOX_OBJECTIVE_CHANNEL, TRUE, TRUE, 64, { 0.0, 1e-3, 0.0 } },
  { "maco-channel", GBOX_BASIS_MACO, GBOX_OBJECTIVE_CHANNEL, TRUE, TRUE, 64, { 0 }, 0.25 },
  { "pixel-cropped", GBOX_BASIS_PIXEL, GBOX_OBJECTIVE_CHANNEL, TRUE, TRUE, 65, { 0 }, 0.1 },
  { "diverse", GBOX_BASIS_FOURIER, GBOX_OBJECTIVE_CHANNEL, TRUE, TRUE, 64, { 1e-3, 0.0, 0.01 }, 0, 3 },
  { "pixel-diverse-neuron", GBOX_BASIS_PIXEL, GBOX_OBJECTIVE_NEURON, TRUE, TRUE, 65, { 0 }, 0, 2 },
  { "fourier-diverse-class", GBOX_BASIS_FOURIER, GBOX_OBJECTIVE_CLASS, TRUE, TRUE, 64, { 0 }, 0, 2 },
  { "layers", GBOX_BASIS_FOURIER, GBOX_OBJECTIVE_CHANNEL, TRUE, TRUE, 64, { 0 }, 0, 3, "conv1:4" },
  { "channels", GBOX_BASIS_PIXEL, GBOX_OBJECTIVE_CHANNEL, TRUE, TRUE, 65, { 0 }, 0, 2, "conv2:7" },
  { "to-class", GBOX_BASIS_FOURIER, GBOX_OBJECTIVE_CHANNEL, TRUE, TRUE, 64, { 0 }, 0, 2, "class:7" },
  { "classes", GBOX_BASIS_FOURIER, GBOX_OBJECTIVE_CLASS, TRUE, TRUE, 64, { 0 }, 0, 2, "class:7" },
  { "maco-diverse", GBOX_BASIS_MACO, GBOX_OBJECTIVE_CHANNEL, TRUE, TRUE, 64, { 0 }, 0.25, 2 },
  { "maco-views", GBOX_BASIS_MACO, GBOX_OBJECTIVE_CHANNEL, TRUE, TRUE, 64, { 0 }, 0.25, 0, NULL, 3, "table" },
  { "maco-odd-views",
    GBOX_BASIS_MACO,
    GBOX_OBJECTIVE_CHANNEL,
    FALSE,
    TRUE,
    65,
    { 1e-3 },
    0.25,
    0,
    NULL,
    2,
    "0.01:9:7:8,0.5:0.2:0.3:0.1" },
  { "pixel-views",
    GBOX_BASIS_PIXEL,
    GBOX_OBJECTIVE_CHANNEL,
    TRUE,
    TRUE,
    65,
    { 1e-3, 1e-3, 0.0 },
    0,
    0,
    NULL,
    4 },
  { "diverse-views", GBOX_BASIS_FOURIER, GBOX_OBJECTIVE_CHANNEL, TRUE, TRUE, 64, { 0 }, 0, 2, NULL, 3 },
};

#define STEP 3 /* whose transforms are drawn */

static GboxVisualizationSpec *
new_spec (const Case *c)
{
  GboxVisualizationSpec *spec = gbox_visualization_spec_new ();

  g_object_set (spec, "layer", "conv2", "unit", 2, "objective", c->objective, "basis", c->basis,
                "decorrelate", c->decorrelate, "transforms", c->transforms, "size", c->size, "direction",
                "1:1,7:0.5", "cosine-power", 1.0, "seed", 9u, "l1", c->penalty.l1, "total-variation",
                c->penalty.total_variation, "blur", c->penalty.blur, "crop", c->crop > 0.0 ? c->crop : 1.0,
                "noise", c->crop > 0.0 ? 0.08 : 0.0, "diversity", c->end == NULL ? MAX (c->pictures, 1) : 1,
                "diversity-weight", WEIGHT, "interpolate-to", c->end, "interpolate-steps",
                MAX (c->pictures, 2), "views", MAX (c->views, 1), "spectrum",
                c->spectrum != NULL ? c->spectrum : "formula", NULL);
  return spec;
}

/* What has to be right separately, because one group's gradient is much larger than another's. */
typedef enum
{
  GROUP_ALL,
  GROUP_CONSTANT,       /* DC */
  GROUP_FIRST_COLUMN,   /* self-conjugate */
  GROUP_NYQUIST_COLUMN, /* self-conjugate, even sizes */
  GROUP_INTERIOR,
  N_GROUPS,
} Group;

static gboolean
is_in_group (const GboxPipelineState *state, Group group, gsize i)
{
  const gsize columns = state->dims[2], column = i / 2 % columns, row = i / 2 / columns % state->dims[1];

  if (group == GROUP_ALL)
    return TRUE;
  if (state->n_dims == 3)
    return FALSE;
  switch (group)
    {
    case GROUP_CONSTANT:
      return column == 0 && row == 0;
    case GROUP_FIRST_COLUMN:
      return column == 0 && row > 0;
    case GROUP_NYQUIST_COLUMN:
      return 2 * column == state->dims[1];
    default:
      return column > 0 && 2 * column < state->dims[1];
    }
}

/* All views. */
static double
evaluate_views (GboxPipeline *pipeline, const Case *c, guint step)
{
  double objective = 0.0;

  for (guint view = 0; view < MAX (c->views, 1); view++)
    {
      gbox_pipeline_set_view (pipeline, view);
      objective += gbox_pipeline_evaluate (pipeline, step);
    }
  return objective;
}

static void
differentiate_views (GboxPipeline *pipeline, const Case *c, guint step, gboolean redirect)
{
  for (guint view = 0; view < MAX (c->views, 1); view++)
    {
      gbox_pipeline_set_view (pipeline, view);
      gbox_pipeline_evaluate (pipeline, step);
      gbox_pipeline_backpropagate (pipeline, step, redirect);
    }
}

/* What the gradient is of. */
static double
evaluate (GboxPipeline *pipeline, const Case *c, GboxTeam *team)
{
  const int n = MAX (c->pictures, 1);
  double penalty = 0.0, objective;

  for (int i = 0; i < n; i++)
    penalty += gbox_penalty_subtract (&c->penalty, team,
                                      gbox_pipeline_get_image (pipeline) + i * 3 * c->size * c->size, c->size,
                                      c->size, NULL)
               / n;
  objective = evaluate_views (pipeline, c, STEP);
  g_assert_cmpint (gbox_pipeline_get_likeness (pipeline) > 0.0, ==, n > 1 && c->end == NULL);
  return objective - penalty - WEIGHT * gbox_pipeline_get_likeness (pipeline);
}

static double
evaluate_at (
  GboxPipeline *pipeline, const Case *c, GboxTeam *team, const float *start, const float *direction, float h)
{
  const GboxPipelineState *state = gbox_pipeline_get_state (pipeline);

  for (gsize i = 0; i < state->n; i++)
    state->parameters[i] = start[i] + h * direction[i];
  gbox_pipeline_render (pipeline);
  return evaluate (pipeline, c, team);
}

/*
 * The direction is the gradient of the group, each element times a random number of 0 … 2: a single wrong
 * element changes what is predicted, and along it the objective changes much more than its rounding, which is
 * about 1e-6 of its size because everything before it is float. The step h is chosen so that the objective
 * should change by 1e-3 of itself: rounding then costs 1e-3 of the difference. It crosses some kinks of
 * rectifiers and maxima, each of which bends the slope a little; a difference of 2 % is allowed for both, far
 * below what a forgotten weight, flip or scale would do.
 */
static void
check_group (GboxPipeline *pipeline, const Case *c, GboxTeam *team, Group group, const float *start)
{
  const GboxPipelineState *state = gbox_pipeline_get_state (pipeline);
  g_autofree float *direction = g_new0 (float, state->n);
  GboxPhilox random;
  double value, slope = 0.0, high, low;
  float h;

  memcpy (state->parameters, start, state->n * sizeof (float));
  gbox_pipeline_render (pipeline);
  value = evaluate (pipeline, c, team);
  differentiate_views (pipeline, c, STEP, FALSE);
  g_assert_cmpint (gbox_pipeline_get_penalty (pipeline) > 0.0, ==,
                   c->penalty.l1 > 0.0 || c->penalty.total_variation > 0.0);
  gbox_philox_init (&random, 3, 0, group);
  for (gsize i = 0; i < state->n; i++)
    if (is_in_group (state, group, i))
      {
        direction[i] = gbox_pipeline_get_gradient (pipeline)[i] * 2.0f * gbox_philox_uniform (&random);
        slope += (double) gbox_pipeline_get_gradient (pipeline)[i] * (double) direction[i];
      }
  if (slope == 0.0)
    {
      g_assert_true (group != GROUP_ALL && (state->n_dims == 3 || group == GROUP_NYQUIST_COLUMN));
      return;
    }
  h = (float) (1e-3 * fabs (value) / slope);
  high = evaluate_at (pipeline, c, team, start, direction, h);
  low = evaluate_at (pipeline, c, team, start, direction, -h);
  g_test_message ("group %d: objective %g, predicted slope %g, measured %g", group, value, slope,
                  (high - low) / (2.0 * (double) h));
  g_assert_cmpfloat (fabs ((high - low) / (2.0 * (double) h) - slope), <=, 0.02 * slope);
}

/* Parameters ten times those of a start make an image with contrast. */
static void
test_gradient (gconstpointer data)
{
  g_autoptr (GboxVisualizationSpec) spec = new_spec (data);
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxPipeline) pipeline = gbox_pipeline_new (network, team, spec, &error);
  g_autofree float *start = NULL;

  g_assert_no_error (error);

  const GboxPipelineState *state = gbox_pipeline_get_state (pipeline);

  start = g_new (float, state->n);
  for (gsize i = 0; i < state->n; i++)
    start[i] = 10.0f * state->parameters[i];
  for (Group group = GROUP_ALL; group < N_GROUPS; group++)
    check_group (pipeline, data, team, group, start);
}

/* The whole loop: 40 steps climb. */
static void
test_climbs (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxTeam) team = gbox_team_new (2);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GboxVisualizationSpec) spec = new_spec (&cases[i]);
      g_autoptr (GboxPipeline) pipeline = gbox_pipeline_new (network, team, spec, NULL);
      const double before = evaluate_views (pipeline, &cases[i], 1);
      double after;

      for (guint step = 1; step <= 40; step++)
        {
          differentiate_views (pipeline, &cases[i], step, FALSE);
          gbox_pipeline_ascend (pipeline, step);
          gbox_pipeline_render (pipeline);
        }
      after = evaluate_views (pipeline, &cases[i], 1);
      g_test_message ("%s: %g to %g", cases[i].name, before, after);
      g_assert_cmpfloat (after, >, before + 0.3 * fabs (before));
      g_assert_true (gbox_pipeline_is_finite (pipeline));
    }
}

/* The views are unlike each other, the first one is what a step with one view sees, and where the unit looked
 * is summed up once a step. */
static void
test_views (void)
{
  const Case *c = &cases[19];
  g_autoptr (GboxVisualizationSpec) spec = new_spec (c);
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxPipeline) pipeline = gbox_pipeline_new (network, team, spec, NULL);
  const GboxPipelineState *state = gbox_pipeline_get_state (pipeline);
  g_autoptr (GboxPipeline) single = NULL;
  double objectives[3], sum = 0.0;

  g_assert_cmpstr (c->name, ==, "maco-views");
  g_object_set (spec, "views", 1, NULL);
  single = gbox_pipeline_new (network, team, spec, NULL);
  for (guint view = 0; view < 3; view++)
    {
      gbox_pipeline_set_view (pipeline, view);
      objectives[view] = gbox_pipeline_evaluate (pipeline, STEP);
    }
  g_assert_cmpfloat (3.0 * objectives[0], ==, gbox_pipeline_evaluate (single, STEP));
  g_assert_true (objectives[0] != objectives[1] && objectives[1] != objectives[2]);
  g_assert_cmpuint (state->n_transparency, ==, 64 * 64);
  for (guint step = 1; step < 3; step++)
    {
      double more = 0.0;

      differentiate_views (pipeline, c, step, FALSE);
      for (gsize i = 0; i < state->n_transparency; i++)
        more += (double) state->transparency[i];
      g_assert_cmpfloat (more, >, sum);
      sum = more;
    }
}

static void
test_is_finite (void)
{
  g_autoptr (GboxVisualizationSpec) spec = new_spec (&cases[4]);
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxPipeline) pipeline = gbox_pipeline_new (network, team, spec, NULL);
  const GboxPipelineState *state = gbox_pipeline_get_state (pipeline);

  g_assert_true (gbox_pipeline_is_finite (pipeline));
  state->parameters[state->n / 2] = NAN;
  gbox_pipeline_render (pipeline);
  g_assert_false (gbox_pipeline_is_finite (pipeline));
}

static void
assert_refused (GboxVisualizationSpec *spec, GboxError code, const char *text)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_pipeline_new (network, team, spec, &error));
  g_assert_error (error, GBOX_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_refusals (void)
{
  g_autoptr (GboxVisualizationSpec) spec = new_spec (&cases[0]);

  g_object_set (spec, "layer", "conv9", NULL);
  assert_refused (spec, GBOX_ERROR_NOT_FOUND, "conv1, conv2, class");
  g_object_set (spec, "layer", "conv2", "unit", 16, NULL);
  assert_refused (spec, GBOX_ERROR_NOT_FOUND, "from 0 to 15");
}

#ifdef COUNTS_ALLOCATIONS
static void
run_step (GboxPipeline *pipeline, const Case *c, guint step)
{
  differentiate_views (pipeline, c, step, step % 2 == 0);
  gbox_pipeline_ascend (pipeline, step);
  gbox_pipeline_render (pipeline);
}
#endif

static void
test_allocations (gconstpointer data)
{
#ifdef COUNTS_ALLOCATIONS
  g_autoptr (GboxNetwork) network = tiny_network_new (1);
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxVisualizationSpec) spec = new_spec (data);
  g_autoptr (GboxPipeline) pipeline = gbox_pipeline_new (network, team, spec, NULL);
  int before;

  /* Libraries may set themselves up at their first call. */
  run_step (pipeline, data, 1);
  run_step (pipeline, data, 2);

  before = g_atomic_int_get (&n_allocations);
  g_assert_cmpint (before, >, 0);
  for (guint step = 3; step < 7; step++)
    run_step (pipeline, data, step);
  g_assert_cmpint (g_atomic_int_get (&n_allocations), ==, before);
#else
  g_test_skip ("The sanitizer has its own malloc");
#endif
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/pipeline/gradient/%s", cases[i].name);

      g_autofree char *allocations = g_strdup_printf ("/pipeline/allocations/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_gradient);
      g_test_add_data_func (allocations, &cases[i], test_allocations);
    }
  g_test_add_func ("/pipeline/climbs", test_climbs);
  g_test_add_func ("/pipeline/views", test_views);
  g_test_add_func ("/pipeline/is-finite", test_is_finite);
  g_test_add_func ("/pipeline/refusals", test_refusals);
  return g_test_run ();
}
