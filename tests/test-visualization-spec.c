/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parameters of a visualization: defaults, ranges, texts, presets, checks, JSON. */
#include <string.h>

#include "base/error.h"
#include "runtime/job.h"
#include "vision/direction.h"
#include "vision/visualization-spec.h"

static GParamSpec **
list (guint *n)
{
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();

  return g_object_class_list_properties (G_OBJECT_GET_CLASS (spec), n);
}

static void
test_defaults (void)
{
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();
  const GboxVisualizationValues *v = gbox_visualization_spec_get_values (spec);

  g_assert_cmpstr (v->model, ==, "");
  g_assert_cmpint (v->objective, ==, GBOX_OBJECTIVE_CHANNEL);
  g_assert_cmpstr (v->layer, ==, "");
  g_assert_cmpint (v->unit, ==, 0);
  g_assert_cmpint (v->at_y, ==, -1);
  g_assert_cmpint (v->at_x, ==, -1);
  g_assert_cmpstr (v->direction, ==, "");
  g_assert_cmpfloat (v->cosine_power, ==, 0.0);
  g_assert_cmpint (v->basis, ==, GBOX_BASIS_FOURIER);
  g_assert_cmpint (v->size, ==, 224);
  g_assert_cmpuint (v->steps, ==, 512);
  g_assert_cmpfloat (v->learning_rate, ==, 0.05);
  g_assert_cmpuint (v->seed, ==, 0);
  g_assert_cmpfloat (v->decay_power, ==, 1.0);
  g_assert_true (v->decorrelate && v->transforms && v->redirect);
  g_assert_cmpint (v->pad, ==, 12);
  g_assert_cmpint (v->jitter, ==, 8);
  g_assert_cmpfloat (v->scale, ==, 0.1);
  g_assert_cmpfloat (v->rotate, ==, 10.0);
  g_assert_cmpint (v->final_jitter, ==, 4);
  g_assert_cmpstr (v->checkpoint, ==, "");
}

/* Tooltips and --help come from them. */
static void
test_texts (void)
{
  guint n;
  g_autofree GParamSpec **pspecs = list (&n);

  g_assert_cmpuint (n, ==, 37);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpuint (strlen (g_param_spec_get_nick (pspecs[i])), >=, 3);
      g_assert_cmpuint (strlen (g_param_spec_get_blurb (pspecs[i])), >=, 20);
      g_assert_cmpstr (g_param_spec_get_nick (pspecs[i]), !=, g_param_spec_get_name (pspecs[i]));
      g_assert_true ((pspecs[i]->flags & G_PARAM_READWRITE) == G_PARAM_READWRITE);
    }
}

static void
test_live (void)
{
  const char *const live[] = {
    "steps", "learning-rate", "transforms", "jitter",          "scale", "rotate",           "final-jitter",
    "l1",    "crop",          "noise",      "total-variation", "blur",  "diversity-weight", NULL
  };
  guint n;
  g_autofree GParamSpec **pspecs = list (&n);

  for (guint i = 0; i < n; i++)
    g_assert_cmpint ((pspecs[i]->flags & GBOX_PARAM_LIVE) != 0, ==, g_strv_contains (live, pspecs[i]->name));
}

/* Sets each property through GObject and reads it back: none shares another's field. */
static void
test_round_trip (void)
{
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();
  g_autoptr (GboxSpec) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  g_object_set (spec, "model", "a “model”.pth", "objective", GBOX_OBJECTIVE_NEURON, "layer", "4a", "unit", 11,
                "at-y", 2, "at-x", 3, "direction", "1:2", "cosine-power", 1.5, "basis", GBOX_BASIS_PIXEL,
                "size", 128, "steps", 77u, "learning-rate", 0.1, "seed", 4000000000u, "decay-power", 0.75,
                "decorrelate", FALSE, "transforms", FALSE, "pad", 1, NULL);
  g_object_set (spec, "jitter", 5, "scale", 0.25, "rotate", 45.0, "final-jitter", 6, "redirect", FALSE,
                "checkpoint", "c", NULL);
  json = gbox_spec_to_json (GBOX_SPEC (spec));
  again = gbox_spec_new_from_json (GBOX_TYPE_VISUALIZATION_SPEC, json, &error);
  g_assert_no_error (error);
  g_assert_true (gbox_spec_equal (GBOX_SPEC (spec), again));

  const GboxVisualizationValues *v = gbox_visualization_spec_get_values (GBOX_VISUALIZATION_SPEC (again));

  g_assert_cmpstr (v->model, ==, "a “model”.pth");
  g_assert_cmpint (v->at_y * 10 + v->at_x, ==, 23);
  g_assert_cmpuint (v->seed, ==, 4000000000u);
  g_assert_cmpfloat (v->decay_power, ==, 0.75);
  g_assert_cmpint (v->pad * 100 + v->jitter * 10 + v->final_jitter, ==, 156);
  g_assert_cmpfloat (v->rotate, ==, 45.0);
  g_assert_cmpstr (v->checkpoint, ==, "c");
}

static void
test_null_strings (void)
{
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();

  g_object_set (spec, "model", NULL, "layer", NULL, "direction", NULL, "checkpoint", NULL, NULL);
  g_assert_cmpstr (gbox_visualization_spec_get_values (spec)->layer, ==, "");
  g_assert_cmpstr (gbox_visualization_spec_get_values (spec)->checkpoint, ==, "");
}

static void
assert_invalid (GboxVisualizationSpec *spec, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (gbox_spec_validate (GBOX_SPEC (spec), &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, text));
}

static void
assert_valid (GboxVisualizationSpec *spec)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (gbox_spec_validate (GBOX_SPEC (spec), &error));
  g_assert_no_error (error);
}

static void
test_validate (void)
{
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();

  assert_invalid (spec, "layer");
  g_object_set (spec, "objective", GBOX_OBJECTIVE_CLASS, NULL);
  assert_valid (spec);
  g_object_set (spec, "objective", GBOX_OBJECTIVE_NEURON, "layer", "4a", NULL);
  assert_valid (spec);
  g_object_set (spec, "at-y", 3, NULL);
  assert_invalid (spec, "at-x");
  g_object_set (spec, "at-x", 0, NULL);
  assert_valid (spec);
  g_object_set (spec, "objective", GBOX_OBJECTIVE_DIRECTION, NULL);
  assert_invalid (spec, "12:1");
  g_object_set (spec, "direction", " 3 : 1.5, 4:-2 ,5", NULL);
  assert_valid (spec);
}

/* From a unit to another one, not to itself. */
static void
test_interpolation (void)
{
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();

  g_object_set (spec, "layer", "4a", "unit", 3, "interpolate-to", "4a:3", NULL);
  assert_invalid (spec, "itself");
  g_object_set (spec, "interpolate-to", "4a:4", NULL);
  assert_valid (spec);
  g_object_set (spec, "interpolate-to", "4b:3", NULL);
  assert_valid (spec);
  g_object_set (spec, "objective", GBOX_OBJECTIVE_CLASS, "interpolate-to", "class:3", NULL);
  assert_invalid (spec, "itself");
  g_object_set (spec, "interpolate-to", "class:4", NULL);
  assert_valid (spec);
}

static void
test_directions (void)
{
  const char *const wrong[]
    = { "", ",", "1:", ":1", "1:2:3", "1:0", "1:nan", "1:1e9", "-1:1", "1:1,1:2", "x", "1;2", "1:1," };
  g_autoptr (GArray) terms = gbox_direction_parse (" 3 : 1.5, 4:-2 ,5", NULL);

  g_assert_nonnull (terms);
  g_assert_cmpuint (terms->len, ==, 3);
  g_assert_cmpint (g_array_index (terms, GboxDirectionTerm, 0).channel, ==, 3);
  g_assert_cmpfloat (g_array_index (terms, GboxDirectionTerm, 0).weight, ==, 1.5);
  g_assert_cmpfloat (g_array_index (terms, GboxDirectionTerm, 1).weight, ==, -2.0);
  g_assert_cmpfloat (g_array_index (terms, GboxDirectionTerm, 2).weight, ==, 1.0);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gbox_direction_parse (wrong[i], &error));
      g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_presets (void)
{
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();
  g_autoptr (GboxSpec) before = NULL;
  const GboxVisualizationValues *v = gbox_visualization_spec_get_values (spec);

  g_object_set (spec, "layer", "4b", "unit", 100, "seed", 3u, NULL);
  before = gbox_spec_copy (GBOX_SPEC (spec));
  for (const char *const *preset = gbox_visualization_spec_get_presets (); *preset != NULL; preset++)
    g_assert_true (gbox_visualization_spec_apply_preset (spec, *preset));
  g_assert_true (gbox_visualization_spec_apply_preset (spec, "naive"));
  g_assert_cmpint (v->basis, ==, GBOX_BASIS_PIXEL);
  g_assert_false (v->decorrelate || v->transforms);
  g_assert_cmpuint (v->steps, ==, 1000);
  g_assert_cmpint (v->unit, ==, 100);
  g_assert_true (gbox_visualization_spec_apply_preset (spec, "fourier"));
  g_assert_cmpint (v->basis, ==, GBOX_BASIS_FOURIER);
  g_assert_cmpuint (v->steps, ==, 2000);
  g_assert_true (gbox_visualization_spec_apply_preset (spec, "maco"));
  g_assert_cmpint (v->basis, ==, GBOX_BASIS_MACO);
  g_assert_true (v->transforms && v->noise > 0.0 && v->crop < 1.0);
  g_assert_false (gbox_visualization_spec_apply_preset (spec, "no-such"));
  g_assert_true (gbox_visualization_spec_apply_preset (spec, "default"));
  g_assert_true (gbox_spec_equal (GBOX_SPEC (spec), before));
}

static void
test_adjust (void)
{
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();
  g_autoptr (GboxVisualizationSpec) from = gbox_visualization_spec_new ();
  const GboxVisualizationValues *v = gbox_visualization_spec_get_values (spec);

  g_object_set (from, "steps", 9u, "learning-rate", 0.5, "unit", 4, "size", 100, "jitter", 2, NULL);
  gbox_visualization_spec_adjust (spec, from);
  g_assert_cmpuint (v->steps, ==, 9);
  g_assert_cmpfloat (v->learning_rate, ==, 0.5);
  g_assert_cmpint (v->jitter, ==, 2);
  g_assert_cmpint (v->unit, ==, 0);
  g_assert_cmpint (v->size, ==, 224);
}

static void
assert_described (GboxVisualizationSpec *spec, const char *expected)
{
  g_autofree char *text = gbox_visualization_spec_describe (spec);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_describe (void)
{
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();

  g_object_set (spec, "layer", "4b", "unit", 100, "direction", "1:2", NULL);
  assert_described (spec, "4b · channel 100");
  g_object_set (spec, "objective", GBOX_OBJECTIVE_NEURON, NULL);
  assert_described (spec, "4b · neuron 100");
  g_object_set (spec, "at-y", 3, "at-x", 5, NULL);
  assert_described (spec, "4b · neuron 100 at 3, 5");
  g_object_set (spec, "objective", GBOX_OBJECTIVE_LAYER, NULL);
  assert_described (spec, "4b · whole layer");
  g_object_set (spec, "objective", GBOX_OBJECTIVE_DIRECTION, NULL);
  assert_described (spec, "4b · direction 1:2");
  g_object_set (spec, "objective", GBOX_OBJECTIVE_CLASS, "unit", 488, NULL);
  assert_described (spec, "class 488");
}

static void
test_create_job (void)
{
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();
  g_autoptr (GboxJob) job = GBOX_SPEC_GET_CLASS (spec)->create_job (GBOX_SPEC (spec));

  g_assert_true (GBOX_IS_JOB (job));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/visualization-spec/defaults", test_defaults);
  g_test_add_func ("/visualization-spec/texts", test_texts);
  g_test_add_func ("/visualization-spec/live", test_live);
  g_test_add_func ("/visualization-spec/round-trip", test_round_trip);
  g_test_add_func ("/visualization-spec/null-strings", test_null_strings);
  g_test_add_func ("/visualization-spec/validate", test_validate);
  g_test_add_func ("/visualization-spec/interpolation", test_interpolation);
  g_test_add_func ("/visualization-spec/directions", test_directions);
  g_test_add_func ("/visualization-spec/presets", test_presets);
  g_test_add_func ("/visualization-spec/adjust", test_adjust);
  g_test_add_func ("/visualization-spec/describe", test_describe);
  g_test_add_func ("/visualization-spec/create-job", test_create_job);
  return g_test_run ();
}
