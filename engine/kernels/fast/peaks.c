/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over all positions of a map, and where it is largest. */
#include "kernels/fast/peaks.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/vector.h"

#include <float.h>

/* Channels @c … @c + @n − 1 of those asked for. Positions are counted in floats, to be chosen as values are.
 */
ALWAYS_INLINE void
look_for_peaks (const GboxPeaksWork *work, gsize c, int n)
{
  Vec peaks = vec_set (-FLT_MAX), positions = { 0 }, position = { 0 };
  double sums[LANES] = { 0 };

  for (int y = 0; y < work->x.height; y++)
    {
      const float *x = gbox_tensor_pixel (&work->x, 0, y, 0) + work->first + c;
      Vec row = { 0 };

      for (int i = 0; i < work->x.width; i++, x += work->x.stride)
        {
          const Vec values = vec_load_n (x, n);

          row += values;
          positions = vec_select (vec_greater (values, peaks), position, positions);
          peaks = vec_max (values, peaks);
          position += 1.0f;
        }
      for (int i = 0; i < LANES; i++)
        sums[i] += (double) row[i];
    }
  for (int i = 0; i < n; i++)
    {
      work->sums[c + (gsize) i] = sums[i];
      work->peaks[c + (gsize) i] = peaks[i];
      work->positions[c + (gsize) i] = (int) positions[i];
    }
}

void
FAST (peaks) (gpointer data, guint task, guint worker)
{
  const GboxPeaksWork *work = data;

  FOR_EACH_VECTOR (c, n, work->n, look_for_peaks (work, c, n));
}
