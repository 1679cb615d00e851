/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolutions: fast against plain, gradients against differences, and the same bits for any number of
 * threads. */
#include "kernel-testing.h"
#include "kernels/conv.h"

/*
 * The reference sums in double precision, the fast path up to 1728 products in single precision: its rounding
 * errors add up like √n·2⁻²⁴ of the sum of the magnitudes, 2.5e-6 of the largest result at worst here. The
 * tiles of Winograd's methods, which subtract large numbers from each other, reach 1.2e-5. What is allowed
 * still is a hundredth of what one wrong tap or weight would do.
 */
#define TOLERANCE 3e-5

typedef struct
{
  const char *name;
  GboxConvShape shape; /* in, out, kernel height and width, stride, pad top and left */
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
  { "1x1", { 64, 64, 1, 1, 1, 0, 0 }, RELU, 1, 13, 11, 13, 11, 0, TRUE },
  { "1x1-slice", { 40, 24, 1, 1, 1, 0, 0 }, NONE, 2, 9, 7, 9, 7, 8, TRUE },
  { "1x1-many-rows", { 24, 33, 1, 1, 1, 0, 0 }, RELU6, 2, 41, 37, 41, 37, 5, FALSE },
  { "1x1-wide", { 480, 192, 1, 1, 1, 0, 0 }, RELU, 1, 14, 14, 14, 14, 0, TRUE },
  { "1x1-stride-2", { 12, 20, 1, 1, 2, 0, 0 }, RELU, 1, 9, 9, 5, 5, 3, TRUE },
  { "linear", { 1024, 1000, 1, 1, 1, 0, 0 }, NONE, 1, 1, 1, 1, 1, 0, TRUE },
  { "linear-batch", { 320, 250, 1, 1, 1, 0, 0 }, NONE, 4, 1, 1, 1, 1, 0, TRUE },
  { "3x3", { 16, 24, 3, 3, 1, 1, 1 }, RELU, 1, 17, 15, 17, 15, 0, TRUE },
  { "3x3-slice", { 19, 21, 3, 3, 1, 1, 1 }, RELU, 2, 11, 13, 11, 13, 7, TRUE },
  { "3x3-no-pad", { 7, 9, 3, 3, 1, 0, 0 }, NONE, 1, 10, 8, 8, 6, 1, FALSE },
  { "3x3-pad-2", { 7, 9, 3, 3, 1, 2, 2 }, NONE, 1, 5, 6, 7, 8, 1, FALSE },
  { "3x3-large", { 64, 96, 3, 3, 1, 1, 1 }, RELU, 1, 22, 23, 22, 23, 16, TRUE },
  { "3x3-deep", { 192, 384, 3, 3, 1, 1, 1 }, RELU, 1, 7, 7, 7, 7, 0, TRUE },
  { "3x3-many-bands", { 64, 8, 3, 3, 1, 1, 1 }, RELU, 5, 40, 48, 40, 48, 4, TRUE },
  { "5x5", { 16, 32, 5, 5, 1, 2, 2 }, RELU, 2, 9, 12, 9, 12, 4, TRUE },
  { "5x5-tiny-plane", { 5, 6, 5, 5, 1, 2, 2 }, NONE, 1, 2, 3, 2, 3, 0, TRUE },
  { "7x7-stride-2", { 3, 64, 7, 7, 2, 3, 3 }, RELU, 1, 64, 72, 32, 36, 0, TRUE },
  { "7x7-stride-2-odd", { 3, 17, 7, 7, 2, 3, 3 }, RELU, 2, 37, 45, 19, 23, 1, TRUE },
  /* Where the last tile would just end, were there another row or column. */
  { "7x7-stride-2-odd-tiles", { 3, 17, 7, 7, 2, 3, 3 }, RELU, 1, 31, 41, 16, 21, 0, TRUE },
  { "7x7-stride-2-odd-tiles-back", { 3, 17, 7, 7, 2, 3, 3 }, RELU, 2, 39, 29, 20, 15, 0, TRUE },
  { "7x7-stride-2-many-bands", { 3, 4, 7, 7, 2, 3, 3 }, NONE, 2, 257, 301, 129, 151, 0, TRUE },
  { "3x3-stride-2-pad-0", { 3, 32, 3, 3, 2, 0, 0 }, RELU6, 1, 64, 50, 32, 25, 0, TRUE },
  { "3x3-stride-2-pad-1", { 3, 32, 3, 3, 2, 1, 1 }, RELU6, 2, 33, 31, 17, 16, 2, TRUE },
  { "3x3-stride-2-asymmetric", { 3, 8, 3, 3, 2, 0, 1 }, NONE, 1, 32, 33, 16, 17, 0, TRUE },
  { "2x5-stride-3", { 6, 11, 2, 5, 3, 1, 2 }, RELU, 2, 20, 22, 7, 8, 3, TRUE },
  { "3x3-stride-4-gaps", { 4, 5, 3, 3, 4, 0, 0 }, NONE, 1, 21, 19, 5, 5, 0, TRUE },
  { "unread-border", { 4, 5, 3, 3, 2, 0, 0 }, NONE, 2, 10, 12, 4, 5, 0, TRUE },
  { "1x1-inner", { 24, 40, 1, 1, 1, -2, -1 }, RELU, 2, 9, 8, 5, 6, 3, TRUE },
  { "3x3-inner", { 16, 24, 3, 3, 1, -1, 0 }, RELU, 2, 11, 9, 8, 7, 0, TRUE },
  { "3x3-corner", { 16, 20, 3, 3, 1, 1, -2 }, NONE, 1, 9, 9, 4, 5, 4, TRUE },
  { "5x5-inner", { 8, 12, 5, 5, 1, -1, -3 }, RELU, 1, 14, 15, 6, 5, 0, TRUE },
  { "5x5-many-tiles", { 24, 40, 5, 5, 1, 2, 2 }, RELU, 2, 27, 30, 27, 30, 8, TRUE },
  { "3x3-whole-tiles", { 32, 32, 3, 3, 1, 1, 1 }, RELU, 1, 32, 24, 32, 24, 0, TRUE },
  { "7x7-stride-2-inner", { 3, 20, 7, 7, 2, 0, -1 }, RELU, 1, 41, 40, 16, 15, 0, TRUE },
  { "7x7-stride-2-pad-2", { 3, 20, 7, 7, 2, 2, -2 }, NONE, 2, 40, 39, 18, 16, 3, FALSE },
  { "7x7-stride-2-pixels", { 4, 6, 7, 7, 2, 3, 2 }, NONE, 1, 30, 32, 15, 16, 2, TRUE },
};

static gsize
n_weights (const Case *c)
{
  return (gsize) c->shape.out_channels * (gsize) c->shape.in_channels * (gsize) c->shape.kernel_height
         * (gsize) c->shape.kernel_width;
}

static Block
input_of (const Case *c)
{
  return block_new (1, c->batch, c->height, c->width, c->shape.in_channels, c->gap);
}

static Block
output_of (const Case *c)
{
  return block_new (2, c->batch, c->out_height, c->out_width, c->shape.out_channels, c->gap);
}

/* What a rectifier of the input made, at both its ends, too. */
static Block
mask_of (const Case *c)
{
  g_auto (Block) x = input_of (c);

  return block_new_rectified (5, &x);
}

/* Scratch with rubbish in it, and a guard behind. */
typedef struct
{
  gpointer memory;
  gsize size;
} Scratch;

static Scratch
scratch_new (
  const GboxConv *conv, const GboxConvShape *shape, const Block *from, const Block *to, GboxTeam *team)
{
  Scratch scratch = { .size = gbox_conv_scratch_size (conv, shape, &from->view, &to->view,
                                                      gbox_team_get_n_threads (team)) };

  scratch.memory = g_aligned_alloc (scratch.size + 64, 1, 64);
  memset (scratch.memory, 0xff, scratch.size + 64);

  return scratch;
}

static void
scratch_check_and_free (Scratch *scratch)
{
  const guint8 *end = (const guint8 *) scratch->memory + scratch->size;

  for (guint i = 0; i < 64; i++)
    g_assert_cmpuint (end[i], ==, 0xff);
  g_aligned_free (scratch->memory);
}

/* A case with what the definition makes of it. */
typedef struct
{
  const Case *c;
  const float *weights;
  const float *bias;
  Block y;
  Block dx;
  Block dx_twice;
  Block dx_masked;
  Block dx_twice_masked;
} Expected;

static GboxConv *
pack (const Expected *expected, GboxConvDirection direction, GboxConvMethod method)
{
  const Case *c = expected->c;
  const GboxConvPacking packing = gbox_conv_packing (&c->shape, direction, method);

  return gbox_conv_new (&c->shape, &packing, c->activation, expected->weights, expected->bias);
}

static void
check_forward (const Expected *expected, GboxTeam *team, GboxConvMethod method)
{
  const Case *c = expected->c;
  g_autoptr (GboxConv) conv = pack (expected, GBOX_CONV_FORWARD, method);
  g_auto (Block) x = input_of (c);
  g_auto (Block) y = output_of (c);
  Scratch scratch = scratch_new (conv, &c->shape, &x, &y, team);

  gbox_conv_forward (conv, &c->shape, team, &x.view, &y.view, scratch.memory);
  assert_close (&y, &expected->y, TOLERANCE);
  assert_guarded (&y);
  scratch_check_and_free (&scratch);
}

static void
check_backward (const Expected *expected, GboxTeam *team, GboxConvMethod method)
{
  const Case *c = expected->c;
  g_autoptr (GboxConv) conv = pack (expected, GBOX_CONV_BACKWARD, method);
  g_auto (Block) dx = input_of (c);
  g_auto (Block) dy = output_of (c);
  g_auto (Block) mask = mask_of (c);
  Scratch scratch = scratch_new (conv, &c->shape, &dy, &dx, team);

  gbox_conv_backward (conv, &c->shape, team, &dy.view, &dx.view, FALSE, NULL, NONE, scratch.memory);
  assert_close (&dx, &expected->dx, TOLERANCE);
  memset (scratch.memory, 0xff, scratch.size);
  gbox_conv_backward (conv, &c->shape, team, &dy.view, &dx.view, TRUE, NULL, NONE, scratch.memory);
  assert_close (&dx, &expected->dx_twice, TOLERANCE);
  memset (scratch.memory, 0xff, scratch.size);
  gbox_conv_backward (conv, &c->shape, team, &dy.view, &dx.view, FALSE, &mask.view, RELU6, scratch.memory);
  assert_close (&dx, &expected->dx_masked, TOLERANCE);
  memset (scratch.memory, 0xff, scratch.size);
  gbox_conv_backward (conv, &c->shape, team, &dy.view, &dx.view, TRUE, &mask.view, RELU6, scratch.memory);
  assert_close (&dx, &expected->dx_twice_masked, TOLERANCE);
  assert_guarded (&dx);
  scratch_check_and_free (&scratch);
}

static void
check_case (GboxTeam *team, gconstpointer data)
{
  const Expected *expected = data;
  guint n_methods = 0;

  for (GboxConvMethod method = GBOX_CONV_WINDOWS; method < GBOX_N_CONV_METHODS; method++)
    if (gbox_conv_method_applies (method, &expected->c->shape))
      {
        check_forward (expected, team, method);
        check_backward (expected, team, method);
        n_methods++;
      }
  g_assert_cmpuint (n_methods, >=, 1);
}

static void
test_against_reference (gconstpointer data)
{
  const Case *c = data;
  g_autofree float *weights = random_floats (3, n_weights (c));
  g_autofree float *bias = c->has_bias ? random_floats (4, (gsize) c->shape.out_channels) : NULL;
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_auto (Block) x = input_of (c);
  g_auto (Block) dy = output_of (c);
  g_auto (Block) mask = mask_of (c);
  Expected expected
    = { c, weights, bias, output_of (c), input_of (c), input_of (c), input_of (c), input_of (c) };

  gbox_conv_forward_reference (&c->shape, c->activation, weights, bias, &x.view, &expected.y.view);
  gbox_conv_backward_reference (&c->shape, weights, &dy.view, &expected.dx.view, FALSE);
  move (&expected.dx_twice, &expected.dx, &expected.dx, 1.0f);
  move (&expected.dx_masked, &expected.dx, &expected.dx, 0.0f);
  gbox_activation_backward (team, RELU6, &mask.view, &expected.dx_masked.view, FALSE);
  move (&expected.dx_twice_masked, &expected.dx_masked, &expected.dx_masked, 1.0f);
  for_each_isa (check_case, &expected);
  block_clear (&expected.y);
  block_clear (&expected.dx);
  block_clear (&expected.dx_twice);
  block_clear (&expected.dx_masked);
  block_clear (&expected.dx_twice_masked);
}

static void
forward_linear (const Block *x, Block *y, gconstpointer data)
{
  const Case *c = data;
  g_autofree float *weights = random_floats (3, n_weights (c));

  gbox_conv_forward_reference (&c->shape, NONE, weights, NULL, &x->view, &y->view);
}

/* The sum is linear, so the step may be large and only rounding remains: 1e-7 of the values, a little more of
 * their sum. */
static void
test_gradient (gconstpointer data)
{
  const Case *c = data;
  g_autofree float *weights = random_floats (3, n_weights (c));
  g_auto (Block) x = input_of (c);
  g_auto (Block) dy = output_of (c);
  g_auto (Block) dx = input_of (c);

  gbox_conv_backward_reference (&c->shape, weights, &dy.view, &dx.view, FALSE);
  assert_gradient (forward_linear, c, &x, &dy, &dx, 1.0f, 1e-6);
}

static void
compute (const Case *c, GboxConvMethod method, GboxTeam *team, Block *y, Block *dx)
{
  g_autofree float *weights = random_floats (3, n_weights (c));
  g_autofree float *bias = random_floats (4, (gsize) c->shape.out_channels);
  const Expected expected = { .c = c, .weights = weights, .bias = bias };
  g_autoptr (GboxConv) forward = pack (&expected, GBOX_CONV_FORWARD, method);
  g_autoptr (GboxConv) backward = pack (&expected, GBOX_CONV_BACKWARD, method);
  g_auto (Block) x = input_of (c);
  g_auto (Block) dy = output_of (c);
  Scratch scratch = scratch_new (forward, &c->shape, &x, &dy, team);

  *y = output_of (c);
  *dx = input_of (c);
  gbox_conv_forward (forward, &c->shape, team, &x.view, &y->view, scratch.memory);
  scratch_check_and_free (&scratch);
  scratch = scratch_new (backward, &c->shape, &dy, &x, team);
  gbox_conv_backward (backward, &c->shape, team, &dy.view, &dx->view, TRUE, NULL, NONE, scratch.memory);
  scratch_check_and_free (&scratch);
}

static void
check_method_threads (const Case *c, GboxConvMethod method, GboxTeam *teams[3])
{
  g_auto (Block) y = { 0 };
  g_auto (Block) dx = { 0 };

  compute (c, method, teams[0], &y, &dx);
  for (guint i = 1; i < 3; i++)
    {
      g_auto (Block) y_again = { 0 };
      g_auto (Block) dx_again = { 0 };

      compute (c, method, teams[i], &y_again, &dx_again);
      assert_same_bits (&y, &y_again);
      assert_same_bits (&dx, &dx_again);
    }
}

static void
check_threads (GboxTeam *two, gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GboxTeam) one = gbox_team_new (1);
  g_autoptr (GboxTeam) three = gbox_team_new (3);
  GboxTeam *teams[] = { one, two, three };

  if (gbox_isa_get () == GBOX_ISA_REFERENCE) /* which uses no threads */
    return;
  for (GboxConvMethod method = GBOX_CONV_WINDOWS; method < GBOX_N_CONV_METHODS; method++)
    if (gbox_conv_method_applies (method, &c->shape))
      check_method_threads (c, method, teams);
}

static void
test_threads (gconstpointer data)
{
  for_each_isa (check_threads, data);
}

/* What the shape does not allow must not come out as a number: a neuron that saw a NaN says so, rectified or
 * not. */
static void
check_not_a_number (GboxTeam *team, gconstpointer data)
{
  const GboxConvShape shape = { 2, 2, 1, 1, 1, 0, 0 };
  const float weights[4] = { 1, 0, 0, 1 };
  float in[2] = { NAN, 1 }, out[2] = { 0, 0 };
  const GboxTensor x = gbox_tensor (in, 1, 1, 1, 2);
  GboxTensor y = gbox_tensor (out, 1, 1, 1, 2);
  const GboxConvPacking packing = gbox_conv_packing (&shape, GBOX_CONV_FORWARD, GBOX_CONV_POINTWISE);
  g_autoptr (GboxConv) conv = gbox_conv_new (&shape, &packing, RELU6, weights, NULL);

  gbox_conv_forward (conv, &shape, team, &x, &y, NULL);
  g_assert_true (isnan (out[0]));
}

static void
test_not_a_number (void)
{
  for_each_isa (check_not_a_number, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *plain = g_strdup_printf ("/conv/reference/%s", cases[i].name);
      g_autofree char *gradient = g_strdup_printf ("/conv/gradient/%s", cases[i].name);
      g_autofree char *threads = g_strdup_printf ("/conv/threads/%s", cases[i].name);

      g_test_add_data_func (plain, &cases[i], test_against_reference);
      g_test_add_data_func (gradient, &cases[i], test_gradient);
      g_test_add_data_func (threads, &cases[i], test_threads);
    }
  g_test_add_func ("/conv/not-a-number", test_not_a_number);

  return g_test_run ();
}
