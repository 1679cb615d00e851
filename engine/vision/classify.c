/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a network takes a photograph for. */
#include "vision/classify.h"

#include "base/error.h"
#include "models/plan.h"

#include <math.h>

struct _GboxClassifier
{
  GboxNetwork *network;
  GboxPlan *plan;
  GboxClassScore *scores; /* all classes */
};

GboxClassifier *
gbox_classifier_new (GboxNetwork *network, GboxTeam *team, GError **error)
{
  const int size = gbox_network_get_preprocessing (network)->crop;
  const int layer = gbox_network_find_layer (network, "class");
  g_autoptr (GboxPlan) plan = NULL;
  GboxClassifier *classifier;

  if (layer < 0)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                   "%s cannot classify: it has no classes; choose another model.",
                   gbox_network_get_title (network));
      return NULL;
    }
  plan = gbox_plan_new (network, team, (guint) layer, 1, size, size, FALSE, error);
  if (plan == NULL)
    return NULL;

  classifier = g_new0 (GboxClassifier, 1);
  classifier->network = gbox_network_ref (network);
  classifier->plan = g_steal_pointer (&plan);
  classifier->scores = g_new0 (GboxClassScore, gbox_plan_get_output (classifier->plan)->channels);

  return classifier;
}

void
gbox_classifier_free (GboxClassifier *classifier)
{
  if (classifier == NULL)
    return;

  g_free (classifier->scores);
  gbox_plan_free (classifier->plan);
  gbox_network_unref (classifier->network);
  g_free (classifier);
}

/* Likeliest first; of two alike the lower class, so that the order is always the same. */
static int
compare_scores (const void *a, const void *b)
{
  const GboxClassScore *x = a;
  const GboxClassScore *y = b;

  if (x->logit != y->logit)
    return x->logit > y->logit ? -1 : 1;

  return x->class_id - y->class_id;
}

/* Softmax, less the largest logit so that no exponential overflows. */
static void
score_classes (GboxClassifier *classifier)
{
  const GboxTensor *logits = gbox_plan_get_output (classifier->plan);
  double largest = (double) logits->data[0];
  double sum = 0.0;

  for (int i = 1; i < logits->channels; i++)
    largest = MAX (largest, (double) logits->data[i]);
  for (int i = 0; i < logits->channels; i++)
    sum += exp ((double) logits->data[i] - largest);
  for (int i = 0; i < logits->channels; i++)
    {
      const double logit = (double) logits->data[i];

      classifier->scores[i]
        = (GboxClassScore){ .class_id = i,
                            .label = gbox_network_get_class_label (classifier->network, i),
                            .probability = exp (logit - largest) / sum,
                            .logit = logit };
    }
  qsort (classifier->scores, (gsize) logits->channels, sizeof *classifier->scores, compare_scores);
}

void
gbox_classifier_run (GboxClassifier *classifier, const GboxImage *image, GboxClassScore *top, guint n_top)
{
  g_autoptr (GboxImage) prepared
    = gbox_image_prepare (image, gbox_network_get_preprocessing (classifier->network));
  GboxTensor *input = gbox_plan_get_input (classifier->plan);
  const gsize n_samples = gbox_tensor_n_pixels (input) * 3;

  g_return_if_fail (n_top <= (guint) gbox_plan_get_output (classifier->plan)->channels);

  for (gsize i = 0; i < n_samples; i++)
    input->data[i] = prepared->pixels[i];
  gbox_plan_forward (classifier->plan);
  score_classes (classifier);
  memcpy (top, classifier->scores, n_top * sizeof *top);
}
