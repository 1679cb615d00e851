/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Max pooling and the global average: fast against plain, gradients against differences, the same bits for
 * any number of threads. */
#include "kernel-testing.h"
#include "kernels/global-average.h"
#include "kernels/pool.h"

typedef struct
{
  const char *name;
  GboxPoolShape shape; /* kernel, stride, pad top and left */
  int batch;
  int height;
  int width;
  int out_height;
  int out_width;
  int channels;
  guint gap;
} Case;

static const Case cases[] = {
  { "3x3-stride-2-ceil", { 3, 2, 0, 0 }, 1, 16, 18, 8, 9, 64, 0 },
  { "3x3-stride-2-exact", { 3, 2, 0, 0 }, 2, 17, 13, 8, 6, 35, 3 },
  { "3x3-stride-2-same", { 3, 2, 1, 0 }, 1, 15, 16, 8, 8, 7, 0 },
  { "3x3-stride-1", { 3, 1, 1, 1 }, 2, 14, 11, 14, 11, 53, 4 },
  { "3x3-stride-1-tiny", { 3, 1, 1, 1 }, 1, 1, 2, 1, 2, 20, 0 },
  { "2x2-stride-2", { 2, 2, 0, 0 }, 1, 14, 10, 7, 5, 33, 1 },
  { "2x2-stride-2-ceil", { 2, 2, 0, 0 }, 2, 13, 9, 7, 5, 16, 0 },
  { "3x2-gaps", { 2, 3, 0, 0 }, 1, 14, 15, 5, 5, 9, 0 },
  { "5x5-stride-3", { 5, 3, 2, 2 }, 1, 19, 20, 7, 7, 18, 2 },
  { "15x15", { 15, 4, 7, 7 }, 1, 31, 29, 8, 8, 5, 0 },
  { "outside", { 2, 2, 0, 0 }, 1, 4, 4, 3, 3, 5, 0 },
};

static Block
input_of (const Case *c)
{
  return block_new (1, c->batch, c->height, c->width, c->channels, c->gap);
}

static Block
output_of (const Case *c)
{
  return block_new (2, c->batch, c->out_height, c->out_width, c->channels, c->gap);
}

static gsize
n_positions (const Case *c)
{
  return (gsize) c->batch * (gsize) c->out_height * (gsize) c->out_width * (gsize) c->channels;
}

/* Only comparisons and sums in the same order: every bit agrees. */
static void
check_case (GboxTeam *team, gconstpointer data)
{
  const Case *c = data;
  g_auto (Block) x = input_of (c);
  g_auto (Block) y = output_of (c);
  g_auto (Block) dx = input_of (c);
  g_auto (Block) dy = output_of (c);
  g_auto (Block) y_plain = block_copy (&y);
  g_auto (Block) dx_plain = block_copy (&dx);
  g_auto (Block) rectified = block_new_rectified (4, &dx);
  g_autofree guint8 *argmax = g_malloc (n_positions (c) + 1), *argmax_plain = g_malloc (n_positions (c));

  argmax[n_positions (c)] = 77;
  gbox_max_pool_forward (team, &c->shape, &x.view, &y.view, argmax);
  gbox_max_pool_forward_reference (&c->shape, &x.view, &y_plain.view, argmax_plain);
  assert_same_bits (&y, &y_plain);
  g_assert_cmpmem (argmax, n_positions (c), argmax_plain, n_positions (c));
  g_assert_cmpuint (argmax[n_positions (c)], ==, 77);

  for (gboolean accumulate = FALSE; accumulate <= TRUE; accumulate++)
    {
      gbox_max_pool_backward (team, &c->shape, &dy.view, argmax, &dx.view, accumulate, NULL,
                              GBOX_ACTIVATION_NONE);
      gbox_max_pool_backward_reference (&c->shape, &dy.view, argmax, &dx_plain.view, accumulate);
      assert_close (&dx, &dx_plain, 0);
      assert_guarded (&dx);
    }

  gbox_max_pool_backward (team, &c->shape, &dy.view, argmax, &dx.view, TRUE, &rectified.view,
                          GBOX_ACTIVATION_RELU6);
  gbox_max_pool_backward_reference (&c->shape, &dy.view, argmax, &dx_plain.view, TRUE);
  gbox_activation_backward_reference (GBOX_ACTIVATION_RELU6, &rectified.view, &dx_plain.view, FALSE);
  assert_close (&dx, &dx_plain, 0);
  assert_guarded (&dx);
}

static void
test_against_reference (gconstpointer data)
{
  for_each_isa (check_case, data);
}

/* Where several values are equally large, the first in row order wins. */
static void
check_ties (GboxTeam *team, gconstpointer data)
{
  const GboxPoolShape shape = { 3, 1, 1, 1 };
  g_auto (Block) x = block_new (1, 1, 6, 7, 19, 0);
  g_auto (Block) y = block_copy (&x);
  guint8 argmax[6 * 7 * 19];

  for (gsize p = 0; p < 6 * 7; p++)
    for (int c = 0; c < 19; c++)
      x.view.data[p * 19 + (gsize) c] = c % 2 == 0 ? 0.0f : -INFINITY;
  gbox_max_pool_forward (team, &shape, &x.view, &y.view, argmax);

  for (int p = 0; p < 6 * 7; p++)
    for (int c = 0; c < 19; c++)
      g_assert_cmpuint (argmax[p * 19 + c], ==, (p / 7 == 0 ? 3 : 0) + (p % 7 == 0 ? 1 : 0));
}

static void
test_ties (void)
{
  for_each_isa (check_ties, NULL);
}

static void
forward (const Block *x, Block *y, gconstpointer data)
{
  const Case *c = data;
  g_autofree guint8 *argmax = g_malloc (n_positions (c));

  gbox_max_pool_forward_reference (&c->shape, &x->view, &y->view, argmax);
}

/* All values a multiple of 1/4096 apart and the step below half of that: no maximum changes, so the function
 * is linear here. */
static void
test_gradient (gconstpointer data)
{
  const Case *c = data;
  g_auto (Block) x = input_of (c);
  g_auto (Block) y = output_of (c);
  g_auto (Block) dy = output_of (c);
  g_auto (Block) dx = input_of (c);
  g_autofree guint8 *argmax = g_malloc (n_positions (c));
  const gsize n = gbox_tensor_n_pixels (&x.view), stride = x.view.stride;

  for (gsize p = 0; p < n; p++)
    for (int channel = 0; channel < c->channels; channel++)
      x.view.data[p * stride + (gsize) channel] = (float) ((p * 2654435761u + (guint) channel) % n) / 4096;
  gbox_max_pool_forward_reference (&c->shape, &x.view, &y.view, argmax);
  gbox_max_pool_backward_reference (&c->shape, &dy.view, argmax, &dx.view, FALSE);
  assert_gradient (forward, c, &x, &dy, &dx, 0.4f / 4096, 2e-5);
}

static void
check_threads (GboxTeam *two, gconstpointer data)
{
  static const Case c = { "threads", { 3, 2, 0, 0 }, 2, 60, 64, 30, 32, 51, 5 };
  g_auto (Block) x = input_of (&c);
  g_auto (Block) dy = output_of (&c);
  Block y[3], dx[3];

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GboxTeam) team = gbox_team_new (i + 1);
      g_autofree guint8 *argmax = g_malloc (n_positions (&c));

      y[i] = block_copy (&dy);
      dx[i] = block_copy (&x);
      gbox_max_pool_forward (team, &c.shape, &x.view, &y[i].view, argmax);
      gbox_max_pool_backward (team, &c.shape, &dy.view, argmax, &dx[i].view, TRUE, NULL,
                              GBOX_ACTIVATION_NONE);
      assert_same_bits (&y[0], &y[i]);
      assert_same_bits (&dx[0], &dx[i]);
    }
  for (guint i = 0; i < 3; i++)
    {
      block_clear (&y[i]);
      block_clear (&dx[i]);
    }
}

static void
test_threads (void)
{
  for_each_isa (check_threads, NULL);
}

typedef struct
{
  int batch, height, width, channels;
  guint gap;
} AverageCase;

static const AverageCase average_cases[] = {
  { 1, 7, 7, 1024, 0 },
  { 2, 5, 3, 70, 4 },
  { 1, 1, 1, 3, 0 },
  { 3, 32, 32, 129, 1 },
};

static double
mean_at (const AverageCase *c, const Block *x, int image, int channel)
{
  const gsize n = (gsize) c->height * (gsize) c->width;
  double sum = 0;

  for (gsize p = 0; p < n; p++)
    sum += (double) block_get (x, (gsize) image * n + p, channel);

  return sum / (double) n;
}

/* Up to 1024 additions in single precision: √1024·2⁻²⁴ of values below one. */
static void
check_average (GboxTeam *team, gconstpointer data)
{
  const AverageCase *c = data;
  const gsize n = (gsize) c->height * (gsize) c->width;
  g_auto (Block) x = block_new (1, c->batch, c->height, c->width, c->channels, c->gap);
  g_auto (Block) y = block_new (2, c->batch, 1, 1, c->channels, c->gap);
  g_auto (Block) dy = block_new (3, c->batch, 1, 1, c->channels, c->gap);
  g_auto (Block) dx = block_copy (&x);
  g_auto (Block) rectified = block_new_rectified (4, &dx);
  g_auto (Block) expected = { 0 };

  gbox_global_average_forward (team, &x.view, &y.view);
  gbox_global_average_backward (team, &dy.view, &dx.view, TRUE, NULL, GBOX_ACTIVATION_NONE);
  gbox_global_average_backward (team, &dy.view, &dx.view, TRUE, NULL, GBOX_ACTIVATION_NONE);
  for (int image = 0; image < c->batch; image++)
    for (int channel = 0; channel < c->channels; channel++)
      {
        const float gradient = block_get (&dy, (gsize) image, channel) / (float) n;

        g_assert_cmpfloat_with_epsilon (block_get (&y, (gsize) image, channel),
                                        mean_at (c, &x, image, channel), 2e-6);
        for (gsize p = (gsize) image * n; p < (gsize) (image + 1) * n; p++)
          g_assert_cmpfloat_with_epsilon (block_get (&dx, p, channel),
                                          block_get (&x, p, channel) + 2 * gradient, 1e-6);
      }
  gbox_global_average_backward (team, &dy.view, &dx.view, FALSE, NULL, GBOX_ACTIVATION_NONE);
  g_assert_cmpfloat_with_epsilon (block_get (&dx, 0, 0), block_get (&dy, 0, 0) / (float) n, 1e-7);

  expected = block_copy (&dx);
  gbox_activation_backward_reference (GBOX_ACTIVATION_RELU6, &rectified.view, &expected.view, FALSE);
  gbox_global_average_backward (team, &dy.view, &dx.view, FALSE, &rectified.view, GBOX_ACTIVATION_RELU6);
  assert_close (&dx, &expected, 0);
  assert_guarded (&y);
  assert_guarded (&dx);
}

static void
test_average (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (average_cases); i++)
    for_each_isa (check_average, &average_cases[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *plain = g_strdup_printf ("/pool/reference/%s", cases[i].name);
      g_autofree char *gradient = g_strdup_printf ("/pool/gradient/%s", cases[i].name);

      g_test_add_data_func (plain, &cases[i], test_against_reference);
      if (g_strcmp0 (cases[i].name, "outside") != 0) /* −∞ has no differences */
        g_test_add_data_func (gradient, &cases[i], test_gradient);
    }
  g_test_add_func ("/pool/ties", test_ties);
  g_test_add_func ("/pool/threads", test_threads);
  g_test_add_func ("/global-average", test_average);

  return g_test_run ();
}
