/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classifying with made-up weights: the order, the probabilities, and the image as the network is shown it.
 */
#include "base/error.h"
#include "made-up-weights.h"
#include "models/plan.h"
#include "small-network.h"
#include "vision/classify.h"

/* A gradient from corner to corner, wider than high. */
static GboxImage *
make_image (void)
{
  GboxImage *image = g_new (GboxImage, 1);

  *image = (GboxImage){ .width = 400, .height = 300, .pixels = g_malloc (400 * 300 * 3) };
  for (int i = 0; i < 400 * 300 * 3; i++)
    image->pixels[i] = (guint8) ((i / 3 % 400 * 3 / 5 + i / 1200 / 4 * (i % 3)) % 256);

  return image;
}

/* The logits by a plan of our own. */
static float *
get_logits (GboxNetwork *network, GboxTeam *team, const GboxImage *image)
{
  g_autoptr (GboxImage) prepared = gbox_image_prepare (image, gbox_network_get_preprocessing (network));
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxPlan) plan
    = gbox_plan_new (network, team, (guint) gbox_network_find_layer (network, "class"), 1, 224, 224, FALSE,
                     &error);

  g_assert_no_error (error);
  g_assert_cmpint (prepared->width, ==, 224);
  g_assert_cmpint (prepared->height, ==, 224);
  for (int i = 0; i < 224 * 224 * 3; i++)
    gbox_plan_get_input (plan)->data[i] = prepared->pixels[i];
  gbox_plan_forward (plan);

  return g_memdup2 (gbox_plan_get_output (plan)->data, 1000 * sizeof (float));
}

static void
test_scores (gconstpointer data)
{
  g_autoptr (GboxNetwork) network = made_up_network (GPOINTER_TO_INT (data));
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxImage) image = make_image ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxClassifier) classifier = gbox_classifier_new (network, team, &error);
  g_autofree GboxClassScore *top = g_new0 (GboxClassScore, 1000);
  g_autofree float *logits = NULL;
  double sum = 0.0;

  g_assert_no_error (error);
  logits = get_logits (network, team, image);
  gbox_classifier_run (classifier, image, top, 1000);
  for (int i = 0; i < 1000; i++)
    {
      g_assert_cmpfloat (top[i].logit, ==, (double) logits[top[i].class_id]);
      g_assert_cmpstr (top[i].label, ==, gbox_network_get_class_label (network, top[i].class_id));
      g_assert_nonnull (top[i].label);
      /* Two probabilities are to each other as e to the difference of the logits. */
      g_assert_cmpfloat (fabs (top[i].probability / top[0].probability - exp (top[i].logit - top[0].logit)),
                         <, 1e-12);
      if (i > 0)
        g_assert_cmpfloat (top[i].logit, <=, top[i - 1].logit);
      sum += top[i].probability;
    }
  g_assert_cmpfloat (fabs (sum - 1.0), <, 1e-12);

  gbox_classifier_run (classifier, image, top, 3);
  g_assert_cmpfloat (top[2].logit, <=, top[1].logit);
}

static void
test_without_classes (void)
{
  g_auto (GboxConvWeights) weights = { 0 };
  g_autoptr (GboxNetwork) network = make_half_dead_network (&weights);
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_classifier_new (network, team, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/classify/inceptionv1", GINT_TO_POINTER (MADE_UP_BVLC), test_scores);
  g_test_add_data_func ("/classify/torchvision", GINT_TO_POINTER (MADE_UP_TORCHVISION), test_scores);
  g_test_add_data_func ("/classify/efficientnet", GINT_TO_POINTER (MADE_UP_EFFICIENTNET), test_scores);
  g_test_add_func ("/classify/without-classes", test_without_classes);

  return g_test_run ();
}
