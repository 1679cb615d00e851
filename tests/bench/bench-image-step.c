/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times what an optimization step has outside the network. */
#include "bench-image-step.h"

#include <string.h>

#include "kernels/adam.h"
#include "kernels/affine-sample.h"
#include "kernels/colour.h"
#include "kernels/fft.h"
#include "vision/image-basis.h"

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
bench_image (const KernelBench *bench, const char *name, KernelOperation forward, KernelOperation backward)
{
  ImageRun run
    = { .basis = gbox_image_basis_new (GBOX_BASIS_FOURIER, 1, IMAGE_SIZE, IMAGE_SIZE, 1, TRUE, NULL, NULL),
        .fft = gbox_fft_new (3, IMAGE_SIZE, IMAGE_SIZE, NULL),
        .bytes = g_malloc ((gsize) 3 * IMAGE_SIZE * IMAGE_SIZE) };
  GboxTensor *const tensors[]
    = { &run.rgb, &run.drgb, &run.input, &run.parameters, &run.gradient, &run.m, &run.v };

  if (kernel_bench_wants (bench, name))
    {
      for (gsize i = 0; i < G_N_ELEMENTS (tensors); i++)
        *tensors[i] = kernel_bench_new_tensor (IMAGE_SIZE + 1, 3);
      run.input = gbox_tensor (run.input.data, 1, IMAGE_SIZE, IMAGE_SIZE, 3);
      memset (run.v.data, 0, gbox_image_basis_get_n_parameters (run.basis) * sizeof (float));
      basis_forward (bench->team, &run);
      kernel_bench_report (name, kernel_bench_measure (bench, forward, &run),
                           kernel_bench_measure (bench, backward, &run), 0);
      for (gsize i = 0; i < G_N_ELEMENTS (tensors); i++)
        kernel_bench_free_tensor (tensors[i]);
    }
  gbox_image_basis_free (run.basis);
  gbox_fft_free (run.fft);
  g_free (run.bytes);
}

void
bench_image_step (const KernelBench *bench)
{
  bench_image (bench, "image fft", fourier_inverse, fourier_forward);
  bench_image (bench, "image colour", colour_forward, colour_backward);
  bench_image (bench, "image basis", basis_forward, basis_backward);
  bench_image (bench, "image sampling", sample, sample_adjoint);
  bench_image (bench, "image frame, adam", frame, adam);
  bench_image (bench, "image all", until_network, after_network);
}
