/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over all positions of a map, and where it is largest. */
#include "kernels/peaks.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/peaks.h"

#include <float.h>

static void
peaks_reference (const GboxPeaksWork *work)
{
  for (gsize c = 0; c < work->n; c++)
    {
      work->sums[c] = 0;
      work->peaks[c] = -FLT_MAX;
      work->positions[c] = 0;
      for (int y = 0; y < work->x.height; y++)
        {
          float sum = 0;

          for (int x = 0; x < work->x.width; x++)
            {
              const float value = gbox_tensor_pixel (&work->x, 0, y, x)[work->first + c];

              sum += value;
              if (value > work->peaks[c])
                {
                  work->peaks[c] = value;
                  work->positions[c] = y * work->x.width + x;
                }
            }
          work->sums[c] += (double) sum;
        }
    }
}

void
gbox_peaks (const GboxTensor *x, int first, int n, double *sums, float *peaks, int *positions)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxPeaksWork work = {
    .x = *x,
    .first = (gsize) first,
    .n = (gsize) n,
    .sums = sums,
    .peaks = peaks,
    .positions = positions,
  };

  if (kernels == NULL)
    peaks_reference (&work);
  else
    kernels->peaks (&work, 0, 0);
}
