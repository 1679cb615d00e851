/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that every page has its own of: they go to the page that is shown. */
#include "shell/page-actions.h"

static const struct
{
  const char *name;
  const char *suffix; /* of the page's action, after its name and a dash */
  gboolean is_toggle;
} shared[] = {
  { "open", "open", FALSE },
  { "save", "save", FALSE },
  { "copy", "copy", FALSE },
  { "toggle-left-pane", "left-pane", TRUE },
  { "toggle-right-pane", "right-pane", TRUE },
};

struct _GboxPageActions
{
  GObject parent_instance;

  GActionMap *map; /* owns this */
  GSimpleAction *actions[G_N_ELEMENTS (shared)];
  char *page;
};

G_DEFINE_FINAL_TYPE (GboxPageActions, gbox_page_actions, G_TYPE_OBJECT)

static GAction *
find_target (GboxPageActions *self, gsize i)
{
  g_autofree char *name = g_strdup_printf ("%s-%s", self->page, shared[i].suffix);

  return g_action_map_lookup_action (self->map, name);
}

static void
update (GboxPageActions *self)
{
  for (gsize i = 0; self->page != NULL && i < G_N_ELEMENTS (shared); i++)
    {
      GAction *target = find_target (self, i);
      g_autoptr (GVariant) state = target != NULL && shared[i].is_toggle ? g_action_get_state (target) : NULL;

      g_simple_action_set_enabled (self->actions[i], target != NULL && g_action_get_enabled (target));
      if (state != NULL)
        g_simple_action_set_state (self->actions[i], state);
    }
}

static void
on_activate (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GboxPageActions *self = user_data;

  for (gsize i = 0; self->page != NULL && i < G_N_ELEMENTS (shared); i++)
    if (self->actions[i] == action)
      g_action_activate (find_target (self, i), NULL);
}

static void
gbox_page_actions_finalize (GObject *object)
{
  GboxPageActions *self = GBOX_PAGE_ACTIONS (object);

  for (gsize i = 0; i < G_N_ELEMENTS (shared); i++)
    g_clear_object (&self->actions[i]);
  g_free (self->page);
  G_OBJECT_CLASS (gbox_page_actions_parent_class)->finalize (object);
}

static void
gbox_page_actions_class_init (GboxPageActionsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = gbox_page_actions_finalize;
}

static void
gbox_page_actions_init (GboxPageActions *self)
{
}

GboxPageActions *
gbox_page_actions_new (GActionMap *map)
{
  GboxPageActions *self = g_object_new (GBOX_TYPE_PAGE_ACTIONS, NULL);

  self->map = map;
  for (gsize i = 0; i < G_N_ELEMENTS (shared); i++)
    {
      self->actions[i] = shared[i].is_toggle ? g_simple_action_new_stateful (shared[i].name, NULL,
                                                                             g_variant_new_boolean (FALSE))
                                             : g_simple_action_new (shared[i].name, NULL);
      g_signal_connect_object (self->actions[i], "activate", G_CALLBACK (on_activate), self, 0);
      g_action_map_add_action (map, G_ACTION (self->actions[i]));
    }
  g_signal_connect_object (map, "action-enabled-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (map, "action-state-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  return self;
}

void
gbox_page_actions_set_page (GboxPageActions *self, const char *page)
{
  g_return_if_fail (GBOX_IS_PAGE_ACTIONS (self));

  g_free (self->page);
  self->page = g_strdup (page);
  update (self);
}
