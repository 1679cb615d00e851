/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands of a page as actions of the window. */
#include "shell/commands.h"

void
gbox_commands_add (GActionMap *map, const GboxCommand *commands, gsize n_commands, gpointer owner)
{
  for (gsize i = 0; i < n_commands; i++)
    {
      const char *type = commands[i].parameter_type;
      g_autoptr (GSimpleAction) action
        = g_simple_action_new (commands[i].name, type != NULL ? G_VARIANT_TYPE (type) : NULL);

      g_signal_connect_object (action, "activate", commands[i].handler, owner, G_CONNECT_SWAPPED);
      g_action_map_add_action (map, G_ACTION (action));
    }
}

void
gbox_commands_set_enabled (GActionMap *map, const char *name, gboolean is_enabled)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (map, name)), is_enabled);
}
