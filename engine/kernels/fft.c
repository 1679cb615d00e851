/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two-dimensional real Fourier transforms of several planes, through FFTW. */
#include "kernels/fft.h"

#include <fftw3.h>

#include "base/error.h"

/* A task transforms this many rows, or columns, of one plane: enough of them to keep many threads busy, few
 * enough to stay in a core's cache. A multiple of 8, so that every task's data is aligned like the first
 * one's. */
#define LINES_PER_TASK 16
#define ALIGNMENT      64

typedef struct
{
  fftwf_plan full;
  fftwf_plan last; /* for the lines that are left over, or NULL */
} Pass;

struct _GboxFft
{
  int n_planes;
  int height;
  int width;
  int columns;  /* of the half spectrum */
  gsize stride; /* of the rows of half, in complex numbers: columns rounded up to whole cache lines */
  float *half;  /* (n_planes, height, stride) of (re, im): the rows' transforms, with y still in space */
  float *full;  /* (n_planes, stride, height) of (re, im): the spectrum, column after column, which transforms
                   faster than column beside column */
  Pass rows_forward, rows_inverse;       /* real ↔ half-complex, planes ↔ half */
  Pass columns_forward, columns_inverse; /* complex, half ↔ full */
};

typedef struct
{
  const GboxFft *fft;
  const float *in;
  float *out;
  const float *scale; /* (height, columns), or NULL */
} Transform;

/* "Everything in FFTW except execute" is not thread-safe. */
static GMutex planner_lock;

static int
count_groups (int lines)
{
  return (lines + LINES_PER_TASK - 1) / LINES_PER_TASK;
}

static inline fftwf_complex *
half_at (const GboxFft *fft, int plane, int row, int column)
{
  const gsize line = (gsize) plane * (gsize) fft->height + (gsize) row;

  return (fftwf_complex *) fft->half + line * fft->stride + (gsize) column;
}

static inline fftwf_complex *
full_at (const GboxFft *fft, int plane, int column)
{
  return (fftwf_complex *) fft->full + ((gsize) plane * fft->stride + (gsize) column) * (gsize) fft->height;
}

/* Planes of odd sizes do not all start at an aligned address. */
static unsigned
get_row_flags (const GboxFft *fft)
{
  return FFTW_ESTIMATE
         | ((gsize) fft->height * (gsize) fft->width % (ALIGNMENT / sizeof (float)) == 0 ? 0
                                                                                         : FFTW_UNALIGNED);
}

static fftwf_plan
plan_rows (const GboxFft *fft, float *planes, int howmany, gboolean forward)
{
  const int n = fft->width, stride = (int) fft->stride;
  fftwf_complex *half = half_at (fft, 0, 0, 0);

  if (forward)
    return fftwf_plan_many_dft_r2c (1, &n, howmany, planes, NULL, 1, n, half, NULL, 1, stride,
                                    get_row_flags (fft));
  return fftwf_plan_many_dft_c2r (1, &n, howmany, half, NULL, 1, stride, planes, NULL, 1, n,
                                  get_row_flags (fft));
}

static fftwf_plan
plan_columns (const GboxFft *fft, int howmany, gboolean forward)
{
  const int n = fft->height, stride = (int) fft->stride;
  fftwf_complex *half = half_at (fft, 0, 0, 0), *full = full_at (fft, 0, 0);

  if (forward)
    return fftwf_plan_many_dft (1, &n, howmany, half, NULL, stride, 1, full, NULL, 1, n, FFTW_FORWARD,
                                FFTW_ESTIMATE);
  return fftwf_plan_many_dft (1, &n, howmany, full, NULL, 1, n, half, NULL, stride, 1, FFTW_BACKWARD,
                              FFTW_ESTIMATE);
}

static gboolean
plan_rows_pass (const GboxFft *fft, Pass *pass, float *planes, gboolean forward)
{
  const int left = fft->height % LINES_PER_TASK;

  if (fft->height >= LINES_PER_TASK)
    pass->full = plan_rows (fft, planes, LINES_PER_TASK, forward);
  if (left > 0)
    pass->last = plan_rows (fft, planes, left, forward);
  return (fft->height < LINES_PER_TASK || pass->full != NULL) && (left == 0 || pass->last != NULL);
}

static gboolean
plan_columns_pass (const GboxFft *fft, Pass *pass, gboolean forward)
{
  const int left = fft->columns % LINES_PER_TASK;

  if (fft->columns >= LINES_PER_TASK)
    pass->full = plan_columns (fft, LINES_PER_TASK, forward);
  if (left > 0)
    pass->last = plan_columns (fft, left, forward);
  return (fft->columns < LINES_PER_TASK || pass->full != NULL) && (left == 0 || pass->last != NULL);
}

/* Planning with FFTW_ESTIMATE looks at the addresses' alignment, not at what is there. */
static gboolean
make_plans (GboxFft *fft)
{
  float *planes = g_aligned_alloc ((gsize) fft->height * (gsize) fft->width, sizeof (float), ALIGNMENT);
  gboolean planned;

  g_mutex_lock (&planner_lock);
  planned = plan_rows_pass (fft, &fft->rows_forward, planes, TRUE)
            && plan_rows_pass (fft, &fft->rows_inverse, planes, FALSE)
            && plan_columns_pass (fft, &fft->columns_forward, TRUE)
            && plan_columns_pass (fft, &fft->columns_inverse, FALSE);
  g_mutex_unlock (&planner_lock);
  g_aligned_free (planes);
  return planned;
}

GboxFft *
gbox_fft_new (int n_planes, int height, int width, GError **error)
{
  g_autoptr (GboxFft) fft = NULL;
  const gsize whole_line = ALIGNMENT / sizeof (fftwf_complex);
  gsize n;

  g_return_val_if_fail (n_planes > 0 && height > 0 && width > 0, NULL);
  fft = g_new0 (GboxFft, 1);
  fft->n_planes = n_planes;
  fft->height = height;
  fft->width = width;
  fft->columns = width / 2 + 1;
  fft->stride = ((gsize) fft->columns + whole_line - 1) / whole_line * whole_line;
  n = (gsize) n_planes * (gsize) height * fft->stride;
  fft->half = g_aligned_alloc0 (n, sizeof (fftwf_complex), ALIGNMENT);
  fft->full = g_aligned_alloc0 (n, sizeof (fftwf_complex), ALIGNMENT);
  if (!make_plans (fft))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_MEMORY,
                   "A Fourier transform of %d × %d pixels could not be planned; free some memory or take a "
                   "smaller size.",
                   width, height);
      return NULL;
    }
  return g_steal_pointer (&fft);
}

static void
destroy_pass (Pass *pass)
{
  g_clear_pointer (&pass->full, fftwf_destroy_plan);
  g_clear_pointer (&pass->last, fftwf_destroy_plan);
}

void
gbox_fft_free (GboxFft *fft)
{
  if (fft == NULL)
    return;
  g_mutex_lock (&planner_lock);
  destroy_pass (&fft->rows_forward);
  destroy_pass (&fft->rows_inverse);
  destroy_pass (&fft->columns_forward);
  destroy_pass (&fft->columns_inverse);
  g_mutex_unlock (&planner_lock);
  g_aligned_free (fft->half);
  g_aligned_free (fft->full);
  g_free (fft);
}

int
gbox_fft_get_n_columns (const GboxFft *fft)
{
  return fft->columns;
}

static fftwf_plan
choose_plan (const Pass *pass, int first, int lines)
{
  return first + LINES_PER_TASK <= lines ? pass->full : pass->last;
}

static void
forward_rows (gpointer data, guint task, guint worker)
{
  const Transform *t = data;
  const GboxFft *fft = t->fft;
  const int groups = count_groups (fft->height);
  const int plane = (int) task / groups, first = (int) task % groups * LINES_PER_TASK;
  const gsize line = (gsize) plane * (gsize) fft->height + (gsize) first;

  /* Not in place, so the input is kept though the parameter is not const. */
  fftwf_execute_dft_r2c (choose_plan (&fft->rows_forward, first, fft->height),
                         (float *) t->in + line * (gsize) fft->width, half_at (fft, plane, first, 0));
}

static inline float
scale_at (const float *scale, gsize i)
{
  return scale != NULL ? scale[i] : 1.0f;
}

static void
forward_columns (gpointer data, guint task, guint worker)
{
  const Transform *t = data;
  const GboxFft *fft = t->fft;
  const int groups = count_groups (fft->columns);
  const int plane = (int) task / groups, first = (int) task % groups * LINES_PER_TASK;
  const int n = MIN (LINES_PER_TASK, fft->columns - first);
  const gsize columns = (gsize) fft->columns, height = (gsize) fft->height;
  fftwf_complex *full = full_at (fft, plane, first);
  float *out = t->out + 2 * ((gsize) plane * height * columns + (gsize) first);

  fftwf_execute_dft (choose_plan (&fft->columns_forward, first, fft->columns), half_at (fft, plane, 0, first),
                     full);
  for (gsize y = 0; y < height; y++, out += 2 * columns)
    for (gsize x = 0; x < (gsize) n; x++)
      {
        const float scale = scale_at (t->scale, y * columns + (gsize) first + x);

        out[2 * x] = full[x * height + y][0] * scale;
        out[2 * x + 1] = full[x * height + y][1] * scale;
      }
}

static void
inverse_columns (gpointer data, guint task, guint worker)
{
  const Transform *t = data;
  const GboxFft *fft = t->fft;
  const int groups = count_groups (fft->columns);
  const int plane = (int) task / groups, first = (int) task % groups * LINES_PER_TASK;
  const int n = MIN (LINES_PER_TASK, fft->columns - first);
  const gsize columns = (gsize) fft->columns, height = (gsize) fft->height;
  fftwf_complex *full = full_at (fft, plane, first);
  const float *in = t->in + 2 * ((gsize) plane * height * columns + (gsize) first);

  for (gsize y = 0; y < height; y++, in += 2 * columns)
    for (gsize x = 0; x < (gsize) n; x++)
      {
        const float scale = scale_at (t->scale, y * columns + (gsize) first + x);

        full[x * height + y][0] = in[2 * x] * scale;
        full[x * height + y][1] = in[2 * x + 1] * scale;
      }
  fftwf_execute_dft (choose_plan (&fft->columns_inverse, first, fft->columns), full,
                     half_at (fft, plane, 0, first));
}

/* After the columns, a self-conjugate column holds Σ_ky X[ky]·e^(2πi ky·y/H). Its real part is the same sum
 * over the Hermitian part of X, and the imaginary part, which the rest of X makes, is cleared: no
 * half-complex transform may make anything of it. */
static void
inverse_rows (gpointer data, guint task, guint worker)
{
  const Transform *t = data;
  const GboxFft *fft = t->fft;
  const int groups = count_groups (fft->height);
  const int plane = (int) task / groups, first = (int) task % groups * LINES_PER_TASK;
  const gsize line = (gsize) plane * (gsize) fft->height + (gsize) first;

  for (int y = first; y < MIN (first + LINES_PER_TASK, fft->height); y++)
    {
      (*half_at (fft, plane, y, 0))[1] = 0.0f;
      if (fft->width % 2 == 0)
        (*half_at (fft, plane, y, fft->columns - 1))[1] = 0.0f;
    }
  fftwf_execute_dft_c2r (choose_plan (&fft->rows_inverse, first, fft->height), half_at (fft, plane, first, 0),
                         t->out + line * (gsize) fft->width);
}

void
gbox_fft_forward (GboxFft *fft, GboxTeam *team, const float *planes, const float *scale, float *spectrum)
{
  Transform t = { .fft = fft, .in = planes, .out = spectrum, .scale = scale };

  gbox_team_run (team, (guint) (fft->n_planes * count_groups (fft->height)), forward_rows, &t);
  gbox_team_run (team, (guint) (fft->n_planes * count_groups (fft->columns)), forward_columns, &t);
}

void
gbox_fft_inverse (GboxFft *fft, GboxTeam *team, const float *spectrum, const float *scale, float *planes)
{
  Transform t = { .fft = fft, .in = spectrum, .out = planes, .scale = scale };

  gbox_team_run (team, (guint) (fft->n_planes * count_groups (fft->columns)), inverse_columns, &t);
  gbox_team_run (team, (guint) (fft->n_planes * count_groups (fft->height)), inverse_rows, &t);
}
