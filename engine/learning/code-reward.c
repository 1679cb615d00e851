/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many of a prompt's checks the programs pass that complete it, run in a sandbox. */
#include "learning/code-reward.h"

#include "base/error.h"
#include "language/code-check.h"

/* Texts that are remembered before all are forgotten. */
#define MAX_KNOWN 4096

struct _GboxCodeReward
{
  char *prompt;
  GboxCodeChecks *checks;
  GMainContext *context; /* its own: whoever waits runs nothing else meanwhile */
  GCancellable *cancellable;
  gboolean is_opening;
  GboxCodeChecker *checker; /* NULL before the sandbox is open */
  GQueue waiting;           /* of char *: for the sandbox */
  GHashTable *known;        /* char * → double *: shares; negative while it is being run */
  guint n_running;
  GError *error; /* the first */
};

/* One program that is being run. */
typedef struct
{
  GboxCodeReward *reward;
  char *completion;
} Asked;

GboxCodeReward *
gbox_code_reward_new (const char *prompt, GError **error)
{
  GboxCodeChecks *checks = gbox_code_checks_find (prompt);
  GboxCodeReward *reward;

  if (checks == NULL)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "There are no checks for this prompt, so its completions cannot be rewarded for "
                           "passing them: take one of the programs that come with Glassbox, or another "
                           "reward.");
      return NULL;
    }
  reward = g_new0 (GboxCodeReward, 1);
  reward->prompt = g_strdup (prompt);
  reward->checks = checks;
  reward->context = g_main_context_new ();
  reward->cancellable = g_cancellable_new ();
  reward->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_queue_init (&reward->waiting);
  return reward;
}

static gboolean
is_busy (const GboxCodeReward *reward)
{
  return reward->is_opening || reward->n_running > 0;
}

/* Also frees what waits for an answer. */
static void
end_all (GboxCodeReward *reward)
{
  g_cancellable_cancel (reward->cancellable);
  g_main_context_push_thread_default (reward->context);
  while (is_busy (reward))
    g_main_context_iteration (reward->context, TRUE);
  g_main_context_pop_thread_default (reward->context);
}

void
gbox_code_reward_free (GboxCodeReward *reward)
{
  if (reward == NULL)
    return;
  end_all (reward);
  g_clear_pointer (&reward->checker, gbox_code_checker_unref);
  g_queue_clear_full (&reward->waiting, g_free);
  g_hash_table_unref (reward->known);
  g_object_unref (reward->cancellable);
  g_main_context_unref (reward->context);
  gbox_code_checks_unref (reward->checks);
  g_clear_error (&reward->error);
  g_free (reward->prompt);
  g_free (reward);
}

static void
keep_error (GboxCodeReward *reward, GError *error)
{
  if (reward->error == NULL)
    reward->error = error;
  else
    g_error_free (error);
}

static void
know (GboxCodeReward *reward, const char *completion, double share)
{
  g_hash_table_insert (reward->known, g_strdup (completion), g_memdup2 (&share, sizeof share));
}

static void
on_checked (GObject *source, GAsyncResult *task, gpointer user_data)
{
  Asked *asked = user_data;
  GboxCodeReward *reward = asked->reward;
  GError *error = NULL;
  GboxCodeResult *result = gbox_code_checker_check_finish (task, &error);

  if (result != NULL)
    {
      know (reward, asked->completion, (double) result->passed / result->of);
      gbox_code_result_free (result);
    }
  else
    keep_error (reward, error);
  reward->n_running--;
  g_free (asked->completion);
  g_free (asked);
}

static void
run_waiting (GboxCodeReward *reward)
{
  char *completion;

  while ((completion = g_queue_pop_head (&reward->waiting)) != NULL)
    {
      g_autofree char *program = gbox_code_join (reward->prompt, completion);
      Asked *asked = g_new (Asked, 1);

      asked->reward = reward;
      asked->completion = completion;
      reward->n_running++;
      gbox_code_checker_check_async (reward->checker, reward->checks, program, reward->cancellable,
                                     on_checked, asked);
    }
}

static void
on_opened (GObject *source, GAsyncResult *task, gpointer user_data)
{
  GboxCodeReward *reward = user_data;
  GError *error = NULL;
  g_autoptr (GboxCodeSandbox) sandbox = gbox_code_sandbox_open_finish (task, &error);

  reward->is_opening = FALSE;
  if (sandbox != NULL)
    reward->checker = gbox_code_checker_new (sandbox);
  else
    keep_error (reward, error);
}

void
gbox_code_reward_ask (GboxCodeReward *reward, const char *const *completions, guint n)
{
  if (!is_busy (reward) && g_hash_table_size (reward->known) > MAX_KNOWN)
    g_hash_table_remove_all (reward->known);
  for (guint i = 0; i < n; i++)
    {
      if (g_hash_table_contains (reward->known, completions[i]))
        continue;
      know (reward, completions[i], -1);
      g_queue_push_tail (&reward->waiting, g_strdup (completions[i]));
    }
}

static gboolean
on_time_out (gpointer is_over)
{
  *(gboolean *) is_over = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_for_answers (GboxCodeReward *reward, guint milliseconds)
{
  g_autoptr (GSource) timer = g_timeout_source_new (milliseconds);
  gboolean is_over = FALSE;

  g_source_set_callback (timer, on_time_out, &is_over, NULL);
  g_source_attach (timer, reward->context);
  while (is_busy (reward) && !is_over)
    g_main_context_iteration (reward->context, TRUE);
  g_source_destroy (timer);
}

gboolean
gbox_code_reward_advance (GboxCodeReward *reward, guint milliseconds, gboolean *is_done, GError **error)
{
  g_main_context_push_thread_default (reward->context);
  if (reward->checker == NULL && !reward->is_opening)
    {
      reward->is_opening = TRUE;
      gbox_code_sandbox_open_async (reward->cancellable, on_opened, reward);
    }
  if (reward->checker != NULL)
    run_waiting (reward);
  wait_for_answers (reward, milliseconds);
  g_main_context_pop_thread_default (reward->context);
  *is_done = !is_busy (reward) && g_queue_is_empty (&reward->waiting);
  if (reward->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reward->error));
  return FALSE;
}

double
gbox_code_reward_get (const GboxCodeReward *reward, const char *completion)
{
  const double *share = g_hash_table_lookup (reward->known, completion);

  return share != NULL ? MAX (*share, 0) : 0;
}
