/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session goes to: units, layers, objectives, presets and recipes. */
#include "base/error.h"
#include "vision/target.h"
#include "vision/unit-name.h"
#include "vision/vision-session-private.h"

void
gbox_vision_session_open (GboxVisionSession *self, GboxVisualizationSpec *spec)
{
  GboxModelItem *model;

  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  model = gbox_vision_session_find_model (self, gbox_visualization_spec_get_values (spec)->model);
  self->is_changing = TRUE;
  gbox_spec_assign (GBOX_SPEC (self->spec), GBOX_SPEC (spec));
  self->is_changing = FALSE;
  if (model == self->model && self->network)
    {
      gbox_vision_session_start_target (self);
      return;
    }
  self->has_begun = TRUE;
  self->is_adopting = FALSE;
  gbox_vision_session_set_model (self, model);
  gbox_vision_session_load_model (self);
}

void
gbox_vision_session_visualize (GboxVisionSession *self, const char *layer, int unit)
{
  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  gbox_vision_session_begin_change (self);
  gbox_target_set_unit (self->spec, layer, unit);
  gbox_vision_session_end_change (self);
  gbox_vision_session_start_target (self);
}

/* A model of the catalogue, here or not, or a file. */
static gboolean
is_known (GboxVisionSession *self, const char *model, GError **error)
{
  const GboxCatalogue *catalogue = gbox_model_store_get_catalogue (gbox_engine_get_store (self->engine));
  g_autofree char *path = NULL;

  if (gbox_catalogue_find (catalogue, model))
    return TRUE;
  path = gbox_catalogue_locate (catalogue, model, error);
  return path != NULL;
}

gboolean
gbox_vision_session_visualize_text (GboxVisionSession *self, const char *text, GError **error)
{
  g_autoptr (GboxTarget) target = gbox_target_parse (text, error);

  g_return_val_if_fail (GBOX_IS_VISION_SESSION (self), FALSE);

  if (!target)
    return FALSE;
  if (target->model && !is_known (self, target->model, error))
    return FALSE;
  if (target->model && !g_str_equal (target->model, gbox_model_item_get_name (self->model)))
    {
      gbox_vision_session_begin_change (self);
      gbox_target_set_unit (self->spec, target->layer, target->unit);
      gbox_vision_session_end_change (self);
      gbox_vision_session_choose_model_name (self, target->model);
      return TRUE;
    }
  if (self->network && !gbox_target_exists (self->network, target->layer, target->unit, error))
    return FALSE;
  gbox_vision_session_visualize (self, target->layer, target->unit);
  return TRUE;
}

void
gbox_vision_session_choose_layer (GboxVisionSession *self, const char *layer)
{
  GboxObjectiveKind kind;
  int unit;

  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  if (!self->network)
    return;
  kind = gbox_visualization_spec_get_values (self->spec)->objective;
  unit = self->unit;
  if (g_str_equal (layer, GBOX_TARGET_CLASS_LAYER))
    unit = self->class_id;
  if (!gbox_target_exists (self->network, layer, unit, NULL))
    unit = 0;
  gbox_vision_session_begin_change (self);
  gbox_target_set_unit (self->spec, layer, unit);
  if (kind == GBOX_OBJECTIVE_LAYER && !g_str_equal (layer, GBOX_TARGET_CLASS_LAYER))
    g_object_set (self->spec, "objective", kind, NULL);
  gbox_vision_session_end_change (self);
  gbox_vision_session_start_target (self);
}

void
gbox_vision_session_set_objective (GboxVisionSession *self, GboxObjectiveKind kind)
{
  GboxObjectiveKind old_kind;

  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  old_kind = gbox_visualization_spec_get_values (self->spec)->objective;
  if (kind == old_kind || !self->network)
    return;
  gbox_vision_session_begin_change (self);
  if (kind == GBOX_OBJECTIVE_CLASS)
    gbox_target_set_unit (self->spec, GBOX_TARGET_CLASS_LAYER, self->class_id);
  else if (old_kind == GBOX_OBJECTIVE_CLASS)
    gbox_target_set_unit (self->spec, self->layer ? self->layer : "", self->unit);
  gbox_target_fit (self->spec, self->network);
  gbox_target_set_objective (self->spec, kind);
  gbox_vision_session_end_change (self);
  gbox_vision_session_start_target (self);
}

void
gbox_vision_session_set_position (GboxVisionSession *self, int y, int x)
{
  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  gbox_vision_session_begin_change (self);
  g_object_set (self->spec, "at-y", y, "at-x", x, NULL);
  gbox_vision_session_end_change (self);
  gbox_vision_session_start_target (self);
}

void
gbox_vision_session_set_direction (GboxVisionSession *self, const char *direction)
{
  g_auto (GStrv) words = g_strsplit_set (direction, " \t", -1);
  g_autofree char *tight = g_strjoinv ("", words);

  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  gbox_vision_session_begin_change (self);
  g_object_set (self->spec, "direction", tight, "direction-from", "", "minus", "", NULL);
  gbox_vision_session_end_change (self);
  gbox_vision_session_start_target (self);
}

void
gbox_vision_session_set_photo_direction (GboxVisionSession *self, const char *path, const char *minus)
{
  const GboxObjectiveKind kind = gbox_visualization_spec_get_values (self->spec)->objective;

  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  gbox_vision_session_begin_change (self);
  if (kind == GBOX_OBJECTIVE_CLASS && self->layer)
    gbox_target_set_unit (self->spec, self->layer, self->unit);
  g_object_set (self->spec, "direction", "", "direction-from", path, "minus", minus ? minus : "", NULL);
  gbox_target_set_objective (self->spec, GBOX_OBJECTIVE_DIRECTION);
  gbox_vision_session_end_change (self);
  gbox_vision_session_start_target (self);
}

/* Only channels and classes can go over to another one. */
static void
set_interpolation (GboxVisionSession *self, const char *end)
{
  const GboxObjectiveKind kind = gbox_visualization_spec_get_values (self->spec)->objective;

  gbox_vision_session_begin_change (self);
  g_object_set (self->spec, "interpolate-to", end, NULL);
  if (*end)
    g_object_set (self->spec, "diversity", 1, NULL);
  if (*end && kind != GBOX_OBJECTIVE_CLASS)
    gbox_target_set_objective (self->spec, GBOX_OBJECTIVE_CHANNEL);
  gbox_vision_session_end_change (self);
  gbox_vision_session_start_target (self);
}

gboolean
gbox_vision_session_interpolate (GboxVisionSession *self, const char *text, GError **error)
{
  g_autofree char *end = g_strstrip (g_strdup (text));
  g_autofree char *layer = NULL;
  int unit;

  g_return_val_if_fail (GBOX_IS_VISION_SESSION (self), FALSE);

  if (*end && !gbox_unit_name_parse (end, &layer, &unit, error))
    return FALSE;
  if (layer && self->network && !gbox_target_exists (self->network, layer, unit, error))
    return FALSE;
  set_interpolation (self, end);
  return TRUE;
}

void
gbox_vision_session_set_start (GboxVisionSession *self, const char *path)
{
  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  gbox_vision_session_begin_change (self);
  g_object_set (self->spec, "start", path, NULL);
  gbox_vision_session_end_change (self);
  gbox_vision_session_restart (self);
}

gboolean
gbox_vision_session_apply_preset (GboxVisionSession *self, const char *preset, GError **error)
{
  gboolean is_known;

  g_return_val_if_fail (GBOX_IS_VISION_SESSION (self), FALSE);

  gbox_vision_session_begin_change (self);
  is_known = gbox_visualization_spec_apply_preset (self->spec, preset);
  gbox_vision_session_end_change (self);
  if (!is_known)
    {
      g_autofree char *presets = g_strjoinv (", ", (char **) gbox_visualization_spec_get_presets ());

      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "There is no preset “%s”; there are %s.",
                   preset, presets);
      return FALSE;
    }
  gbox_vision_session_restart (self);
  return TRUE;
}
