/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finetuning a tiny model: that it learns, tells what it does and gives the same bits again. */
#include "finetune-testing.h"

#include "learning/finetune-checkpoint.h"
#include "learning/finetune-csv.h"
#include "learning/finetune-warnings.h"
#include "learning/reward.h"
#include "runtime/job-private.h"

#include <math.h>
#include <string.h>

/* What a point says follows from the completions of its step. */
static void
check_point (const Watch *watch, const GboxPoint *point)
{
  g_autoptr (GboxReward) reward = gbox_reward_parse ("characters:ab", NULL);
  double mean = 0, kl = 0, most = -INFINITY, advantages = 0;
  guint n = 0, n_tokens = 0, n_ended = 0;

  for (guint i = 0; i < watch->completions->len; i++)
    {
      const GboxFinetuneCompletion *completion = watch->completions->pdata[i];

      if (completion->phase != GBOX_FINETUNE_TRAINING || completion->step != point->step)
        continue;
      g_assert_cmpfloat (completion->reward, ==, gbox_reward_score (reward, completion->text, NULL));
      g_assert_cmpfloat (completion->kl, >=, 0);
      mean += completion->reward;
      kl += completion->kl;
      advantages += completion->advantage;
      most = MAX (most, completion->reward);
      n_tokens += completion->n_tokens;
      n_ended += completion->is_ended;
      n++;
    }
  g_assert_cmpuint (n, ==, 12);
  g_assert_cmpfloat_with_epsilon (point->values[GBOX_FINETUNE_REWARD_MEAN], mean / n, 1e-9);
  g_assert_cmpfloat (point->values[GBOX_FINETUNE_REWARD_MAX], ==, most);
  g_assert_cmpfloat_with_epsilon (point->values[GBOX_FINETUNE_KL], kl / n, 1e-9);
  g_assert_cmpfloat (point->values[GBOX_FINETUNE_N_TOKENS], ==, n_tokens);
  g_assert_cmpfloat_with_epsilon (point->values[GBOX_FINETUNE_END_RATE], (double) n_ended / n, 1e-9);
  g_assert_cmpfloat (point->values[GBOX_FINETUNE_ENTROPY], >, 0);
  g_assert_cmpfloat (point->values[GBOX_FINETUNE_GRADIENT_NORM], >, 0);
  /* Leave-one-out advantages add up to nothing. */
  g_assert_cmpfloat_with_epsilon (advantages, 0, 1e-9);
}

static void
test_tells (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (2);
  g_autoptr (GboxFinetuneSpec) spec = make_spec ();
  g_auto (Watch) watch = { 0 };
  const GboxPoint *points;

  train (engine, spec, &watch);
  g_assert_cmpuint (watch.points->len, ==, 6);
  g_assert_cmpuint (watch.completions->len, ==, 6 * 12 + 2 * 5);
  g_assert_cmpuint (watch.n_pieces, >, 0);
  points = (const GboxPoint *) (gpointer) watch.points->data;
  for (guint i = 0; i < 6; i++)
    {
      g_assert_cmpuint (points[i].step, ==, i + 1);
      check_point (&watch, &points[i]);
    }
  /* The starting model is none away from itself; the head it has is rounded another way. */
  g_assert_cmpfloat (points[0].values[GBOX_FINETUNE_KL], <, 1e-4);
  g_assert_cmpfloat (points[5].values[GBOX_FINETUNE_KL], >, 1e-3);
  /* The warm-up of three steps. */
  g_assert_cmpfloat_with_epsilon (points[0].values[GBOX_FINETUNE_LEARNING_RATE], 0.02 / 3, 1e-9);
  g_assert_cmpfloat_with_epsilon (points[3].values[GBOX_FINETUNE_LEARNING_RATE], 0.02, 1e-9);
}

static double
mean_reward (const Watch *watch, guint first, guint n)
{
  double sum = 0;

  for (guint i = first; i < first + n; i++)
    sum += g_array_index (watch->points, GboxPoint, i).values[GBOX_FINETUNE_REWARD_MEAN];
  return sum / n;
}

static void
check_learning (GboxTrain what, GboxBaseline baseline, double kl_target)
{
  g_autoptr (GboxEngine) engine = count_make_engine (2);
  g_autoptr (GboxFinetuneSpec) spec = make_spec ();
  g_auto (Watch) watch = { 0 };
  double first, last;

  g_object_set (spec, "steps", 40u, "batch", 64u, "baseline", baseline, "kl-target", kl_target, "train", what,
                NULL);
  train (engine, spec, &watch);
  first = mean_reward (&watch, 0, 2);
  last = mean_reward (&watch, 38, 2);
  g_test_message ("reward %.2f → %.2f, notices: %s", first, last, watch.notices->str);
  g_assert_cmpfloat (last, >, 3 * first);
}

static void
test_learns (void)
{
  check_learning (GBOX_TRAIN_HEAD, GBOX_BASELINE_LEAVE_ONE_OUT, 0);
  check_learning (GBOX_TRAIN_HEAD, GBOX_BASELINE_MOVING, 2);
  check_learning (GBOX_TRAIN_LAST_BLOCK, GBOX_BASELINE_LEAVE_ONE_OUT, 0);
}

static void
test_same_bits (gconstpointer data)
{
  g_autoptr (GboxEngine) one = count_make_engine (1);
  g_autoptr (GboxEngine) three = count_make_engine (3);
  g_autoptr (GboxFinetuneSpec) spec = make_spec ();
  g_auto (Watch) a = { 0 };
  g_auto (Watch) b = { 0 };

  g_object_set (spec, "train", GPOINTER_TO_INT (data), NULL);
  train (one, spec, &a);
  train (three, spec, &b);
  g_assert_cmpuint (a.points->len, ==, b.points->len);
  assert_same_end (&a, &b);
  assert_same_comparison (&a, &b, 5);
}

static void
wait_for_points (const Watch *watch, guint n)
{
  while (watch->points->len < n)
    g_main_context_iteration (NULL, TRUE);
}

/* A pause saves; what is adjusted meanwhile counts from the next step on. */
static void
test_control (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxFinetuneSpec) spec = make_spec ();
  g_autofree char *path = make_temporary_file ("glassbox-XXXXXX.safetensors");
  g_auto (Watch) watch = { 0 };
  g_autoptr (GboxRun) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxFinetuneSpec) saved = NULL;

  g_object_set (spec, "checkpoint", path, "checkpoint-every", 1000u, "steps", 50000u, NULL);
  run = start (engine, spec, &watch);
  wait_for_points (&watch, 2);
  gbox_run_pause (run);
  while (gbox_run_get_state (run) != GBOX_RUN_PAUSED)
    g_main_context_iteration (NULL, TRUE);
  saved = gbox_finetune_checkpoint_load_spec (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (gbox_finetune_spec_get_values (saved)->prompt, ==, "some words");
  g_object_set (spec, "learning-rate", 0.001, "kl", 0.5, "temperature", 0.8, "steps", watch.points->len + 3,
                NULL);
  g_assert_true (gbox_run_adjust (run, GBOX_SPEC (spec), &error));
  g_assert_no_error (error);
  gbox_run_resume (run);
  finish (run);
  {
    const GboxPoint *last = &g_array_index (watch.points, GboxPoint, watch.points->len - 1);

    g_assert_cmpfloat_with_epsilon (last->values[GBOX_FINETUNE_LEARNING_RATE], 0.001, 1e-12);
    g_assert_cmpfloat (last->values[GBOX_FINETUNE_COEFFICIENT], ==, 0.5);
  }
  g_object_set (spec, "batch", 3u, NULL);
  g_assert_false (gbox_run_adjust (run, GBOX_SPEC (spec), NULL));
  g_remove (path);
}

/* A change while the completions to compare are written ends nothing before they are. */
static void
test_late_change (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GboxModelStore) store = gbox_model_store_new (&error);
  g_autoptr (GboxFinetuneSpec) spec = make_spec ();
  g_autoptr (GboxJob) job = NULL;
  GboxStepResult result = GBOX_STEP_CONTINUE;

  g_assert_no_error (error);
  g_object_set (spec, "steps", 1u, NULL);
  job = gbox_finetune_job_new (spec);
  g_assert_true (gbox_job_start (job, &(GboxJobContext){ team, store }, &error));
  g_object_set (spec, "learning-rate", 0.001, NULL);
  while (result == GBOX_STEP_CONTINUE)
    {
      result = gbox_job_step (job, &error);
      g_assert_true (gbox_job_adjust (job, GBOX_SPEC (spec), &error));
      g_assert_cmpint (gbox_job_has_steps_left (job), ==, result == GBOX_STEP_CONTINUE);
    }
  g_assert_cmpint (result, ==, GBOX_STEP_FINISHED);
  g_object_set (spec, "steps", 2u, NULL);
  g_assert_true (gbox_job_adjust (job, GBOX_SPEC (spec), &error));
  g_assert_true (gbox_job_has_steps_left (job));
}

/* All get the same reward. */
static void
test_no_signal (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxFinetuneSpec) spec = make_spec ();
  g_auto (Watch) watch = { 0 };

  g_object_set (spec, "reward", "characters:\u2603", "steps", 3u, NULL);
  train (engine, spec, &watch);
  g_assert_cmpstr (watch.notices->str, ==, "no-signal ");
  g_assert_cmpfloat (g_array_index (watch.points, GboxPoint, 2).values[GBOX_FINETUNE_NO_SIGNAL], ==, 1);
}

/* Told once when it begins, and that it is over after some steps without it: short texts often all get the
 * same. */
static void
test_warning_ends (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxFinetuneSpec) spec = make_spec ();
  g_autoptr (GString) expected = g_string_new (NULL);
  g_auto (Watch) watch = { 0 };
  guint n_calm = 0, n_begun = 0, n_told = 0;
  gboolean was = FALSE, is_given = FALSE;

  g_object_set (spec, "length", 3u, "steps", 150u, "learning-rate", 0.0, NULL);
  train (engine, spec, &watch);
  for (guint i = 0; i < watch.points->len; i++)
    {
      const gboolean is = g_array_index (watch.points, GboxPoint, i).values[GBOX_FINETUNE_NO_SIGNAL] >= 1;

      n_calm = is ? 0 : n_calm + 1;
      n_begun += is && !was;
      if (is_given ? n_calm == GBOX_FINETUNE_CALM_STEPS : is)
        {
          is_given = is;
          n_told += is;
          g_string_append (expected, is ? "no-signal " : "-no-signal ");
        }
      was = is;
    }
  g_test_message ("%u times, told: %s", n_begun, expected->str);
  g_assert_cmpstr (watch.notices->str, ==, expected->str);
  g_assert_nonnull (strstr (expected->str, "-no-signal no-signal "));
  g_assert_cmpuint (n_begun, >, 2 * n_told);
}

static void
assert_fails (const char *property, const char *value, const char *word)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxFinetuneSpec) spec = make_spec ();
  g_auto (Watch) watch = { 0 };
  g_autoptr (GboxRun) run = NULL;

  g_object_set (spec, property, value, NULL);
  run = start (engine, spec, &watch);
  while (!gbox_run_is_final (run))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_FAILED);
  g_test_message ("%s", gbox_run_get_error (run)->message);
  g_assert_nonnull (strstr (gbox_run_get_error (run)->message, word));
}

static void
test_refused (void)
{
  g_autofree char *other = g_test_build_filename (G_TEST_DIST, "fixtures", "small.safetensors", NULL);

  assert_fails ("model", "/nowhere/model.gguf", "nowhere");
  assert_fails ("reward", "applause", "applause");
  assert_fails ("checkpoint", "/tmp/x.png", ".safetensors");
  assert_fails ("resume", "/nowhere/x.safetensors", "nowhere");
  assert_fails ("resume", other, "no checkpoint");
  assert_fails ("prompt", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "Shorten");
}

/* Quotes are doubled, and a text may have lines. */
static void
test_csv (void)
{
  const GboxFinetuneCompletion completion = { .phase = GBOX_FINETUNE_TRAINING,
                                              .step = 3,
                                              .sequence = 1,
                                              .n_tokens = 7,
                                              .reward = 0.5,
                                              .advantage = -0.25,
                                              .text = (char *) "say \"a, b\"\nend" };
  g_autoptr (GString) csv = g_string_new (NULL);

  gbox_finetune_csv_add_completion (csv, &completion);
  g_assert_cmpstr (csv->str, ==, "training,3,1,7,0,0.5,-0.25,0,\"say \"\"a, b\"\"\nend\"\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/finetune/tells", test_tells);
  g_test_add_func ("/finetune/learns", test_learns);
  g_test_add_data_func ("/finetune/same-bits/head", GINT_TO_POINTER (GBOX_TRAIN_HEAD), test_same_bits);
  g_test_add_data_func ("/finetune/same-bits/last-block", GINT_TO_POINTER (GBOX_TRAIN_LAST_BLOCK),
                        test_same_bits);
  g_test_add_func ("/finetune/control", test_control);
  g_test_add_func ("/finetune/late-change", test_late_change);
  g_test_add_func ("/finetune/no-signal", test_no_signal);
  g_test_add_func ("/finetune/warning-ends", test_warning_ends);
  g_test_add_func ("/finetune/csv", test_csv);
  g_test_add_func ("/finetune/refused", test_refused);
  return g_test_run ();
}
