/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A photograph cut into squares as a network sees them, at several scales. */
#include "vision/photo-patches.h"

#include "base/error.h"
#include "kernels/resample.h"

#include <string.h>

/* The longer side counts at most this many times the shorter one. */
#define MAX_ASPECT 8

/* One scale: the photograph's middle as it is resized, and how many patches lie side by side. */
typedef struct
{
  int left, top;               /* of the middle, in the photograph */
  int from_width, from_height; /* of the middle */
  int width, height;           /* resized */
  int columns, rows;
} Scale;

GboxPhotoCut
gbox_photo_cut (const GboxNetwork *network, int n_scales)
{
  const GboxPreprocessing *preprocessing = gbox_network_get_preprocessing (network);

  return (GboxPhotoCut){ .n_scales = n_scales, .side = preprocessing->crop, .filter = preprocessing->filter };
}

static gboolean
get_scale (const GboxPhotoCut *cut, int width, int height, int index, Scale *scale)
{
  const int shorter = MIN (width, height), target = cut->side << index;

  if (index > 0 && shorter < target)
    return FALSE;
  scale->from_width = (int) MIN ((gint64) width, (gint64) MAX_ASPECT * shorter);
  scale->from_height = (int) MIN ((gint64) height, (gint64) MAX_ASPECT * shorter);
  scale->left = (width - scale->from_width) / 2;
  scale->top = (height - scale->from_height) / 2;
  scale->width = (int) ((gint64) target * scale->from_width / shorter);
  scale->height = (int) ((gint64) target * scale->from_height / shorter);
  scale->columns = (scale->width + cut->side - 1) / cut->side;
  scale->rows = (scale->height + cut->side - 1) / cut->side;
  return TRUE;
}

/* Where patch @i of @n begins on an axis. */
static int
get_offset (int i, int n, int length, int side)
{
  return n == 1 ? (length - side) / 2 : (int) ((gint64) i * (length - side) / (n - 1));
}

GArray *
gbox_photo_cut_lay (const GboxPhotoCut *cut, int width, int height)
{
  GArray *patches = g_array_new (FALSE, FALSE, sizeof (GboxPhotoPatch));
  Scale scale;

  for (int s = 0; s < cut->n_scales && get_scale (cut, width, height, s, &scale); s++)
    {
      const double zoom = (double) MIN (width, height) / (cut->side << s);

      for (int row = 0; row < scale.rows; row++)
        for (int column = 0; column < scale.columns; column++)
          {
            const GboxPhotoPatch patch
              = { .x = scale.left + zoom * get_offset (column, scale.columns, scale.width, cut->side),
                  .y = scale.top + zoom * get_offset (row, scale.rows, scale.height, cut->side),
                  .side = zoom * cut->side };

            g_array_append_val (patches, patch);
          }
    }
  return patches;
}

/* @part of the photograph that was read, which may be smaller than the whole one. */
static int
reduce (int part, int read, int whole)
{
  return (int) ((gint64) part * read / whole);
}

static void
copy_patch (const guint8 *pixels, const Scale *scale, int row, int column, int side, guint8 *out)
{
  const gsize stride = 3 * (gsize) scale->width, n = 3 * (gsize) side;
  const gsize top = (gsize) get_offset (row, scale->rows, scale->height, side);
  const gsize left = (gsize) get_offset (column, scale->columns, scale->width, side);

  for (gsize y = 0; y < (gsize) side; y++)
    memcpy (out + y * n, pixels + (top + y) * stride + 3 * left, n);
}

/* Returns: how many patches were written. */
static guint
cut_scale (const GboxPhotoCut *cut,
           const GboxImage *image,
           const GboxPhotoPatches *of,
           const Scale *scale,
           guint8 *out)
{
  const gsize stride = 3 * (gsize) image->width, n = 3 * (gsize) cut->side * (gsize) cut->side;
  const gsize left = (gsize) reduce (scale->left, image->width, of->width);
  const gsize top = (gsize) reduce (scale->top, image->height, of->height);
  const int width = MAX (reduce (scale->from_width, image->width, of->width), 1);
  const int height = MAX (reduce (scale->from_height, image->height, of->height), 1);
  g_autofree guint8 *resized = g_malloc (3 * (gsize) scale->width * (gsize) scale->height);
  guint k = 0;

  gbox_resample_rgb8 (cut->filter, image->pixels + top * stride + 3 * left, width, height, stride, resized,
                      scale->width, scale->height);
  for (int row = 0; row < scale->rows; row++)
    for (int column = 0; column < scale->columns; column++)
      copy_patch (resized, scale, row, column, cut->side, out + n * k++);
  return k;
}

GboxPhotoPatches *
gbox_photo_patches_load (const char *path, const GboxPhotoCut *cut, GError **error)
{
  const gsize n_pixels = 3 * (gsize) cut->side * (gsize) cut->side;
  g_autoptr (GboxPhotoPatches) patches = g_new0 (GboxPhotoPatches, 1);
  g_autoptr (GboxImage) image = gbox_image_load_reduced (path, cut->side << (cut->n_scales - 1),
                                                         &patches->width, &patches->height, error);
  guint n = 0;
  Scale scale;

  if (image == NULL)
    return NULL;
  for (int s = 0; s < cut->n_scales && get_scale (cut, patches->width, patches->height, s, &scale); s++)
    patches->n += (guint) (scale.rows * scale.columns);
  patches->side = cut->side;
  patches->pixels = g_try_malloc (patches->n * n_pixels);
  if (patches->pixels == NULL)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_MEMORY,
                   "There is not enough memory for the photograph “%s”. Close other programs.", path);
      return NULL;
    }
  for (int s = 0; s < cut->n_scales && get_scale (cut, patches->width, patches->height, s, &scale); s++)
    n += cut_scale (cut, image, patches, &scale, patches->pixels + n * n_pixels);
  return g_steal_pointer (&patches);
}

GboxImage *
gbox_photo_crop_load (
  const char *path, int width, int height, const GboxPhotoPatch *crop, int side, GError **error)
{
  const int min_side = (int) (side * MIN (width, height) / MAX (crop->side, 1.0));
  int full_width, full_height, length, left, top;
  g_autoptr (GboxImage) image = gbox_image_load_reduced (path, min_side, &full_width, &full_height, error);
  GboxImage *out;
  double zoom;

  if (image == NULL)
    return NULL;
  /* It may have changed since. */
  zoom = (double) image->width / width;
  length = CLAMP ((int) (crop->side * zoom + 0.5), 1, MIN (image->width, image->height));
  left = CLAMP ((int) (crop->x * zoom + 0.5), 0, image->width - length);
  top = CLAMP ((int) (crop->y * zoom + 0.5), 0, image->height - length);
  out = g_new (GboxImage, 1);
  *out = (GboxImage){ .width = side, .height = side, .pixels = g_malloc (3 * (gsize) side * (gsize) side) };
  gbox_resample_rgb8 (GBOX_FILTER_BICUBIC,
                      image->pixels + 3 * ((gsize) top * (gsize) image->width + (gsize) left), length, length,
                      3 * (gsize) image->width, out->pixels, side, side);
  return out;
}

void
gbox_photo_patches_free (GboxPhotoPatches *patches)
{
  if (patches == NULL)
    return;

  g_free (patches->pixels);
  g_free (patches);
}
