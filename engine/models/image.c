/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photographs: reading them and showing them to a network. */
#include "models/image.h"

#include "base/error.h"
#include "base/path-text.h"
#include "formats/whole-file.h"
#include "kernels/resample.h"
#include "models/image-end.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <math.h>
#include <string.h>

#define MAX_PIXELS ((gint64) 100 * 1000 * 1000)

/* The longer side at most this many times the shorter one before resizing: what lies further out would be
 * cropped anyway. */
#define MAX_ASPECT 16

static GboxImage *
image_new (int width, int height)
{
  GboxImage *image = g_new0 (GboxImage, 1);

  image->width = width;
  image->height = height;
  image->pixels = g_try_malloc ((gsize) width * (gsize) height * 3);
  if (image->pixels == NULL)
    g_clear_pointer (&image, g_free);
  return image;
}

void
gbox_image_free (GboxImage *image)
{
  g_free (image->pixels);
  g_free (image);
}

static void
set_memory_error (GError **error, const char *display_name)
{
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_MEMORY,
               "There is not enough memory for the image “%s”. Close other programs or make it smaller.",
               display_name);
}

/* Looks at the header only, so that a small file cannot ask for more memory than there is. */
static gboolean
check_size (const char *path, const char *display_name, GError **error)
{
  int width, height;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "There is no image “%s”. Check its name.",
                 display_name);
  else if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                 "“%s” is not an ordinary file. Choose a picture such as a PNG or JPEG.", display_name);
  else if (gdk_pixbuf_get_file_info (path, &width, &height) == NULL || width < 1 || height < 1)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                 "“%s” is not an image that can be read. Choose a picture such as a PNG or JPEG.",
                 display_name);
  else if ((gint64) width * height > MAX_PIXELS)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                 "“%s” is %d×%d pixels, and more than 100 megapixels are not read. Make it smaller.",
                 display_name, width, height);
  else
    return TRUE;
  return FALSE;
}

/* Decoders fill the missing rest of a truncated photograph with grey and say nothing. */
static GBytes *
read_complete (const char *path, const char *display_name, GError **error)
{
  g_autoptr (GBytes) bytes = gbox_whole_file_read (path, display_name, NULL);
  gsize size = 0;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  if (data != NULL && !gbox_image_ends_early (data, size))
    return g_steal_pointer (&bytes);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
               "“%s” is incomplete: the file ends too early. Copy it again or choose another one.",
               display_name);
  return NULL;
}

/* @raw: (transfer full) (nullable): what was decoded; @why: what went wrong. */
static GdkPixbuf *
turn_upright (GdkPixbuf *decoded, const GError *why, const char *display_name, GError **error)
{
  g_autoptr (GdkPixbuf) raw = decoded;
  GdkPixbuf *upright = NULL;

  if (raw == NULL)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                   "“%s” could not be read: %s. The file may be incomplete; choose another one.",
                   display_name, why != NULL ? why->message : "it holds no image");
      return NULL;
    }
  if ((gint64) gdk_pixbuf_get_width (raw) * gdk_pixbuf_get_height (raw) <= MAX_PIXELS)
    upright = gdk_pixbuf_apply_embedded_orientation (raw);
  if (upright == NULL)
    set_memory_error (error, display_name);
  return upright;
}

/* Straight alpha over white, rounded to nearest. */
static guint8
over_white (guint8 colour, guint8 alpha)
{
  return (guint8) ((colour * alpha + 255 * (255 - alpha) + 127) / 255);
}

static void
copy_pixels (const GdkPixbuf *pixbuf, GboxImage *image)
{
  const guint8 *pixels = gdk_pixbuf_read_pixels (pixbuf);
  const gsize stride = (gsize) gdk_pixbuf_get_rowstride (pixbuf);
  const gsize n_channels = (gsize) gdk_pixbuf_get_n_channels (pixbuf);
  const gsize width = (gsize) image->width;
  guint8 *out = image->pixels;

  for (gsize y = 0; y < (gsize) image->height; y++)
    {
      const guint8 *in = pixels + y * stride;

      if (!gdk_pixbuf_get_has_alpha (pixbuf))
        memcpy (out, in, width * 3);
      else
        for (gsize x = 0; x < width; x++)
          for (gsize c = 0; c < 3; c++)
            out[3 * x + c] = over_white (in[n_channels * x + c], in[n_channels * x + 3]);
      out += width * 3;
    }
}

static GboxImage *
make_image (const GdkPixbuf *pixbuf, const char *display_name, GError **error)
{
  GboxImage *image;

  if (pixbuf == NULL)
    return NULL;
  image = image_new (gdk_pixbuf_get_width (pixbuf), gdk_pixbuf_get_height (pixbuf));
  if (image == NULL)
    set_memory_error (error, display_name);
  else
    copy_pixels (pixbuf, image);
  return image;
}

GboxImage *
gbox_image_load (const char *path, GError **error)
{
  g_autofree char *display_name = gbox_path_to_text (path);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autoptr (GError) why = NULL;

  if (!check_size (path, display_name, error))
    return NULL;
  bytes = read_complete (path, display_name, error);
  if (bytes == NULL)
    return NULL;
  pixbuf = turn_upright (gdk_pixbuf_new_from_file (path, &why), why, display_name, error);
  return make_image (pixbuf, display_name, error);
}

/* What is decoded smaller than it is. */
typedef struct
{
  int min_side;
  int width, height; /* as it lies in the file */
} Reduction;

/* A JPEG's transform of 8 × 8 gives 4 × 4, 2 × 2 or the mean alone; so does this. */
static void
on_size_prepared (GdkPixbufLoader *loader, int width, int height, Reduction *reduction)
{
  int divisor = 1;

  reduction->width = width;
  reduction->height = height;
  while (divisor < 8 && MIN (width, height) / (2 * divisor) >= reduction->min_side)
    divisor *= 2;
  gdk_pixbuf_loader_set_size (loader, (width + divisor - 1) / divisor, (height + divisor - 1) / divisor);
}

static GdkPixbuf *
decode_reduced (GBytes *bytes, Reduction *reduction, GError **error)
{
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
  GdkPixbuf *pixbuf;

  g_signal_connect (loader, "size-prepared", G_CALLBACK (on_size_prepared), reduction);
  if (!gdk_pixbuf_loader_write_bytes (loader, bytes, error))
    {
      gdk_pixbuf_loader_close (loader, NULL);
      return NULL;
    }
  if (!gdk_pixbuf_loader_close (loader, error))
    return NULL;
  pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  return pixbuf != NULL ? g_object_ref (pixbuf) : NULL;
}

/* The orientations 5 to 8 lie on their side. */
static gboolean
is_sideways (const GdkPixbuf *pixbuf)
{
  const char *orientation = gdk_pixbuf_get_option ((GdkPixbuf *) pixbuf, "orientation");

  return orientation != NULL && orientation[0] >= '5' && orientation[0] <= '8';
}

GboxImage *
gbox_image_load_reduced (const char *path, int min_side, int *full_width, int *full_height, GError **error)
{
  g_autofree char *display_name = gbox_path_to_text (path);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autoptr (GError) why = NULL;
  Reduction reduction = { .min_side = min_side };
  GdkPixbuf *raw;
  gboolean sideways;

  if (!check_size (path, display_name, error))
    return NULL;
  bytes = read_complete (path, display_name, error);
  if (bytes == NULL)
    return NULL;
  raw = decode_reduced (bytes, &reduction, &why);
  sideways = raw != NULL && is_sideways (raw);
  *full_width = sideways ? reduction.height : reduction.width;
  *full_height = sideways ? reduction.width : reduction.height;
  pixbuf = turn_upright (raw, why, display_name, error);
  return make_image (pixbuf, display_name, error);
}

/* The size of the resized image: torchvision's Resize(int), which truncates the longer side, or Caffe's
 * square. */
static void
get_resized_size (
  const GboxPreprocessing *preprocessing, int width, int height, int *out_width, int *out_height)
{
  const int shorter = MIN (width, height), longer = MAX (width, height);
  const int resize = preprocessing->resize;
  const int scaled = (int) ((gint64) resize * longer / shorter);

  *out_width = preprocessing->squash || width <= height ? resize : scaled;
  *out_height = preprocessing->squash || height <= width ? resize : scaled;
}

/* Python's round(), which torchvision's centre crop uses: halves go to the even neighbour. */
static int
crop_offset (int size, int crop)
{
  return (int) rint ((size - crop) / 2.0);
}

/* The middle @crop × @crop pixels. */
static GboxImage *
crop_centre (const guint8 *pixels, int width, int height, int crop)
{
  const gsize row = (gsize) crop * 3;
  const gsize left = (gsize) crop_offset (width, crop), top = (gsize) crop_offset (height, crop);
  GboxImage *out = g_new0 (GboxImage, 1);

  *out = (GboxImage){ crop, crop, g_malloc ((gsize) crop * row) };
  for (gsize y = 0; y < (gsize) crop; y++)
    memcpy (out->pixels + y * row, pixels + ((top + y) * (gsize) width + left) * 3, row);
  return out;
}

GboxImage *
gbox_image_prepare (const GboxImage *image, const GboxPreprocessing *preprocessing)
{
  const gint64 limit = (gint64) MAX_ASPECT * MIN (image->width, image->height);
  const int width = preprocessing->squash ? image->width : (int) MIN (image->width, limit);
  const int height = preprocessing->squash ? image->height : (int) MIN (image->height, limit);
  const gsize stride = (gsize) image->width * 3;
  const gsize left = (gsize) (image->width - width) / 2, top = (gsize) (image->height - height) / 2;
  g_autofree guint8 *resized = NULL;
  int resized_width, resized_height;

  g_return_val_if_fail (preprocessing->crop <= preprocessing->resize, NULL);
  get_resized_size (preprocessing, width, height, &resized_width, &resized_height);
  resized = g_malloc ((gsize) resized_width * (gsize) resized_height * 3);
  gbox_resample_rgb8 (preprocessing->filter, image->pixels + top * stride + left * 3, width, height, stride,
                      resized, resized_width, resized_height);
  return crop_centre (resized, resized_width, resized_height, preprocessing->crop);
}
