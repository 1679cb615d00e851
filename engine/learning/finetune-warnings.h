/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When finetuning goes wrong, in plain words. */
#pragma once

#include "runtime/job.h"

G_BEGIN_DECLS

/* Which warnings have been given; each is given again only after its reason had gone. Starts as zeros. */
typedef struct
{
  gboolean collapsed;
  gboolean silent;
  gboolean diverged;
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
 * that is over.
 */
void gbox_finetune_warnings_look (GboxFinetuneWarnings *warnings,
                                  GboxJob *job,
                                  const GboxPoint *point,
                                  double first_entropy);

G_END_DECLS
