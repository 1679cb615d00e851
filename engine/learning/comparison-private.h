/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a comparison is made. */
#pragma once

#include "learning/comparison-job.h"

G_BEGIN_DECLS

/* Without completions; transfer full. @text: what perplexity is measured on. */
GboxComparison *gbox_comparison_new (const char *prompt, const char *text);

/* Fills in what follows from the texts. */
void gbox_comparison_evaluate_texts (GboxComparison *comparison, const GboxReward *reward);

G_END_DECLS
