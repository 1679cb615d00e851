/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of finetuning's curves as actions of the window. */
#include "learning/curves-actions.h"

#include "learning/finetune-export.h"
#include "shell/commands.h"

struct _GboxCurvesActions
{
  GObject parent_instance;

  GboxLearningPage *page; /* owns this */
  GboxFinetuneLog *log;
  GActionMap *map; /* the window outlives its page */
};

G_DEFINE_FINAL_TYPE (GboxCurvesActions, gbox_curves_actions, G_TYPE_OBJECT)

/* In the order of #GboxFinetuneExport. */
static const char *const exports[]
  = { "finetune-export-curves", "finetune-export-completions", "finetune-export-charts" };

static GboxFinetuneExport
get_export (GSimpleAction *action)
{
  const char *name = g_action_get_name (G_ACTION (action));
  GboxFinetuneExport what = GBOX_FINETUNE_EXPORT_CURVES;

  while (what < G_N_ELEMENTS (exports) - 1 && !g_str_has_prefix (name, exports[what]))
    what++;
  return what;
}

static void
on_export (GboxCurvesActions *self, GVariant *parameter, GSimpleAction *action)
{
  gbox_finetune_export_choose (self->page, get_export (action));
}

static void
on_export_to (GboxCurvesActions *self, GVariant *parameter, GSimpleAction *action)
{
  gbox_finetune_export_save (self->page, get_export (action), g_variant_get_string (parameter, NULL));
}

static void
on_view (GboxCurvesActions *self, GVariant *parameter, GSimpleAction *action)
{
  double low = 0, high = 0;

  if (parameter != NULL)
    g_variant_get (parameter, "(dd)", &low, &high);
  gbox_finetune_charts_set_view (gbox_learning_page_get_charts (self->page), low, high);
}

static void
on_remove_run (GboxCurvesActions *self, GVariant *parameter, GSimpleAction *action)
{
  gbox_finetune_log_remove (self->log, g_variant_get_uint32 (parameter));
}

static void
update (GboxCurvesActions *self)
{
  const gboolean is_filled = gbox_finetune_log_get_current (self->log) != NULL
                             || g_list_model_get_n_items (gbox_finetune_log_get_earlier (self->log)) > 0;

  for (gsize i = 0; i < G_N_ELEMENTS (exports); i++)
    {
      g_autofree char *direct = g_strconcat (exports[i], "-to", NULL);

      gbox_commands_set_enabled (self->map, exports[i], is_filled);
      gbox_commands_set_enabled (self->map, direct, is_filled);
    }
}

static void
gbox_curves_actions_dispose (GObject *object)
{
  g_clear_object (&GBOX_CURVES_ACTIONS (object)->log);
  G_OBJECT_CLASS (gbox_curves_actions_parent_class)->dispose (object);
}

static void
gbox_curves_actions_class_init (GboxCurvesActionsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = gbox_curves_actions_dispose;
}

static void
gbox_curves_actions_init (GboxCurvesActions *self)
{
}

static const GboxCommand commands[] = {
  { "finetune-view", "(dd)", G_CALLBACK (on_view) },
  { "finetune-view-whole", NULL, G_CALLBACK (on_view) },
  { "finetune-remove-run", "u", G_CALLBACK (on_remove_run) },
};

GboxCurvesActions *
gbox_curves_actions_new (GboxLearningPage *page, GActionMap *map)
{
  GboxCurvesActions *self = g_object_new (GBOX_TYPE_CURVES_ACTIONS, NULL);
  g_autoptr (GPropertyAction) smoothing = NULL;

  self->page = page;
  self->map = map;
  self->log = g_object_ref (gbox_learning_page_get_log (page));
  for (gsize i = 0; i < G_N_ELEMENTS (exports); i++)
    {
      g_autofree char *direct = g_strconcat (exports[i], "-to", NULL);

      const GboxCommand pair[]
        = { { exports[i], NULL, G_CALLBACK (on_export) }, { direct, "s", G_CALLBACK (on_export_to) } };

      gbox_commands_add (map, pair, G_N_ELEMENTS (pair), self);
    }
  gbox_commands_add (map, commands, G_N_ELEMENTS (commands), self);
  smoothing = g_property_action_new ("finetune-smoothing", self->log, "smoothing");
  g_action_map_add_action (map, G_ACTION (smoothing));
  g_signal_connect_object (self->log, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gbox_finetune_log_get_earlier (self->log), "items-changed", G_CALLBACK (update),
                           self, G_CONNECT_SWAPPED);
  update (self);
  return self;
}
