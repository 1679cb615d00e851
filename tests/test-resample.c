/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resizing: against numbers from Pillow, against the definition in double precision, and its borders. */
#include <math.h>
#include <string.h>

#include "resample-expected.h"

#define PADDING 5 /* bytes after each row of the source */

/* The same formula as the program that made the expected numbers: gradients, edges and isolated white pixels.
 */
static guint8
pixel_at (int x, int y, int c)
{
  const guint64 v = (guint64) (x * 7 + y * 13 + c * 29 + ((x / 3) ^ (y / 2)) * 37);

  return (x + 2 * y + c) % 11 == 0 ? 255 : (guint8) (v * v / 7 % 256);
}

static guint8 *
image_new (int width, int height)
{
  const gsize stride = (gsize) width * 3 + PADDING;
  guint8 *image = g_malloc ((gsize) height * stride);

  memset (image, 0xee, (gsize) height * stride);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        image[(gsize) y * stride + (gsize) (x * 3 + c)] = pixel_at (x, y, c);

  return image;
}

static guint8 *
resample (GboxFilter filter, int width, int height, int out_width, int out_height)
{
  const gsize n = (gsize) out_width * (gsize) out_height * 3;
  g_autofree guint8 *image = image_new (width, height);
  guint8 *out = g_malloc (n + 1);

  out[n] = 0x5a;
  gbox_resample_rgb8 (filter, image, width, height, (gsize) width * 3 + PADDING, out, out_width, out_height);
  g_assert_cmpuint (out[n], ==, 0x5a);

  return out;
}

/* Weights come from the same double-precision formulas; another rounding of one of them may move a value by a
 * level. */
static void
test_pillow (void)
{
  guint n_other = 0, n_all = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const Expected *e = &expected[i];
      g_autofree guint8 *out = resample (e->filter, e->width, e->height, e->out_width, e->out_height);

      for (int j = 0; j < e->out_width * e->out_height * 3; j++, n_all++)
        {
          g_assert_cmpint (abs (out[j] - e->bytes[j]), <=, 1);
          n_other += out[j] != e->bytes[j];
        }
    }
  g_assert_cmpuint (100 * n_other, <=, n_all);
}

static double
filter_at (GboxFilter filter, double x)
{
  x = fabs (x);
  if (filter == GBOX_FILTER_BILINEAR)
    return x < 1 ? 1 - x : 0;
  if (x < 1)
    return 1.5 * x * x * x - 2.5 * x * x + 1;
  if (x < 2)
    return -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2;

  return 0;
}

/* One axis by its definition: the value at i of n_out, from n_in values step apart. */
static double
sample (GboxFilter filter, const double *values, int n_in, int step, int n_out, int i)
{
  const double scale = (double) n_in / n_out, widening = MAX (scale, 1);
  double sum = 0, weights = 0;

  for (int t = 0; t < n_in; t++)
    {
      const double w = filter_at (filter, (t + 0.5 - (i + 0.5) * scale) / widening);

      sum += w * values[t * step];
      weights += w;
    }

  return CLAMP (sum / weights, 0, 255);
}

typedef struct
{
  int width, height, out_width, out_height;
} Size;

static const Size sizes[] = {
  { 64, 48, 64, 48 }, { 97, 61, 24, 31 }, { 40, 33, 111, 70 },
  { 101, 5, 1, 1 },   { 1, 1, 6, 4 },     { 3, 80, 50, 2 },
};

/* Both passes round to a byte here and neither there: half a level from the second, half a weighted one from
 * the first, and a little more where weights are negative. Pillow takes no tap whose centre is beyond the
 * rounded support, where the filter is 0. */
static void
check_definition (GboxFilter filter, const Size *s)
{
  g_autofree guint8 *out = resample (filter, s->width, s->height, s->out_width, s->out_height);
  g_autofree double *column = g_new (double, (gsize) s->height);
  g_autofree double *row = g_new (double, (gsize) s->width);
  double total = 0;

  for (int x = 0; x < s->out_width; x++)
    for (int c = 0; c < 3; c++)
      {
        for (int y = 0; y < s->height; y++)
          {
            for (int i = 0; i < s->width; i++)
              row[i] = pixel_at (i, y, c);
            column[y] = sample (filter, row, s->width, 1, s->out_width, x);
          }
        for (int y = 0; y < s->out_height; y++)
          {
            const double exact = sample (filter, column, s->height, 1, s->out_height, y);
            const double error = out[(y * s->out_width + x) * 3 + c] - exact;

            g_assert_cmpfloat (fabs (error), <=, 1.3);
            total += error;
          }
      }
  /* Rounding to the nearest leans to neither side. */
  if (s->out_width * s->out_height > 100)
    g_assert_cmpfloat (fabs (total) / (s->out_width * s->out_height * 3), <=, 0.05);
}

static void
test_definition (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      check_definition (GBOX_FILTER_BILINEAR, &sizes[i]);
      check_definition (GBOX_FILTER_BICUBIC, &sizes[i]);
    }
}

/* A size that is kept keeps the bytes. */
static void
test_identity (void)
{
  for (GboxFilter filter = GBOX_FILTER_BILINEAR; filter <= GBOX_FILTER_BICUBIC; filter++)
    {
      g_autofree guint8 *out = resample (filter, 23, 17, 23, 17);

      for (int i = 0; i < 23 * 17 * 3; i++)
        g_assert_cmpuint (out[i], ==, pixel_at (i / 3 % 23, i / 69, i % 3));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/resample/pillow", test_pillow);
  g_test_add_func ("/resample/definition", test_definition);
  g_test_add_func ("/resample/identity", test_identity);

  return g_test_run ();
}
