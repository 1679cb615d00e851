/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a visualization is about, in words. */
#include "vision/direction.h"
#include "vision/visualization-spec.h"

/* More terms are not read but counted. */
#define MAX_NAMED_TERMS 4

static char *
describe_photos (const GboxVisualizationValues *v)
{
  g_autofree char *from = g_filename_display_basename (v->direction_from);
  g_autofree char *minus = g_filename_display_basename (v->minus);

  return v->minus[0] == '\0' ? g_steal_pointer (&from) : g_strdup_printf ("%s − %s", from, minus);
}

char *
gbox_visualization_spec_describe_direction (GboxVisualizationSpec *spec)
{
  const GboxVisualizationValues *v = gbox_visualization_spec_get_values (spec);
  g_autoptr (GArray) terms = NULL;

  if (v->direction_from[0] != '\0')
    return describe_photos (v);
  terms = gbox_direction_parse (v->direction, NULL);
  if (terms == NULL || terms->len <= MAX_NAMED_TERMS)
    return g_strdup (v->direction);
  return g_strdup_printf ("of %u channels", terms->len);
}

static char *
describe_unit (GboxVisualizationSpec *spec)
{
  const GboxVisualizationValues *v = gbox_visualization_spec_get_values (spec);
  g_autofree char *direction = NULL;

  switch (v->objective)
    {
    case GBOX_OBJECTIVE_NEURON:
      if (v->at_y < 0)
        return g_strdup_printf ("%s · neuron %d", v->layer, v->unit);
      return g_strdup_printf ("%s · neuron %d at %d, %d", v->layer, v->unit, v->at_y, v->at_x);
    case GBOX_OBJECTIVE_LAYER:
      return g_strdup_printf ("%s · whole layer", v->layer);
    case GBOX_OBJECTIVE_CLASS:
      return g_strdup_printf ("class %d", v->unit);
    case GBOX_OBJECTIVE_DIRECTION:
      direction = gbox_visualization_spec_describe_direction (spec);
      return g_strdup_printf ("%s · direction %s", v->layer, direction);
    case GBOX_OBJECTIVE_CHANNEL:
    default:
      return g_strdup_printf ("%s · channel %d", v->layer, v->unit);
    }
}

char *
gbox_visualization_spec_describe (GboxVisualizationSpec *spec)
{
  g_autofree char *unit = describe_unit (spec);

  if (!gbox_visualization_spec_interpolates (spec))
    return g_steal_pointer (&unit);
  return g_strdup_printf ("%s → %s", unit, gbox_visualization_spec_get_values (spec)->interpolate_to);
}
