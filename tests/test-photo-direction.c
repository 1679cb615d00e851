/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Directions from photos, against what a probe says of each, and in a recipe that does without them. */
#include <string.h>

#include "base/error.h"
#include "job-testing.h"
#include "models/image.h"
#include "vision/direction.h"
#include "vision/photo-direction.h"
#include "vision/picture.h"
#include "vision/probe.h"

#define SIDE  64 /* what the network is shown, so that nothing is resized */
#define LAYER 1  /* "conv2" */

/* Noise, brighter on one side: what that is depends on the seed. */
static char *
write_photo (guint seed)
{
  char *path = job_new_path (".png");
  g_autofree guint8 *pixels = g_malloc ((gsize) 3 * SIDE * SIDE);
  GboxPhilox random;

  gbox_philox_init (&random, seed, 0, 0);
  for (int i = 0; i < 3 * SIDE * SIDE; i++)
    pixels[i] = (guint8) (gbox_philox_uniform (&random) * (i / 3 % SIDE < 10 * (int) seed ? 255.0f : 90.0f));
  g_assert_true (gbox_picture_save (path, pixels, SIDE, SIDE, NULL, 0, NULL));
  return path;
}

static double *
measure (GboxNetwork *network, GboxTeam *team, const char *path)
{
  g_autoptr (GboxImage) image = gbox_image_load (path, NULL);
  g_autoptr (GboxProbe) probe = gbox_probe_new (network, team, LAYER, image, -1, -1, -1, NULL);
  double *means = g_new (double, TINY_CHANNELS);

  for (int c = 0; c < TINY_CHANNELS; c++)
    means[c] = (double) probe->channel_means[c];
  return means;
}

/* Of length 1, and each weight the difference of the means, as far as the text has digits: five. */
static void
check_direction (const char *text, const double *with, const double *without)
{
  g_autoptr (GArray) terms = gbox_direction_parse (text, NULL);
  double length = 0.0, square = 0.0;

  g_assert_nonnull (terms);
  for (int c = 0; c < TINY_CHANNELS; c++)
    length += (with[c] - without[c]) * (with[c] - without[c]);
  length = sqrt (length);
  for (guint i = 0; i < terms->len; i++)
    {
      const GboxDirectionTerm *term = &g_array_index (terms, GboxDirectionTerm, i);
      const double expected = (with[term->channel] - without[term->channel]) / length;

      g_assert_cmpfloat_with_epsilon (term->weight, expected, 1e-5);
      square += term->weight * term->weight;
    }
  g_assert_cmpfloat_with_epsilon (square, 1.0, 1e-4);
}

static void
test_difference (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autofree char *path = write_photo (1), *minus = write_photo (4);
  g_autofree char *difference = gbox_photo_direction (network, team, LAYER, path, minus, NULL);
  g_autofree char *opposite = gbox_photo_direction (network, team, LAYER, minus, path, NULL);
  g_autofree char *alone = gbox_photo_direction (network, team, LAYER, path, NULL, NULL);
  g_autofree double *with = measure (network, team, path), *without = measure (network, team, minus);
  g_autofree double *nothing = g_new0 (double, TINY_CHANNELS);

  check_direction (difference, with, without);
  check_direction (opposite, without, with);
  check_direction (alone, with, nothing);
  g_remove (path);
  g_remove (minus);
}

static void
test_refusals (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autofree char *path = write_photo (2);
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_photo_direction (network, team, LAYER, path, path, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_remove (path);
  g_assert_null (gbox_photo_direction (network, team, LAYER, path, NULL, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
}

/* What is saved names no photo, and is made again when they are gone. */
static void
test_recipe (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxVisualizationSpec) spec = job_new_spec ();
  g_autoptr (GboxVisualizationSpec) loaded = NULL;
  g_autofree char *path = write_photo (1), *minus = write_photo (4), *picture = job_new_path (".png");
  g_autofree char *described = NULL;
  JobFixture first, again;

  g_object_set (spec, "objective", GBOX_OBJECTIVE_DIRECTION, "direction-from", path, "minus", minus, NULL);
  job_init (&first, spec, network, 2);
  job_start (&first);
  job_run_steps (&first, 3);
  job_save (&first, picture);
  g_remove (path);
  g_remove (minus);
  loaded = gbox_picture_load_spec (picture, NULL, NULL);
  g_assert_cmpstr (gbox_visualization_spec_get_values (loaded)->direction_from, ==, "");
  g_assert_cmpstr (gbox_visualization_spec_get_values (loaded)->minus, ==, "");
  described = gbox_visualization_spec_describe (loaded);
  g_assert_nonnull (strstr (described, "channels"));
  job_init (&again, loaded, network, 1);
  job_start (&again);
  job_run_steps (&again, 3);
  job_assert_same_frame (&first, &again);
  job_clear (&first);
  job_clear (&again);
  g_remove (picture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/photo-direction/difference", test_difference);
  g_test_add_func ("/photo-direction/refusals", test_refusals);
  g_test_add_func ("/photo-direction/recipe", test_recipe);
  return g_test_run ();
}
