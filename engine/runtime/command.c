/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the engine thread is told to do. */
#include "runtime/command.h"

GboxCommand *
gbox_command_new (GboxCommandKind kind, guint64 run)
{
  GboxCommand *command = g_new0 (GboxCommand, 1);

  command->kind = kind;
  command->run = run;

  return command;
}

void
gbox_command_free (GboxCommand *command)
{
  g_clear_pointer (&command->mailbox, gbox_mailbox_unref);
  g_clear_object (&command->spec);
  g_clear_object (&command->cancellable);
  g_free (command->path);
  g_free (command);
}
