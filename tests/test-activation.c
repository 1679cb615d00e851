/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients of rectifiers, and how dead ones are led out. */
#include "kernel-testing.h"
#include "kernels/activation.h"

#define NONE  GBOX_ACTIVATION_NONE
#define RELU  GBOX_ACTIVATION_RELU
#define RELU6 GBOX_ACTIVATION_RELU6

#define CHANNELS 37
#define HEIGHT   9
#define WIDTH    11

static float
rectify (GboxActivation activation, float x)
{
  return CLAMP (x, gbox_activation_floor (activation), gbox_activation_ceiling (activation));
}

static Block
rectified (GboxActivation activation, int batch, guint gap)
{
  Block block = block_new (1, batch, HEIGHT, WIDTH, CHANNELS, gap);

  for (gsize p = 0; p < gbox_tensor_n_pixels (&block.view); p++)
    for (gsize c = 0; c < CHANNELS; c++)
      {
        float *value = block.view.data + p * block.view.stride + c;

        *value = rectify (activation, 12 * *value + 3);
      }

  return block;
}

static void
fill_image (Block *block, int image, float value)
{
  const gsize n = HEIGHT * WIDTH;

  for (gsize p = (gsize) image * n; p < (gsize) (image + 1) * n; p++)
    for (gsize c = 0; c < CHANNELS; c++)
      block->view.data[p * block->view.stride + c] = value;
}

typedef gboolean (*Passes) (float y, float dy);

static gboolean
passes_open (float y, float dy)
{
  return y > 0 && y < 6;
}

static gboolean
passes_upwards (float y, float dy)
{
  return dy > 0;
}

static gboolean
passes_downwards (float y, float dy)
{
  return dy < 0;
}

static gboolean
passes_relu (float y, float dy)
{
  return y > 0;
}

static gboolean
passes_any (float y, float dy)
{
  return TRUE;
}

static void
assert_masked (const Block *y, const Block *before, const Block *after, int image, Passes passes)
{
  const gsize n = HEIGHT * WIDTH;

  for (gsize p = (gsize) image * n; p < (gsize) (image + 1) * n; p++)
    for (int c = 0; c < CHANNELS; c++)
      {
        const float dy = block_get (before, p, c);
        const float expected = passes (block_get (y, p, c), dy) ? dy : 0;

        g_assert_cmpfloat (block_get (after, p, c), ==, expected);
      }
}

static void
check_mask (GboxTeam *team, gconstpointer data)
{
  static const struct
  {
    GboxActivation activation;
    Passes passes;
  } kinds[] = { { NONE, passes_any }, { RELU, passes_relu }, { RELU6, passes_open } };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (guint gap = 0; gap < 4; gap += 3)
      for (gboolean redirect = FALSE; redirect <= TRUE; redirect++)
        {
          g_auto (Block) y = rectified (kinds[i].activation, 2, gap);
          g_auto (Block) dy = block_new (2, 2, HEIGHT, WIDTH, CHANNELS, gap);
          g_auto (Block) before = block_copy (&dy);

          g_assert_false (gbox_activation_backward (team, kinds[i].activation, &y.view, &dy.view, redirect));
          assert_masked (&y, &before, &dy, 0, kinds[i].passes);
          assert_masked (&y, &before, &dy, 1, kinds[i].passes);
          assert_guarded (&dy);
        }
}

/* More images than are judged together. The dead: 1 (all below), 33 (all above), 34 (below, but asked for
 * nothing). */
#define N_IMAGES 36

static void
check_redirect (GboxTeam *team, gconstpointer data)
{
  g_auto (Block) y = rectified (RELU6, N_IMAGES, 5);
  g_auto (Block) dy = block_new (2, N_IMAGES, HEIGHT, WIDTH, CHANNELS, 5);
  g_auto (Block) plain = { 0 };
  g_auto (Block) before = { 0 };

  fill_image (&y, 1, 0);
  fill_image (&y, 33, 6);
  fill_image (&y, 34, 0);
  fill_image (&dy, 34, 0);
  before = block_copy (&dy);
  plain = block_copy (&dy);

  g_assert_false (gbox_activation_backward (team, RELU6, &y.view, &plain.view, FALSE));
  g_assert_true (gbox_activation_backward (team, RELU6, &y.view, &dy.view, TRUE));
  for (int image = 0; image < N_IMAGES; image++)
    {
      assert_masked (&y, &before, &plain, image, passes_open);
      assert_masked (&y, &before, &dy, image,
                     image == 1    ? passes_upwards
                     : image == 33 ? passes_downwards
                                   : passes_open);
    }
}

/* One open element with a gradient, wherever it is, keeps the image alive; one without does not. */
static void
check_single (GboxTeam *team, gconstpointer data)
{
  for (gsize at = 0; at < HEIGHT * WIDTH * CHANNELS; at += 101)
    for (gboolean alive = FALSE; alive <= TRUE; alive++)
      {
        g_auto (Block) y = block_new (1, 1, HEIGHT, WIDTH, CHANNELS, 0);
        g_auto (Block) dy = block_new (2, 1, HEIGHT, WIDTH, CHANNELS, 0);

        fill_image (&y, 0, 0);
        y.view.data[at] = 1;
        if (!alive)
          dy.view.data[at] = 0;
        g_assert_cmpint (gbox_activation_backward (team, RELU, &y.view, &dy.view, TRUE), ==, !alive);
      }
}

static void
test_mask (void)
{
  for_each_isa (check_mask, NULL);
}

static void
test_redirect (void)
{
  for_each_isa (check_redirect, NULL);
}

static void
test_single (void)
{
  for_each_isa (check_single, NULL);
}

static void
forward (const Block *x, Block *y, gconstpointer data)
{
  const GboxActivation activation = (GboxActivation) GPOINTER_TO_INT (data);

  for (gsize p = 0; p < gbox_tensor_n_pixels (&x->view); p++)
    for (int c = 0; c < CHANNELS; c++)
      y->view.data[p * y->view.stride + (gsize) c] = rectify (activation, block_get (x, p, c));
}

/* Values at least a step away from the corners, where the function is linear: only rounding remains. */
static void
test_gradient (gconstpointer data)
{
  const GboxActivation activation = (GboxActivation) GPOINTER_TO_INT (data);
  const float step = 0.25f;
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_auto (Block) x = block_new (1, 1, HEIGHT, WIDTH, CHANNELS, 0);
  g_auto (Block) y = block_copy (&x);
  g_auto (Block) weight = block_new (2, 1, HEIGHT, WIDTH, CHANNELS, 0);
  g_auto (Block) gradient = block_copy (&weight);

  for (gsize i = 0; i < HEIGHT * WIDTH * CHANNELS; i++)
    x.view.data[i] = roundf (8 * x.view.data[i]) + 0.5f;
  forward (&x, &y, data);
  gbox_activation_backward (team, activation, &y.view, &gradient.view, FALSE);
  assert_gradient (forward, data, &x, &weight, &gradient, step, 1e-6);
}

static void
check_threads (GboxTeam *two, gconstpointer data)
{
  g_auto (Block) y = block_new (1, 2, 60, 61, 70, 2);
  Block dy[3];

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GboxTeam) team = gbox_team_new (i + 1);

      dy[i] = block_new (2, 2, 60, 61, 70, 2);
      gbox_activation_backward (team, RELU, &y.view, &dy[i].view, TRUE);
      assert_same_bits (&dy[0], &dy[i]);
    }
  for (guint i = 0; i < 3; i++)
    block_clear (&dy[i]);
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

  g_test_add_func ("/activation/mask", test_mask);
  g_test_add_func ("/activation/redirect", test_redirect);
  g_test_add_func ("/activation/single", test_single);
  g_test_add_data_func ("/activation/gradient/none", GINT_TO_POINTER (NONE), test_gradient);
  g_test_add_data_func ("/activation/gradient/relu", GINT_TO_POINTER (RELU), test_gradient);
  g_test_add_data_func ("/activation/gradient/relu6", GINT_TO_POINTER (RELU6), test_gradient);
  g_test_add_func ("/activation/threads", test_threads);

  return g_test_run ();
}
