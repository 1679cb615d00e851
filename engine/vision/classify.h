/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a network takes a photograph for. */
#pragma once

#include "base/team.h"
#include "models/image.h"

G_BEGIN_DECLS

typedef struct
{
  int class_id;
  const char *label; /* owned by the network */
  double probability;
  double logit;
} GboxClassScore;

typedef struct _GboxClassifier GboxClassifier;

/* A plan for the class layer at the size the network was trained with. Transfer full, free with
 * gbox_classifier_free(). */
GboxClassifier *gbox_classifier_new (GboxNetwork *network, GboxTeam *team, GError **error);
void gbox_classifier_free (GboxClassifier *classifier);

/* Resizes and crops as the network was trained; fills @top with the @n_top (≤ 1000) likeliest classes,
 * likeliest first. */
void
gbox_classifier_run (GboxClassifier *classifier, const GboxImage *image, GboxClassScore *top, guint n_top);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxClassifier, gbox_classifier_free)

G_END_DECLS
