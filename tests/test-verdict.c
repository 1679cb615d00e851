/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the photographs that excite a unit most say of its image. */
#include <math.h>

#include "base/error.h"
#include "models/imagenet.h"
#include "tiny-network.h"
#include "vision/probe.h"
#include "vision/verdict.h"

#define CHAIN    488
#define TENCH    0
#define SAMOYED  258
#define KEESHOND 261
#define COLLIE   231
#define N        9

/* Photographs that excite a unit by @strongest and less, taken for @classes. */
static void
set_examples (GboxExamples *examples, GboxExample *all, double strongest, const int *classes, guint n)
{
  *examples = (GboxExamples){ .n_photos = n, .n = n, .examples = all };
  for (guint i = 0; i < n; i++)
    all[i] = (GboxExample){ .activation = strongest - 0.1 * i, .class_id = classes[i] };
}

/* Of an image beside photographs of one class. */
static GboxVerdict *
judge (double strongest, double image)
{
  static const int classes[N] = { 0 };
  GboxExample all[N];
  GboxExamples examples;

  set_examples (&examples, all, strongest, classes, N);
  return gbox_verdict_new (&examples, image);
}

/* Of an image that still grows nothing is said but its figures. */
static void
check_progress (double strongest, double image, const char *text)
{
  g_autoptr (GboxVerdict) verdict = judge (strongest, image);
  g_autofree char *told = gbox_verdict_describe_progress (verdict);

  g_assert_cmpstr (told, ==, text);
}

static void
test_progress (void)
{
  check_progress (2.0, NAN, "The strongest photo: 2.00.");
  check_progress (2.0, 0.5, "This image so far: 0.50. The strongest photo: 2.00.");
  check_progress (-0.5, -0.25, "This image so far: −0.25. The strongest photo: −0.50.");
  check_progress (25.0, 107.5, "This image so far: 108, 4.3× the strongest photo (25.0).");
}

static void
check_image (double strongest, double image, GboxVerdictKind kind, double ratio, const char *text)
{
  g_autoptr (GboxVerdict) verdict = judge (strongest, image);
  g_autofree char *told = gbox_verdict_describe_image (verdict);

  g_assert_cmpint (verdict->kind, ==, kind);
  g_assert_cmpfloat (fabs (verdict->ratio - ratio), <, 1e-12);
  g_assert_cmpfloat (verdict->strongest, ==, strongest);
  g_assert_cmpfloat (fabs (verdict->weakest - (strongest - 0.8)), <, 1e-12);
  g_assert_cmpstr (told, ==, text);
}

static void
test_image (void)
{
  check_image (2.0, NAN, GBOX_VERDICT_NO_IMAGE, 0.0, "The strongest photo: 2.00.");
  check_image (
    -0.5, 7.0, GBOX_VERDICT_SILENT, 0.0,
    "This image: 7.00. No photo excites the unit (−0.50 at most): none of them holds what it wants.");
  check_image (
    2.0, 2.0, GBOX_VERDICT_BELOW, 1.0,
    "This image: 2.00, no more than the strongest photo (2.00): what that shows means as much to the "
    "unit.");
  check_image (2.0, 6.0, GBOX_VERDICT_ABOVE, 3.0, "This image: 6.00, 3.0× the strongest photo (2.00).");
  check_image (
    25.0, 107.5, GBOX_VERDICT_FAR_ABOVE, 4.3,
    "This image: 108, 4.3× the strongest photo (25.0): the photos may not hold what the unit wants, "
    "or the image is a superstimulus.");
}

static void
check_classes (const int *classes, guint n, const char *text)
{
  GboxExample all[N];
  GboxExamples examples;
  g_autoptr (GboxVerdict) verdict = NULL;
  g_autofree char *told = NULL;

  set_examples (&examples, all, 2.0, classes, n);
  verdict = gbox_verdict_new (&examples, 1.0);
  told = gbox_verdict_describe_classes (verdict);
  g_assert_cmpstr (told, ==, text);
}

static void
test_classes (void)
{
  static const int chains[N] = { CHAIN, CHAIN, CHAIN, CHAIN, CHAIN, CHAIN, CHAIN, CHAIN, CHAIN };
  static const int dogs[N] = { KEESHOND, SAMOYED, CHAIN, SAMOYED, COLLIE, SAMOYED, TENCH, SAMOYED, KEESHOND };
  static const int only_dogs[] = { KEESHOND, SAMOYED };
  static const int few_dogs[N] = { KEESHOND, SAMOYED, CHAIN, TENCH, 398, 399, 400, CHAIN, 401 };
  static const int unknown[] = { -1, -1, -1 };
  static const int some_unknown[] = { -1, CHAIN, TENCH };
  static const int one_known[] = { -1, CHAIN, CHAIN };

  check_classes (chains, N, "All 9 strongest photos are taken for chain.");
  check_classes (chains, 1, "The photo is taken for chain.");
  check_classes (dogs, N, "7 of the 9 strongest photos are dogs: 4 × Samoyed, 2 × keeshond, 1 × collie.");
  check_classes (only_dogs, 2, "All 2 strongest photos are dogs: 1 × keeshond, 1 × Samoyed.");
  check_classes (
    few_dogs, N,
    "The 9 strongest photos are taken for 8 different things: 2 × chain, 1 × keeshond, 1 × Samoyed, "
    "1 × tench, 4 others.");
  check_classes (unknown, 3, "");
  check_classes (some_unknown, 3,
                 "Of the 3 strongest photos, the 2 whose class is known are taken for 2 different things: "
                 "1 × chain, 1 × tench.");
  check_classes (one_known, 3, "Of the 3 strongest photos, the 2 whose class is known are taken for chain.");
}

static void
test_no_photos (void)
{
  const GboxExamples none = { 0 };
  g_autoptr (GboxVerdict) verdict = gbox_verdict_new (&none, 3.0);
  g_autofree char *image = gbox_verdict_describe_image (verdict);
  g_autofree char *classes = gbox_verdict_describe_classes (verdict);

  g_assert_cmpint (verdict->kind, ==, GBOX_VERDICT_NO_PHOTOS);
  g_assert_cmpstr (image, ==, "");
  g_assert_cmpstr (classes, ==, "");
}

/* The groups' edges, by name. */
static void
test_groups (void)
{
  static const struct
  {
    int id;
    const char *label, *group;
  } cases[] = {
    { 0, "tench", "fish" },
    { 6, "stingray", "fish" },
    { 7, "cock", "birds" },
    { 24, "great grey owl", "birds" },
    { 68, "sidewinder", "snakes" },
    { 69, "trilobite", NULL },
    { 100, "black swan", "birds" },
    { 101, "tusker", NULL },
    { 151, "Chihuahua", "dogs" },
    { 268, "Mexican hairless", "dogs" },
    { 269, "timber wolf", "wild dogs" },
    { 281, "tabby", "cats" },
    { 285, "Egyptian cat", "cats" },
    { 293, "cheetah", "wild cats" },
    { 326, "lycaenid", "insects" },
    { 327, "starfish", NULL },
    { CHAIN, "chain", NULL },
    { -1, NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpstr (gbox_imagenet_label (cases[i].id), ==, cases[i].label);
      g_assert_cmpstr (gbox_imagenet_group (cases[i].id), ==, cases[i].group);
    }
}

/* What a unit answers to an image is what “probe” says. */
static void
test_measure (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  GboxTeam *team = gbox_team_new (2);
  const guint layer = (guint) gbox_network_find_layer (network, "conv2");
  guint8 pixels[3 * 64 * 64];
  const GboxImage image = { .width = 64, .height = 64, .pixels = pixels };
  g_autoptr (GboxProbe) probe = NULL;
  g_autoptr (GError) error = NULL;
  double mean, peak, largest = -INFINITY;

  for (gsize i = 0; i < sizeof pixels; i++)
    pixels[i] = (guint8) (7 * i + i / 64);
  g_assert_true (gbox_examples_measure (network, team, layer, 3, GBOX_EXAMPLE_MEAN, &image, &mean, &error));
  g_assert_true (gbox_examples_measure (network, team, layer, 3, GBOX_EXAMPLE_PEAK, &image, &peak, &error));
  g_assert_no_error (error);
  probe = gbox_probe_new (network, team, layer, &image, 3, -1, -1, NULL);
  /* Other orders of summing in single precision. */
  g_assert_cmpfloat (fabs (mean - probe->objective), <, 1e-5);
  for (int y = 0; y < probe->height; y++)
    for (int x = 0; x < probe->width; x++)
      {
        g_autoptr (GboxProbe) at = gbox_probe_new (network, team, layer, &image, 3, y, x, NULL);

        largest = MAX (largest, at->objective);
      }
  g_assert_cmpfloat (fabs (peak - largest), <, 1e-5);
  g_assert_false (
    gbox_examples_measure (network, team, layer, TINY_CHANNELS, GBOX_EXAMPLE_MEAN, &image, &mean, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  gbox_team_free (team);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/verdict/image", test_image);
  g_test_add_func ("/verdict/progress", test_progress);
  g_test_add_func ("/verdict/classes", test_classes);
  g_test_add_func ("/verdict/no-photos", test_no_photos);
  g_test_add_func ("/verdict/groups", test_groups);
  g_test_add_func ("/verdict/measure", test_measure);

  return g_test_run ();
}
