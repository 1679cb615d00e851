/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many of a prompt's checks the programs pass that complete it, run in a sandbox. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxCodeReward:
 *
 * Programs are asked about first and run while gbox_code_reward_advance() waits for them. What is known of a
 * text is kept. For one thread, which has to live as long.
 */
typedef struct _GboxCodeReward GboxCodeReward;

/* (nullable) (transfer full): %NULL with %GBOX_ERROR_INVALID_ARGUMENT where no checks are for this prompt. */
GboxCodeReward *gbox_code_reward_new (const char *prompt, GError **error);
/* Ends what still runs. */
void gbox_code_reward_free (GboxCodeReward *reward);

/* Runs what each of @completions makes of the prompt, unless that is known already. Others may be forgotten.
 */
void gbox_code_reward_ask (GboxCodeReward *reward, const char *const *completions, guint n);

/**
 * gbox_code_reward_advance:
 * @reward: see there
 * @milliseconds: how long to wait at most
 * @is_done: (out): whether all that was asked for is known
 * @error: return location for an error
 *
 * Returns: %FALSE with %GBOX_ERROR_UNSUPPORTED where no sandbox works, or what else keeps programs from being
 * run
 */
gboolean
gbox_code_reward_advance (GboxCodeReward *reward, guint milliseconds, gboolean *is_done, GError **error);

/* The share of checks that @completion passes, 0 … 1; 0 where it is not known. */
double gbox_code_reward_get (const GboxCodeReward *reward, const char *completion);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxCodeReward, gbox_code_reward_free)

G_END_DECLS
