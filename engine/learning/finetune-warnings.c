/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When finetuning goes wrong, in plain words. */
#include "learning/finetune-warnings.h"

#include "learning/finetune-job.h"

#define LEAST_ENTROPY 0.1 /* of the first step's */
#define MOST_KL       2.0 /* nats a token */

/* Told when it begins and when it is over. */
static void
warn (GboxFinetuneWarning *warning, gboolean is, GboxJob *job, const char *id, guint step, const char *text)
{
  g_autofree char *full = is ? g_strdup_printf ("Step %u: %s", step, text) : g_strdup ("");
  const gboolean was_given = warning->is_given;

  warning->n_calm = is ? 0 : warning->n_calm + 1;
  warning->is_given = is || (was_given && warning->n_calm < GBOX_FINETUNE_CALM_STEPS);
  if (warning->is_given != was_given)
    gbox_job_post_notice (job, id, full);
}

void
gbox_finetune_warnings_look (GboxFinetuneWarnings *warnings,
                             GboxJob *job,
                             const GboxPoint *point,
                             double first_entropy)
{
  const double *values = point->values;
  const double n_tokens = values[GBOX_FINETUNE_N_TOKENS];
  const guint step = point->step;
  const double kl_limit = MOST_KL * n_tokens;

  warn (&warnings->collapsed, values[GBOX_FINETUNE_ENTROPY] < LEAST_ENTROPY * first_entropy, job, "collapse",
        step,
        "the completions become all alike: there is little left to learn from. Raise the KL coefficient or "
        "the temperature, or go back to an earlier checkpoint.");
  warn (&warnings->silent, values[GBOX_FINETUNE_NO_SIGNAL] >= 1, job, "no-signal", step,
        "all completions got the same reward, so there is nothing to prefer. Choose a reward that some of "
        "them get, or raise the temperature.");
  warn (&warnings->diverged, values[GBOX_FINETUNE_KL] * point->values[GBOX_FINETUNE_BATCH] > kl_limit, job,
        "divergence", step,
        "the model has gone far from the one it started as. Raise the KL coefficient or lower the learning "
        "rate to keep its language.");
}
