/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which flags of “visualize” go together, and what they replace. */
#include "visualize-flags.h"

#include <string.h>

#include "base/error.h"
#include "vision/schedule.h"

#define MAX_OTHERS  3
#define CLASS_LAYER "class"

/* Flags that say the same thing twice. */
static const struct
{
  const char *flag;
  const char *others[MAX_OTHERS + 1];
  const char *problem;
} exclusive[] = {
  { "--class",
    { "--layer", "--unit" },
    "--class says all: leave out --layer and --unit, or leave out --class." },
  { "--direction-from",
    { "--class", "--unit", "--at" },
    "--direction-from says all but the layer: leave out --class, --unit and --at." },
  { "--direction",
    { "--class", "--unit", "--at" },
    "--direction says all but the layer: leave out --class, --unit and --at." },
  { "--direction-from",
    { "--direction" },
    "--direction-from and --direction both say the direction: leave out one of them." },
};

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, message);
  return FALSE;
}

gboolean
visualize_flags_has (const VisualizeFlags *flags, const char *flag)
{
  const gsize n = strlen (flag);

  for (char **word = flags->argv; *word != NULL; word++)
    if (g_str_has_prefix (*word, flag) && ((*word)[n] == '\0' || (*word)[n] == '='))
      return TRUE;
  return FALSE;
}

static gboolean
check_exclusive (const VisualizeFlags *flags, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (exclusive); i++)
    for (guint k = 0; visualize_flags_has (flags, exclusive[i].flag) && exclusive[i].others[k] != NULL; k++)
      if (visualize_flags_has (flags, exclusive[i].others[k]))
        return refuse (error, exclusive[i].problem);
  return TRUE;
}

gboolean
visualize_flags_check (const VisualizeFlags *flags, GboxVisualizationSpec *alone, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (alone);
  const gboolean has_class = visualize_flags_has (flags, "--class");
  const gboolean needs_unit
    = (values->objective == GBOX_OBJECTIVE_CHANNEL || values->objective == GBOX_OBJECTIVE_NEURON)
      && values->direction_from[0] == '\0' && values->direction[0] == '\0';

  if (flags->words[1] != NULL)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "“%s” is one word too many.",
                 flags->words[1]);
  else if (!check_exclusive (flags, error))
    return FALSE;
  else if (has_class && visualize_flags_has (flags, "--objective")
           && values->objective != GBOX_OBJECTIVE_CLASS)
    return refuse (error, "--class is an objective itself: leave out --objective, or leave out --class.");
  else if (has_class && flags->class_id < 0)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "--class counts from 0, %d is no class.",
                 flags->class_id);
  else if (visualize_flags_has (flags, "--more")
           && (flags->from == NULL || flags->more < 1 || visualize_flags_has (flags, "--steps")))
    return refuse (error, "--more says how many steps, at least 1, to go on with --from; without that, say "
                          "--steps.");
  else if (flags->from == NULL && visualize_flags_has (flags, "--layer") && needs_unit
           && !visualize_flags_has (flags, "--unit"))
    return refuse (error, "say which unit of the layer with --unit, or take it whole with --objective "
                          "layer.");
  else
    return TRUE;
  return FALSE;
}

void
visualize_flags_choose_objective (const VisualizeFlags *flags, GboxVisualizationSpec *spec)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);
  const gboolean is_about_units
    = values->objective != GBOX_OBJECTIVE_LAYER && values->objective != GBOX_OBJECTIVE_DIRECTION;

  if (visualize_flags_has (flags, "--direction") || visualize_flags_has (flags, "--direction-from"))
    g_object_set (spec, "objective", GBOX_OBJECTIVE_DIRECTION, NULL);
  else if (visualize_flags_has (flags, "--objective"))
    return;
  else if (visualize_flags_has (flags, "--unit") && !is_about_units)
    g_object_set (spec, "objective", GBOX_OBJECTIVE_CHANNEL, NULL);
  else if (visualize_flags_has (flags, "--layer") && values->objective == GBOX_OBJECTIVE_CLASS
           && !g_str_equal (values->layer, CLASS_LAYER))
    g_object_set (spec, "objective", GBOX_OBJECTIVE_CHANNEL, NULL);
}

gboolean
visualize_flags_check_use (const VisualizeFlags *flags, GboxVisualizationSpec *spec, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);
  const gboolean is_neuron = values->objective == GBOX_OBJECTIVE_NEURON;
  const gboolean is_maco = values->basis == GBOX_BASIS_MACO;

  if (visualize_flags_has (flags, "--diversity-weight") && values->diversity < 2)
    return refuse (error, "--diversity-weight counts only between several pictures: say how many with "
                          "--diversity.");
  if (visualize_flags_has (flags, "--interpolate-steps") && !gbox_visualization_spec_interpolates (spec))
    return refuse (error, "--interpolate-steps is how long a row is: say where it leads with "
                          "--interpolate-to.");
  if (visualize_flags_has (flags, "--cosine-power") && values->objective != GBOX_OBJECTIVE_DIRECTION)
    return refuse (error, "--cosine-power counts only for a direction: say which with --direction.");
  if (visualize_flags_has (flags, "--start") && values->checkpoint[0] != '\0')
    return refuse (error, "A checkpoint goes on with the picture it holds: leave out --start.");
  if (visualize_flags_has (flags, "--start-digest") && values->start[0] == '\0')
    return refuse (error, "--start-digest is of the file to start from: say which with --start.");
  if ((visualize_flags_has (flags, "--at-y") || visualize_flags_has (flags, "--at-x")) && !is_neuron)
    return refuse (error, "--at-y and --at-x are of a neuron: say --at Y,X, which makes it one.");
  if (visualize_flags_has (flags, "--spectrum") && !is_maco)
    return refuse (error, "--spectrum counts only for the MACO basis: say --preset maco or --basis maco.");
  if (visualize_flags_has (flags, "--fade") && !is_maco)
    return refuse (error, "--fade counts only for the MACO basis: say --preset maco or --basis maco.");
  return TRUE;
}

static void
tell_replaced (GboxVisualizationSpec *recipe, guint n_done, GboxVisualizationSpec *spec)
{
  g_autofree char *before = gbox_visualization_spec_describe (recipe);
  g_autofree char *now = gbox_visualization_spec_describe (spec);

  if (g_str_equal (before, now))
    return;
  if (n_done > 0)
    g_printerr ("Until step %u it is %s, and from there on %s.\n", n_done, before, now);
  else
    g_printerr ("Made as %s was, but of %s.\n", before, now);
}

/* A change after a step is made before the next one. */
static void
tell_unreached (GboxVisualizationSpec *spec)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);
  g_autoptr (GboxSchedule) schedule = gbox_schedule_parse (values->schedule, NULL);

  for (guint i = 0; schedule != NULL && i < gbox_schedule_get_length (schedule); i++)
    {
      const GboxScheduleEntry *entry = gbox_schedule_get_entry (schedule, i);

      if (entry->step < values->steps)
        continue;
      g_printerr ("What is scheduled for after step %u is not come to: the last step is %u.\n", entry->step,
                  values->steps);
      return;
    }
}

void
visualize_flags_tell (const VisualizeFlags *flags,
                      GboxVisualizationSpec *recipe,
                      guint n_done,
                      GboxVisualizationSpec *spec)
{
  if (recipe != NULL)
    tell_replaced (recipe, n_done, spec);
  if (visualize_flags_has (flags, "--schedule") || visualize_flags_has (flags, "--steps"))
    tell_unreached (spec);
}
