/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resizing an image with an antialiasing filter, as Pillow and torchvision do. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  GBOX_FILTER_BILINEAR, /* triangle, support 1 */
  GBOX_FILTER_BICUBIC,  /* Keys, a = −0.5, support 2 */
} GboxFilter;

/**
 * gbox_resample_rgb8:
 * @filter: the filter; it is widened by the scale when shrinking
 * @src: (H, W, 3) bytes, rows @src_stride bytes apart
 * @dst: (out): (OH, OW, 3) bytes, tight
 *
 * Separable, horizontal pass first, each pass rounded to 8 bits: the numbers of Pillow's Image.resize within
 * 1 level (versions up to 12; later ones take the vertical pass first where the height shrinks far more than
 * the width, which moves some values by more). Runs on the calling thread.
 */
void gbox_resample_rgb8 (GboxFilter filter,
                         const guint8 *src,
                         int src_width,
                         int src_height,
                         gsize src_stride,
                         guint8 *dst,
                         int dst_width,
                         int dst_height);

G_END_DECLS
