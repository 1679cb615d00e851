/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a picture comes about: what its parameters were before the first step, and what changes after which. */
#include "vision/visualization-history.h"

#include "vision/checkpoint.h"
#include "vision/schedule.h"

struct _GboxVisualizationHistory
{
  GboxVisualizationSpec *origin; /* as it was before the first step */
  GboxSchedule *schedule;        /* what has changed since then, and what will */
};

GboxVisualizationHistory *
gbox_visualization_history_new (GboxVisualizationSpec *spec, GError **error)
{
  GboxSchedule *schedule = gbox_schedule_parse (gbox_visualization_spec_get_values (spec)->schedule, error);
  GboxVisualizationHistory *self;

  if (schedule == NULL)
    return NULL;
  self = g_new0 (GboxVisualizationHistory, 1);
  self->origin = GBOX_VISUALIZATION_SPEC (gbox_spec_copy (GBOX_SPEC (spec)));
  self->schedule = schedule;
  return self;
}

void
gbox_visualization_history_free (GboxVisualizationHistory *self)
{
  if (self == NULL)
    return;
  gbox_schedule_free (self->schedule);
  g_object_unref (self->origin);
  g_free (self);
}

gboolean
gbox_visualization_history_has_step (const GboxVisualizationHistory *self, guint step)
{
  return gbox_schedule_has_step (self->schedule, step);
}

gboolean
gbox_visualization_history_apply (const GboxVisualizationHistory *self,
                                  guint step,
                                  GboxSpec *spec,
                                  GError **error)
{
  return gbox_schedule_apply (self->schedule, step, step + 1, spec, error);
}

void
gbox_visualization_history_note (GboxVisualizationHistory *self,
                                 guint step,
                                 GboxVisualizationSpec *from,
                                 GboxVisualizationSpec *to)
{
  static const char *const others[]
    = { "steps", "start", "start-digest", "fade", "schedule", "checkpoint", NULL };
  g_autofree const char **names = gbox_spec_list_differences (GBOX_SPEC (from), GBOX_SPEC (to));

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *value = gbox_spec_get_as_string (GBOX_SPEC (to), names[i]);

      if (!g_strv_contains (others, names[i]))
        gbox_schedule_add (self->schedule, step, names[i], value);
    }
}

gboolean
gbox_visualization_history_take_checkpoint (GboxVisualizationHistory *self,
                                            const char *path,
                                            GboxVisualizationSpec *spec,
                                            GError **error)
{
  guint step;
  g_autoptr (GboxVisualizationSpec) origin = gbox_visualization_checkpoint_load_spec (path, &step, error);
  g_autoptr (GboxVisualizationSpec) now = NULL;
  g_autoptr (GboxSchedule) schedule = NULL;

  if (origin == NULL)
    return FALSE;
  now = GBOX_VISUALIZATION_SPEC (gbox_spec_copy (GBOX_SPEC (origin)));
  schedule = gbox_schedule_parse (gbox_visualization_spec_get_values (origin)->schedule, error);
  if (schedule == NULL || !gbox_visualization_spec_advance (now, step, error))
    return FALSE;
  gbox_schedule_keep (self->schedule, step, G_MAXUINT);
  for (guint i = 0; i < gbox_schedule_get_length (schedule); i++)
    {
      const GboxScheduleEntry *entry = gbox_schedule_get_entry (schedule, i);

      if (entry->step <= step)
        gbox_schedule_add (self->schedule, entry->step, entry->property, entry->value);
    }
  gbox_visualization_history_note (self, step, now, spec);
  g_set_object (&self->origin, origin);
  return TRUE;
}

GboxVisualizationSpec *
gbox_visualization_history_make_recipe (const GboxVisualizationHistory *self,
                                        guint end,
                                        guint steps,
                                        gboolean fade)
{
  GboxSpec *recipe = gbox_spec_copy (GBOX_SPEC (self->origin));
  g_autofree char *text = gbox_schedule_to_text (self->schedule);
  g_autoptr (GboxSchedule) schedule = gbox_schedule_parse (text, NULL);
  g_autofree char *kept = NULL;

  gbox_schedule_keep (schedule, 0, end);
  kept = gbox_schedule_to_text (schedule);
  g_object_set (recipe, "schedule", kept, "checkpoint", "", "steps", steps, "fade", fade, NULL);
  return GBOX_VISUALIZATION_SPEC (recipe);
}
