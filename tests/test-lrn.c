/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Local response normalisation: fast against plain, gradients against differences, and the same bits for any
 * number of threads. */
#include "kernel-testing.h"
#include "kernels/lrn.h"

/* The powers come from a reciprocal root with one step of Newton's method (2⁻²² at worst) taken twice, or
 * from powf. */
#define TOLERANCE 2e-6

typedef struct
{
  const char *name;
  GboxLrnShape shape; /* size, alpha, beta, k */
  float scale;        /* of the values: activations reach hundreds */
  int batch;
  int height;
  int width;
  int channels;
  guint gap;
} Case;

static const Case cases[] = {
  { "caffe", { 5, 1e-4f, 0.75f, 1 }, 300, 1, 9, 7, 64, 0 },
  { "caffe-192", { 5, 1e-4f, 0.75f, 1 }, 300, 2, 5, 6, 192, 8 },
  { "strong", { 5, 1.5f, 0.75f, 2 }, 3, 1, 6, 5, 37, 5 },
  { "half-power", { 11, 0.011f, 0.5f, 2 }, 20, 1, 6, 7, 50, 0 },
  { "size-1", { 1, 2, 0.75f, 1 }, 2, 1, 3, 3, 20, 0 },
  { "size-3-odd", { 3, 0.3f, 1.25f, 0.5f }, 4, 2, 4, 5, 23, 1 },
  { "wider-than-channels", { 33, 0.5f, 0.75f, 1 }, 4, 1, 4, 4, 6, 2 },
  { "wider-than-fast", { 35, 0.5f, 0.75f, 1 }, 4, 1, 2, 2, 40, 0 },
  { "more-channels-than-fast", { 5, 0.1f, 0.75f, 1 }, 4, 1, 1, 2, 2060, 0 },
};

static Block
block_of (const Case *c, guint purpose, float scale)
{
  Block block = block_new (purpose, c->batch, c->height, c->width, c->channels, c->gap);

  for (gsize p = 0; p < gbox_tensor_n_pixels (&block.view); p++)
    for (int i = 0; i < c->channels; i++)
      block.view.data[p * block.view.stride + (gsize) i] *= scale;

  return block;
}

static void
check_case (GboxTeam *team, gconstpointer data)
{
  const Case *c = data;
  g_auto (Block) x = block_of (c, 1, c->scale);
  g_auto (Block) dy = block_of (c, 2, 1);
  g_auto (Block) y = block_of (c, 3, 1);
  g_auto (Block) dx = block_of (c, 3, 1);
  g_auto (Block) y_plain = block_copy (&y);
  g_auto (Block) dx_plain = block_copy (&dx);
  g_auto (Block) rectified = block_new_rectified (4, &dx);

  gbox_lrn_forward (team, &c->shape, &x.view, &y.view);
  gbox_lrn_forward_reference (&c->shape, &x.view, &y_plain.view);
  assert_close (&y, &y_plain, TOLERANCE);
  assert_guarded (&y);

  for (gboolean accumulate = FALSE; accumulate <= TRUE; accumulate++)
    {
      gbox_lrn_backward (team, &c->shape, &x.view, &dy.view, &dx.view, accumulate, NULL,
                         GBOX_ACTIVATION_NONE);
      gbox_lrn_backward_reference (&c->shape, &x.view, &dy.view, &dx_plain.view, accumulate);
      assert_close (&dx, &dx_plain, TOLERANCE);
      assert_guarded (&dx);
    }

  gbox_lrn_backward (team, &c->shape, &x.view, &dy.view, &dx.view, TRUE, &rectified.view,
                     GBOX_ACTIVATION_RELU6);
  gbox_lrn_backward_reference (&c->shape, &x.view, &dy.view, &dx_plain.view, TRUE);
  gbox_activation_backward_reference (GBOX_ACTIVATION_RELU6, &rectified.view, &dx_plain.view, FALSE);
  assert_close (&dx, &dx_plain, TOLERANCE);
  assert_guarded (&dx);
}

static void
test_against_reference (gconstpointer data)
{
  for_each_isa (check_case, data);
}

static void
forward (const Block *x, Block *y, gconstpointer data)
{
  gbox_lrn_forward_reference (&((const Case *) data)->shape, &x->view, &y->view);
}

/* Steps of a hundredth of the values: the third derivative leaves some 1e-5, the rounding of the values
 * divided by the step as much. */
static void
test_gradient (gconstpointer data)
{
  const Case *c = data;
  g_auto (Block) x = block_of (c, 1, c->scale);
  g_auto (Block) dy = block_of (c, 2, 1);
  g_auto (Block) dx = block_of (c, 3, 1);

  gbox_lrn_backward_reference (&c->shape, &x.view, &dy.view, &dx.view, FALSE);
  assert_gradient (forward, c, &x, &dy, &dx, 0.01f * c->scale, 2e-4);
}

static void
check_threads (GboxTeam *two, gconstpointer data)
{
  static const Case c = { "threads", { 5, 1e-4f, 0.75f, 1 }, 300, 2, 30, 31, 90, 6 };
  g_auto (Block) x = block_of (&c, 1, c.scale);
  g_auto (Block) dy = block_of (&c, 2, 1);
  Block y[3], dx[3];

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GboxTeam) team = gbox_team_new (i + 1);

      y[i] = block_copy (&dy);
      dx[i] = block_copy (&dy);
      gbox_lrn_forward (team, &c.shape, &x.view, &y[i].view);
      gbox_lrn_backward (team, &c.shape, &x.view, &dy.view, &dx[i].view, TRUE, NULL, GBOX_ACTIVATION_NONE);
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
      g_autofree char *plain = g_strdup_printf ("/lrn/reference/%s", cases[i].name);
      g_autofree char *gradient = g_strdup_printf ("/lrn/gradient/%s", cases[i].name);

      g_test_add_data_func (plain, &cases[i], test_against_reference);
      g_test_add_data_func (gradient, &cases[i], test_gradient);
    }
  g_test_add_func ("/lrn/threads", test_threads);

  return g_test_run ();
}
