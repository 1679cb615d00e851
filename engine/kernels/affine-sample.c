/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bilinear sampling of an image along an affine map, and its exact adjoint. */
#include "kernels/affine-sample.h"

#include <string.h>

#include "kernels/affine-taps.h"
#include "kernels/fast/affine-sample.h"
#include "kernels/fast/fast.h"

static guint
count_parts (int n, int size)
{
  return (guint) ((n + size - 1) / size);
}

void
gbox_affine_sample (GboxTeam *team,
                    const GboxAffine *map,
                    float fill,
                    float scale,
                    const float *src,
                    int src_height,
                    int src_width,
                    GboxTensor *dst)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxSampling s = { .map = map,
                     .fill = fill,
                     .scale = scale,
                     .height = src_height,
                     .width = src_width,
                     .planes = src,
                     .out = dst };

  if (kernels != NULL)
    gbox_team_run (team, count_parts (dst->height, GBOX_SAMPLE_ROWS), kernels->affine_sample, &s);
  else
    gbox_affine_sample_reference (map, fill, scale, src, src_height, src_width, dst);
}

void
gbox_affine_sample_adjoint (GboxTeam *team,
                            const GboxAffine *map,
                            float scale,
                            const GboxTensor *ddst,
                            float *dsrc,
                            int src_height,
                            int src_width)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxSampling s
    = { .map = map, .scale = scale, .height = src_height, .width = src_width, .dplanes = dsrc, .out = ddst };

  if (kernels != NULL)
    gbox_team_run (team,
                   count_parts (src_height, GBOX_SPREAD_ROWS) * count_parts (src_width, GBOX_SPREAD_COLUMNS),
                   kernels->affine_sample_adjoint, &s);
  else
    gbox_affine_sample_adjoint_reference (map, scale, ddst, dsrc, src_height, src_width);
}

void
gbox_affine_sample_reference (const GboxAffine *map,
                              float fill,
                              float scale,
                              const float *src,
                              int src_height,
                              int src_width,
                              GboxTensor *dst)
{
  const GboxSampling s = { .map = map,
                           .fill = fill,
                           .scale = scale,
                           .height = src_height,
                           .width = src_width,
                           .planes = src,
                           .out = dst };

  for (int oy = 0; oy < dst->height; oy++)
    for (int ox = 0; ox < dst->width; ox++)
      gbox_sampling_pixel (&s, oy, ox);
}

/* Adds one output pixel's gradient to those of its taps that lie in the source. */
static void
spread_pixel (const GboxSampling *s, int oy, int ox)
{
  const float *g = gbox_tensor_pixel (s->out, 0, oy, ox);
  GboxTaps t;

  if (!gbox_sampling_find_taps (s, oy, ox, &t))
    return;
  for (int row = MAX (t.row, 0); row < MIN (t.row + 2, s->height); row++)
    for (int column = MAX (t.column, 0); column < MIN (t.column + 2, s->width); column++)
      {
        const float row_weight = row == t.row ? 1.0f - t.row_weight : t.row_weight;
        const float column_weight = column == t.column ? 1.0f - t.column_weight : t.column_weight;

        for (int c = 0; c < s->out->channels; c++)
          s->dplanes[((gsize) c * (gsize) s->height + (gsize) row) * (gsize) s->width + (gsize) column]
            += g[c] * row_weight * column_weight * s->scale;
      }
}

void
gbox_affine_sample_adjoint_reference (
  const GboxAffine *map, float scale, const GboxTensor *ddst, float *dsrc, int src_height, int src_width)
{
  const GboxSampling s
    = { .map = map, .scale = scale, .height = src_height, .width = src_width, .dplanes = dsrc, .out = ddst };

  memset (dsrc, 0, (gsize) ddst->channels * (gsize) src_height * (gsize) src_width * sizeof (float));
  for (int oy = 0; oy < ddst->height; oy++)
    for (int ox = 0; ox < ddst->width; ox++)
      spread_pixel (&s, oy, ox);
}
