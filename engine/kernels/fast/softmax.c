/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exponentials of the rows of a matrix, their sums, and draws with them as weights. */
#include "kernels/fast/softmax.h"

#include "kernels/fast/exponential.h"
#include "kernels/fast/fast.h"
#include "kernels/fast/maximum.h"

/* Numbers that are summed in single precision before the sum goes into a double. */
#define PART 512

static double
add_lanes (Vec v)
{
  double sum = 0;

  for (int i = 0; i < LANES; i++)
    sum += (double) v[i];
  return sum;
}

/* Adds the exponentials of up to PART numbers up; @e: (nullable): where to put them. */
static void
add_part (const float *x, gsize n, float scale, float max, float *e, GboxSoftmax *to)
{
  Vec sums = { 0 }, moments = { 0 };
  double sum = 0, moment = 0;
  gsize i = 0;

  for (; i + LANES <= n; i += LANES)
    {
      const Vec power = vec_bound_power (scale * (vec_load (x + i) - max));
      const Vec exponentials = vec_exponential (power);

      sums += exponentials;
      moments += exponentials * power;
      if (e != NULL)
        vec_store (e + i, exponentials);
    }
  for (; i < n; i++)
    {
      const float power = scale * (x[i] - max);
      const float bounded = power < -EXPONENTIAL_MAX ? -EXPONENTIAL_MAX : power;
      const float value = exponential (bounded);

      sum += (double) value;
      moment += (double) (value * bounded);
      if (e != NULL)
        e[i] = value;
    }
  to->sum += sum + add_lanes (sums);
  to->moment += moment + add_lanes (moments);
}

void
FAST (softmax) (gpointer data, guint task, guint worker)
{
  const GboxSoftmaxWork *work = data;
  const float *x = work->x + task * work->stride;
  GboxSoftmax sums = { .max = find_max (x, work->width) };

  for (gsize i = 0; i < work->width; i += PART)
    add_part (x + i, MIN (PART, work->width - i), work->scale, sums.max,
              work->e != NULL ? work->e + task * work->stride + i : NULL, &sums);
  work->sums[task] = sums;
}

static double
add_weights (const float *e, gsize n)
{
  Vec sums = { 0 };
  double sum = 0;
  gsize i = 0;

  for (; i + LANES <= n; i += LANES)
    sums += vec_load (e + i);
  for (; i < n; i++)
    sum += (double) e[i];
  return sum + add_lanes (sums);
}

/* The first of @n at which the sum is more than *@left, which is lowered by those before; @n if none is. */
static gsize
find_within (const float *e, gsize n, double *left)
{
  for (gsize i = 0; i < n; i++)
    {
      *left -= (double) e[i];
      if (*left < 0)
        return i;
    }
  return n;
}

/* Where the weights of @n ≥ 1 that are not 0 end. */
static gsize
find_last (const float *e, gsize n)
{
  gsize i = n;

  while (i > 1 && !(e[i - 1] > 0))
    i--;
  return i - 1;
}

void
FAST (softmax_draw) (gpointer data, guint task, guint worker)
{
  const GboxDrawWork *work = data;
  const float *e = work->e + task * work->stride;
  double left = work->uniforms[task] * work->sums[task].sum;

  for (gsize i = 0; i < work->width; i += PART)
    {
      const gsize n = MIN (PART, work->width - i);
      const double sum = add_weights (e + i, n);
      gsize at;

      if (left >= sum)
        {
          left -= sum;
          continue;
        }
      at = find_within (e + i, n, &left);
      work->chosen[task] = (int) (i + (at < n ? at : find_last (e + i, n)));
      return;
    }
  work->chosen[task] = (int) find_last (e, work->width);
}
