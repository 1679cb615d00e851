/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Completions that are written together: those that begin alike are computed once, and are what they are
 * alone. */
#include "learning/rollout.h"

#include "learning/trainee.h"
#include "models/language-model.h"

#define N_SEQUENCES 16
#define LENGTH      7
#define TEMPERATURE 0.3 /* few texts are likely, so that many begin alike */

typedef struct
{
  GboxTeam *team;
  GboxLanguageModel *model;
  GboxRollout *rollout;
  GboxTrainee *trainee;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "transformer-llama.gguf", NULL);
  g_autoptr (GError) error = NULL;

  f->team = gbox_team_new (2);
  f->model = gbox_language_model_load (path, &error);
  g_assert_no_error (error);
  f->rollout
    = gbox_rollout_new (f->model, f->team, GBOX_PRECISION_INT8, "some words", N_SEQUENCES, LENGTH, &error);
  g_assert_no_error (error);
  f->trainee = gbox_trainee_new (GBOX_TRAIN_HEAD, f->model, f->team, gbox_rollout_get_n_prompt (f->rollout),
                                 N_SEQUENCES, LENGTH, &error);
  g_assert_no_error (error);
  while (!gbox_rollout_read_prompt (f->rollout))
    ;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gbox_trainee_free (f->trainee);
  gbox_rollout_free (f->rollout);
  gbox_language_model_unref (f->model);
  gbox_team_free (f->team);
}

static void
write_completions (Fixture *f, guint n)
{
  GboxRolloutResult result;

  gbox_rollout_begin (f->rollout, gbox_trainee_get_policy (f->trainee), gbox_trainee_get_block (f->trainee),
                      n, TEMPERATURE, 1, GBOX_PURPOSE_ROLLOUT, 1);
  do
    result = gbox_rollout_advance (f->rollout, NULL);
  while (result == GBOX_ROLLOUT_GOES_ON);
  g_assert_cmpint (result, ==, GBOX_ROLLOUT_DONE);
}

/* What is kept of a completion to be compared. */
typedef struct
{
  char *text;
  guint n_tokens;
  double log_ratio;
  double kl;
  double entropy;
} Kept;

/* The first is written alone, the second beside the first …, and all together the same, bit for bit. */
static void
test_alone (Fixture *f, gconstpointer data)
{
  Kept kept[N_SEQUENCES];
  guint n_alike = 0;

  write_completions (f, N_SEQUENCES);
  for (guint i = 0; i < N_SEQUENCES; i++)
    {
      const GboxRolloutSequence *sequence = gbox_rollout_get_sequence (f->rollout, i);

      kept[i] = (Kept){ g_strdup (sequence->text->str), sequence->n_tokens, sequence->log_ratio, sequence->kl,
                        sequence->entropy };
      n_alike += i > 0 && g_str_has_prefix (kept[i].text, (char[]){ kept[0].text[0], 0 });
    }
  /* Some begin with the same letter as the first, and not all. */
  g_assert_cmpuint (n_alike, >, 0);
  g_assert_cmpuint (n_alike, <, N_SEQUENCES - 1);
  for (guint n = 1; n < N_SEQUENCES; n++)
    {
      write_completions (f, n);
      for (guint i = 0; i < n; i++)
        {
          const GboxRolloutSequence *sequence = gbox_rollout_get_sequence (f->rollout, i);

          g_assert_cmpstr (sequence->text->str, ==, kept[i].text);
          g_assert_cmpuint (sequence->n_tokens, ==, kept[i].n_tokens);
          g_assert_cmpfloat (sequence->log_ratio, ==, kept[i].log_ratio);
          g_assert_cmpfloat (sequence->kl, ==, kept[i].kl);
          g_assert_cmpfloat (sequence->entropy, ==, kept[i].entropy);
        }
    }
  for (guint i = 0; i < N_SEQUENCES; i++)
    g_free (kept[i].text);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/rollout/alone", Fixture, NULL, set_up, test_alone, tear_down);
  return g_test_run ();
}
