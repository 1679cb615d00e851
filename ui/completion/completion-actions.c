/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of the Completion page as actions of its window. */
#include "completion/completion-actions.h"

#include "completion/prompts.h"
#include "completion/text-file.h"
#include "shell/commands.h"

struct _GboxCompletionActions
{
  GObject parent_instance;

  GboxCompletionPage *page; /* owns this */
  GboxCompletionSession *session;
  GActionMap *map; /* the window outlives its page */
};

G_DEFINE_FINAL_TYPE (GboxCompletionActions, gbox_completion_actions, G_TYPE_OBJECT)

static void
on_complete (GboxCompletionActions *self, GVariant *parameter)
{
  gbox_completion_page_commit (self->page);
  gbox_completion_session_complete (self->session);
}

/* A prompt, two models, and what to call the second. */
static void
on_compare (GboxCompletionActions *self, GVariant *parameter)
{
  const char *prompt, *model, *other, *title;

  g_variant_get (parameter, "(&s&s&s&s)", &prompt, &model, &other, &title);
  gbox_completion_page_commit (self->page);
  gbox_completion_session_set_text (self->session, prompt);
  gbox_completion_session_add_model (self->session, other, title);
  gbox_completion_session_compare (self->session, model, other);
}

static void
on_continue (GboxCompletionActions *self, GVariant *parameter)
{
  gbox_completion_page_commit (self->page);
  gbox_completion_session_continue (self->session);
}

static void
on_stop (GboxCompletionActions *self, GVariant *parameter)
{
  gbox_completion_session_stop (self->session);
}

static void
on_prompt (GboxCompletionActions *self, GVariant *parameter)
{
  g_autofree char *text = gbox_prompt_load (g_variant_get_string (parameter, NULL));

  if (text != NULL)
    gbox_completion_session_set_text (self->session, text);
}

static void
on_text (GboxCompletionActions *self, GVariant *parameter)
{
  gbox_completion_session_set_text (self->session, g_variant_get_string (parameter, NULL));
}

static void
on_set (GboxCompletionActions *self, GVariant *parameter)
{
  GboxSpec *spec = GBOX_SPEC (gbox_completion_session_get_spec (self->session));
  g_autoptr (GError) error = NULL;
  const char *property;
  const char *value;

  g_variant_get (parameter, "(&s&s)", &property, &value);
  if (!gbox_spec_set_from_string (spec, property, value, &error))
    gbox_completion_page_tell (self->page, error->message);
}

static void
on_model (GboxCompletionActions *self, GVariant *parameter)
{
  g_autoptr (GError) error = NULL;

  if (!gbox_completion_session_try_model (self->session, g_variant_get_string (parameter, NULL), &error))
    gbox_completion_page_tell (self->page, error->message);
}

static void
on_sample (GboxCompletionActions *self, GVariant *parameter)
{
  g_autoptr (GboxBranch) branch = g_list_model_get_item (gbox_completion_session_get_samples (self->session),
                                                         g_variant_get_uint32 (parameter));

  if (branch != NULL)
    gbox_completion_session_show (self->session, branch);
}

static void
on_look_at (GboxCompletionActions *self, GVariant *parameter)
{
  gbox_completion_session_look_at (self->session, g_variant_get_int32 (parameter));
}

static void
on_branch (GboxCompletionActions *self, GVariant *parameter)
{
  guint token, id;

  g_variant_get (parameter, "(uu)", &token, &id);
  if (id <= G_MAXINT)
    gbox_completion_session_branch (self->session, token, (int) id);
}

static void
on_other_token (GboxCompletionActions *self, GVariant *parameter)
{
  gbox_completion_session_walk (self->session, g_variant_get_int32 (parameter));
}

static void
on_open (GboxCompletionActions *self, GVariant *parameter)
{
  gbox_text_file_choose_open (self->page);
}

static void
on_open_file (GboxCompletionActions *self, GVariant *parameter)
{
  gbox_text_file_open (self->page, g_variant_get_string (parameter, NULL));
}

static void
on_save (GboxCompletionActions *self, GVariant *parameter)
{
  gbox_text_file_choose_save (self->page);
}

static void
on_save_to (GboxCompletionActions *self, GVariant *parameter)
{
  gbox_text_file_save (self->page, g_variant_get_string (parameter, NULL));
}

static const GboxCommand commands[] = {
  { "complete", NULL, G_CALLBACK (on_complete) },
  { "completion-compare", "(ssss)", G_CALLBACK (on_compare) },
  { "continue", NULL, G_CALLBACK (on_continue) },
  { "complete-stop", NULL, G_CALLBACK (on_stop) },
  { "prompt", "s", G_CALLBACK (on_prompt) },
  { "completion-text", "s", G_CALLBACK (on_text) },
  { "completion-set", "(ss)", G_CALLBACK (on_set) },
  { "completion-model", "s", G_CALLBACK (on_model) },
  { "sample", "u", G_CALLBACK (on_sample) },
  { "look-at", "i", G_CALLBACK (on_look_at) },
  { "branch", "(uu)", G_CALLBACK (on_branch) },
  { "other-token", "i", G_CALLBACK (on_other_token) },
  { "completion-open", NULL, G_CALLBACK (on_open) },
  { "completion-open-file", "s", G_CALLBACK (on_open_file) },
  { "completion-save", NULL, G_CALLBACK (on_save) },
  { "completion-save-to", "s", G_CALLBACK (on_save_to) },
};

/* What can be done depends on what there is. */
static void
update_enabled (GboxCompletionActions *self)
{
  const gboolean is_here = gbox_model_item_get_present (gbox_completion_session_get_model (self->session));
  const gboolean has_token = gbox_completion_session_get_looked_at (self->session) >= 0;

  gbox_commands_set_enabled (self->map, "complete", is_here);
  gbox_commands_set_enabled (self->map, "continue", gbox_completion_session_can_continue (self->session));
  gbox_commands_set_enabled (self->map, "complete-stop", gbox_completion_session_is_running (self->session));
  gbox_commands_set_enabled (self->map, "branch", has_token);
  gbox_commands_set_enabled (self->map, "other-token", has_token);
}

static void
follow_model (GboxCompletionActions *self)
{
  g_signal_connect_object (gbox_completion_session_get_model (self->session), "notify::present",
                           G_CALLBACK (update_enabled), self, G_CONNECT_SWAPPED);
  update_enabled (self);
}

static void
gbox_completion_actions_dispose (GObject *object)
{
  g_clear_object (&GBOX_COMPLETION_ACTIONS (object)->session);
  G_OBJECT_CLASS (gbox_completion_actions_parent_class)->dispose (object);
}

static void
gbox_completion_actions_class_init (GboxCompletionActionsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = gbox_completion_actions_dispose;
}

static void
gbox_completion_actions_init (GboxCompletionActions *self)
{
}

static void
add_property (GboxCompletionActions *self, const char *name, gpointer object, const char *property)
{
  g_autoptr (GPropertyAction) action = g_property_action_new (name, object, property);

  g_action_map_add_action (self->map, G_ACTION (action));
}

GboxCompletionActions *
gbox_completion_actions_new (GboxCompletionPage *page, GActionMap *map, GboxSettings *settings)
{
  static const char *const followed[] = { "notify::is-running", "notify::branch", "notify::token" };
  GboxCompletionActions *self = g_object_new (GBOX_TYPE_COMPLETION_ACTIONS, NULL);

  self->page = page;
  self->map = map;
  self->session = g_object_ref (gbox_completion_page_get_session (page));
  gbox_commands_add (map, commands, G_N_ELEMENTS (commands), self);
  add_property (self, "tints", settings, "tints");
  add_property (self, "completion-right-pane", gbox_completion_page_get_right_flap (page), "reveal-flap");
  for (gsize i = 0; i < G_N_ELEMENTS (followed); i++)
    g_signal_connect_object (self->session, followed[i], G_CALLBACK (update_enabled), self,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::model", G_CALLBACK (follow_model), self,
                           G_CONNECT_SWAPPED);
  follow_model (self);
  return self;
}
