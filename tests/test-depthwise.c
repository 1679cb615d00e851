/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Depthwise convolutions: fast against plain, gradients against differences, and the same bits for any number
 * of threads. */
#include "kernel-testing.h"
#include "kernels/depthwise-pointwise.h"
#include "kernels/depthwise.h"

/* At most 25 products in single precision against double precision: a few 2⁻²⁴ of the largest result. */
#define TOLERANCE 1e-6

typedef struct
{
  const char *name;
  GboxDepthwiseShape shape; /* channels, kernel, stride, pad top and left */
  GboxActivation activation;
  int batch;
  int height;
  int width;
  int out_height;
  int out_width;
  guint gap;
  gboolean has_bias;
} Case;

#define NONE  GBOX_ACTIVATION_NONE
#define RELU  GBOX_ACTIVATION_RELU
#define RELU6 GBOX_ACTIVATION_RELU6

static const Case cases[] = {
  { "3x3", { 32, 3, 1, 1, 1 }, RELU6, 1, 14, 18, 14, 18, 0, TRUE },
  { "3x3-odd-channels", { 37, 3, 1, 1, 1 }, RELU, 2, 9, 7, 9, 7, 6, TRUE },
  { "3x3-few-channels", { 3, 3, 1, 1, 1 }, NONE, 1, 5, 21, 5, 21, 0, FALSE },
  { "3x3-stride-2-same-even", { 24, 3, 2, 0, 0 }, RELU6, 2, 16, 18, 8, 9, 4, TRUE },
  { "3x3-stride-2-same-odd", { 40, 3, 2, 1, 1 }, RELU6, 1, 15, 17, 8, 9, 0, TRUE },
  { "5x5", { 48, 5, 1, 2, 2 }, RELU6, 1, 13, 12, 13, 12, 0, TRUE },
  { "5x5-slice", { 29, 5, 1, 2, 2 }, NONE, 2, 11, 14, 11, 14, 3, TRUE },
  { "5x5-stride-2-same-even", { 32, 5, 2, 1, 1 }, RELU6, 1, 18, 22, 9, 11, 0, TRUE },
  { "5x5-stride-2-same-odd", { 17, 5, 2, 2, 2 }, RELU, 2, 19, 21, 10, 11, 9, TRUE },
  { "5x5-tiny-plane", { 20, 5, 1, 2, 2 }, NONE, 1, 2, 1, 2, 1, 0, TRUE },
  { "asymmetric", { 8, 3, 2, 0, 1 }, NONE, 1, 12, 13, 6, 7, 0, TRUE },
  { "unread-border", { 19, 3, 2, 0, 0 }, NONE, 1, 12, 10, 5, 4, 0, FALSE },
  { "unread-columns", { 11, 3, 1, 0, 0 }, NONE, 1, 6, 12, 4, 5, 0, TRUE },
  { "2x2-stride-3", { 11, 2, 3, 0, 0 }, NONE, 1, 14, 13, 5, 5, 2, TRUE },
  { "7x7", { 16, 7, 1, 3, 3 }, RELU, 1, 17, 20, 17, 20, 0, TRUE },
};

static gsize
n_weights (const Case *c)
{
  return (gsize) c->shape.kernel * (gsize) c->shape.kernel * (gsize) c->shape.channels;
}

static Block
input_of (const Case *c)
{
  return block_new (1, c->batch, c->height, c->width, c->shape.channels, c->gap);
}

static Block
output_of (const Case *c)
{
  return block_new (2, c->batch, c->out_height, c->out_width, c->shape.channels, c->gap);
}

static void
check_case (GboxTeam *team, gconstpointer data)
{
  const Case *c = data;
  g_autofree float *weights = random_floats (3, n_weights (c));
  g_autofree float *bias = c->has_bias ? random_floats (4, (gsize) c->shape.channels) : NULL;
  g_auto (Block) x = input_of (c);
  g_auto (Block) y = output_of (c);
  g_auto (Block) dx = input_of (c);
  g_auto (Block) dy = output_of (c);
  g_auto (Block) y_plain = block_copy (&y);
  g_auto (Block) dx_plain = block_copy (&dx);
  g_auto (Block) rectified = block_new_rectified (5, &dx);

  gbox_depthwise_forward (team, &c->shape, c->activation, weights, bias, &x.view, &y.view);
  gbox_depthwise_forward_reference (&c->shape, c->activation, weights, bias, &x.view, &y_plain.view);
  assert_close (&y, &y_plain, TOLERANCE);
  assert_guarded (&y);

  for (gboolean accumulate = FALSE; accumulate <= TRUE; accumulate++)
    {
      gbox_depthwise_backward (team, &c->shape, weights, &dy.view, &dx.view, accumulate, NULL,
                               GBOX_ACTIVATION_NONE);
      gbox_depthwise_backward_reference (&c->shape, weights, &dy.view, &dx_plain.view, accumulate);
      assert_close (&dx, &dx_plain, TOLERANCE);
      assert_guarded (&dx);
    }

  gbox_depthwise_backward (team, &c->shape, weights, &dy.view, &dx.view, TRUE, &rectified.view,
                           GBOX_ACTIVATION_RELU6);
  gbox_depthwise_backward_reference (&c->shape, weights, &dy.view, &dx_plain.view, TRUE);
  gbox_activation_backward_reference (GBOX_ACTIVATION_RELU6, &rectified.view, &dx_plain.view, FALSE);
  assert_close (&dx, &dx_plain, TOLERANCE);
  assert_guarded (&dx);
}

static void
test_against_reference (gconstpointer data)
{
  for_each_isa (check_case, data);
}

/* Wide enough for several bands, with images that end inside one. */
static const Case through_cases[] = {
  { "3x3-stride-2", { 96, 3, 2, 0, 0 }, RELU6, 2, 37, 58, 18, 29, 0, FALSE },
  { "5x5", { 144, 5, 1, 2, 2 }, RELU6, 1, 29, 41, 29, 41, 0, FALSE },
  { "3x3-odd-channels", { 37, 3, 1, 1, 1 }, RELU, 2, 45, 33, 45, 33, 5, FALSE },
  { "tiny-plane", { 20, 5, 1, 2, 2 }, NONE, 1, 2, 1, 2, 1, 0, FALSE },
};

#define N_OUTER 19 /* channels before the 1×1 convolution */

/* The two backward passes, one after the other and then together. */
static void
check_through (GboxTeam *team, gconstpointer data)
{
  const Case *c = data;
  const int channels = c->shape.channels;
  g_autofree float *weights = random_floats (3, n_weights (c));
  g_autofree float *point_weights = random_floats (4, (gsize) channels * N_OUTER);
  const GboxConvShape point = { N_OUTER, channels, 1, 1, 1, 0, 0 };
  const GboxConvPacking packing = gbox_conv_packing (&point, GBOX_CONV_BACKWARD, GBOX_CONV_POINTWISE);
  g_autoptr (GboxConv) conv = gbox_conv_new (&point, &packing, c->activation, point_weights, NULL);
  g_auto (Block) dbetween = input_of (c);
  g_auto (Block) dy = output_of (c);
  g_auto (Block) dx = block_new (6, c->batch, c->height, c->width, N_OUTER, c->gap);
  g_auto (Block) expected = block_copy (&dx);
  g_auto (Block) between = block_new_rectified (5, &dbetween);
  g_auto (Block) mask = block_new_rectified (7, &dx);
  const GboxDepthwisePointwise both = { c->shape, weights, between.view, c->activation, conv, point };
  const gsize size = gbox_depthwise_pointwise_scratch_size (&between.view, gbox_team_get_n_threads (team));
  gpointer scratch = g_aligned_alloc (size, 1, 64);

  for (gboolean accumulate = FALSE; accumulate <= TRUE; accumulate++)
    {
      const GboxTensor *last = accumulate ? &mask.view : NULL;

      gbox_depthwise_backward (team, &c->shape, weights, &dy.view, &dbetween.view, FALSE, &between.view,
                               c->activation);
      gbox_conv_backward (conv, &point, team, &dbetween.view, &expected.view, accumulate, last, RELU6, NULL);
      memset (scratch, 0xff, size);
      gbox_depthwise_pointwise_backward (&both, team, &dy.view, &dbetween.view, &dx.view, accumulate, last,
                                         RELU6, scratch);
      assert_same_bits (&dx, &expected);
      assert_guarded (&dx);
    }
  g_aligned_free (scratch);
}

static void
test_through (gconstpointer data)
{
  for_each_isa (check_through, data);
}

static void
forward_linear (const Block *x, Block *y, gconstpointer data)
{
  const Case *c = data;
  g_autofree float *weights = random_floats (3, n_weights (c));

  gbox_depthwise_forward_reference (&c->shape, NONE, weights, NULL, &x->view, &y->view);
}

/* The sum is linear, so the step may be large and only the rounding of the values remains. */
static void
test_gradient (gconstpointer data)
{
  const Case *c = data;
  g_autofree float *weights = random_floats (3, n_weights (c));
  g_auto (Block) x = input_of (c);
  g_auto (Block) dy = output_of (c);
  g_auto (Block) dx = input_of (c);

  gbox_depthwise_backward_reference (&c->shape, weights, &dy.view, &dx.view, FALSE);
  assert_gradient (forward_linear, c, &x, &dy, &dx, 1.0f, 1e-6);
}

/* Large enough to be cut into several tasks. */
static void
check_threads (GboxTeam *two, gconstpointer data)
{
  const GboxDepthwiseShape shape = { 67, 3, 2, 0, 1 };
  g_autofree float *weights = random_floats (3, 9 * 67);
  g_auto (Block) x = block_new (1, 2, 50, 61, 67, 5);
  g_auto (Block) dy = block_new (2, 2, 25, 31, 67, 0);
  Block y[3], dx[3];

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GboxTeam) team = gbox_team_new (i + 1);

      y[i] = block_copy (&dy);
      dx[i] = block_copy (&x);
      gbox_depthwise_forward (team, &shape, RELU6, weights, NULL, &x.view, &y[i].view);
      gbox_depthwise_backward (team, &shape, weights, &dy.view, &dx[i].view, TRUE, NULL,
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *plain = g_strdup_printf ("/depthwise/reference/%s", cases[i].name);
      g_autofree char *gradient = g_strdup_printf ("/depthwise/gradient/%s", cases[i].name);

      g_test_add_data_func (plain, &cases[i], test_against_reference);
      g_test_add_data_func (gradient, &cases[i], test_gradient);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (through_cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("/depthwise/through/%s", through_cases[i].name);

      g_test_add_data_func (name, &through_cases[i], test_through);
    }
  g_test_add_func ("/depthwise/threads", test_threads);

  return g_test_run ();
}
