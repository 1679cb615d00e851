/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times every kernel on the shapes of InceptionV1 at 224 pixels, depthwise convolutions on those of
 * EfficientNet-Lite0, and all of an optimization step that lies outside the network. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/philox.h"
#include "kernels/activation.h"
#include "kernels/adam.h"
#include "kernels/affine-sample.h"
#include "kernels/colour.h"
#include "kernels/conv.h"
#include "kernels/depthwise.h"
#include "kernels/elementwise.h"
#include "kernels/fft.h"
#include "kernels/global-average.h"
#include "kernels/isa.h"
#include "kernels/lrn.h"
#include "kernels/pool.h"
#include "vision/image-basis.h"

#define WARM_UP 3
/* Short operations are repeated for about this long a round: the clock and the start of the workers would be
 * felt. */
#define ROUND_MILLISECONDS 0.5
#define REPEATS_MAX        16

/* Kernels whose names do not contain @only are left out. */
typedef struct
{
  GboxTeam *team;
  guint n_rounds;
  const char *only;
} Bench;

typedef struct
{
  double least;
  double median;
} Timing;

static gboolean
is_wanted (const Bench *bench, const char *name)
{
  return strstr (name, bench->only) != NULL;
}

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

static int
compare_doubles (const void *a, const void *b)
{
  const double difference = *(const double *) a - *(const double *) b;

  return (difference > 0) - (difference < 0);
}

typedef void (*Operation) (GboxTeam *team, gpointer data);

/* Milliseconds of one of n runs. */
static double
time_of (const Bench *bench, Operation operation, gpointer data, guint n)
{
  const gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < n; i++)
    operation (bench->team, data);

  return (double) (g_get_monotonic_time () - start) / 1e3 / n;
}

static Timing
measure (const Bench *bench, Operation operation, gpointer data)
{
  g_autofree double *times = g_new (double, bench->n_rounds);
  double first = 1;
  guint n;

  for (guint i = 0; i < WARM_UP; i++)
    first = time_of (bench, operation, data, 1);
  n = (guint) CLAMP (ROUND_MILLISECONDS / MAX (first, 1e-3), 1, REPEATS_MAX);
  for (guint i = 0; i < bench->n_rounds; i++)
    times[i] = time_of (bench, operation, data, n);
  qsort (times, bench->n_rounds, sizeof (double), compare_doubles);

  return (Timing){ times[0], times[bench->n_rounds / 2] };
}

static GboxTensor
tensor_new (int size, int channels)
{
  const gsize n = (gsize) size * (gsize) size * (gsize) channels;
  float *data = g_aligned_alloc (n, sizeof (float), 64);
  GboxPhilox philox;

  gbox_philox_init (&philox, 1, 0, 0);
  gbox_philox_fill_normal (&philox, data, n, 0, 1);

  return gbox_tensor (data, 1, size, size, channels);
}

static void
tensor_free (GboxTensor *tensor)
{
  g_aligned_free (tensor->data);
}

static void
report (const char *name, Timing forward, Timing backward, double flops)
{
  g_print ("%-18s %7.3f %7.3f", name, forward.least, forward.median);
  if (flops > 0)
    g_print (" %6.1f", flops / forward.least * 1e-6);
  g_print ("   %7.3f %7.3f", backward.least, backward.median);
  if (flops > 0)
    g_print (" %6.1f", flops / backward.least * 1e-6);
  g_print ("\n");
}

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
bench_conv (const Bench *bench, const ConvCase *c, double *forward_sum, double *backward_sum)
{
  const GboxConvShape shape = { c->in, c->out, c->kernel, c->kernel, c->stride, c->pad, c->pad };
  const int out_size = (c->size + 2 * c->pad - c->kernel) / c->stride + 1;
  GboxTensor weights = tensor_new (c->kernel, c->in * c->out);
  ConvRun run = { .x = tensor_new (c->size, c->in), .y = tensor_new (out_size, c->out) };
  const double flops = 2.0 * out_size * out_size * c->out * c->in * c->kernel * c->kernel;
  const GboxConvPacking to = gbox_conv_choose (&shape, GBOX_CONV_FORWARD, &run.x, &run.y);
  const GboxConvPacking fro = gbox_conv_choose (&shape, GBOX_CONV_BACKWARD, &run.y, &run.x);
  const gint64 start = g_get_monotonic_time ();
  Timing forward, backward;
  double packing;

  run.shape = shape;
  run.forward = gbox_conv_new (&shape, &to, GBOX_ACTIVATION_RELU, weights.data, NULL);
  run.backward = gbox_conv_new (&shape, &fro, GBOX_ACTIVATION_RELU, weights.data, NULL);
  packing = (double) (g_get_monotonic_time () - start) / 1e3;
  run.scratch = allocate_scratch (&run, bench->team);
  forward = measure (bench, conv_forward, &run);
  backward = measure (bench, conv_backward, &run);
  report (c->name, forward, backward, flops);
  *forward_sum += forward.least;
  *backward_sum += backward.least;

  g_aligned_free (run.scratch);
  gbox_conv_free (run.forward);
  gbox_conv_free (run.backward);
  tensor_free (&run.x);
  tensor_free (&run.y);
  tensor_free (&weights);

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
bench_depthwise (const Bench *bench, const DepthwiseCase *c)
{
  DepthwiseRun run = { &c->shape, tensor_new (c->shape.kernel, c->shape.channels),
                       tensor_new (c->size, c->shape.channels), tensor_new (c->out_size, c->shape.channels) };
  const double flops
    = 2.0 * c->out_size * c->out_size * c->shape.kernel * c->shape.kernel * c->shape.channels;

  report (c->name, measure (bench, depthwise_forward, &run), measure (bench, depthwise_backward, &run),
          flops);
  tensor_free (&run.weights);
  tensor_free (&run.x);
  tensor_free (&run.y);
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
bench_pool (const Bench *bench, const PoolCase *c)
{
  PoolRun run = { &c->shape, tensor_new (c->size, c->channels), tensor_new (c->out_size, c->channels),
                  g_malloc ((gsize) c->out_size * (gsize) c->out_size * (gsize) c->channels) };

  report (c->name, measure (bench, pool_forward, &run), measure (bench, pool_backward, &run), 0);
  g_free (run.argmax);
  tensor_free (&run.x);
  tensor_free (&run.y);
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
bench_plane (
  const Bench *bench, const char *name, int size, int channels, Operation forward, Operation backward)
{
  PlaneRun run = { 0 };

  if (!is_wanted (bench, name))
    return;

  run = (PlaneRun){ tensor_new (size, channels), tensor_new (size, channels), tensor_new (size, channels) };
  report (name, measure (bench, forward, &run), measure (bench, backward, &run), 0);
  tensor_free (&run.x);
  tensor_free (&run.y);
  tensor_free (&run.z);
}

#define IMAGE_SIZE 224

/* What a step has outside the network. */
typedef struct
{
  GboxImageBasis *basis;
  GboxFft *fft;
  GboxTensor rgb, drgb; /* planes */
  GboxTensor input;     /* the network's */
  GboxTensor parameters, gradient, m, v;
  guint8 *bytes;
} ImageRun;

/* Turned by ten degrees, as a typical step does. */
static const GboxAffine turned = { 0.985f, -0.174f, 21, 0.174f, 0.985f, -18 };

static void
basis_forward (GboxTeam *team, gpointer data)
{
  ImageRun *run = data;

  gbox_image_basis_forward (run->basis, team, run->parameters.data, run->rgb.data);
}

static void
basis_backward (GboxTeam *team, gpointer data)
{
  ImageRun *run = data;

  gbox_image_basis_backward (run->basis, team, run->rgb.data, run->drgb.data, run->gradient.data);
}

static void
fourier_inverse (GboxTeam *team, gpointer data)
{
  ImageRun *run = data;

  gbox_fft_inverse (run->fft, team, run->parameters.data, NULL, run->drgb.data);
}

static void
fourier_forward (GboxTeam *team, gpointer data)
{
  ImageRun *run = data;

  gbox_fft_forward (run->fft, team, run->drgb.data, NULL, run->gradient.data);
}

static void
colour_forward (GboxTeam *team, gpointer data)
{
  ImageRun *run = data;

  gbox_colour_forward (team, TRUE, run->drgb.data, run->rgb.data, IMAGE_SIZE * IMAGE_SIZE);
}

static void
colour_backward (GboxTeam *team, gpointer data)
{
  ImageRun *run = data;

  gbox_colour_backward (team, TRUE, run->rgb.data, run->drgb.data, run->drgb.data, IMAGE_SIZE * IMAGE_SIZE);
}

static void
sample (GboxTeam *team, gpointer data)
{
  ImageRun *run = data;

  gbox_affine_sample (team, &turned, 0.5f, 255.0f, run->rgb.data, IMAGE_SIZE, IMAGE_SIZE, &run->input);
}

static void
sample_adjoint (GboxTeam *team, gpointer data)
{
  ImageRun *run = data;

  gbox_affine_sample_adjoint (team, &turned, 255.0f, &run->input, run->drgb.data, IMAGE_SIZE, IMAGE_SIZE);
}

static void
adam (GboxTeam *team, gpointer data)
{
  ImageRun *run = data;

  gbox_adam_step (team, run->parameters.data, run->gradient.data, run->m.data, run->v.data,
                  gbox_image_basis_get_n_parameters (run->basis), 1, 0.05);
}

static void
frame (GboxTeam *team, gpointer data)
{
  ImageRun *run = data;

  gbox_colour_to_rgb8 (team, run->rgb.data, run->bytes, IMAGE_SIZE * IMAGE_SIZE);
}

static void
until_network (GboxTeam *team, gpointer data)
{
  adam (team, data);
  basis_forward (team, data);
  frame (team, data);
  sample (team, data);
}

static void
after_network (GboxTeam *team, gpointer data)
{
  sample_adjoint (team, data);
  basis_backward (team, data);
}

static void
bench_image (const Bench *bench, const char *name, Operation forward, Operation backward)
{
  ImageRun run
    = { .basis = gbox_image_basis_new (GBOX_BASIS_FOURIER, 1, IMAGE_SIZE, IMAGE_SIZE, 1, TRUE, NULL, NULL),
        .fft = gbox_fft_new (3, IMAGE_SIZE, IMAGE_SIZE, NULL),
        .bytes = g_malloc ((gsize) 3 * IMAGE_SIZE * IMAGE_SIZE) };
  GboxTensor *const tensors[]
    = { &run.rgb, &run.drgb, &run.input, &run.parameters, &run.gradient, &run.m, &run.v };

  if (is_wanted (bench, name))
    {
      for (gsize i = 0; i < G_N_ELEMENTS (tensors); i++)
        *tensors[i] = tensor_new (IMAGE_SIZE + 1, 3);
      run.input = gbox_tensor (run.input.data, 1, IMAGE_SIZE, IMAGE_SIZE, 3);
      memset (run.v.data, 0, gbox_image_basis_get_n_parameters (run.basis) * sizeof (float));
      basis_forward (bench->team, &run);
      report (name, measure (bench, forward, &run), measure (bench, backward, &run), 0);
      for (gsize i = 0; i < G_N_ELEMENTS (tensors); i++)
        tensor_free (tensors[i]);
    }
  gbox_image_basis_free (run.basis);
  gbox_fft_free (run.fft);
  g_free (run.bytes);
}

int
main (int argc, char **argv)
{
  const guint n_rounds = argc > 1 ? (guint) atoi (argv[1]) : 50;
  const guint n_threads = argc > 2 ? (guint) atoi (argv[2]) : 2;
  g_autoptr (GboxTeam) team = gbox_team_new (n_threads);
  const Bench bench = { team, MAX (n_rounds, 1), argc > 3 ? argv[3] : "" };
  double forward = 0, backward = 0, packing = 0;

  setlocale (LC_ALL, "");
  g_print ("%s, %u threads, %u rounds; ms, least and median, and GFLOP/s of the least\n",
           gbox_isa_get_name (gbox_isa_get ()), n_threads, bench.n_rounds);
  g_print ("%-18s %22s   %22s\n", "", "forward", "backward");
  for (gsize i = 0; i < G_N_ELEMENTS (convs); i++)
    if (is_wanted (&bench, convs[i].name))
      packing += bench_conv (&bench, &convs[i], &forward, &backward);
  g_print ("%-18s %7.3f %24.3f   packing %.3f\n", "all convolutions", forward, backward, packing);
  for (gsize i = 0; i < G_N_ELEMENTS (depthwises); i++)
    if (is_wanted (&bench, depthwises[i].name))
      bench_depthwise (&bench, &depthwises[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (pools); i++)
    if (is_wanted (&bench, pools[i].name))
      bench_pool (&bench, &pools[i]);
  bench_plane (&bench, "lrn 64 @56", 56, 64, lrn_forward, lrn_backward);
  bench_plane (&bench, "lrn 192 @56", 56, 192, lrn_forward, lrn_backward);
  bench_plane (&bench, "relu, redirected", 56, 192, activation_plain, activation_redirected);
  bench_plane (&bench, "relu 64 @112", 112, 64, activation_plain, activation_redirected);
  bench_plane (&bench, "copy, add", 56, 144, copy, sum);
  bench_plane (&bench, "colours @224", 224, 3, colours, colours_backward);
  bench_plane (&bench, "average 1024 @7", 7, 1024, average_forward, average_backward);
  bench_image (&bench, "image fft", fourier_inverse, fourier_forward);
  bench_image (&bench, "image colour", colour_forward, colour_backward);
  bench_image (&bench, "image basis", basis_forward, basis_backward);
  bench_image (&bench, "image sampling", sample, sample_adjoint);
  bench_image (&bench, "image frame, adam", frame, adam);
  bench_image (&bench, "image all", until_network, after_network);

  return 0;
}
