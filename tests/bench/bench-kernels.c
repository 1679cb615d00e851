/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times every kernel on the shapes of InceptionV1 at 224 pixels, depthwise convolutions on those of
 * EfficientNet-Lite0, and all of an optimization step that lies outside the network. */
#include <locale.h>
#include <stdlib.h>

#include "bench-image-step.h"
#include "kernels/activation.h"
#include "kernels/conv.h"
#include "kernels/depthwise.h"
#include "kernels/elementwise.h"
#include "kernels/global-average.h"
#include "kernels/isa.h"
#include "kernels/lrn.h"
#include "kernels/pool.h"

typedef struct
{
  const char *name;
  int in, out, kernel, stride, pad, size;
} ConvCase;

static const ConvCase convs[] = {
  { "conv1", 3, 64, 7, 2, 3, 224 },     { "conv2 reduce", 64, 64, 1, 1, 0, 56 },
  { "conv2", 64, 192, 3, 1, 1, 56 },    { "3a 1x1 + reduces", 192, 176, 1, 1, 0, 28 },
  { "3a 3x3", 96, 128, 3, 1, 1, 28 },   { "3a 5x5", 16, 32, 5, 1, 2, 28 },
  { "3a pool", 192, 32, 1, 1, 0, 28 },  { "3b 1x1 + reduces", 256, 288, 1, 1, 0, 28 },
  { "3b 3x3", 128, 192, 3, 1, 1, 28 },  { "3b 5x5", 32, 96, 5, 1, 2, 28 },
  { "3b pool", 256, 64, 1, 1, 0, 28 },  { "4a 1x1 + reduces", 480, 304, 1, 1, 0, 14 },
  { "4a 3x3", 96, 208, 3, 1, 1, 14 },   { "4a 5x5", 16, 48, 5, 1, 2, 14 },
  { "4a pool", 480, 64, 1, 1, 0, 14 },  { "4b 1x1 + reduces", 512, 296, 1, 1, 0, 14 },
  { "4b 3x3", 112, 224, 3, 1, 1, 14 },  { "4b 5x5", 24, 64, 5, 1, 2, 14 },
  { "4b pool", 512, 64, 1, 1, 0, 14 },  { "4c 1x1 + reduces", 512, 280, 1, 1, 0, 14 },
  { "4c 3x3", 128, 256, 3, 1, 1, 14 },  { "4c 5x5", 24, 64, 5, 1, 2, 14 },
  { "4c pool", 512, 64, 1, 1, 0, 14 },  { "4d 1x1 + reduces", 512, 288, 1, 1, 0, 14 },
  { "4d 3x3", 144, 288, 3, 1, 1, 14 },  { "4d 5x5", 32, 64, 5, 1, 2, 14 },
  { "4d pool", 512, 64, 1, 1, 0, 14 },  { "4e 1x1 + reduces", 528, 448, 1, 1, 0, 14 },
  { "4e 3x3", 160, 320, 3, 1, 1, 14 },  { "4e 5x5", 32, 128, 5, 1, 2, 14 },
  { "4e pool", 528, 128, 1, 1, 0, 14 }, { "5a 1x1 + reduces", 832, 448, 1, 1, 0, 7 },
  { "5a 3x3", 160, 320, 3, 1, 1, 7 },   { "5a 5x5", 32, 128, 5, 1, 2, 7 },
  { "5a pool", 832, 128, 1, 1, 0, 7 },  { "5b 1x1 + reduces", 832, 624, 1, 1, 0, 7 },
  { "5b 3x3", 192, 384, 3, 1, 1, 7 },   { "5b 5x5", 48, 128, 5, 1, 2, 7 },
  { "5b pool", 832, 128, 1, 1, 0, 7 },  { "class", 1024, 1000, 1, 1, 0, 1 },
};

typedef struct
{
  const char *name;
  GboxDepthwiseShape shape;
  int size, out_size;
} DepthwiseCase;

static const DepthwiseCase depthwises[] = {
  { "block0 3x3", { 32, 3, 1, 1, 1 }, 112, 112 }, { "block1 3x3/2", { 96, 3, 2, 0, 0 }, 112, 56 },
  { "block2 3x3", { 144, 3, 1, 1, 1 }, 56, 56 },  { "block3 5x5/2", { 144, 5, 2, 1, 1 }, 56, 28 },
  { "block4 5x5", { 240, 5, 1, 2, 2 }, 28, 28 },  { "block6 3x3", { 480, 3, 1, 1, 1 }, 14, 14 },
  { "block9 5x5", { 672, 5, 1, 2, 2 }, 14, 14 },  { "block12 5x5", { 1152, 5, 1, 2, 2 }, 7, 7 },
};

typedef struct
{
  const char *name;
  GboxPoolShape shape;
  int channels, size, out_size;
} PoolCase;

static const PoolCase pools[] = {
  { "pool 64 @112", { 3, 2, 0, 0 }, 64, 112, 56 }, { "pool 192 @56", { 3, 2, 0, 0 }, 192, 56, 28 },
  { "pool 480 @28", { 3, 2, 0, 0 }, 480, 28, 14 }, { "pool 832 @14", { 3, 2, 0, 0 }, 832, 14, 7 },
  { "3a max pool", { 3, 1, 1, 1 }, 192, 28, 28 },  { "3b max pool", { 3, 1, 1, 1 }, 256, 28, 28 },
  { "4a max pool", { 3, 1, 1, 1 }, 480, 14, 14 },  { "5a max pool", { 3, 1, 1, 1 }, 832, 7, 7 },
};

typedef struct
{
  GboxConvShape shape;
  GboxConv *forward, *backward;
  GboxTensor x, y;
  gpointer scratch;
} ConvRun;

static void
conv_forward (GboxTeam *team, gpointer data)
{
  ConvRun *run = data;

  gbox_conv_forward (run->forward, &run->shape, team, &run->x, &run->y, run->scratch);
}

static void
conv_backward (GboxTeam *team, gpointer data)
{
  ConvRun *run = data;

  gbox_conv_backward (run->backward, &run->shape, team, &run->y, &run->x, FALSE, NULL, GBOX_ACTIVATION_NONE,
                      run->scratch);
}

static gpointer
allocate_scratch (const ConvRun *run, GboxTeam *team)
{
  const guint n_workers = gbox_team_get_n_threads (team);
  const gsize forward = gbox_conv_scratch_size (run->forward, &run->shape, &run->x, &run->y, n_workers);
  const gsize backward = gbox_conv_scratch_size (run->backward, &run->shape, &run->y, &run->x, n_workers);

  return g_aligned_alloc (MAX (forward, backward) + 1, 1, 64);
}

static double
bench_conv (const KernelBench *bench, const ConvCase *c, double *forward_sum, double *backward_sum)
{
  const GboxConvShape shape = { c->in, c->out, c->kernel, c->kernel, c->stride, c->pad, c->pad };
  const int out_size = (c->size + 2 * c->pad - c->kernel) / c->stride + 1;
  GboxTensor weights = kernel_bench_new_tensor (c->kernel, c->in * c->out);
  ConvRun run
    = { .x = kernel_bench_new_tensor (c->size, c->in), .y = kernel_bench_new_tensor (out_size, c->out) };
  const double flops = 2.0 * out_size * out_size * c->out * c->in * c->kernel * c->kernel;
  const GboxConvPacking to = gbox_conv_choose (&shape, GBOX_CONV_FORWARD, &run.x, &run.y);
  const GboxConvPacking fro = gbox_conv_choose (&shape, GBOX_CONV_BACKWARD, &run.y, &run.x);
  const gint64 start = g_get_monotonic_time ();
  KernelTiming forward, backward;
  double packing;

  run.shape = shape;
  run.forward = gbox_conv_new (&shape, &to, GBOX_ACTIVATION_RELU, weights.data, NULL);
  run.backward = gbox_conv_new (&shape, &fro, GBOX_ACTIVATION_RELU, weights.data, NULL);
  packing = (double) (g_get_monotonic_time () - start) / 1e3;
  run.scratch = allocate_scratch (&run, bench->team);
  forward = kernel_bench_measure (bench, conv_forward, &run);
  backward = kernel_bench_measure (bench, conv_backward, &run);
  kernel_bench_report (c->name, forward, backward, flops);
  *forward_sum += forward.least;
  *backward_sum += backward.least;

  g_aligned_free (run.scratch);
  gbox_conv_free (run.forward);
  gbox_conv_free (run.backward);
  kernel_bench_free_tensor (&run.x);
  kernel_bench_free_tensor (&run.y);
  kernel_bench_free_tensor (&weights);

  return packing;
}

typedef struct
{
  const GboxDepthwiseShape *shape;
  GboxTensor weights, x, y;
} DepthwiseRun;

static void
depthwise_forward (GboxTeam *team, gpointer data)
{
  DepthwiseRun *run = data;

  gbox_depthwise_forward (team, run->shape, GBOX_ACTIVATION_RELU6, run->weights.data, NULL, &run->x, &run->y);
}

static void
depthwise_backward (GboxTeam *team, gpointer data)
{
  DepthwiseRun *run = data;

  gbox_depthwise_backward (team, run->shape, run->weights.data, &run->y, &run->x, FALSE, NULL,
                           GBOX_ACTIVATION_NONE);
}

static void
bench_depthwise (const KernelBench *bench, const DepthwiseCase *c)
{
  DepthwiseRun run = { &c->shape, kernel_bench_new_tensor (c->shape.kernel, c->shape.channels),
                       kernel_bench_new_tensor (c->size, c->shape.channels),
                       kernel_bench_new_tensor (c->out_size, c->shape.channels) };
  const double flops
    = 2.0 * c->out_size * c->out_size * c->shape.kernel * c->shape.kernel * c->shape.channels;

  kernel_bench_report (c->name, kernel_bench_measure (bench, depthwise_forward, &run),
                       kernel_bench_measure (bench, depthwise_backward, &run), flops);
  kernel_bench_free_tensor (&run.weights);
  kernel_bench_free_tensor (&run.x);
  kernel_bench_free_tensor (&run.y);
}

typedef struct
{
  const GboxPoolShape *shape;
  GboxTensor x, y;
  guint8 *argmax;
} PoolRun;

static void
pool_forward (GboxTeam *team, gpointer data)
{
  PoolRun *run = data;

  gbox_max_pool_forward (team, run->shape, &run->x, &run->y, run->argmax);
}

static void
pool_backward (GboxTeam *team, gpointer data)
{
  PoolRun *run = data;

  gbox_max_pool_backward (team, run->shape, &run->y, run->argmax, &run->x, FALSE, NULL, GBOX_ACTIVATION_NONE);
}

static void
bench_pool (const KernelBench *bench, const PoolCase *c)
{
  PoolRun run = { &c->shape, kernel_bench_new_tensor (c->size, c->channels),
                  kernel_bench_new_tensor (c->out_size, c->channels),
                  g_malloc ((gsize) c->out_size * (gsize) c->out_size * (gsize) c->channels) };

  kernel_bench_report (c->name, kernel_bench_measure (bench, pool_forward, &run),
                       kernel_bench_measure (bench, pool_backward, &run), 0);
  g_free (run.argmax);
  kernel_bench_free_tensor (&run.x);
  kernel_bench_free_tensor (&run.y);
}

/* Operations between two planes of one shape. */
typedef struct
{
  GboxTensor x, y, z;
} PlaneRun;

static const GboxLrnShape lrn_shape = { 5, 1e-4f, 0.75f, 1 };
static const int colour_order[3] = { 2, 1, 0 };
static const float colour_scale[3] = { 1, 1, 1 }, colour_shift[3] = { -104, -117, -123 };

static void
lrn_forward (GboxTeam *team, gpointer data)
{
  PlaneRun *run = data;

  gbox_lrn_forward (team, &lrn_shape, &run->x, &run->y);
}

static void
lrn_backward (GboxTeam *team, gpointer data)
{
  PlaneRun *run = data;

  gbox_lrn_backward (team, &lrn_shape, &run->x, &run->y, &run->z, FALSE, NULL, GBOX_ACTIVATION_NONE);
}

static void
activation_plain (GboxTeam *team, gpointer data)
{
  PlaneRun *run = data;

  gbox_activation_backward (team, GBOX_ACTIVATION_RELU, &run->x, &run->y, FALSE);
}

static void
activation_redirected (GboxTeam *team, gpointer data)
{
  PlaneRun *run = data;

  gbox_activation_backward (team, GBOX_ACTIVATION_RELU, &run->x, &run->y, TRUE);
}

static void
sum (GboxTeam *team, gpointer data)
{
  PlaneRun *run = data;

  gbox_add (team, &run->x, &run->y, &run->z);
}

static void
copy (GboxTeam *team, gpointer data)
{
  PlaneRun *run = data;

  gbox_copy (team, &run->x, &run->y);
}

static void
colours (GboxTeam *team, gpointer data)
{
  PlaneRun *run = data;

  gbox_affine_channels (team, &run->x, colour_order, colour_scale, colour_shift, &run->y);
}

static void
colours_backward (GboxTeam *team, gpointer data)
{
  PlaneRun *run = data;

  gbox_affine_channels_backward (team, &run->y, colour_order, colour_scale, &run->x);
}

static void
average_forward (GboxTeam *team, gpointer data)
{
  PlaneRun *run = data;
  GboxTensor mean = gbox_tensor (run->y.data, 1, 1, 1, run->x.channels);

  gbox_global_average_forward (team, &run->x, &mean);
}

static void
average_backward (GboxTeam *team, gpointer data)
{
  PlaneRun *run = data;
  const GboxTensor mean = gbox_tensor (run->y.data, 1, 1, 1, run->x.channels);

  gbox_global_average_backward (team, &mean, &run->x, FALSE, NULL, GBOX_ACTIVATION_NONE);
}

static void
bench_plane (const KernelBench *bench,
             const char *name,
             int size,
             int channels,
             KernelOperation forward,
             KernelOperation backward)
{
  PlaneRun run = { 0 };

  if (!kernel_bench_wants (bench, name))
    return;

  run = (PlaneRun){ kernel_bench_new_tensor (size, channels), kernel_bench_new_tensor (size, channels),
                    kernel_bench_new_tensor (size, channels) };
  kernel_bench_report (name, kernel_bench_measure (bench, forward, &run),
                       kernel_bench_measure (bench, backward, &run), 0);
  kernel_bench_free_tensor (&run.x);
  kernel_bench_free_tensor (&run.y);
  kernel_bench_free_tensor (&run.z);
}

int
main (int argc, char **argv)
{
  const guint n_rounds = argc > 1 ? (guint) atoi (argv[1]) : 50;
  const guint n_threads = argc > 2 ? (guint) atoi (argv[2]) : 2;
  g_autoptr (GboxTeam) team = gbox_team_new (n_threads);
  const KernelBench bench = { team, MAX (n_rounds, 1), argc > 3 ? argv[3] : "" };
  double forward = 0, backward = 0, packing = 0;

  setlocale (LC_ALL, "");
  g_print ("%s, %u threads, %u rounds; ms, least and median, and GFLOP/s of the least\n",
           gbox_isa_get_name (gbox_isa_get ()), n_threads, bench.n_rounds);
  g_print ("%-18s %22s   %22s\n", "", "forward", "backward");
  for (gsize i = 0; i < G_N_ELEMENTS (convs); i++)
    if (kernel_bench_wants (&bench, convs[i].name))
      packing += bench_conv (&bench, &convs[i], &forward, &backward);
  g_print ("%-18s %7.3f %24.3f   packing %.3f\n", "all convolutions", forward, backward, packing);
  for (gsize i = 0; i < G_N_ELEMENTS (depthwises); i++)
    if (kernel_bench_wants (&bench, depthwises[i].name))
      bench_depthwise (&bench, &depthwises[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (pools); i++)
    if (kernel_bench_wants (&bench, pools[i].name))
      bench_pool (&bench, &pools[i]);
  bench_plane (&bench, "lrn 64 @56", 56, 64, lrn_forward, lrn_backward);
  bench_plane (&bench, "lrn 192 @56", 56, 192, lrn_forward, lrn_backward);
  bench_plane (&bench, "relu, redirected", 56, 192, activation_plain, activation_redirected);
  bench_plane (&bench, "relu 64 @112", 112, 64, activation_plain, activation_redirected);
  bench_plane (&bench, "copy, add", 56, 144, copy, sum);
  bench_plane (&bench, "colours @224", 224, 3, colours, colours_backward);
  bench_plane (&bench, "average 1024 @7", 7, 1024, average_forward, average_backward);
  bench_image_step (&bench);

  return 0;
}
