/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arithmetic element by element: against the definition, on dense views and on slices. */
#include "kernel-testing.h"
#include "kernels/elementwise.h"

typedef struct
{
  int batch, height, width, channels;
  guint gap;
} Case;

static const Case cases[] = {
  { 1, 5, 7, 3, 0 },  { 2, 9, 6, 3, 1 },    { 1, 4, 4, 16, 0 },
  { 2, 3, 5, 37, 9 }, { 1, 61, 67, 70, 2 }, { 1, 224, 224, 3, 0 },
};

static Block
block_of (const Case *c, guint purpose, guint gap)
{
  return block_new (purpose, c->batch, c->height, c->width, c->channels, gap);
}

static void
check_add (GboxTeam *team, gconstpointer data)
{
  const Case *c = data;
  g_auto (Block) a = block_of (c, 1, c->gap);
  g_auto (Block) b = block_of (c, 2, 0);
  g_auto (Block) y = block_of (c, 3, c->gap);
  g_auto (Block) in_place = block_copy (&a);

  gbox_add (team, &a.view, &b.view, &y.view);
  gbox_add (team, &in_place.view, &b.view, &in_place.view);
  for (gsize p = 0; p < gbox_tensor_n_pixels (&y.view); p++)
    for (int i = 0; i < c->channels; i++)
      g_assert_cmpfloat (block_get (&y, p, i), ==, block_get (&a, p, i) + block_get (&b, p, i));
  assert_guarded (&y);
  assert_same_bits (&y, &in_place);
}

static void
check_copy (GboxTeam *team, gconstpointer data)
{
  const Case *c = data;
  g_auto (Block) x = block_of (c, 1, c->gap);
  g_auto (Block) y = block_of (c, 2, 4);
  g_auto (Block) back = block_of (c, 3, c->gap);

  gbox_copy (team, &x.view, &y.view);
  gbox_copy (team, &y.view, &back.view);
  assert_guarded (&y);
  assert_same_bits (&x, &back);
}

/* A permutation without fixed rule, and any scale. */
static void
make_map (const Case *c, int *order, float *scale, float *shift)
{
  for (int i = 0; i < c->channels; i++)
    {
      order[i] = c->channels - 1 - i;
      scale[i] = 0.5f + (float) i;
      shift[i] = 3.0f - (float) i;
    }
}

/* One multiplication and one addition, which may be fused: a rounding of the product apart. */
static void
check_affine (GboxTeam *team, gconstpointer data)
{
  const Case *c = data;
  g_auto (Block) x = block_of (c, 1, c->gap);
  g_auto (Block) y = block_of (c, 2, 2);
  g_auto (Block) dx = block_of (c, 3, c->gap);
  int order[128];
  float scale[128], shift[128];

  make_map (c, order, scale, shift);
  gbox_affine_channels (team, &x.view, order, scale, shift, &y.view);
  gbox_affine_channels_backward (team, &y.view, order, scale, &dx.view);
  for (gsize p = 0; p < gbox_tensor_n_pixels (&y.view); p++)
    for (int i = 0; i < c->channels; i++)
      {
        const double product = (double) block_get (&x, p, order[i]) * (double) scale[i];

        g_assert_cmpfloat_with_epsilon (block_get (&y, p, i), product + (double) shift[i],
                                        1.2e-7 * (fabs (product) + fabs ((double) shift[i])) + 1e-12);
        g_assert_cmpfloat (block_get (&dx, p, order[i]), ==, block_get (&y, p, i) * scale[i]);
      }
  assert_guarded (&y);
  assert_guarded (&dx);
}

static void
test_add (gconstpointer data)
{
  for_each_isa (check_add, data);
}

static void
test_copy (gconstpointer data)
{
  for_each_isa (check_copy, data);
}

static void
test_affine (gconstpointer data)
{
  for_each_isa (check_affine, data);
}

static void
forward_affine (const Block *x, Block *y, gconstpointer data)
{
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  int order[128];
  float scale[128], shift[128];

  make_map (data, order, scale, shift);
  gbox_affine_channels (team, &x->view, order, scale, shift, &y->view);
}

/* Linear: only rounding remains. */
static void
test_gradient (void)
{
  const Case *c = &cases[1];
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_auto (Block) x = block_of (c, 1, 0);
  g_auto (Block) dy = block_of (c, 2, 0);
  g_auto (Block) dx = block_of (c, 3, 0);
  int order[128];
  float scale[128], shift[128];

  make_map (c, order, scale, shift);
  gbox_affine_channels_backward (team, &dy.view, order, scale, &dx.view);
  assert_gradient (forward_affine, c, &x, &dy, &dx, 1.0f, 1e-6);
}

static void
check_threads (GboxTeam *two, gconstpointer data)
{
  const Case *c = &cases[4];
  g_auto (Block) a = block_of (c, 1, c->gap);
  g_auto (Block) b = block_of (c, 2, 0);
  Block y[3];
  int order[128];
  float scale[128], shift[128];

  make_map (c, order, scale, shift);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GboxTeam) team = gbox_team_new (i + 1);

      y[i] = block_of (c, 3, 0);
      gbox_add (team, &a.view, &b.view, &y[i].view);
      gbox_affine_channels_backward (team, &y[i].view, order, scale, &a.view);
      gbox_affine_channels (team, &a.view, order, scale, shift, &y[i].view);
      gbox_copy (team, &b.view, &a.view);
      assert_same_bits (&y[0], &y[i]);
      block_clear (&a);
      a = block_of (c, 1, c->gap);
    }
  for (guint i = 0; i < 3; i++)
    block_clear (&y[i]);
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
      g_autofree char *add = g_strdup_printf ("/elementwise/add/%" G_GSIZE_FORMAT, i);
      g_autofree char *copy = g_strdup_printf ("/elementwise/copy/%" G_GSIZE_FORMAT, i);
      g_autofree char *affine = g_strdup_printf ("/elementwise/affine/%" G_GSIZE_FORMAT, i);

      g_test_add_data_func (add, &cases[i], test_add);
      g_test_add_data_func (copy, &cases[i], test_copy);
      g_test_add_data_func (affine, &cases[i], test_affine);
    }
  g_test_add_func ("/elementwise/gradient", test_gradient);
  g_test_add_func ("/elementwise/threads", test_threads);

  return g_test_run ();
}
