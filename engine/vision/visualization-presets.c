/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ways of making a picture that have a name. */
#include "vision/visualization-spec.h"

/* Of Fel et al. 2023 the noise. Their crops, of a picture larger than what the network sees, begin at half of
 * it and end at a twentieth; of one that is no larger, a quarter is as much enlarged. Each view draws its own
 * size, so that a picture does not depend on how many steps were meant. Of views they take 32 a step, which
 * takes as long as all of them: after 192 steps with 1, 2 and 4 the picture of InceptionV1's 4a:476 at 128
 * pixels answers with 335, 382 and 412, so that what the next ones add is less than what they cost on two
 * cores. */
#define MACO_CROP  0.25
#define MACO_NOISE 0.08
#define MACO_VIEWS 4

static const char *const presets[] = { "naive", "fourier", "default", "maco", NULL };

const char *const *
gbox_visualization_spec_get_presets (void)
{
  return presets;
}

/* What is left out is as it was: a preset without transforms says nothing of how strong they would be. */
static const struct
{
  GboxBasis basis;
  guint steps;
  gboolean decorrelate;
  gboolean transforms;
} preset_values[] = {
  { GBOX_BASIS_PIXEL, 1000, FALSE, FALSE },
  { GBOX_BASIS_FOURIER, 2000, FALSE, FALSE },
  { GBOX_BASIS_FOURIER, 512, TRUE, TRUE },
  { GBOX_BASIS_MACO, 512, TRUE, TRUE },
};
G_STATIC_ASSERT (G_N_ELEMENTS (preset_values) + 1 == G_N_ELEMENTS (presets));

gboolean
gbox_visualization_spec_apply_preset (GboxVisualizationSpec *spec, const char *preset)
{
  guint i = 0;

  while (presets[i] != NULL && g_strcmp0 (presets[i], preset) != 0)
    i++;
  if (presets[i] == NULL)
    return FALSE;
  g_object_set (spec, "basis", preset_values[i].basis, "decorrelate", preset_values[i].decorrelate,
                "transforms", preset_values[i].transforms, "steps", preset_values[i].steps, "learning-rate",
                0.05, "decay-power", 1.0, "crop", 1.0, "noise", 0.0, "views", 1, "l1", 0.0, "total-variation",
                0.0, "blur", 0.0, NULL);
  if (preset_values[i].basis == GBOX_BASIS_MACO)
    g_object_set (spec, "pad", 0, "jitter", 0, "scale", 0.0, "rotate", 0.0, "final-jitter", 0, "crop",
                  MACO_CROP, "noise", MACO_NOISE, "views", MACO_VIEWS, "redirect", TRUE, NULL);
  else if (preset_values[i].transforms)
    g_object_set (spec, "pad", 12, "jitter", 8, "scale", 0.1, "rotate", 10.0, "final-jitter", 4, "redirect",
                  TRUE, NULL);
  return TRUE;
}
