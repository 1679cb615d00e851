/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How alike images are to a layer, which makes images that are made together unlike each other. */
#include "vision/diversity.h"

#include <math.h>

#include "base/arena.h"
#include "kernels/gemm.h"

/* How the work is cut, whatever the number of threads. */
#define ROWS_PER_TASK      32
#define POSITIONS_PER_TASK 64

/* A shorter Gram matrix is divided by this: an image that excites nothing has no style (lucid). */
#define LEAST_NORM 1e-5

struct _GboxDiversity
{
  GboxTeam *team;
  GboxArena *arena;
  gsize n_images, n_positions, channels;
  float *transposed; /* (channels, n_positions): of the image at hand */
  float *grams;      /* (n_images, channels, channels): divided by their norms */
  float *sum;        /* (channels, channels): of them all */
  float *slope;      /* (channels, channels): of the image at hand, with respect to its Gram matrix */
  double *row_sums;  /* (channels) */
  double *norms;     /* (n_images) */
};

typedef struct
{
  GboxDiversity *self;
  const GboxTensor *activation;
  GboxTensor *gradient;
  gsize image;
  double factor; /* what the image's matrix is multiplied by */
  double dot;    /* of the image's matrix with the sum of the others */
} Work;

GboxDiversity *
gbox_diversity_new (GboxTeam *team, const GboxTensor *shape, GError **error)
{
  g_autoptr (GboxDiversity) self = g_new0 (GboxDiversity, 1);
  const gsize c = (gsize) shape->channels;
  guint blocks[6];

  self->team = team;
  self->n_images = (gsize) shape->batch;
  self->n_positions = (gsize) shape->height * (gsize) shape->width;
  self->channels = c;
  self->arena = gbox_arena_new ();

  const gsize sizes[G_N_ELEMENTS (blocks)] = {
    c * self->n_positions * sizeof (float),
    self->n_images * c * c * sizeof (float),
    c * c * sizeof (float),
    c * c * sizeof (float),
    c * sizeof (double),
    self->n_images * sizeof (double),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    blocks[i] = gbox_arena_reserve (self->arena, sizes[i], 0, GBOX_ARENA_FOREVER);
  if (!gbox_arena_commit (self->arena, error))
    return NULL;
  self->transposed = gbox_arena_get (self->arena, blocks[0]);
  self->grams = gbox_arena_get (self->arena, blocks[1]);
  self->sum = gbox_arena_get (self->arena, blocks[2]);
  self->slope = gbox_arena_get (self->arena, blocks[3]);
  self->row_sums = gbox_arena_get (self->arena, blocks[4]);
  self->norms = gbox_arena_get (self->arena, blocks[5]);
  return g_steal_pointer (&self);
}

void
gbox_diversity_free (GboxDiversity *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->arena, gbox_arena_free);
  g_free (self);
}

static float *
get_gram (const GboxDiversity *self, gsize image)
{
  return self->grams + image * self->channels * self->channels;
}

/* The rows of a task: from @first to before the returned one. */
static gsize
get_end (gsize first, gsize per_task, gsize n)
{
  return MIN (first + per_task, n);
}

static void
run_rows (const Work *work, GboxTeamFunc func)
{
  GboxDiversity *self = work->self;

  gbox_team_run (self->team, (guint) ((self->channels + ROWS_PER_TASK - 1) / ROWS_PER_TASK), func,
                 (gpointer) work);
}

static double
sum_rows (const GboxDiversity *self)
{
  double sum = 0.0;

  for (gsize row = 0; row < self->channels; row++)
    sum += self->row_sums[row];
  return sum;
}

static void
transpose_rows (gpointer data, guint task, guint worker)
{
  const Work *work = data;
  GboxDiversity *self = work->self;
  const float *a = gbox_tensor_pixel (work->activation, (int) work->image, 0, 0);
  const gsize first = (gsize) task * ROWS_PER_TASK, end = get_end (first, ROWS_PER_TASK, self->channels);

  for (gsize p = 0; p < self->n_positions; p++)
    for (gsize c = first; c < end; c++)
      self->transposed[c * self->n_positions + p] = a[p * work->activation->stride + c];
}

/* Rows of AᵀA, and their squares' sums. */
static void
multiply_rows (gpointer data, guint task, guint worker)
{
  const Work *work = data;
  GboxDiversity *self = work->self;
  const gsize n = self->n_positions, c = self->channels;
  const gsize first = (gsize) task * ROWS_PER_TASK, end = get_end (first, ROWS_PER_TASK, c);
  float *gram = get_gram (self, work->image);

  gbox_gemm_transposed ((int) (end - first), (int) c, (int) n, self->transposed + first * n, n,
                        self->transposed, n, 0.0f, gram + first * c, c);
  for (gsize row = first; row < end; row++)
    {
      self->row_sums[row] = 0.0;
      for (gsize i = row * c; i < (row + 1) * c; i++)
        self->row_sums[row] += (double) gram[i] * (double) gram[i];
    }
}

/* Divides by the norm and adds to the sum. */
static void
add_rows (gpointer data, guint task, guint worker)
{
  const Work *work = data;
  GboxDiversity *self = work->self;
  const gsize c = self->channels;
  const gsize first = (gsize) task * ROWS_PER_TASK, end = get_end (first, ROWS_PER_TASK, c);
  float *gram = get_gram (self, work->image);

  for (gsize i = first * c; i < end * c; i++)
    {
      gram[i] = (float) ((double) gram[i] * work->factor);
      self->sum[i] = work->image == 0 ? gram[i] : self->sum[i] + gram[i];
    }
}

/* With the sum of all others. */
static void
multiply_with_others (gpointer data, guint task, guint worker)
{
  const Work *work = data;
  GboxDiversity *self = work->self;
  const gsize c = self->channels;
  const gsize first = (gsize) task * ROWS_PER_TASK, end = get_end (first, ROWS_PER_TASK, c);
  const float *gram = get_gram (self, work->image);

  for (gsize row = first; row < end; row++)
    {
      self->row_sums[row] = 0.0;
      for (gsize i = row * c; i < (row + 1) * c; i++)
        self->row_sums[row] += (double) gram[i] * (double) (self->sum[i] - gram[i]);
    }
}

static void
derive_rows (gpointer data, guint task, guint worker)
{
  const Work *work = data;
  GboxDiversity *self = work->self;
  const gsize c = self->channels;
  const gsize first = (gsize) task * ROWS_PER_TASK, end = get_end (first, ROWS_PER_TASK, c);
  const float *gram = get_gram (self, work->image);

  for (gsize i = first * c; i < end * c; i++)
    self->slope[i]
      = (float) (work->factor * ((double) (self->sum[i] - gram[i]) - work->dot * (double) gram[i]));
}

/* The matrix of slopes is symmetric: ∂/∂A = 2·A·slope, the 2 being in the slopes. */
static void
spread_positions (gpointer data, guint task, guint worker)
{
  const Work *work = data;
  GboxDiversity *self = work->self;
  const gsize c = self->channels;
  const gsize first = (gsize) task * POSITIONS_PER_TASK;
  const gsize end = get_end (first, POSITIONS_PER_TASK, self->n_positions);
  const GboxTensor *a = work->activation;
  const GboxTensor *da = work->gradient;

  gbox_gemm ((int) (end - first), (int) c, (int) c,
             gbox_tensor_pixel (a, (int) work->image, 0, 0) + first * a->stride, a->stride, self->slope, c,
             1.0f, gbox_tensor_pixel (da, (int) work->image, 0, 0) + first * da->stride, da->stride);
}

/* Of every image the Gram matrix divided by its norm. */
static void
compute_styles (Work *work)
{
  GboxDiversity *self = work->self;

  for (work->image = 0; work->image < self->n_images; work->image++)
    {
      run_rows (work, transpose_rows);
      run_rows (work, multiply_rows);
      self->norms[work->image] = MAX (sqrt (sum_rows (self)), LEAST_NORM);
      work->factor = 1.0 / self->norms[work->image];
      run_rows (work, add_rows);
    }
}

/* With D the sum of the other images' Ĝ, each pair counting twice: ∂/∂Ĝ = 2·D / N, ∂/∂G = (2·D − 2·⟨D, Ĝ⟩·Ĝ)
 * / (N·|G|), and ∂/∂A = 2·A·∂/∂G. What is shorter than the least norm is divided by a constant. */
static void
subtract_slope (Work *work, double weight)
{
  GboxDiversity *self = work->self;
  const double norm = self->norms[work->image];

  work->factor = -4.0 * weight / ((double) self->n_images * norm);
  if (norm <= LEAST_NORM)
    work->dot = 0.0;
  run_rows (work, derive_rows);
  gbox_team_run (self->team, (guint) ((self->n_positions + POSITIONS_PER_TASK - 1) / POSITIONS_PER_TASK),
                 spread_positions, work);
}

double
gbox_diversity_subtract (GboxDiversity *self,
                         const GboxTensor *activation,
                         double weight,
                         GboxTensor *gradient)
{
  Work work = { .self = self, .activation = activation, .gradient = gradient };
  double likeness = 0.0;

  compute_styles (&work);
  for (work.image = 0; work.image < self->n_images; work.image++)
    {
      run_rows (&work, multiply_with_others);
      work.dot = sum_rows (self);
      likeness += work.dot / (double) self->n_images;
      if (gradient != NULL && weight != 0.0)
        subtract_slope (&work, weight);
    }
  return likeness;
}
