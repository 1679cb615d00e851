/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The texts to complete that come with the program. */
#include "completion/prompts.h"

#include "language/code-checks.h"

#include <string.h>

/* Each is there; a program says what its function is to do, and has checks that say whether it does. */
static void
test_shipped (void)
{
  guint n;
  const GboxPrompt *prompts = gbox_prompts_get (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = gbox_prompt_load (prompts[i].name);
      g_autoptr (GboxCodeChecks) checks = NULL;

      g_assert_nonnull (text);
      checks = gbox_code_checks_find (text);
      g_assert_cmpint (gbox_prompt_is_python (text), ==, g_str_has_suffix (prompts[i].file_name, ".py"));
      g_assert_cmpint (checks != NULL, ==, gbox_prompt_is_python (text));
      if (checks != NULL)
        g_assert_cmpstr (gbox_code_checks_get_name (checks), ==, prompts[i].name);
    }
  g_assert_null (gbox_prompt_load ("no-such-prompt"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/prompts/shipped", test_shipped);
  return g_test_run ();
}
