/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exponentials of the rows of a matrix, and their sums. */
#include "kernels/fast/softmax.h"

#include "kernels/fast/exponential.h"
#include "kernels/fast/fast.h"
#include "kernels/fast/maximum.h"

/* Numbers that are summed in single precision before the sum goes into a double. */
#define PART 512

/* Partial sums, for the compiler to keep in vectors. */
#define SUMS 16

/* Writes the exponentials of up to PART numbers and adds them up. */
static void
add_part (const float *x, gsize n, float scale, float max, float *e, GboxSoftmax *to)
{
  float powers[PART], sums[SUMS] = { 0 }, moments[SUMS] = { 0 };
  double sum = 0, moment = 0;
  gsize i = 0;

  for (gsize j = 0; j < n; j++)
    {
      const float power = scale * (x[j] - max);

      powers[j] = power < -EXPONENTIAL_MAX ? -EXPONENTIAL_MAX : power;
      e[j] = exponential (powers[j]);
    }
  for (; i + SUMS <= n; i += SUMS)
    for (gsize j = 0; j < SUMS; j++)
      {
        sums[j] += e[i + j];
        moments[j] += e[i + j] * powers[i + j];
      }
  for (; i < n; i++)
    {
      sum += (double) e[i];
      moment += (double) (e[i] * powers[i]);
    }
  for (gsize j = 0; j < SUMS; j++)
    {
      sum += (double) sums[j];
      moment += (double) moments[j];
    }
  to->sum += sum;
  to->moment += moment;
}

void
FAST (softmax) (gpointer data, guint task, guint worker)
{
  const GboxSoftmaxWork *work = data;
  const float *x = work->x + task * work->stride;
  GboxSoftmax sums = { .max = find_max (x, work->width) };
  float part[PART];

  for (gsize i = 0; i < work->width; i += PART)
    add_part (x + i, MIN (PART, work->width - i), work->scale, sums.max,
              work->e != NULL ? work->e + task * work->stride + i : part, &sums);
  work->sums[task] = sums;
}
