/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Norms, rotary positions, gates, softmax and draws against their definitions in double precision. */
#include "kernel-testing.h"
#include "kernels/divergence.h"
#include "kernels/gate.h"
#include "kernels/norm.h"
#include "kernels/rope.h"
#include "kernels/softmax.h"

#define N     3
#define WIDTH 1061
#define GAP   5

/* A few roundings of single precision. */
#define TOLERANCE 2e-6

static void
test_norms (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  const gsize stride = WIDTH + GAP;
  g_autofree float *x = random_floats (1, N * stride);
  g_autofree float *weight = random_floats (2, WIDTH);
  g_autofree float *bias = random_floats (3, WIDTH);
  g_autofree float *rms = g_new0 (float, N *stride);
  g_autofree float *layer = g_new0 (float, N *stride);

  /* Far from zero, where a variance from sums of squares would be lost. */
  for (gsize i = 0; i < N * stride; i++)
    x[i] += 100;
  gbox_rms_norm (team, x, stride, N, WIDTH, weight, 1e-5f, rms, stride);
  gbox_layer_norm (team, x, stride, N, WIDTH, weight, bias, 1e-5f, layer, stride);
  for (gsize row = 0; row < N; row++)
    {
      double mean = 0, squares = 0, variance = 0;

      for (gsize i = 0; i < WIDTH; i++)
        {
          mean += (double) x[row * stride + i] / WIDTH;
          squares += (double) x[row * stride + i] * (double) x[row * stride + i] / WIDTH;
        }
      for (gsize i = 0; i < WIDTH; i++)
        variance += pow ((double) x[row * stride + i] - mean, 2) / WIDTH;
      for (gsize i = 0; i < WIDTH; i++)
        {
          const double value = (double) x[row * stride + i];

          g_assert_cmpfloat_with_epsilon (rms[row * stride + i],
                                          value / sqrt (squares + 1e-5) * (double) weight[i], TOLERANCE);
          /* The mean of numbers near 100 is rounded to 8e-6. */
          g_assert_cmpfloat_with_epsilon (layer[row * stride + i],
                                          (value - mean) / sqrt (variance + 1e-5) * (double) weight[i]
                                            + (double) bias[i],
                                          3e-5);
        }
      for (gsize i = WIDTH; i < stride; i++)
        g_assert_true (rms[row * stride + i] == 0 && layer[row * stride + i] == 0);
    }
}

/* A pair seen as a complex number is multiplied by e^(i p θ). */
static void
test_rope (gconstpointer data)
{
  const GboxRopePairing pairing = (GboxRopePairing) GPOINTER_TO_INT (data);
  enum
  {
    SIZE = 12,
    TURNED = 10,
    HEADS = 3,
    POSITIONS = 50
  };
  static const int positions[N] = { 0, 7, 49 };
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autofree float *table = g_new (float, POSITIONS *TURNED);
  g_autofree float *x = random_floats (4, N * HEADS * SIZE);
  g_autofree float *y = g_memdup2 (x, N * HEADS * SIZE * sizeof (float));

  gbox_rope_fill_table (table, POSITIONS, TURNED, 300, 2);
  gbox_rope (team, pairing, table, TURNED, y, HEADS * SIZE, positions, N, HEADS, SIZE);
  for (int head = 0; head < N * HEADS; head++)
    {
      const float *from = x + head * SIZE, *to = y + head * SIZE;

      for (int i = 0; i < TURNED / 2; i++)
        {
          const int a = pairing == GBOX_ROPE_HALVES ? i : 2 * i;
          const int b = pairing == GBOX_ROPE_HALVES ? i + TURNED / 2 : 2 * i + 1;
          const int position = positions[head / HEADS];
          const double angle = position / 2.0 * pow (300, -2.0 * i / TURNED);

          g_assert_cmpfloat_with_epsilon (to[a],
                                          (double) from[a] * cos (angle) - (double) from[b] * sin (angle),
                                          TOLERANCE);
          g_assert_cmpfloat_with_epsilon (to[b],
                                          (double) from[b] * cos (angle) + (double) from[a] * sin (angle),
                                          TOLERANCE);
        }
      for (int i = TURNED; i < SIZE; i++)
        g_assert_cmpfloat (to[i], ==, from[i]);
    }
}

static double
gate_of (GboxGate gate, double x)
{
  if (gate == GBOX_GATE_SILU)
    return x / (1 + exp (-x));
  return 0.5 * x * (1 + tanh (0.7978845608028654 * (x + 0.044715 * x * x * x)));
}

static void
check_gate (GboxTeam *team, gconstpointer data)
{
  const gboolean with_up = data != NULL;

  for (GboxGate gate = GBOX_GATE_SILU; gate <= GBOX_GATE_GELU; gate++)
    {
      const gsize stride = WIDTH + GAP;
      g_autofree float *x = random_floats (5, N * stride);
      g_autofree float *up = random_floats (6, N * stride);
      g_autofree float *y = NULL;

      for (gsize i = 0; i < N * stride; i++)
        x[i] *= i % 7 == 0 ? 200 : 8;
      y = g_memdup2 (x, N * stride * sizeof (float));
      gbox_gate (team, gate, y, with_up ? up : NULL, stride, N, WIDTH);
      for (gsize i = 0; i < N * stride; i++)
        {
          const double expected = gate_of (gate, (double) x[i]) * (with_up ? (double) up[i] : 1);

          if (i % stride >= WIDTH)
            g_assert_cmpfloat (y[i], ==, x[i]);
          else
            g_assert_cmpfloat_with_epsilon (y[i], expected, TOLERANCE * (1 + fabs (expected)));
        }
    }
}

static void
test_gate (gconstpointer data)
{
  for_each_isa (check_gate, data);
}

static void
check_softmax (GboxTeam *team, gconstpointer data)
{
  const gsize stride = WIDTH + GAP;
  g_autofree float *x = random_floats (7, N * stride);
  g_autofree float *e = g_new0 (float, N *stride);
  GboxSoftmax sums[N], again[N];

  for (gsize i = 0; i < N * stride; i++)
    x[i] *= 60;
  gbox_softmax (team, x, stride, N, WIDTH, 0.5f, e, sums);
  gbox_softmax (team, x, stride, N, WIDTH, 0.5f, NULL, again);
  for (gsize row = 0; row < N; row++)
    {
      double max = -INFINITY, sum = 0, moment = 0;

      for (gsize i = 0; i < WIDTH; i++)
        max = MAX (max, (double) x[row * stride + i]);
      for (gsize i = 0; i < WIDTH; i++)
        {
          const double power = 0.5 * ((double) x[row * stride + i] - max);

          sum += exp (power);
          moment += exp (power) * power;
          g_assert_cmpfloat_with_epsilon (e[row * stride + i], exp (power), TOLERANCE);
        }
      g_assert_cmpfloat (sums[row].max, ==, max);
      g_assert_cmpfloat_with_epsilon (sums[row].sum, sum, TOLERANCE * sum);
      g_assert_cmpfloat_with_epsilon (sums[row].moment, moment, TOLERANCE * (1 + fabs (moment)));
      g_assert_cmpfloat (sums[row].sum, ==, again[row].sum);
    }
}

static void
test_softmax (void)
{
  for_each_isa (check_softmax, NULL);
}

/* By definition, in double precision. */
static GboxDivergence
sum_divergence (const float *x, const float *y, double scale)
{
  GboxDivergence sums = { .sums = { .max = x[0] }, .y_max = y[0] };

  for (gsize i = 1; i < WIDTH; i++)
    {
      sums.sums.max = MAX (sums.sums.max, x[i]);
      sums.y_max = MAX (sums.y_max, y[i]);
    }
  for (gsize i = 0; i < WIDTH; i++)
    {
      const double power = scale * ((double) x[i] - (double) sums.sums.max);
      const double y_power = scale * ((double) y[i] - (double) sums.y_max);

      sums.sums.sum += exp (power);
      sums.sums.moment += exp (power) * power;
      sums.y_sum += exp (y_power);
      sums.ratio += exp (power) * (power - y_power);
    }
  return sums;
}

static void
assert_near (double found, double expected)
{
  g_assert_cmpfloat_with_epsilon (found, expected, TOLERANCE * (1 + fabs (expected)));
}

/* What each row says of the divergence of two distributions, and what replaces x. */
static void
check_divergence (GboxTeam *team, gconstpointer data)
{
  const gsize stride = WIDTH + GAP;
  g_autofree float *x = random_floats (8, N * stride);
  g_autofree float *y = random_floats (9, N * stride);
  g_autofree float *e = NULL;
  g_autofree float *alone = NULL;
  GboxDivergence sums[N], again[N];

  for (gsize i = 0; i < N * stride; i++)
    {
      x[i] *= 20;
      y[i] = x[i] + 4 * y[i];
    }
  e = g_memdup2 (x, N * stride * sizeof (float));
  alone = g_memdup2 (x, N * stride * sizeof (float));
  gbox_divergence (team, e, stride, y, stride, N, WIDTH, 0.5f, sums);
  gbox_divergence (NULL, alone, stride, y, stride, N, WIDTH, 0.5f, again);
  g_assert_cmpmem (e, N * stride * sizeof (float), alone, N * stride * sizeof (float));
  for (gsize row = 0; row < N; row++)
    {
      const float *own = x + row * stride;
      const GboxDivergence expected = sum_divergence (own, y + row * stride, 0.5);

      for (gsize i = 0; i < WIDTH; i++)
        g_assert_cmpfloat_with_epsilon (e[row * stride + i],
                                        exp (0.5 * ((double) own[i] - (double) expected.sums.max)),
                                        TOLERANCE);
      for (gsize i = WIDTH; i < stride; i++)
        g_assert_cmpfloat (e[row * stride + i], ==, own[i]);
      g_assert_cmpfloat (sums[row].sums.max, ==, expected.sums.max);
      g_assert_cmpfloat (sums[row].y_max, ==, expected.y_max);
      assert_near (sums[row].sums.sum, expected.sums.sum);
      assert_near (sums[row].sums.moment, expected.sums.moment);
      assert_near (sums[row].y_sum, expected.y_sum);
      assert_near (sums[row].ratio, expected.ratio);
      g_assert_cmpfloat (sums[row].ratio, ==, again[row].ratio);
    }
}

static void
test_divergence (void)
{
  for_each_isa (check_divergence, NULL);
}

/* Rows of several parts, in which many weights are 0: each place is drawn for the uniforms of its share. */
static void
check_draw (GboxTeam *team, gconstpointer data)
{
  enum
  {
    LONG = 3 * 512 + 7
  };
  g_autofree float *e = g_new0 (float, N *LONG);
  GboxSoftmax sums[N] = { 0 };
  double uniforms[N];
  int chosen[N];

  for (gsize i = 0; i < N * LONG; i++)
    {
      e[i] = i % 3 == 0 && i % LONG < LONG - 9 ? (float) (1 + i % 5) : 0; /* whose sums are exact */
      sums[i / LONG].sum += (double) e[i];
    }
  for (int place = 0; place < LONG; place += 41)
    {
      for (gsize row = 0; row < N; row++)
        {
          double before = 0;

          for (int i = 0; i < place; i++)
            before += (double) e[row * LONG + (gsize) i];
          uniforms[row] = MIN ((before + 0.5) / sums[row].sum, 1);
        }
      gbox_softmax_draw (team, e, LONG, N, LONG, sums, uniforms, chosen);
      for (gsize row = 0; row < N; row++)
        {
          int expected = place;

          while (expected < LONG && e[row * LONG + (gsize) expected] <= 0)
            expected++;
          if (expected < LONG)
            g_assert_cmpint (chosen[row], ==, expected);
          else /* beyond the last: it */
            g_assert_true (e[row * LONG + (gsize) chosen[row]] > 0 && chosen[row] >= LONG - 12);
        }
    }
}

static void
test_draw (void)
{
  for_each_isa (check_draw, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-kernels/norms", test_norms);
  g_test_add_data_func ("/text-kernels/rope/halves", GINT_TO_POINTER (GBOX_ROPE_HALVES), test_rope);
  g_test_add_data_func ("/text-kernels/rope/neighbours", GINT_TO_POINTER (GBOX_ROPE_NEIGHBOURS), test_rope);
  g_test_add_data_func ("/text-kernels/gate/alone", NULL, test_gate);
  g_test_add_data_func ("/text-kernels/gate/with-up", "up", test_gate);
  g_test_add_func ("/text-kernels/softmax", test_softmax);
  g_test_add_func ("/text-kernels/divergence", test_divergence);
  g_test_add_func ("/text-kernels/draw", test_draw);
  return g_test_run ();
}
