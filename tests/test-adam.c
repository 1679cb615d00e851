/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adam against the paper's lines. */
#include "kernel-testing.h"
#include "kernels/adam.h"

#define N       20011 /* no multiple of a slice or a vector */
#define N_STEPS 20

typedef struct
{
  float *parameters, *m, *v;
} State;

static void
state_init (State *state)
{
  GboxPhilox random;

  state->parameters = g_new (float, N);
  state->m = g_new0 (float, N);
  state->v = g_new0 (float, N);
  gbox_philox_init (&random, 1, 0, 0);
  gbox_philox_fill_normal (&random, state->parameters, N, 0.0f, 1.0f);
}

static void
state_clear (State *state)
{
  g_free (state->parameters);
  g_free (state->m);
  g_free (state->v);
}

/* Gradients of very different sizes, some of them zero, as an image's are. */
static void
fill_gradient (float *gradient, guint step)
{
  GboxPhilox random;

  gbox_philox_init (&random, 2, 0, step);
  gbox_philox_fill_normal (&random, gradient, N, 0.0f, 1.0f);
  for (gsize i = 0; i < N; i++)
    gradient[i] *= i % 7 == 0 ? 0.0f : powf (10.0f, (float) (i % 13) - 10.0f);
}

/* The moments are a few roundings apart, those of m of the gradients that it sums, about 7·√v after 20 steps.
 * And the step is at most about the learning rate, 0.05, so the parameters after 20 steps agree to
 * 20·(0.05·1e-6 + a rounding of numbers up to 5, 3e-7). */
static void
check_reference (GboxTeam *team, gconstpointer data)
{
  g_autofree float *gradient = g_new (float, N);
  State fast, slow;

  state_init (&fast);
  state_init (&slow);
  for (guint step = 1; step <= N_STEPS; step++)
    {
      fill_gradient (gradient, step);
      gbox_adam_step (team, fast.parameters, gradient, fast.m, fast.v, N, step, 0.05);
      gbox_adam_step_reference (slow.parameters, gradient, slow.m, slow.v, N, step, 0.05);
    }
  for (gsize i = 0; i < N; i++)
    {
      g_assert_cmpfloat (fabsf (fast.parameters[i] - slow.parameters[i]), <=, 1e-5f);
      g_assert_cmpfloat (fabsf (fast.m[i] - slow.m[i]), <=, 1e-5f * sqrtf (slow.v[i]));
      g_assert_cmpfloat (fabsf (fast.v[i] - slow.v[i]), <=, 2e-6f * slow.v[i]);
    }
  state_clear (&fast);
  state_clear (&slow);
}

static void
test_reference (void)
{
  for_each_isa (check_reference, NULL);
}

/* m̂ = g and v̂ = g², so the first step is the learning rate along the gradient's sign, whatever its size. */
static void
test_first_step (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  const float gradient[4] = { 3.0f, -2e-4f, 0.0f, 1e6f };
  float parameters[4] = { 1.0f, 1.0f, 1.0f, 1.0f }, m[4] = { 0 }, v[4] = { 0 };

  gbox_adam_step (team, parameters, gradient, m, v, 4, 1, 0.05);
  g_assert_cmpfloat_with_epsilon (parameters[0], 1.05f, 1e-6f);
  g_assert_cmpfloat_with_epsilon (parameters[1], 0.95f, 1e-5f); /* ε is 5e-5 of the gradient */
  g_assert_cmpfloat (parameters[2], ==, 1.0f);
  g_assert_cmpfloat_with_epsilon (parameters[3], 1.05f, 1e-6f);
}

/* Climbs −(x − 3)². */
static void
test_ascends (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  float x = 0.0f, m = 0.0f, v = 0.0f;

  for (guint step = 1; step <= 500; step++)
    {
      const float gradient = -2.0f * (x - 3.0f);

      gbox_adam_step (team, &x, &gradient, &m, &v, 1, step, 0.05);
    }
  g_assert_cmpfloat_with_epsilon (x, 3.0f, 0.01f);
}

static void
check_threads (GboxTeam *two, gconstpointer data)
{
  g_autofree float *gradient = g_new (float, N);
  State states[3];

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GboxTeam) team = gbox_team_new (1 + i);

      state_init (&states[i]);
      for (guint step = 1; step <= 3; step++)
        {
          fill_gradient (gradient, step);
          gbox_adam_step (team, states[i].parameters, gradient, states[i].m, states[i].v, N, step, 0.05);
        }
    }
  for (guint i = 1; i < 3; i++)
    {
      g_assert_cmpmem (states[0].parameters, N * sizeof (float), states[i].parameters, N * sizeof (float));
      g_assert_cmpmem (states[0].v, N * sizeof (float), states[i].v, N * sizeof (float));
    }
  for (guint i = 0; i < 3; i++)
    state_clear (&states[i]);
}

static void
test_threads (void)
{
  for_each_isa (check_threads, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/adam/reference", test_reference);
  g_test_add_func ("/adam/first-step", test_first_step);
  g_test_add_func ("/adam/ascends", test_ascends);
  g_test_add_func ("/adam/threads", test_threads);
  return g_test_run ();
}
