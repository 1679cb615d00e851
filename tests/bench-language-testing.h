/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of “glassbox-cli bench language” and “finetune” share: a tiny model, and a peer made up. */
#pragma once

#include "bench-testing.h"
#include "fixture.h"

#define CONTEXT_KEY "llama.context_length"
#define N_CONTEXT   512

/* A tiny model in a folder of its own that takes texts as long as the work needs; its weights do not know. */
static inline char *
save_model (const char *folder)
{
  g_autoptr (GBytes) fixture = fixture_load ("transformer-llama.gguf");
  gsize size;
  g_autofree char *content = g_memdup2 (g_bytes_get_data (fixture, &size), g_bytes_get_size (fixture));
  char *path = g_build_filename (folder, "tiny.gguf", NULL);
  const guint32 n_context = N_CONTEXT;
  char *key = memmem (content, size, CONTEXT_KEY, strlen (CONTEXT_KEY));

  g_assert_nonnull (key);
  /* After the key, the value's type. */
  memcpy (key + strlen (CONTEXT_KEY) + sizeof (guint32), &n_context, sizeof n_context);
  g_assert_true (g_file_set_contents (path, content, (gssize) size, NULL));
  return path;
}

/* Times @subject with it. */
static inline Answer
bench_tiny (const char *subject, const char *flags)
{
  char *folder = make_folder ();
  g_autofree char *model = save_model (folder);
  g_autofree char *line = g_strdup_printf ("bench %s --model %s %s", subject, model, flags);
  const Answer answer = cli (NULL, line);

  remove_folder (folder);
  return answer;
}

/* The same with a python3 that answers each request with the next line of @answers. */
static inline Answer
bench_beside (const char *answers, const char *subject, const char *flags)
{
  char *folder = make_folder ();
  g_autofree char *python = g_build_filename (folder, "python3", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\nwhile read -r answer <&3; do\n"
                                             "echo \"$answer\"\nread -r request || exit\n"
                                             "done 3<<'END'\n%s\nEND\n",
                                             answers);
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *search = g_strconcat (folder, ":", path, NULL);
  Answer answer;

  g_assert_true (g_file_set_contents (python, script, -1, NULL));
  g_assert_cmpint (g_chmod (python, 0700), ==, 0);
  g_setenv ("PATH", search, TRUE);
  answer = bench_tiny (subject, flags);
  g_setenv ("PATH", path, TRUE);
  remove_folder (folder);
  return answer;
}
