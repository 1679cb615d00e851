/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs that are rewarded for the checks they pass. */
#include "learning/code-reward.h"

#include "base/error.h"

#define PROMPT "def is_palindrome(text):"
/* Shorter than any answer takes, so that it is asked for more than once. */
#define MILLISECONDS 1

/* FALSE where no sandbox works here. */
static gboolean
wait_for_all (GboxCodeReward *reward, guint *n_waits)
{
  g_autoptr (GError) error = NULL;
  gboolean is_done = FALSE;

  for (*n_waits = 0; !is_done; (*n_waits)++)
    if (!gbox_code_reward_advance (reward, MILLISECONDS, &is_done, &error))
      {
        g_assert_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED);
        g_test_skip (error->message);
        return FALSE;
      }
  return TRUE;
}

/* The checks want True five times and False three times. */
static void
test_shares (void)
{
  static const char *const completions[] = {
    " return text == text[::-1]",      " return True", " return (",
    "\n    raise ValueError\nprint()", " return True",
  };
  static const double shares[] = { 1, 5.0 / 8, 0, 0, 5.0 / 8 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxCodeReward) reward = gbox_code_reward_new (PROMPT, &error);
  guint n_waits;

  g_assert_no_error (error);
  gbox_code_reward_ask (reward, completions, G_N_ELEMENTS (completions));
  g_assert_cmpfloat (gbox_code_reward_get (reward, completions[0]), ==, 0);
  if (!wait_for_all (reward, &n_waits))
    return;
  g_assert_cmpuint (n_waits, >, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (completions); i++)
    g_assert_cmpfloat (gbox_code_reward_get (reward, completions[i]), ==, shares[i]);
  g_assert_cmpfloat (gbox_code_reward_get (reward, "what nobody asked for"), ==, 0);
  gbox_code_reward_ask (reward, completions, G_N_ELEMENTS (completions));
  g_assert_true (wait_for_all (reward, &n_waits));
  g_assert_cmpuint (n_waits, ==, 1);
}

/* What still runs ends with it. */
static void
test_end (void)
{
  static const char *const completions[] = { "\n    while True: pass", " return True", " return False" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxCodeReward) reward = gbox_code_reward_new (PROMPT, &error);
  gboolean is_done = TRUE;

  gbox_code_reward_ask (reward, completions, G_N_ELEMENTS (completions));
  if (gbox_code_reward_advance (reward, MILLISECONDS, &is_done, &error))
    g_assert_false (is_done);
  else
    g_test_skip (error->message);
}

static void
test_no_checks (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_code_reward_new ("Good morning", &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/code-reward/shares", test_shares);
  g_test_add_func ("/code-reward/end", test_end);
  g_test_add_func ("/code-reward/no-checks", test_no_checks);
  return g_test_run ();
}
