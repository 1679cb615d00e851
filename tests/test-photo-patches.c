/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photographs: cutting them into patches, and summing up what units answer to these. */
#include "kernel-testing.h"
#include "photo-testing.h"
#include "vision/photo-patches.h"
#include "vision/unit-summary.h"

#define SIDE 64 /* of a patch */

/* Every pixel lies in a patch of every scale, and no patch outside. */
static void
test_lay (void)
{
  static const struct
  {
    int width, height;
    guint n[3]; /* patches of each scale */
  } cases[] = {
    { SIDE, SIDE, { 1 } },
    { 30, 20, { 2 } },
    { 2 * SIDE, 2 * SIDE, { 1, 4 } },
    { 200, 127, { 2 } },
    { 4000, 3000, { 2, 6, 24 } },
    { 3000, 4000, { 2, 6, 24 } },
    { 100000, 64, { 8 } },
    { 1, 1, { 1 } },
    { 100 * SIDE, 4 * SIDE, { 8, 32, 128 } },
  };

  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      const GboxPhotoCut cut = { .n_scales = 3, .side = SIDE };
      g_autoptr (GArray) patches = gbox_photo_cut_lay (&cut, cases[k].width, cases[k].height);
      const int shorter = MIN (cases[k].width, cases[k].height);
      const double length = MIN (MAX (cases[k].width, cases[k].height), 8 * shorter);
      guint first = 0;

      for (int s = 0; s < 3; s++)
        {
          double end = 0.0, begin = 1e9;

          for (guint i = first; i < first + cases[k].n[s]; i++)
            {
              const GboxPhotoPatch *patch = &g_array_index (patches, GboxPhotoPatch, i);
              const double along = cases[k].width >= cases[k].height ? patch->x : patch->y;

              g_assert_cmpfloat (patch->x, >=, 0.0);
              g_assert_cmpfloat (patch->y, >=, 0.0);
              g_assert_cmpfloat (patch->x + patch->side, <=, cases[k].width + 1e-9);
              g_assert_cmpfloat (patch->y + patch->side, <=, cases[k].height + 1e-9);
              g_assert_cmpfloat (fabs (patch->side - (double) shorter / (1 << s)), <, 1e-9);
              begin = MIN (begin, along);
              end = MAX (end, along + patch->side);
            }
          /* Within a pixel of the resized photograph. */
          if (cases[k].n[s] > 0)
            g_assert_cmpfloat (end - begin, >=, length - (double) shorter / SIDE);
          first += cases[k].n[s];
        }
      g_assert_cmpuint (patches->len, ==, first);
    }
}

/* A photograph of the network's size is its own patch, to the bit. */
static void
test_patches (void)
{
  char *folder = make_folder ();
  const GboxPhotoCut cut = { .n_scales = 2, .side = SIDE };
  g_autofree char *path = g_build_filename (folder, "a.png", NULL);
  g_autofree char *large = g_build_filename (folder, "b.png", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxPhotoPatches) patches = NULL;
  g_autoptr (GboxPhotoPatches) four = NULL;
  g_autoptr (GboxImage) image = NULL;

  save_photo (folder, "a.png", "png", SIDE, SIDE, 1);
  save_photo (folder, "b.png", "png", 2 * SIDE, 2 * SIDE, 2);
  patches = gbox_photo_patches_load (path, &cut, &error);
  g_assert_no_error (error);
  image = gbox_image_load (path, &error);
  g_assert_cmpuint (patches->n, ==, 1);
  g_assert_cmpmem (patches->pixels, 3 * SIDE * SIDE, image->pixels, 3 * SIDE * SIDE);
  gbox_image_free (g_steal_pointer (&image));

  /* Of the second scale the four quarters. */
  four = gbox_photo_patches_load (large, &cut, &error);
  g_assert_no_error (error);
  image = gbox_image_load (large, &error);
  g_assert_cmpuint (four->n, ==, 5);
  for (gsize y = 0; y < SIDE; y++)
    g_assert_cmpmem (four->pixels + (4 * SIDE + y) * 3 * SIDE, 3 * SIDE,
                     image->pixels + ((SIDE + y) * 2 * SIDE + SIDE) * 3, 3 * SIDE);
  remove_folder (folder);
}

/* Large JPEGs are decoded smaller: patches are nearly those of the whole image. */
static void
test_reduced (void)
{
  char *folder = make_folder ();
  const GboxPhotoCut cut = { .n_scales = 1, .side = SIDE };
  g_autofree char *jpeg = g_build_filename (folder, "a.jpg", NULL);
  g_autofree char *png = g_build_filename (folder, "a.png", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxPhotoPatches) reduced = NULL;
  g_autoptr (GboxPhotoPatches) whole = NULL;
  int width, height;
  double sum = 0.0;

  save_photo (folder, "a.jpg", "jpeg", 8 * SIDE + 3, 8 * SIDE + 3, 1);
  save_photo (folder, "a.png", "png", 8 * SIDE + 3, 8 * SIDE + 3, 1);
  {
    g_autoptr (GboxImage) image = gbox_image_load_reduced (jpeg, SIDE, &width, &height, &error);

    g_assert_no_error (error);
    g_assert_cmpint (width, ==, 8 * SIDE + 3);
    g_assert_cmpint (height, ==, 8 * SIDE + 3);
    g_assert_cmpint (image->width, ==, SIDE + 1);
  }
  reduced = gbox_photo_patches_load (jpeg, &cut, &error);
  g_assert_no_error (error);
  whole = gbox_photo_patches_load (png, &cut, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < 3 * SIDE * SIDE; i++)
    sum += ABS (reduced->pixels[i] - whole->pixels[i]);
  /* Of colours 200 apart; JPEG's chroma has half the resolution. */
  g_assert_cmpfloat (sum / (3 * SIDE * SIDE), <, 25.0);
  remove_folder (folder);
}

static void
summarise_plainly (const GboxTensor *tensor, int channel, double *mean, float *peak, int *y, int *x)
{
  *mean = 0.0;
  *peak = -INFINITY;
  for (int j = 0; j < tensor->height; j++)
    for (int i = 0; i < tensor->width; i++)
      {
        const float a = gbox_tensor_pixel (tensor, 0, j, i)[channel];

        *mean += (double) a / (tensor->height * tensor->width);
        if (a > *peak)
          {
            *peak = a;
            *y = j;
            *x = i;
          }
      }
}

static void
test_summary (gconstpointer data)
{
  enum
  {
    N_PATCHES = 3,
    HEIGHT = 5,
    WIDTH = 7,
    STRIDE = 150
  };
  g_autoptr (GboxTeam) team = gbox_team_new (GPOINTER_TO_UINT (data));
  const int channels[] = { 130, 3, 64 };
  g_autofree float *values = g_new (float, HEIGHT *WIDTH *STRIDE);
  GboxTensor tensors[G_N_ELEMENTS (channels)];
  GboxUnitSummaryLayer layers[G_N_ELEMENTS (channels)];
  GboxUnitSummary expected[G_N_ELEMENTS (channels)][STRIDE] = { 0 };
  GboxUnitSummary found[G_N_ELEMENTS (channels)][STRIDE];
  GboxPhilox random;

  memset (found, 0xff, sizeof found);
  gbox_philox_init (&random, 5, 1, 0);
  for (gsize l = 0; l < G_N_ELEMENTS (channels); l++)
    {
      tensors[l] = gbox_tensor (values, 1, HEIGHT, WIDTH, channels[l]);
      tensors[l].stride = STRIDE;
      tensors[l].data += 2 * l;
      layers[l] = (GboxUnitSummaryLayer){ .activation = &tensors[l], .summaries = found[l] };
    }
  for (guint patch = 0; patch < N_PATCHES; patch++)
    {
      gbox_philox_fill_normal (&random, values, HEIGHT * WIDTH * STRIDE, -1.0f, 1.0f);
      gbox_unit_summary_update (team, layers, G_N_ELEMENTS (channels), patch);
      for (gsize l = 0; l < G_N_ELEMENTS (channels); l++)
        for (int c = 0; c < channels[l]; c++)
          {
            GboxUnitSummary *e = &expected[l][c];
            double mean;
            float peak;
            int y = 0, x = 0;

            summarise_plainly (&tensors[l], c, &mean, &peak, &y, &x);
            if (patch == 0 || mean > (double) e->mean.value)
              e->mean = (GboxUnitAnswer){ (float) mean, (guint16) patch, (guint8) y, (guint8) x };
            if (patch == 0 || peak > e->peak.value)
              e->peak = (GboxUnitAnswer){ peak, (guint16) patch, (guint8) y, (guint8) x };
          }
    }
  for (gsize l = 0; l < G_N_ELEMENTS (channels); l++)
    for (int c = 0; c < channels[l]; c++)
      {
        g_assert_cmpmem (&found[l][c].peak, sizeof (GboxUnitAnswer), &expected[l][c].peak,
                         sizeof (GboxUnitAnswer));
        g_assert_cmpuint (found[l][c].mean.patch, ==, expected[l][c].mean.patch);
        /* Sums of a row in single precision. */
        g_assert_cmpfloat (fabsf (found[l][c].mean.value - expected[l][c].mean.value), <, 1e-6f);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/photo-patches/lay", test_lay);
  g_test_add_func ("/photo-patches/patches", test_patches);
  g_test_add_func ("/photo-patches/reduced", test_reduced);
  g_test_add_data_func ("/photo-patches/summary", GUINT_TO_POINTER (1), test_summary);
  g_test_add_data_func ("/photo-patches/summary-by-threads", GUINT_TO_POINTER (3), test_summary);

  return g_test_run ();
}
