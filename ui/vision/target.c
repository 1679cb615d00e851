/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which unit of which layer of which model: read from text, and kept consistent within a spec. */
#include "vision/target.h"

#include "base/error.h"
#include "vision/unit-name.h"

/* Units worth a look, for a network that is seen for the first time. */
static const struct
{
  const char *layer;
  int unit;
} first_units[] = {
  { "4b", 100 },
  { "block8", 20 },
};

static gboolean
parse_unit (const char *text, int *unit)
{
  guint64 value = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT, &value, NULL))
    return FALSE;
  *unit = (int) value;
  return TRUE;
}

GboxTarget *
gbox_target_parse (const char *text, GError **error)
{
  g_autoptr (GboxTarget) target = g_new0 (GboxTarget, 1);
  g_autofree char *copy = g_strstrip (g_strdup (text));
  char *unit = strrchr (copy, '/');
  char *layer;

  if (!unit)
    unit = strrchr (copy, ':');
  if (!unit || !parse_unit (unit + 1, &target->unit))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "“%s” names no unit; write a layer and a number, like 4b/100.", text);
      return NULL;
    }
  *unit = '\0';
  layer = strrchr (copy, '/');
  target->layer = g_strdup (layer ? layer + 1 : copy);
  if (layer)
    target->model = g_strndup (copy, layer - copy);
  return g_steal_pointer (&target);
}

void
gbox_target_free (GboxTarget *target)
{
  if (!target)
    return;
  g_free (target->model);
  g_free (target->layer);
  g_free (target);
}

gboolean
gbox_target_exists (const GboxNetwork *network, const char *layer, int unit, GError **error)
{
  const int index = gbox_network_find_layer (network, layer);

  if (index < 0)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "%s has no layer “%s”; choose one of the list.",
                   gbox_network_get_title (network), layer);
      return FALSE;
    }
  if (unit < 0 || unit >= gbox_network_get_layer (network, index)->n_channels)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "%s has no unit %d; its units are 0 to %d.",
                   layer, unit, gbox_network_get_layer (network, index)->n_channels - 1);
      return FALSE;
    }
  return TRUE;
}

void
gbox_target_set_unit (GboxVisualizationSpec *spec, const char *layer, int unit)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);
  GboxObjectiveKind kind = values->objective;

  if (g_str_equal (layer, GBOX_TARGET_CLASS_LAYER))
    kind = GBOX_OBJECTIVE_CLASS;
  else if (kind == GBOX_OBJECTIVE_CLASS || kind == GBOX_OBJECTIVE_LAYER)
    kind = GBOX_OBJECTIVE_CHANNEL;
  if (kind == GBOX_OBJECTIVE_DIRECTION && (!*values->direction_from || g_str_equal (layer, values->layer)))
    {
      g_autofree char *direction = g_strdup_printf ("%d:1", unit);

      g_object_set (spec, "direction", direction, "direction-from", "", "minus", "", NULL);
    }
  if (!g_str_equal (layer, values->layer))
    g_object_set (spec, "at-y", -1, "at-x", -1, NULL);
  g_object_set (spec, "objective", kind, "layer", layer, "unit", unit, NULL);
}

void
gbox_target_set_objective (GboxVisualizationSpec *spec, GboxObjectiveKind kind)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);

  if (kind == GBOX_OBJECTIVE_DIRECTION && !*values->direction && !*values->direction_from)
    {
      g_autofree char *first = g_strdup_printf ("%d:1", values->unit);

      g_object_set (spec, "direction", first, NULL);
    }
  if (kind != GBOX_OBJECTIVE_CHANNEL && kind != GBOX_OBJECTIVE_CLASS)
    g_object_set (spec, "interpolate-to", "", NULL);
  g_object_set (spec, "objective", kind, NULL);
}

/* Where the pictures go over to is in the network, or given up. */
static void
fit_end (GboxVisualizationSpec *spec, const GboxNetwork *network)
{
  g_autofree char *layer = NULL;
  int unit;

  if (gbox_unit_name_parse (gbox_visualization_spec_get_values (spec)->interpolate_to, &layer, &unit, NULL)
      && gbox_target_exists (network, layer, unit, NULL))
    return;
  g_object_set (spec, "interpolate-to", "", NULL);
}

void
gbox_target_fit (GboxVisualizationSpec *spec, const GboxNetwork *network)
{
  const guint n_layers = gbox_network_get_n_layers (network);
  const GboxLayer *middle = gbox_network_get_layer (network, n_layers / 2);
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);

  if (gbox_visualization_spec_interpolates (spec))
    fit_end (spec, network);
  if (gbox_target_exists (network, values->layer, values->unit, NULL))
    return;
  g_object_set (spec, "objective", GBOX_OBJECTIVE_CHANNEL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (first_units); i++)
    if (gbox_target_exists (network, first_units[i].layer, first_units[i].unit, NULL))
      {
        gbox_target_set_unit (spec, first_units[i].layer, first_units[i].unit);
        return;
      }
  gbox_target_set_unit (spec, middle->name, 0);
}

static char *
explain_objective (GboxVisualizationSpec *spec, const GboxNetwork *network)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);
  const int index = gbox_network_find_layer (network, values->layer);
  const GboxLayer *layer = index < 0 ? NULL : gbox_network_get_layer (network, index);
  const int side = layer ? gbox_network_get_map_side (network, (guint) index, values->size) : 0;
  g_autofree char *direction = NULL;

  if (!layer)
    return g_strdup ("");
  switch (values->objective)
    {
    case GBOX_OBJECTIVE_NEURON:
      return g_strdup_printf ("Activation at row %d, column %d of %d × %d",
                              values->at_y < 0 ? side / 2 : values->at_y,
                              values->at_x < 0 ? side / 2 : values->at_x, side, side);
    case GBOX_OBJECTIVE_LAYER:
      return g_strdup_printf ("Mean square of %d channels at %d × %d positions", layer->n_channels, side,
                              side);
    case GBOX_OBJECTIVE_CLASS:
      return g_strdup_printf ("Class %d, its logit before the softmax", values->unit);
    case GBOX_OBJECTIVE_DIRECTION:
      if (*values->direction_from)
        return g_strdup (*values->minus ? "Mean dot product with what one photo has and the other lacks"
                                        : "Mean dot product with the photo's mean activations");
      direction = gbox_visualization_spec_describe_direction (spec);
      return g_strdup_printf ("Mean dot product with %s", direction);
    case GBOX_OBJECTIVE_CHANNEL:
    default:
      return g_strdup_printf ("Mean activation over %d × %d positions", side, side);
    }
}

char *
gbox_target_explain (GboxVisualizationSpec *spec, const GboxNetwork *network)
{
  const int n = gbox_visualization_spec_count_pictures (spec);

  if (gbox_visualization_spec_interpolates (spec))
    return g_strdup_printf ("%d pictures, from one unit to the other", n);
  return explain_objective (spec, network);
}

/* "4b · 100", or the name of the class. */
static char *
name_unit (const GboxNetwork *network, const char *layer, int unit)
{
  const char *label
    = g_str_equal (layer, GBOX_TARGET_CLASS_LAYER) ? gbox_network_get_class_label (network, unit) : NULL;

  return label ? g_strdup (label) : g_strdup_printf ("%s · %d", layer, unit);
}

static char *
name_end (GboxVisualizationSpec *spec, const GboxNetwork *network)
{
  const char *end = gbox_visualization_spec_get_values (spec)->interpolate_to;
  g_autofree char *layer = NULL;
  int unit;

  return gbox_unit_name_parse (end, &layer, &unit, NULL) ? name_unit (network, layer, unit) : g_strdup (end);
}

static char *
name_start (GboxVisualizationSpec *spec, const GboxNetwork *network)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);

  switch (values->objective)
    {
    case GBOX_OBJECTIVE_CLASS:
      return name_unit (network, GBOX_TARGET_CLASS_LAYER, values->unit);
    case GBOX_OBJECTIVE_NEURON:
    case GBOX_OBJECTIVE_CHANNEL:
      return name_unit (network, values->layer, values->unit);
    case GBOX_OBJECTIVE_LAYER:
    case GBOX_OBJECTIVE_DIRECTION:
    default:
      return gbox_visualization_spec_describe (spec);
    }
}

char *
gbox_target_get_short_title (GboxVisualizationSpec *spec, const GboxNetwork *network)
{
  g_autofree char *start = name_start (spec, network);
  g_autofree char *end = NULL;

  if (!gbox_visualization_spec_interpolates (spec))
    return g_steal_pointer (&start);
  end = name_end (spec, network);
  return g_strdup_printf ("%s → %s", start, end);
}

char *
gbox_target_get_title (GboxVisualizationSpec *spec, const GboxNetwork *network)
{
  const GboxObjectiveKind kind = gbox_visualization_spec_get_values (spec)->objective;

  if (kind == GBOX_OBJECTIVE_CLASS || gbox_visualization_spec_interpolates (spec))
    return gbox_target_get_short_title (spec, network);
  return gbox_visualization_spec_describe (spec);
}
