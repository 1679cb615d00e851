/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes on the way: their text, their order, and what is no change. */
#include <string.h>

#include "base/error.h"
#include "vision/schedule.h"
#include "vision/visualization-spec.h"

static void
assert_text (const GboxSchedule *schedule, const char *expected)
{
  g_autofree char *text = gbox_schedule_to_text (schedule);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_empty (void)
{
  g_autoptr (GboxSchedule) schedule = gbox_schedule_parse ("", NULL);

  g_assert_cmpuint (gbox_schedule_get_length (schedule), ==, 0);
  g_assert_false (gbox_schedule_has_step (schedule, 0));
  assert_text (schedule, "");
}

/* By step; within a step as added, the last of a property counting. */
static void
test_order (void)
{
  g_autoptr (GboxSchedule) schedule = gbox_schedule_new ();

  gbox_schedule_add (schedule, 7, "seed", "1");
  gbox_schedule_add (schedule, 3, "unit", "2");
  gbox_schedule_add (schedule, 7, "unit", "3");
  gbox_schedule_add (schedule, 7, "seed", "4");
  gbox_schedule_add (schedule, 0, "pad", "5");
  assert_text (schedule, "0:pad=5;3:unit=2;7:seed=4;7:unit=3");
  g_assert_true (gbox_schedule_has_step (schedule, 0));
  g_assert_true (gbox_schedule_has_step (schedule, 7));
  g_assert_false (gbox_schedule_has_step (schedule, 5));
  gbox_schedule_keep (schedule, 1, 7);
  assert_text (schedule, "3:unit=2");
}

/* Whatever a value is made of comes back. */
static void
test_values (void)
{
  const char *const values[]
    = { "", "12:1,40:-0.5", "a;b", "100%", "%3B", "/home/zoë/模型; 2=3:4.pth", "\xf0\x9f\xa7\xa0" };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GboxSchedule) schedule = gbox_schedule_new ();
      g_autoptr (GboxSchedule) again = NULL;
      g_autofree char *text = NULL;

      gbox_schedule_add (schedule, 2147483647, "model", values[i]);
      gbox_schedule_add (schedule, 1, "layer", values[i]);
      text = gbox_schedule_to_text (schedule);
      again = gbox_schedule_parse (text, NULL);
      g_test_message ("%s", text);
      g_assert_nonnull (again);
      g_assert_cmpuint (gbox_schedule_get_length (again), ==, 2);
      g_assert_cmpuint (gbox_schedule_get_entry (again, 1)->step, ==, 2147483647);
      g_assert_cmpstr (gbox_schedule_get_entry (again, 0)->property, ==, "layer");
      g_assert_cmpstr (gbox_schedule_get_entry (again, 0)->value, ==, values[i]);
      g_assert_cmpstr (gbox_schedule_get_entry (again, 1)->value, ==, values[i]);
    }
}

static void
test_wrong_texts (void)
{
  const char *const texts[]
    = { ";",        "5",      "5:",     "5:seed", "5:=3",       ":seed=3",           "-1:seed=3",
        "x:seed=3", "5=seed", "5:a=%G", "5:a=%",  "1:seed=1;;", "2147483648:seed=1", " 5:a=1" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", texts[i]);
      g_assert_null (gbox_schedule_parse (texts[i], &error));
      g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_apply (void)
{
  g_autoptr (GboxSchedule) schedule
    = gbox_schedule_parse ("5:unit=3;5:layer=conv2;8:learning-rate=0.5;9:unit=4", NULL);
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);

  g_assert_true (gbox_schedule_apply (schedule, 0, 5, GBOX_SPEC (spec), NULL));
  g_assert_cmpint (values->unit, ==, 0);
  g_assert_true (gbox_schedule_apply (schedule, 5, 6, GBOX_SPEC (spec), NULL));
  g_assert_cmpint (values->unit, ==, 3);
  g_assert_cmpstr (values->layer, ==, "conv2");
  g_assert_cmpfloat (values->learning_rate, ==, 0.05);
  g_assert_true (gbox_schedule_apply (schedule, 0, G_MAXUINT, GBOX_SPEC (spec), NULL));
  g_assert_cmpint (values->unit, ==, 4);
  g_assert_cmpfloat (values->learning_rate, ==, 0.5);
}

/* A spec is refused if anything on its way makes no sense. */
static void
test_validate (void)
{
  static const struct
  {
    const char *schedule;
    const char *text; /* of the error */
  } wrong[] = {
    { "5", "no change on the way" },      { "5:size=64", "“size” cannot change" },
    { "5:basis=pixel", "“basis”" },       { "5:steps=9", "“steps”" },
    { "5:schedule=1:a=b", "“schedule”" }, { "5:checkpoint=a", "“checkpoint”" },
    { "5:colour=red", "“colour”" },       { "5:learning-rate=1000", "after step 5" },
    { "5:at-y=3", "row and its column" }, { "5:objective=direction", "direction" },
  };
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();

  g_object_set (spec, "layer", "4a", "schedule", "5:unit=3;9:objective=neuron;9:at-y=1;9:at-x=2", NULL);
  g_assert_true (gbox_spec_validate (GBOX_SPEC (spec), NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_object_set (spec, "schedule", wrong[i].schedule, NULL);
      g_assert_false (gbox_spec_validate (GBOX_SPEC (spec), &error));
      g_test_message ("%s: %s", wrong[i].schedule, error->message);
      g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, wrong[i].text));
    }
}

static void
test_advance (void)
{
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);

  g_object_set (spec, "schedule", "5:unit=3;9:unit=4", NULL);
  g_assert_true (gbox_visualization_spec_advance (spec, 5, NULL));
  g_assert_cmpint (values->unit, ==, 3);
  g_assert_cmpstr (values->schedule, ==, "9:unit=4");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schedule/empty", test_empty);
  g_test_add_func ("/schedule/order", test_order);
  g_test_add_func ("/schedule/values", test_values);
  g_test_add_func ("/schedule/wrong-texts", test_wrong_texts);
  g_test_add_func ("/schedule/apply", test_apply);
  g_test_add_func ("/schedule/validate", test_validate);
  g_test_add_func ("/schedule/advance", test_advance);
  return g_test_run ();
}
