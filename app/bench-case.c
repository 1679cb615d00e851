/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What “bench vision” times. */
#include "bench-case.h"

#include <string.h>

#include "base/error.h"

#define INCEPTION    "inceptionv1"
#define EFFICIENTNET "efficientnet-lite0"

/* Only what a unit depends on is computed. So that what is said holds for all of a layer's units, these are
 * of the dearest branch of their module: for channels that is the 3×3, for neurons the 5×5, which sees most.
 */
#define UNIT      11 /* where there are no branches */
#define UNIT_3B   150
#define UNIT_4A   250
#define NEURON_4A 420
#define UNIT_4E   400
#define CHAIN     488 /* a class */

const int bench_sizes[BENCH_N_SIZES] = { 128, 224, 512, 1024 };

static const BenchCase cases[] = {
  { INCEPTION, "conv2@224", BENCH_STEP, "conv2", GBOX_OBJECTIVE_CHANNEL, UNIT, 224, 0, FALSE, FALSE },
  { INCEPTION, "3b@224", BENCH_STEP, "3b", GBOX_OBJECTIVE_CHANNEL, UNIT_3B, 224, 0, FALSE, FALSE },
  { INCEPTION, "4a@224", BENCH_STEP, "4a", GBOX_OBJECTIVE_CHANNEL, UNIT_4A, 224, 0, TRUE, TRUE },
  { INCEPTION, "4a-neuron@224", BENCH_STEP, "4a", GBOX_OBJECTIVE_NEURON, NEURON_4A, 224, 0, FALSE, FALSE },
  { INCEPTION, "4e@224", BENCH_STEP, "4e", GBOX_OBJECTIVE_CHANNEL, UNIT_4E, 224, 0, FALSE, FALSE },
  { INCEPTION, "class@224", BENCH_STEP, "class", GBOX_OBJECTIVE_CLASS, CHAIN, 224, 0, FALSE, FALSE },
  { INCEPTION, "conv2@128", BENCH_STEP, "conv2", GBOX_OBJECTIVE_CHANNEL, UNIT, 128, 0, FALSE, FALSE },
  { INCEPTION, "3b@128", BENCH_STEP, "3b", GBOX_OBJECTIVE_CHANNEL, UNIT_3B, 128, 0, FALSE, FALSE },
  { INCEPTION, "4a@128", BENCH_STEP, "4a", GBOX_OBJECTIVE_CHANNEL, UNIT_4A, 128, 0, FALSE, FALSE },
  { INCEPTION, "4a-neuron@128", BENCH_STEP, "4a", GBOX_OBJECTIVE_NEURON, NEURON_4A, 128, 0, FALSE, FALSE },
  { INCEPTION, "4e@128", BENCH_STEP, "4e", GBOX_OBJECTIVE_CHANNEL, UNIT_4E, 128, 0, FALSE, FALSE },
  { INCEPTION, "class@128", BENCH_STEP, "class", GBOX_OBJECTIVE_CLASS, CHAIN, 128, 0, FALSE, FALSE },
  { INCEPTION, "classify-one", BENCH_CLASSIFY, "class", GBOX_OBJECTIVE_CLASS, 0, 224, 1, FALSE, FALSE },
  { INCEPTION, "classify-16", BENCH_CLASSIFY, "class", GBOX_OBJECTIVE_CLASS, 0, 224, 16, FALSE, FALSE },
  { INCEPTION, "threads", BENCH_THREADS, "4a", GBOX_OBJECTIVE_CHANNEL, UNIT_4A, 224, 0, FALSE, FALSE },
  { INCEPTION, "pixels", BENCH_PIXELS, "4a", GBOX_OBJECTIVE_CHANNEL, UNIT_4A, 0, 0, FALSE, FALSE },
  { EFFICIENTNET, "block8@224", BENCH_STEP, "block8", GBOX_OBJECTIVE_CHANNEL, UNIT, 224, 0, FALSE, TRUE },
  { EFFICIENTNET, "class@224", BENCH_STEP, "class", GBOX_OBJECTIVE_CLASS, CHAIN, 224, 0, FALSE, FALSE },
  { EFFICIENTNET, "block8@128", BENCH_STEP, "block8", GBOX_OBJECTIVE_CHANNEL, UNIT, 128, 0, FALSE, FALSE },
  { EFFICIENTNET, "class@128", BENCH_STEP, "class", GBOX_OBJECTIVE_CLASS, CHAIN, 128, 0, FALSE, FALSE },
  { EFFICIENTNET, "classify-one", BENCH_CLASSIFY, "class", GBOX_OBJECTIVE_CLASS, 0, 224, 1, FALSE, FALSE },
  { EFFICIENTNET, "classify-16", BENCH_CLASSIFY, "class", GBOX_OBJECTIVE_CLASS, 0, 224, 16, FALSE, FALSE },
  { EFFICIENTNET, "threads", BENCH_THREADS, "block8", GBOX_OBJECTIVE_CHANNEL, UNIT, 224, 0, FALSE, FALSE },
  { EFFICIENTNET, "pixels", BENCH_PIXELS, "block8", GBOX_OBJECTIVE_CHANNEL, UNIT, 0, 0, FALSE, FALSE },
};

guint
bench_get_n_cases (void)
{
  return G_N_ELEMENTS (cases);
}

const BenchCase *
bench_get_case (guint i)
{
  g_return_val_if_fail (i < G_N_ELEMENTS (cases), NULL);

  return &cases[i];
}

char *
bench_case_get_full_name (const BenchCase *self)
{
  return g_strconcat (self->model, "/", self->name, NULL);
}

gboolean
bench_case_is_wanted (const BenchCase *self, char **only)
{
  g_autofree char *name = bench_case_get_full_name (self);

  if (only == NULL)
    return TRUE;
  for (; *only != NULL; only++)
    if (strstr (name, *only) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
is_in_a_name (const char *part)
{
  char *const only[] = { (char *) part, NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    if (bench_case_is_wanted (&cases[i], (char **) only))
      return TRUE;
  return FALSE;
}

gboolean
bench_check_names (char **only, GError **error)
{
  g_autoptr (GString) names = NULL;

  for (; only != NULL && *only != NULL; only++)
    if (!is_in_a_name (*only))
      break;
  if (only == NULL || *only == NULL)
    return TRUE;
  names = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_string_append_printf (names, "%s%s/%s", i > 0 ? ", " : "", cases[i].model, cases[i].name);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "nothing timed is called “%s”; there is %s.",
               *only, names->str);
  return FALSE;
}

GboxVisualizationSpec *
bench_case_make_spec (const BenchCase *self, int size)
{
  GboxVisualizationSpec *spec = gbox_visualization_spec_new ();

  g_object_set (spec, "layer", self->layer, "objective", self->objective, "unit", self->unit, "size",
                size != 0 ? size : self->size, NULL);
  return spec;
}
