/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands about what else finetuning changed, as actions of the window. */
#include "learning/changes-actions.h"

#include "learning/changes-window.h"
#include "learning/policy-saving.h"
#include "shell/commands.h"

struct _GboxChangesActions
{
  GObject parent_instance;

  GboxLearningPage *page; /* owns this */
  GboxChangesSession *session;
  GboxPolicyShelf *shelf;
  GActionMap *map; /* the window outlives its page */
};

G_DEFINE_FINAL_TYPE (GboxChangesActions, gbox_changes_actions, G_TYPE_OBJECT)

static void
on_start (GboxChangesActions *self, GVariant *parameter)
{
  gbox_changes_session_start (self->session);
}

static void
on_cancel (GboxChangesActions *self, GVariant *parameter)
{
  gbox_changes_session_cancel (self->session);
}

static void
on_set (GboxChangesActions *self, GVariant *parameter)
{
  GboxSpec *spec = GBOX_SPEC (gbox_changes_session_get_spec (self->session));
  g_autoptr (GError) error = NULL;
  const char *property;
  const char *value;

  g_variant_get (parameter, "(&s&s)", &property, &value);
  if (!gbox_spec_set_from_string (spec, property, value, &error))
    gbox_learning_page_tell (self->page, error->message);
}

/* @word: (nullable): to begin with */
static void
present (GboxChangesActions *self, const char *word)
{
  const GboxComparison *comparison = gbox_changes_session_get_comparison (self->session);

  if (comparison != NULL)
    gbox_changes_window_present (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self->page))), comparison,
                                 word);
}

static void
on_details (GboxChangesActions *self, GVariant *parameter)
{
  present (self, NULL);
}

static void
on_samples (GboxChangesActions *self, GVariant *parameter)
{
  present (self, g_variant_get_string (parameter, NULL));
}

static void
on_compare (GboxChangesActions *self, GVariant *parameter)
{
  gbox_policy_saving_try (self->page, self->shelf);
}

static const GboxCommand commands[] = {
  { "what-changed", NULL, G_CALLBACK (on_start) },
  { "what-changed-cancel", NULL, G_CALLBACK (on_cancel) },
  { "what-changed-set", "(ss)", G_CALLBACK (on_set) },
  { "what-changed-details", NULL, G_CALLBACK (on_details) },
  { "what-changed-samples", "s", G_CALLBACK (on_samples) },
  { "finetune-compare", NULL, G_CALLBACK (on_compare) },
};

static void
update (GboxChangesActions *self)
{
  const gboolean has_findings = gbox_changes_session_get_comparison (self->session) != NULL;

  gbox_commands_set_enabled (self->map, "what-changed", gbox_changes_session_can_start (self->session));
  gbox_commands_set_enabled (self->map, "finetune-compare", gbox_policy_shelf_can_put (self->shelf));
  gbox_commands_set_enabled (self->map, "what-changed-cancel",
                             gbox_changes_session_is_running (self->session));
  gbox_commands_set_enabled (self->map, "what-changed-details", has_findings);
  gbox_commands_set_enabled (self->map, "what-changed-samples", has_findings);
}

static void
gbox_changes_actions_dispose (GObject *object)
{
  GboxChangesActions *self = GBOX_CHANGES_ACTIONS (object);

  g_clear_object (&self->session);
  g_clear_object (&self->shelf);
  G_OBJECT_CLASS (gbox_changes_actions_parent_class)->dispose (object);
}

static void
gbox_changes_actions_class_init (GboxChangesActionsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = gbox_changes_actions_dispose;
}

static void
gbox_changes_actions_init (GboxChangesActions *self)
{
}

GboxChangesActions *
gbox_changes_actions_new (GboxLearningPage *page,
                          GboxChangesSession *session,
                          GboxPolicyShelf *shelf,
                          GActionMap *map)
{
  static const char *const followed[] = { "notify::comparison", "notify::is-running", "notify::can-start" };
  GboxChangesActions *self = g_object_new (GBOX_TYPE_CHANGES_ACTIONS, NULL);

  self->page = page;
  self->map = map;
  self->session = g_object_ref (session);
  self->shelf = g_object_ref (shelf);
  gbox_commands_add (map, commands, G_N_ELEMENTS (commands), self);
  for (gsize i = 0; i < G_N_ELEMENTS (followed); i++)
    g_signal_connect_object (session, followed[i], G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return self;
}
