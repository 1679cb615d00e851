/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inverted residual blocks: their convolutions taken together against one after the other. */
#include "kernel-testing.h"
#include "kernels/elementwise.h"
#include "kernels/inverted-residual.h"

/* Sums over groups of channels, up to 480 products, are rounded once more for each of at most four groups: by
 * 2⁻²⁴ of the largest result. */
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
  int n_in; /* 0 where nothing expands */
  int n_out;
  guint gap;
  gboolean has_addend;
  gboolean in_groups;
} Case;

#define NONE  GBOX_ACTIVATION_NONE
#define RELU  GBOX_ACTIVATION_RELU
#define RELU6 GBOX_ACTIVATION_RELU6

/* Bands of rows where a row is long, groups of channels where planes are small; images cut and whole. */
static const Case cases[] = {
  { "bands", { 144, 3, 1, 1, 1 }, RELU6, 1, 29, 57, 29, 57, 19, 24, 0, FALSE, FALSE },
  { "bands-stride-2", { 96, 3, 2, 0, 0 }, RELU6, 2, 38, 75, 19, 37, 16, 24, 4, FALSE, FALSE },
  { "bands-5x5-stride-2", { 72, 5, 2, 1, 1 }, RELU6, 1, 42, 80, 21, 40, 12, 40, 0, FALSE, FALSE },
  { "bands-5x5-sum", { 240, 5, 1, 2, 2 }, RELU6, 1, 28, 28, 28, 28, 40, 40, 3, TRUE, FALSE },
  { "groups", { 480, 3, 1, 1, 1 }, RELU6, 4, 14, 14, 14, 14, 20, 21, 0, FALSE, TRUE },
  { "groups-odd-sum", { 299, 5, 1, 2, 2 }, RELU6, 5, 7, 9, 7, 9, 17, 17, 5, TRUE, TRUE },
  { "groups-rectified", { 330, 3, 2, 1, 1 }, RELU, 1, 13, 15, 7, 8, 17, 31, 0, FALSE, TRUE },
  { "no-expansion", { 32, 3, 1, 1, 1 }, RELU6, 3, 33, 70, 33, 70, 0, 16, 2, FALSE, FALSE },
  { "no-expansion-groups", { 290, 3, 1, 1, 1 }, RELU, 4, 9, 8, 9, 8, 0, 290, 0, TRUE, TRUE },
  { "one-band", { 37, 3, 1, 1, 1 }, RELU, 4, 9, 7, 9, 7, 8, 5, 6, FALSE, FALSE },
  { "tiny-plane", { 20, 5, 1, 2, 2 }, NONE, 1, 2, 1, 2, 1, 3, 2, 0, TRUE, FALSE },
  { "passed-over", { 24, 3, 1, -2, -1 }, RELU6, 1, 19, 18, 14, 15, 6, 9, 0, FALSE, FALSE },
};

static gsize
n_weights (const Case *c)
{
  return (gsize) c->shape.kernel * (gsize) c->shape.kernel * (gsize) c->shape.channels;
}

static GboxConv *
make_point (const GboxConvShape *shape,
            GboxConvDirection direction,
            GboxActivation activation,
            guint purpose,
            const float *weights)
{
  const GboxConvPacking packing = gbox_conv_packing (shape, direction, GBOX_CONV_POINTWISE);
  g_autofree float *bias = random_floats (purpose, (gsize) shape->out_channels);

  return gbox_conv_new (shape, &packing, activation, weights, bias);
}

/* A block with all that it reads and writes. */
typedef struct
{
  const Case *c;
  float *weights, *bias, *expand_weights, *project_weights;
  GboxConv *expand, *project, *expand_backward, *project_backward;
  Block x, addend, expanded, filtered, y;
  Block dy, dfiltered, dexpanded, dx, mask;
  guint16 *expanded_bits, *filtered_bits;
  GboxInvertedResidual all;
} Fixture;

static void
fixture_init (Fixture *f, const Case *c)
{
  const int n_in = c->n_in > 0 ? c->n_in : c->shape.channels;
  const GboxConvShape expand = { n_in, c->shape.channels, 1, 1, 1, 0, 0 };
  const GboxConvShape project = { c->shape.channels, c->n_out, 1, 1, 1, 0, 0 };

  f->c = c;
  f->weights = random_floats (3, n_weights (c));
  f->bias = random_floats (4, (gsize) c->shape.channels);
  f->expand_weights = random_floats (5, (gsize) n_in * (gsize) c->shape.channels);
  f->project_weights = random_floats (6, (gsize) c->n_out * (gsize) c->shape.channels);
  if (c->n_in > 0)
    {
      f->expand = make_point (&expand, GBOX_CONV_FORWARD, c->activation, 7, f->expand_weights);
      f->expand_backward = make_point (&expand, GBOX_CONV_BACKWARD, c->activation, 7, f->expand_weights);
    }
  f->project = make_point (&project, GBOX_CONV_FORWARD, NONE, 8, f->project_weights);
  f->project_backward = make_point (&project, GBOX_CONV_BACKWARD, NONE, 8, f->project_weights);
  f->x = block_new (1, c->batch, c->height, c->width, n_in, c->gap);
  f->addend = block_new (2, c->batch, c->out_height, c->out_width, c->n_out, c->gap);
  f->expanded = block_new (9, c->batch, c->height, c->width, c->shape.channels, 0);
  f->filtered = block_new (10, c->batch, c->out_height, c->out_width, c->shape.channels, 0);
  f->y = block_new (11, c->batch, c->out_height, c->out_width, c->n_out, c->gap);
  f->dy = block_new (12, c->batch, c->out_height, c->out_width, c->n_out, c->gap);
  f->dfiltered = block_copy (&f->filtered);
  f->dexpanded = block_copy (&f->expanded);
  f->dx = block_new (13, c->batch, c->height, c->width, n_in, c->gap);
  f->mask = block_new_rectified (14, &f->dx);
  f->expanded_bits = g_malloc (gbox_bits_size (&f->expanded.view));
  f->filtered_bits = g_malloc (gbox_bits_size (&f->filtered.view));
  f->all = (GboxInvertedResidual){ .expand = f->expand,
                                   .expand_shape = expand,
                                   .depthwise = c->shape,
                                   .weights = f->weights,
                                   .bias = f->bias,
                                   .activation = c->activation,
                                   .project = f->project,
                                   .project_shape = project,
                                   .expanded = f->expand != NULL ? f->expanded.view : f->x.view,
                                   .filtered = f->filtered.view,
                                   .expand_backward = f->expand_backward,
                                   .project_backward = f->project_backward,
                                   .expanded_bits = f->expanded_bits,
                                   .filtered_bits = f->filtered_bits,
                                   .dexpanded = f->dexpanded.view,
                                   .dfiltered = f->dfiltered.view };
}

static void
fixture_clear (Fixture *f)
{
  g_free (f->weights);
  g_free (f->bias);
  g_free (f->expand_weights);
  g_free (f->project_weights);
  gbox_conv_free (f->expand);
  gbox_conv_free (f->project);
  gbox_conv_free (f->expand_backward);
  gbox_conv_free (f->project_backward);
  g_free (f->expanded_bits);
  g_free (f->filtered_bits);
  block_clear (&f->dy);
  block_clear (&f->dfiltered);
  block_clear (&f->dexpanded);
  block_clear (&f->dx);
  block_clear (&f->mask);
  block_clear (&f->x);
  block_clear (&f->addend);
  block_clear (&f->expanded);
  block_clear (&f->filtered);
  block_clear (&f->y);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

/* One after the other. */
static void
run_apart (Fixture *f, GboxTeam *team, Block *y)
{
  if (f->expand != NULL)
    gbox_conv_forward (f->expand, &f->all.expand_shape, team, &f->x.view, &f->all.expanded, NULL);
  gbox_depthwise_forward (team, &f->c->shape, f->c->activation, f->weights, f->bias, &f->all.expanded,
                          &f->all.filtered);
  gbox_conv_forward (f->project, &f->all.project_shape, team, &f->all.filtered, &y->view, NULL);
  if (f->c->has_addend)
    gbox_add (team, &y->view, &f->addend.view, &y->view);
}

/* Scratch with rubbish in it, and a guard behind. */
static guint8 *
scratch_new (const Fixture *f, GboxConvDirection direction, GboxTeam *team, gsize *size)
{
  guint8 *scratch;

  *size = gbox_inverted_residual_scratch_size (&f->all, direction, gbox_team_get_n_threads (team));
  scratch = g_aligned_alloc (*size + 64, 1, 64);
  memset (scratch, 0xff, *size + 64);
  return scratch;
}

static void
scratch_check_and_free (guint8 *scratch, gsize size)
{
  for (gsize i = size; i < size + 64; i++)
    g_assert_cmpuint (scratch[i], ==, 0xff);
  g_aligned_free (scratch);
}

static void
run_together (Fixture *f, GboxTeam *team, Block *y)
{
  gsize size;
  guint8 *scratch = scratch_new (f, GBOX_CONV_FORWARD, team, &size);

  gbox_inverted_residual_forward (&f->all, team, &f->x.view, f->c->has_addend ? &f->addend.view : NULL,
                                  &y->view, scratch);
  scratch_check_and_free (scratch, size);
}

static void
run_backward_apart (Fixture *f, GboxTeam *team, gboolean accumulate, Block *dx)
{
  gbox_conv_backward (f->project_backward, &f->all.project_shape, team, &f->dy.view, &f->dfiltered.view,
                      FALSE, &f->filtered.view, f->c->activation, NULL);
  if (f->expand == NULL)
    {
      gbox_depthwise_backward (team, &f->c->shape, f->weights, &f->dfiltered.view, &dx->view, accumulate,
                               accumulate ? &f->mask.view : NULL, RELU6);
      return;
    }
  gbox_depthwise_backward (team, &f->c->shape, f->weights, &f->dfiltered.view, &f->dexpanded.view, FALSE,
                           &f->expanded.view, f->c->activation);
  gbox_conv_backward (f->expand_backward, &f->all.expand_shape, team, &f->dexpanded.view, &dx->view,
                      accumulate, accumulate ? &f->mask.view : NULL, RELU6, NULL);
}

static void
run_backward_together (Fixture *f, GboxTeam *team, gboolean accumulate, Block *dx)
{
  gsize size;
  guint8 *scratch = scratch_new (f, GBOX_CONV_BACKWARD, team, &size);

  gbox_inverted_residual_backward (&f->all, team, &f->dy.view, &dx->view, accumulate,
                                   accumulate ? &f->mask.view : NULL, RELU6, scratch);
  scratch_check_and_free (scratch, size);
}

static void
check (const Fixture *f, const Block *together, const Block *apart)
{
  if (f->c->in_groups)
    assert_close (together, apart, TOLERANCE);
  else
    assert_same_bits (together, apart);
  assert_guarded (together);
}

static void
check_case (GboxTeam *team, gconstpointer data)
{
  g_auto (Fixture) f = { 0 };
  g_auto (Block) apart = { 0 }, dx = { 0 };

  fixture_init (&f, data);
  apart = block_copy (&f.y);
  run_apart (&f, team, &apart);
  run_together (&f, team, &f.y);
  check (&f, &f.y, &apart);

  dx = block_copy (&f.dx);
  for (gboolean accumulate = FALSE; accumulate <= TRUE; accumulate++)
    {
      run_backward_apart (&f, team, accumulate, &dx);
      run_backward_together (&f, team, accumulate, &f.dx);
      check (&f, &f.dx, &dx);
    }
}

static void
test_against_apart (gconstpointer data)
{
  for_each_isa (check_case, data);
}

static void
test_threads (gconstpointer data)
{
  g_auto (Fixture) f = { 0 };
  g_auto (Block) y = { 0 }, dx = { 0 };

  fixture_init (&f, data);
  y = block_copy (&f.y);
  dx = block_copy (&f.dx);
  for (guint n_threads = 1; n_threads <= 3; n_threads++)
    {
      g_autoptr (GboxTeam) team = gbox_team_new (n_threads);

      run_together (&f, team, n_threads == 1 ? &y : &f.y);
      run_backward_together (&f, team, FALSE, n_threads == 1 ? &dx : &f.dx);
      if (n_threads == 1)
        continue;
      assert_same_bits (&f.y, &y);
      assert_same_bits (&f.dx, &dx);
    }
}

/* Large values between, or a batch. */
static void
test_choice (void)
{
  GboxInvertedResidual all = { .depthwise = { 480, 3, 1, 1, 1 }, .expand = (GboxConv *) &all };

  for (int batch = 1; batch <= 8; batch *= 8)
    for (int size = 14; size <= 56; size *= 4)
      {
        all.expanded = all.filtered = gbox_tensor (NULL, batch, size, size, 480);
        g_assert_cmpint (gbox_inverted_residual_is_faster (&all), ==, batch > 1 || size > 14);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *apart = g_strdup_printf ("/inverted-residual/apart/%s", cases[i].name);
      g_autofree char *threads = g_strdup_printf ("/inverted-residual/threads/%s", cases[i].name);

      g_test_add_data_func (apart, &cases[i], test_against_apart);
      g_test_add_data_func (threads, &cases[i], test_threads);
    }
  g_test_add_func ("/inverted-residual/choice", test_choice);

  return g_test_run ();
}
