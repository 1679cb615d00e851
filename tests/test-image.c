/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photographs: orientation, transparency, limits, damage, and how they are cut for a network. */
#include "models/image.h"

#include "base/error.h"
#include "models/image-end.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>
#include <string.h>

/* A file of the test's own; free with remove_file(). */
static char *
make_file (const void *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  char *path = NULL;
  int fd = g_file_open_tmp ("glassbox-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, data, (gssize) size, &error));
  return path;
}

static void
remove_file (char *path)
{
  g_unlink (path);
  g_free (path);
}

/* A picture of 48 × 20, dark red in the upper left quarter and light grey elsewhere. */
static GdkPixbuf *
make_picture (gboolean alpha)
{
  GdkPixbuf *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, alpha, 8, 48, 20);
  g_autoptr (GdkPixbuf) corner = gdk_pixbuf_new_subpixbuf (pixbuf, 0, 0, 24, 10);

  gdk_pixbuf_fill (pixbuf, 0xd0d0d080);
  gdk_pixbuf_fill (corner, 0x80000000);
  return pixbuf;
}

static GBytes *
encode (GdkPixbuf *pixbuf, const char *format)
{
  g_autoptr (GError) error = NULL;
  char *data;
  gsize size;

  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &data, &size, format, &error, NULL));
  g_assert_no_error (error);
  return g_bytes_new_take (data, size);
}

static GboxImage *
load (const void *data, gsize size, GError **error)
{
  char *path = make_file (data, size);
  GboxImage *image = gbox_image_load (path, error);

  if (image == NULL && error != NULL)
    {
      g_assert_nonnull (strstr ((*error)->message, path));
      g_assert_true (g_str_has_suffix ((*error)->message, "."));
    }
  remove_file (path);
  return image;
}

static GboxImage *
load_bytes (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  GboxImage *image = load (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);

  g_assert_no_error (error);
  return image;
}

static void
assert_pixel (const GboxImage *image, int x, int y, int r, int g, int b, int tolerance)
{
  const guint8 *pixel = image->pixels + ((gsize) y * (gsize) image->width + (gsize) x) * 3;

  g_assert_cmpint (ABS (pixel[0] - r), <=, tolerance);
  g_assert_cmpint (ABS (pixel[1] - g), <=, tolerance);
  g_assert_cmpint (ABS (pixel[2] - b), <=, tolerance);
}

static void
test_png (void)
{
  g_autoptr (GdkPixbuf) pixbuf = make_picture (FALSE);
  g_autoptr (GBytes) bytes = encode (pixbuf, "png");
  g_autoptr (GboxImage) image = load_bytes (bytes);

  g_assert_cmpint (image->width, ==, 48);
  g_assert_cmpint (image->height, ==, 20);
  assert_pixel (image, 0, 0, 0x80, 0, 0, 0);
  assert_pixel (image, 23, 9, 0x80, 0, 0, 0);
  assert_pixel (image, 24, 9, 0xd0, 0xd0, 0xd0, 0);
  assert_pixel (image, 47, 19, 0xd0, 0xd0, 0xd0, 0);
}

/* Nothing of the transparent corner is left; 0xd0 half transparent is (0xd0·0x80 + 0xff·0x7f) / 0xff = 231.4.
 */
static void
test_alpha (void)
{
  g_autoptr (GdkPixbuf) pixbuf = make_picture (TRUE);
  g_autoptr (GBytes) bytes = encode (pixbuf, "png");
  g_autoptr (GboxImage) image = load_bytes (bytes);

  assert_pixel (image, 0, 0, 255, 255, 255, 0);
  assert_pixel (image, 47, 19, 231, 231, 231, 0);
}

/* A JPEG with an Exif segment that says how the camera was held. */
static GBytes *
make_rotated_jpeg (guint8 orientation)
{
  g_autoptr (GdkPixbuf) pixbuf = make_picture (FALSE);
  g_autoptr (GBytes) jpeg = encode (pixbuf, "jpeg");
  const guint8 *data = g_bytes_get_data (jpeg, NULL);
  const guint8 exif[]
    = { 0xff, 0xe1, 0, 34,   'E', 'x', 'i', 'f', 0, 0, 'M', 'M',         0, 42, 0, 0, 0, 8,
        0,    1,    1, 0x12, 0,   3,   0,   0,   0, 1, 0,   orientation, 0, 0,  0, 0, 0, 0 };
  GByteArray *rotated = g_byte_array_new ();

  g_byte_array_append (rotated, data, 2);
  g_byte_array_append (rotated, exif, sizeof exif);
  g_byte_array_append (rotated, data + 2, (guint) g_bytes_get_size (jpeg) - 2);
  return g_byte_array_free_to_bytes (rotated);
}

static void
test_orientation (void)
{
  g_autoptr (GBytes) upright = make_rotated_jpeg (1), clockwise = make_rotated_jpeg (6),
                     turned = make_rotated_jpeg (3);
  g_autoptr (GboxImage) a = load_bytes (upright);
  g_autoptr (GboxImage) b = load_bytes (clockwise);
  g_autoptr (GboxImage) c = load_bytes (turned);

  /* JPEG is lossy: 12 levels inside a flat region far from its edge. */
  g_assert_cmpint (a->width, ==, 48);
  assert_pixel (a, 4, 4, 0x80, 0, 0, 12);
  g_assert_cmpint (b->width, ==, 20);
  g_assert_cmpint (b->height, ==, 48);
  assert_pixel (b, 15, 4, 0x80, 0, 0, 12);
  assert_pixel (b, 4, 44, 0xd0, 0xd0, 0xd0, 12);
  g_assert_cmpint (c->width, ==, 48);
  assert_pixel (c, 43, 15, 0x80, 0, 0, 12);
}

static void
test_truncated (void)
{
  static const char *const formats[] = { "png", "jpeg", "bmp", "ico" };
  g_autoptr (GdkPixbuf) pixbuf = make_picture (FALSE);

  for (guint f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      g_autoptr (GBytes) bytes = encode (pixbuf, formats[f]);
      g_autoptr (GboxImage) whole = load_bytes (bytes);
      const gsize size = g_bytes_get_size (bytes);

      for (gsize n = 0; n < size; n += n + 40 < size ? 7 : 1)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (GboxImage) image = load (g_bytes_get_data (bytes, NULL), n, &error);

          /* A PNG is whole without the name of its last chunk, IEND, or the chunk's checksum. */
          if (image != NULL && f == 0 && n >= size - 12)
            continue;
          g_assert_null (image);
          g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE);
        }
    }
}

/* A GIF of one pixel with a comment, a RIFF header, and a JPEG of bare markers. */
static void
test_end (void)
{
  static const guint8 gif[]
    = { 'G', 'I', 'F', '8', '9', 'a',  1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255,  255, 0x21, 0xfe,
        3,   'a', 'b', 'c', 0,   0x2c, 0, 0, 0, 0, 1,    0, 1, 0, 0, 2, 2,   0x44, 1,   0,    0x3b };
  static const guint8 webp[] = { 'R', 'I', 'F', 'F', 6, 0, 0, 0, 'W', 'E', 'B', 'P', 1, 2 };
  static const guint8 stuffed[] = { 0xff, 0xd8, 0xff, 0xe0, 0, 4,    0xff, 0xd9, 0xff, 0xda, 0,
                                    2,    1,    0xff, 0,    2, 0xff, 0xd0, 3,    0xff, 0xff, 0xd9 };

  for (gsize n = 0; n < sizeof gif; n++)
    g_assert_true (gbox_image_ends_early (gif, n));
  g_assert_false (gbox_image_ends_early (gif, sizeof gif));
  for (gsize n = 0; n < sizeof webp; n++)
    g_assert_true (gbox_image_ends_early (webp, n));
  g_assert_false (gbox_image_ends_early (webp, sizeof webp));
  /* The end mark inside a segment does not count, nor do stuffed bytes and restarts. */
  for (gsize n = 0; n < sizeof stuffed; n++)
    g_assert_true (gbox_image_ends_early (stuffed, n));
  g_assert_false (gbox_image_ends_early (stuffed, sizeof stuffed));
}

static guint32
png_crc (const guint8 *data, gsize n)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < n; i++)
    {
      crc ^= data[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
    }
  return ~crc;
}

/* A small file that says it is of 10001 × 10001. */
static void
test_too_large (void)
{
  g_autoptr (GdkPixbuf) pixbuf = make_picture (FALSE);
  g_autoptr (GBytes) bytes = encode (pixbuf, "png");
  const gsize n = g_bytes_get_size (bytes);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (bytes, NULL), n);
  const guint32 side = GUINT32_TO_BE (10001);
  g_autoptr (GError) error = NULL;
  guint32 crc;

  memcpy (data + 16, &side, 4);
  memcpy (data + 20, &side, 4);
  crc = GUINT32_TO_BE (png_crc (data + 12, 17));
  memcpy (data + 29, &crc, 4);
  g_assert_null (load (data, n, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "10001×10001"));
}

static void
test_no_image (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_image_load ("/nowhere/at/all.png", &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (gbox_image_load (g_get_tmp_dir (), &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE);
  g_clear_error (&error);
  g_assert_null (load ("this is no picture", 18, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE);
}

/* Red counts the columns and green the rows, modulo 256. */
static GboxImage *
make_ruler (int width, int height)
{
  GboxImage *image = g_new0 (GboxImage, 1);

  *image = (GboxImage){ width, height, g_malloc0 ((gsize) width * (gsize) height * 3) };
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        image->pixels[((gsize) y * (gsize) width + (gsize) x) * 3] = (guint8) x;
        image->pixels[((gsize) y * (gsize) width + (gsize) x) * 3 + 1] = (guint8) y;
      }
  return image;
}

/* The crop of a ruler that needs no resizing begins at (left, top). */
static void
assert_crop (int width, int height, int crop, int left, int top)
{
  const GboxPreprocessing preprocessing = { MIN (width, height), FALSE, crop, GBOX_FILTER_BICUBIC };
  g_autoptr (GboxImage) ruler = make_ruler (width, height);
  g_autoptr (GboxImage) image = gbox_image_prepare (ruler, &preprocessing);

  g_assert_cmpint (image->width, ==, crop);
  g_assert_cmpint (image->height, ==, crop);
  assert_pixel (image, 0, 0, left & 255, top & 255, 0, 0);
  assert_pixel (image, crop - 1, crop - 1, (left + crop - 1) & 255, (top + crop - 1) & 255, 0, 0);
}

/* Halves are rounded to the even neighbour, as Python does: 16.5 → 16, 17.5 → 18. */
static void
test_crop (void)
{
  assert_crop (256, 256, 224, 16, 16);
  assert_crop (257, 256, 224, 16, 16);
  assert_crop (256, 259, 224, 16, 18);
  assert_crop (400, 256, 224, 88, 16);
  assert_crop (224, 224, 224, 0, 0);
}

/* The shorter side becomes 256 and the longer int (256 · long / short), here 341: the middle of what is left
 * is compared. */
static void
test_resize (void)
{
  const GboxPreprocessing keep = { 256, FALSE, 224, GBOX_FILTER_BILINEAR };
  const GboxPreprocessing squash = { 256, TRUE, 224, GBOX_FILTER_BILINEAR };
  g_autoptr (GboxImage) ruler = make_ruler (200, 150);
  g_autofree guint8 *resized = g_malloc (341 * 256 * 3);
  g_autoptr (GboxImage) kept = gbox_image_prepare (ruler, &keep);
  g_autoptr (GboxImage) squashed = gbox_image_prepare (ruler, &squash);

  gbox_resample_rgb8 (GBOX_FILTER_BILINEAR, ruler->pixels, 200, 150, 600, resized, 341, 256);
  for (gsize y = 0; y < 224; y++)
    g_assert_cmpmem (kept->pixels + y * 672, 672, resized + ((y + 16) * 341 + 58) * 3, 672);
  gbox_resample_rgb8 (GBOX_FILTER_BILINEAR, ruler->pixels, 200, 150, 600, resized, 256, 256);
  for (gsize y = 0; y < 224; y++)
    g_assert_cmpmem (squashed->pixels + y * 672, 672, resized + ((y + 16) * 256 + 16) * 3, 672);
}

/* A strip one pixel high would be resized to a width of millions. */
static void
test_strip (void)
{
  const GboxPreprocessing preprocessing = { 256, FALSE, 224, GBOX_FILTER_BICUBIC };
  g_autoptr (GboxImage) flat = make_ruler (1000000, 1);
  g_autoptr (GboxImage) tall = make_ruler (1, 1000000);
  g_autoptr (GboxImage) a = gbox_image_prepare (flat, &preprocessing);
  g_autoptr (GboxImage) b = gbox_image_prepare (tall, &preprocessing);

  g_assert_cmpint (a->width, ==, 224);
  g_assert_cmpint (b->height, ==, 224);
  /* The middle of 0 … 999999 is 499999.5; modulo 256 that is 31.5. */
  assert_pixel (a, 112, 112, 32, 0, 0, 2);
  assert_pixel (b, 112, 112, 0, 32, 0, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/png", test_png);
  g_test_add_func ("/image/alpha", test_alpha);
  g_test_add_func ("/image/orientation", test_orientation);
  g_test_add_func ("/image/truncated", test_truncated);
  g_test_add_func ("/image/end", test_end);
  g_test_add_func ("/image/too-large", test_too_large);
  g_test_add_func ("/image/no-image", test_no_image);
  g_test_add_func ("/image/crop", test_crop);
  g_test_add_func ("/image/resize", test_resize);
  g_test_add_func ("/image/strip", test_strip);
  return g_test_run ();
}
