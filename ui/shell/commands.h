/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands of a page as actions of the window. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * GboxCommand:
 * @name: of the action
 * @parameter_type: (nullable): of its parameter, as a #GVariantType says it
 * @handler: called with the owner, the #GVariant of the parameter and the #GSimpleAction
 */
typedef struct
{
  const char *name;
  const char *parameter_type;
  GCallback handler;
} GboxCommand;

/**
 * gbox_commands_add:
 * @map: (transfer none): gets an action for each command
 * @commands: (array length=n_commands):
 * @owner: (type GObject) (transfer none): the actions do nothing once it is gone
 */
void gbox_commands_add (GActionMap *map, const GboxCommand *commands, gsize n_commands, gpointer owner);

/* Of an action that gbox_commands_add() has added. */
void gbox_commands_set_enabled (GActionMap *map, const char *name, gboolean is_enabled);

G_END_DECLS
