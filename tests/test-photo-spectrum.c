/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spectra of photographs: their text, what lies between their bands, and what is measured. */
#include <math.h>
#include <string.h>

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "kernels/colour.h"
#include "vision/photo-survey.h"
#include "vision/spectrum-meter.h"

#define SIDE    GBOX_SPECTRUM_METER_SIDE
#define N_BANDS GBOX_SPECTRUM_METER_N_BANDS

static void
test_table (void)
{
  GboxPhotoSpectrum table;

  gbox_photo_spectrum_init_table (&table);
  g_assert_cmpuint (table.n_bands, ==, N_BANDS);
  for (guint i = 0; i < table.n_bands; i++)
    for (int p = 0; p < 3; p++)
      {
        g_assert_cmpfloat (fabs (gbox_photo_spectrum_get (&table, table.frequencies[i], p)
                                   / table.amplitudes[i][p]
                                 - 1.0),
                           <, 1e-12);
        if (i > 0)
          g_assert_cmpfloat (table.amplitudes[i][p], <, table.amplitudes[i - 1][p]);
      }
}

static void
test_between_bands (void)
{
  GboxPhotoSpectrum s;
  g_autoptr (GError) error = NULL;

  g_assert_true (gbox_photo_spectrum_parse (&s, "0.01:100:8:4,0.04:25:1:4", &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (fabs (gbox_photo_spectrum_get (&s, 0.02, 0) - 50.0), <, 1e-9);
  g_assert_cmpfloat (fabs (gbox_photo_spectrum_get (&s, 0.02, 1) - sqrt (8.0)), <, 1e-9);
  g_assert_cmpfloat (fabs (gbox_photo_spectrum_get (&s, 0.03, 2) - 4.0), <, 1e-9);
  /* Beyond the ends 1/f. */
  g_assert_cmpfloat (fabs (gbox_photo_spectrum_get (&s, 0.001, 0) - 1000.0), <, 1e-9);
  g_assert_cmpfloat (fabs (gbox_photo_spectrum_get (&s, 0.08, 1) - 0.5), <, 1e-9);
}

static void
test_text (void)
{
  static const char *const wrong[] = { "",
                                       "table",
                                       "0.01:1:1:1",
                                       "0.01:1:1:1,0.01:1:1:1",
                                       "0.02:1:1:1,0.01:1:1:1",
                                       "0.01:1:1,0.02:1:1",
                                       "0.01:1:1:1,0.02:1:0:1",
                                       "0.01:1:1:1,0.02:1:-1:1",
                                       "0.01:1:1:1,0.02:1:nan:1",
                                       "0.01:1:1:1,0.02:1:inf:1",
                                       "0.01:1:1:1,0.02:1:1:1x",
                                       "0.01:1:1:1,0.02:1:1:1,",
                                       "/home/me/photos" };
  GboxPhotoSpectrum s, again;
  g_autofree char *text = NULL;
  g_autofree char *text_again = NULL;
  g_autoptr (GString) many = g_string_new ("1:1:1:1");

  gbox_photo_spectrum_init_table (&s);
  text = gbox_photo_spectrum_to_text (&s);
  g_assert_true (gbox_photo_spectrum_parse (&again, text, NULL));
  text_again = gbox_photo_spectrum_to_text (&again);
  g_assert_cmpstr (text, ==, text_again);
  g_assert_cmpuint (again.n_bands, ==, s.n_bands);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (gbox_photo_spectrum_parse (&s, wrong[i], &error));
      g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
    }
  for (guint i = 2; i <= GBOX_PHOTO_SPECTRUM_MAX_BANDS; i++)
    g_string_append_printf (many, ",%u:1:1:1", i);
  g_assert_true (gbox_photo_spectrum_parse (&s, many->str, NULL));
  g_string_append (many, ",1000:1:1:1");
  g_assert_false (gbox_photo_spectrum_parse (&s, many->str, NULL));
  g_assert_true (gbox_photo_spectrum_is_settled (text));
  g_assert_true (gbox_photo_spectrum_is_settled ("table") && gbox_photo_spectrum_is_settled ("formula"));
  g_assert_false (gbox_photo_spectrum_is_settled ("photos") || gbox_photo_spectrum_is_settled ("/tmp"));
}

/* A picture of stripes: column x of each colour. */
static guint8
get_stripe (int x, int c)
{
  return (guint8) (128 + 60 * sin (0.37 * x + c) + 30 * sin (0.021 * x * (c + 1)));
}

static void
fill_stripes (guint8 *pixels, int width, int height, int shift)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        pixels[3 * (y * width + x) + c] = get_stripe (x + shift, c);
}

/* |Σ window · x · e^(−2πi k·n / SIDE)| */
static double
transform (const double *x, int k)
{
  double re = 0.0, im = 0.0;

  for (int n = 0; n < SIDE; n++)
    {
      const double weight = pow (sin (G_PI * (n + 0.5) / SIDE), 2.0), angle = 2.0 * G_PI * k * n / SIDE;

      re += weight * x[n] * cos (angle);
      im -= weight * x[n] * sin (angle);
    }
  return hypot (re, im);
}

/* The columns of a plane, less the mean that the window sees. */
static void
take_columns (int plane, double *x)
{
  double sum = 0.0, weights = 0.0;

  for (int n = 0; n < SIDE; n++)
    {
      const double weight = pow (sin (G_PI * (n + 0.5) / SIDE), 2.0);
      float rgb[3], t[3];

      for (int c = 0; c < 3; c++)
        rgb[c] = (float) get_stripe (n, c) / 255.0f;
      gbox_colour_inverse (TRUE, rgb, t, 1);
      x[n] = (double) t[plane];
      sum += weight * x[n];
      weights += weight;
    }
  for (int n = 0; n < SIDE; n++)
    x[n] -= sum / weights;
}

/* Stripes are the same in each row, so their transform is the product of one along the columns and one of the
 * window alone; both as the definition says, in double precision. The meter's is float: roundings of 256²
 * terms add up to 1e-4 of the largest wave at most, which every band has a part of. */
static void
test_meter (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxSpectrumMeter) meter = gbox_spectrum_meter_new (NULL);
  g_autofree guint8 *pixels = g_malloc (3 * SIDE * SIDE);
  GboxSpectrumBands bands = { 0 };
  GboxPhotoSpectrum spectrum;
  double ones[SIDE], rows[SIDE], power = 0.0;

  fill_stripes (pixels, SIDE, SIDE, 0);
  gbox_spectrum_meter_add (meter, team, pixels, 0.25, &bands);
  gbox_spectrum_meter_add (meter, team, pixels, 0.75, &bands);
  gbox_spectrum_meter_conclude (meter, &bands, &spectrum);
  for (int n = 0; n < SIDE; n++)
    {
      ones[n] = 1.0;
      power += pow (sin (G_PI * (n + 0.5) / SIDE), 4.0);
    }
  for (int k = 0; k < SIDE; k++)
    rows[k] = transform (ones, k);
  for (int p = 0; p < 3; p++)
    {
      double x[SIDE], sums[N_BANDS] = { 0 }, logs[N_BANDS] = { 0 };
      guint n[N_BANDS] = { 0 };

      take_columns (p, x);
      for (int kx = 0; kx <= SIDE / 2; kx++)
        {
          const double column = transform (x, kx);

          for (int ky = kx == 0 ? 1 : 0; ky < SIDE; ky++)
            {
              const double f = hypot (MIN (ky, SIDE - ky), kx) / SIDE;
              const int band = (int) (N_BANDS * log (f * SIDE / 0.75) / log (0.7072 * SIDE / 0.75));

              sums[band] += column * rows[ky] / power;
              logs[band] += log (f);
              n[band]++;
            }
        }
      for (int band = 0; band < N_BANDS; band++)
        {
          g_assert_cmpfloat (fabs (spectrum.frequencies[band] / exp (logs[band] / n[band]) - 1.0), <, 1e-9);
          g_assert_cmpfloat (fabs (spectrum.amplitudes[band][p] - sums[band] / n[band]), <,
                             1e-4 * sums[band] / n[band] + 1e-5);
        }
    }
}

static void
save_pixbuf (const char *folder, const char *name, GdkPixbuf *pixbuf)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  gdk_pixbuf_save (pixbuf, path, "png", &error, NULL);
  g_assert_no_error (error);
}

static void
save (const char *folder, const char *name, int width, int height, int shift)
{
  g_autofree guint8 *pixels = g_malloc (3 * (gsize) width * (gsize) height);
  g_autoptr (GdkPixbuf) pixbuf = NULL;

  fill_stripes (pixels, width, height, shift);
  pixbuf
    = gdk_pixbuf_new_from_data (pixels, GDK_COLORSPACE_RGB, FALSE, 8, width, height, 3 * width, NULL, NULL);
  save_pixbuf (folder, name, pixbuf);
}

/* Whatever lies under what is transparent. */
static void
save_transparent (const char *folder, const char *name)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, TRUE, 8, SIDE + 9, SIDE);
  g_autoptr (GdkPixbuf) half = gdk_pixbuf_new_subpixbuf (pixbuf, 0, 0, SIDE / 2, SIDE);

  gdk_pixbuf_fill (pixbuf, 0x20406000);
  gdk_pixbuf_fill (half, 0xf0e0d000);
  save_pixbuf (folder, name, pixbuf);
}

static void
save_flat (const char *folder, const char *name)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, SIDE, 2 * SIDE + 3);

  gdk_pixbuf_fill (pixbuf, 0x204060ff);
  save_pixbuf (folder, name, pixbuf);
}

static void
clear_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}

static gboolean
survey (const char *folder, GboxPhotoSpectrum *spectrum, guint *n, GError **error)
{
  const char *const paths[] = { folder, NULL };
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxPhotoSurvey) self = gbox_photo_survey_new (team, paths, error);
  gboolean is_done = FALSE;

  g_assert_nonnull (self);
  while (!is_done)
    if (!gbox_photo_survey_step (self, &is_done, error))
      return FALSE;
  *n = gbox_photo_survey_conclude (self, spectrum);
  return TRUE;
}

/* Each photograph counts the same, however many squares it takes; what is too small, broken or of one colour
 * does not. */
static void
test_survey (void)
{
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  g_autofree char *broken = g_build_filename (folder, "broken.png", NULL);
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GboxSpectrumMeter) meter = gbox_spectrum_meter_new (NULL);
  g_autofree guint8 *pixels = g_malloc (3 * SIDE * SIDE);
  g_autoptr (GError) error = NULL;
  GboxSpectrumBands bands = { 0 };
  GboxPhotoSpectrum expected, found;
  guint n = 0;

  save (folder, "a.png", SIDE, SIDE, 0);
  save (folder, "b.png", 2 * SIDE, SIDE, 7);
  save (folder, "small.png", SIDE, SIDE - 1, 0);
  save_flat (folder, "flat.png");
  g_assert_true (g_file_set_contents (broken, "no picture", -1, NULL));
  g_assert_true (survey (folder, &found, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 2);
  fill_stripes (pixels, SIDE, SIDE, 0);
  gbox_spectrum_meter_add (meter, team, pixels, 0.5, &bands);
  fill_stripes (pixels, SIDE, SIDE, 7);
  gbox_spectrum_meter_add (meter, team, pixels, 0.25, &bands);
  fill_stripes (pixels, SIDE, SIDE, 7 + SIDE);
  gbox_spectrum_meter_add (meter, team, pixels, 0.25, &bands);
  gbox_spectrum_meter_conclude (meter, &bands, &expected);
  for (int band = 0; band < N_BANDS; band++)
    for (int p = 0; p < 3; p++)
      g_assert_cmpfloat (fabs (found.amplitudes[band][p] / expected.amplitudes[band][p] - 1.0), <, 1e-9);
  clear_folder (folder);
}

static void
assert_nothing (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;
  GboxPhotoSpectrum found;
  guint n;

  g_assert_false (survey (path, &found, &n, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, text));
}

/* Why there is nothing to measure is told apart. */
static void
test_nothing_to_survey (void)
{
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  g_autofree char *broken = g_build_filename (folder, "broken.png", NULL);
  g_autofree char *small = g_build_filename (folder, "small.png", NULL);
  g_autofree char *transparent = g_build_filename (folder, "transparent.png", NULL);

  assert_nothing (folder, "holds no photographs");
  assert_nothing ("/nowhere/at/all", "There is no ");
  assert_nothing ("1,2,x", "“1,2,x” is neither bands of a spectrum");
  g_assert_true (g_file_set_contents (broken, "no picture", -1, NULL));
  assert_nothing (broken, "broken.png” cannot be read.");
  save (folder, "small.png", 100, 100, 0);
  assert_nothing (small, "of 256 pixels or more each way, but “");
  assert_nothing (small, "small.png” is smaller.");
  save_transparent (folder, "transparent.png");
  assert_nothing (transparent, "transparent.png” is of one colour, as what is transparent is.");
  save_flat (folder, "flat.png");
  assert_nothing (folder, "” 1 cannot be read, 1 is smaller, 2 are of one colour");
  clear_folder (folder);
}

/* Ended while it is at it. */
static void
test_cancelled (void)
{
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  const char *const paths[] = { folder, NULL };
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  gboolean is_done = FALSE;

  for (int i = 0; i < 8; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d.png", i);

      save (folder, name, SIDE, SIDE, i);
    }
  for (int n_steps = 0; n_steps < 4; n_steps++)
    {
      g_autoptr (GboxPhotoSurvey) self = gbox_photo_survey_new (team, paths, NULL);

      for (int i = 0; i < n_steps; i++)
        g_assert_true (gbox_photo_survey_step (self, &is_done, NULL));
    }
  clear_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/photo-spectrum/table", test_table);
  g_test_add_func ("/photo-spectrum/between-bands", test_between_bands);
  g_test_add_func ("/photo-spectrum/text", test_text);
  g_test_add_func ("/photo-spectrum/meter", test_meter);
  g_test_add_func ("/photo-spectrum/survey", test_survey);
  g_test_add_func ("/photo-spectrum/nothing-to-survey", test_nothing_to_survey);
  g_test_add_func ("/photo-spectrum/cancelled", test_cancelled);
  return g_test_run ();
}
