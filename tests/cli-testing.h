/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs glassbox-cli as its users do. */
#pragma once

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "folder-testing.h"

typedef struct
{
  int code;
  char *output;
  char *errors;
} Answer;

static void
answer_clear (Answer *answer)
{
  g_free (answer->output);
  g_free (answer->errors);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

/* Runs glassbox-cli with the words of @line; {tmp} stands for @folder. */
static Answer
cli (const char *folder, const char *line)
{
  g_autofree char *full = g_strconcat (g_getenv ("GBOX_CLI"), " ", line, NULL);
  g_auto (GStrv) words = g_strsplit (full, " ", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;
  Answer answer = { 0 };

  for (char **word = words; *word != NULL; word++)
    {
      g_autoptr (GString) text = g_string_new (*word);

      g_string_replace (text, "{tmp}", folder != NULL ? folder : "", 0);
      g_free (*word);
      *word = g_string_free (g_steal_pointer (&text), FALSE);
    }
  process = g_subprocess_newv ((const char *const *) words,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &answer.output, &answer.errors, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  answer.code = g_subprocess_get_exit_status (process);
  return answer;
}

static inline char *
make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("glassbox-cli-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}
