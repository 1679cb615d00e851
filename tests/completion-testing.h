/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests of completions in the window share: tiny models of the fixtures, and waiting for a run. */
#pragma once

#include <string.h>

#include "completion/completion-session.h"

static inline char *
completion_testing_model (void)
{
  return g_test_build_filename (G_TEST_DIST, "fixtures", "transformer-llama.gguf", NULL);
}

/* The same model in a file of @folder that says it reads @n_context tokens, of which it was made for 32. */
static inline char *
completion_testing_long_model (const char *folder, guint32 n_context)
{
  static const char key[] = "llama.context_length";
  const gsize type_size = sizeof (guint32);
  g_autofree char *from = completion_testing_model ();
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, "long.gguf", NULL);
  const guint32 value = GUINT32_TO_LE (n_context);
  gsize n;
  char *at;

  g_assert_true (g_file_get_contents (from, &bytes, &n, &error));
  at = memmem (bytes, n, key, strlen (key));
  g_assert_nonnull (at);
  memcpy (at + strlen (key) + type_size, &value, sizeof value);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n, &error));
  return path;
}

/* What the tiny model makes of @prompt with seed 11 has a dozen tokens. */
static inline void
completion_testing_prepare (GboxCompletionSession *session, const char *model, const char *prompt)
{
  gbox_completion_session_choose_model (session, model);
  gbox_completion_session_set_text (session, prompt);
  g_object_set (gbox_completion_session_get_spec (session), "max-tokens", 12u, "temperature", 1.5, "top-k", 0,
                "top-p", 1.0, "seed", 11u, "samples", 1u, NULL);
}

static inline void
completion_testing_wait (GboxCompletionSession *session)
{
  while (gbox_completion_session_is_running (session))
    g_main_context_iteration (NULL, TRUE);
}

/* Of one of the most probable tokens that was not chosen. */
static inline int
completion_testing_other (GboxCompletionSession *session, guint token)
{
  const GboxSample *sample = &gbox_completion_session_get_token (session, token)->sample;

  return sample->top[0].id != sample->chosen.id ? sample->top[0].id : sample->top[1].id;
}
