/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The random transforms: what they compose to, how they are spread, and on what they depend. */
#include <math.h>

#include "vision/transform.h"

#define N_DRAWS 4000

static GboxVisualizationSpec *
new_spec (int size)
{
  GboxVisualizationSpec *spec = gbox_visualization_spec_new ();

  g_object_set (spec, "size", size, "seed", 7u, NULL);
  return spec;
}

static double
get_scale (const GboxAffine *map)
{
  return 1.0 / hypot ((double) map->yy, (double) map->yx);
}

static double
get_degrees (const GboxAffine *map)
{
  return atan2 ((double) map->xy, (double) map->yy) * 180.0 / G_PI;
}

/* How far the middle of the view is from the middle of the image. */
static void
get_shift (const GboxAffine *map, int size, double *y, double *x)
{
  const double middle = (size - 1) / 2.0;

  *y = (double) map->yy * middle + (double) map->yx * middle + (double) map->y0 - middle;
  *x = (double) map->xy * middle + (double) map->xx * middle + (double) map->x0 - middle;
}

static gboolean
is_whole (double x, double epsilon)
{
  return fabs (x - round (x)) <= epsilon;
}

static void
test_off_is_identity (void)
{
  g_autoptr (GboxVisualizationSpec) spec = new_spec (128);

  g_object_set (spec, "transforms", FALSE, NULL);
  for (guint step = 1; step < 20; step++)
    {
      const GboxAffine map = gbox_transform_draw (spec, step, 0);

      g_assert_true (map.yy == 1.0f && map.yx == 0.0f && map.y0 == 0.0f);
      g_assert_true (map.xy == 0.0f && map.xx == 1.0f && map.x0 == 0.0f);
    }
}

/* A rotation and a scale, nothing else: floats of numbers up to 1.1. */
static void
test_similarity (void)
{
  g_autoptr (GboxVisualizationSpec) spec = new_spec (224);

  for (guint step = 1; step <= 200; step++)
    {
      const GboxAffine map = gbox_transform_draw (spec, step, 0);

      g_assert_cmpfloat (map.yy, ==, map.xx);
      g_assert_cmpfloat (map.yx, ==, -map.xy);
    }
}

/* The 11 scales of 0.9 … 1.1 and the 21 angles, each as often as it should be: a count of 4000·p has a
 * standard deviation of at most 28, or 15 for a single angle; five of them are allowed. */
static void
test_spread (void)
{
  g_autoptr (GboxVisualizationSpec) spec = new_spec (128);
  int scales[11] = { 0 }, angles[21] = { 0 };

  for (guint step = 1; step <= N_DRAWS; step++)
    {
      const GboxAffine map = gbox_transform_draw (spec, step, 0);
      const double scale = (get_scale (&map) - 0.9) / 0.02, angle = get_degrees (&map) + 10.0;

      g_assert_true (is_whole (scale, 1e-4) && is_whole (angle, 1e-4));
      g_assert_true (scale > -0.5 && scale < 10.5 && angle > -0.5 && angle < 20.5);
      scales[lround (scale)]++;
      angles[lround (angle)]++;
    }
  for (int i = 0; i < 11; i++)
    g_assert_cmpfloat (fabs (scales[i] - N_DRAWS / 11.0), <=, 5.0 * 19.0);
  for (int i = 0; i < 21; i++)
    g_assert_cmpfloat (fabs (angles[i] - N_DRAWS * (i == 10 ? 6.0 : 1.0) / 26.0), <=,
                       5.0 * (i == 10 ? 27.0 : 13.0));
}

/* Crops of 8 and of 4 pixels: together −6 … 6, whole pixels where nothing else moves, so that the image is
 * not blurred. Both ends are one draw in 45. */
static void
test_jitter (void)
{
  g_autoptr (GboxVisualizationSpec) spec = new_spec (128);
  double lowest = 0.0, highest = 0.0;

  g_object_set (spec, "scale", 0.0, "rotate", 0.0, NULL);
  for (guint step = 1; step <= N_DRAWS; step++)
    {
      const GboxAffine map = gbox_transform_draw (spec, step, 0);

      g_assert_cmpfloat (map.yy, ==, 1.0f);
      g_assert_cmpfloat (map.y0, ==, roundf (map.y0));
      g_assert_cmpfloat (map.x0, ==, roundf (map.x0));
      lowest = MIN (lowest, (double) MIN (map.y0, map.x0));
      highest = MAX (highest, (double) MAX (map.y0, map.x0));
    }
  g_assert_cmpfloat (lowest, ==, -6.0);
  g_assert_cmpfloat (highest, ==, 6.0);
}

/* The chain stage by stage, with the jitters found by trying all: some pair of whole shifts must explain the
 * map. */
static void
test_chain (void)
{
  g_autoptr (GboxVisualizationSpec) spec = new_spec (100);

  g_object_set (spec, "final-jitter", 2, "jitter", 2, NULL);
  for (guint step = 1; step <= 100; step++)
    {
      const GboxAffine map = gbox_transform_draw (spec, step, 0);
      const double scale = get_scale (&map), angle = atan2 ((double) map.xy, (double) map.yy);
      gboolean found = FALSE;
      double y, x;

      get_shift (&map, 100, &y, &x);
      for (int second = 0; second < 9; second++)
        {
          const double v = second / 3 - 1, u = second % 3 - 1;
          const double turned_y = (cos (angle) * v - sin (angle) * u) / scale;
          const double turned_x = (sin (angle) * v + cos (angle) * u) / scale;

          found |= is_whole (y - turned_y, 1e-4) && is_whole (x - turned_x, 1e-4)
                   && fabs (y - turned_y) < 1.01 && fabs (x - turned_x) < 1.01;
        }
      g_assert_true (found);
    }
}

static void
test_pad_limits_jitter (void)
{
  g_autoptr (GboxVisualizationSpec) spec = new_spec (128);

  for (int pad = 0; pad < 8; pad++)
    {
      double largest = 0.0;

      g_object_set (spec, "pad", pad, "jitter", 16, "final-jitter", 8, "scale", 0.0, "rotate", 0.0, NULL);
      for (guint step = 1; step <= 1000; step++)
        {
          const GboxAffine map = gbox_transform_draw (spec, step, 0);

          largest = MAX (largest, fabs ((double) map.y0));
        }
      g_assert_cmpfloat (largest, ==, pad);
    }
}

static gboolean
same (const GboxAffine *a, const GboxAffine *b)
{
  return a->yy == b->yy && a->yx == b->yx && a->y0 == b->y0 && a->xy == b->xy && a->xx == b->xx
         && a->x0 == b->x0;
}

/* A draw is a matter of seed and step alone: not of the draws before. */
static void
test_seed_and_step (void)
{
  g_autoptr (GboxVisualizationSpec) spec = new_spec (128);
  g_autoptr (GboxVisualizationSpec) other = new_spec (128);
  const GboxAffine tenth = gbox_transform_draw (spec, 10, 0), eleventh = gbox_transform_draw (spec, 11, 0);
  int different = 0;

  g_assert_false (same (&tenth, &eleventh));
  for (guint step = 10; step > 0; step--)
    {
      const GboxAffine a = gbox_transform_draw (spec, step, 0), b = gbox_transform_draw (other, step, 0);

      g_assert_true (same (&a, &b));
      g_assert_true (step != 10 || same (&a, &tenth));
    }
  g_object_set (other, "seed", 8u, NULL);
  for (guint step = 1; step <= 10; step++)
    {
      const GboxAffine a = gbox_transform_draw (spec, step, 0), b = gbox_transform_draw (other, step, 0);

      different += !same (&a, &b);
    }
  g_assert_cmpint (different, >=, 9);
}

/* Changing one of them while a run goes on leaves the others as they would have been. */
static void
test_independent (void)
{
  g_autoptr (GboxVisualizationSpec) spec = new_spec (128);
  g_autoptr (GboxVisualizationSpec) upright = new_spec (128);

  g_object_set (upright, "rotate", 0.0, NULL);
  for (guint step = 1; step <= 50; step++)
    {
      const GboxAffine a = gbox_transform_draw (spec, step, 0), b = gbox_transform_draw (upright, step, 0);

      g_assert_cmpfloat_with_epsilon (get_scale (&a), get_scale (&b), 1e-6);
      g_assert_cmpfloat (b.yx, ==, 0.0f);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transform/off-is-identity", test_off_is_identity);
  g_test_add_func ("/transform/similarity", test_similarity);
  g_test_add_func ("/transform/spread", test_spread);
  g_test_add_func ("/transform/jitter", test_jitter);
  g_test_add_func ("/transform/chain", test_chain);
  g_test_add_func ("/transform/pad-limits-jitter", test_pad_limits_jitter);
  g_test_add_func ("/transform/seed-and-step", test_seed_and_step);
  g_test_add_func ("/transform/independent", test_independent);
  return g_test_run ();
}
