/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When finetuning goes wrong, in plain words. */
#pragma once

#include "runtime/job.h"

G_BEGIN_DECLS

/* A warning is over after so many steps in a row without its reason: chance alone brings it and takes it away
 * from one step to the next. */
#define GBOX_FINETUNE_CALM_STEPS 10

/**
 * GboxFinetuneWarning:
 * @is_given: and not yet over
 * @n_calm: steps in a row without its reason since
 */
typedef struct
{
  gboolean is_given;
  guint n_calm;
} GboxFinetuneWarning;

/* Each is given again only after it was over. Starts as zeros. */
typedef struct
{
  GboxFinetuneWarning collapsed;
  GboxFinetuneWarning silent;
  GboxFinetuneWarning diverged;
} GboxFinetuneWarnings;

/**
 * gbox_finetune_warnings_look:
 * @warnings: (inout): what has been said
 * @job: who says it
 * @point: a training step, with #GboxFinetuneValue values
 * @first_entropy: of the first one
 *
 * Posts the notice "collapse" where the entropy has fallen below a tenth of what it was, "no-signal" where
 * all rewards are the same, and "divergence" where the KL is more than 2 nats a token; with the text "" when
 * that has been over for %GBOX_FINETUNE_CALM_STEPS steps.
 */
void gbox_finetune_warnings_look (GboxFinetuneWarnings *warnings,
                                  GboxJob *job,
                                  const GboxPoint *point,
                                  double first_entropy);

G_END_DECLS
