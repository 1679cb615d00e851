/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finetunes a tiny model of the fixtures, and keeps what it tells. */
#pragma once

#include "count-job.h"
#include "folder-testing.h"
#include "learning/finetune-job.h"

typedef struct
{
  GArray *points;         /* of GboxPoint */
  GPtrArray *completions; /* of GboxFinetuneCompletion */
  GString *pieces[64];    /* of the batch that is being written */
  guint n_pieces;
  GString *notices;
} Watch;

static void
free_completion (gpointer completion)
{
  gbox_finetune_completion_free (completion);
}

static void
watch_init (Watch *watch)
{
  *watch = (Watch){ 0 };
  watch->points = g_array_new (FALSE, FALSE, sizeof (GboxPoint));
  watch->completions = g_ptr_array_new_with_free_func (free_completion);
  watch->notices = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (watch->pieces); i++)
    watch->pieces[i] = g_string_new (NULL);
}

static void
watch_clear (Watch *watch)
{
  g_array_unref (watch->points);
  g_ptr_array_unref (watch->completions);
  g_string_free (watch->notices, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (watch->pieces); i++)
    g_string_free (watch->pieces[i], TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Watch, watch_clear)

/* A completion is what its pieces were. */
static void
take_completion (Watch *watch, const GboxFinetuneCompletion *completion)
{
  g_ptr_array_add (watch->completions, gbox_finetune_completion_copy (completion));
  if (completion->phase != GBOX_FINETUNE_TRAINING)
    return;
  g_assert_cmpstr (completion->text, ==, watch->pieces[completion->sequence]->str);
  g_string_truncate (watch->pieces[completion->sequence], 0);
}

static void
on_record (GboxRun *run, GType type, gconstpointer record, Watch *watch)
{
  const GboxFinetunePiece *piece = record;

  if (type == GBOX_TYPE_FINETUNE_COMPLETION)
    {
      take_completion (watch, record);
      return;
    }
  g_assert_true (type == GBOX_TYPE_FINETUNE_PIECE);
  g_assert_cmpuint (piece->step, ==,
                    watch->points->len > 0
                      ? g_array_index (watch->points, GboxPoint, watch->points->len - 1).step + 1
                      : piece->step);
  g_string_append (watch->pieces[piece->sequence], piece->text);
  watch->n_pieces++;
}

static void
on_point (GboxRun *run, const GboxPoint *point, Watch *watch)
{
  g_assert_cmpuint (point->n_values, ==, GBOX_FINETUNE_N_VALUES);
  g_array_append_val (watch->points, *point);
}

static void
on_notice (GboxRun *run, const char *id, const char *text, Watch *watch)
{
  g_string_append_printf (watch->notices, *text != '\0' ? "%s " : "-%s ", id);
}

static GboxFinetuneSpec *
make_spec (void)
{
  GboxFinetuneSpec *spec = gbox_finetune_spec_new ();
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "transformer-llama.gguf", NULL);

  g_object_set (spec, "model", path, "prompt", "some words", "reward", "characters:ab", "steps", 6u, "batch",
                12u, "length", 8u, "learning-rate", 0.02, "samples", 5u, "seed", 3u, NULL);
  return spec;
}

static GboxRun *
start (GboxEngine *engine, GboxFinetuneSpec *spec, Watch *watch)
{
  GboxRun *run = gbox_engine_start (engine, GBOX_SPEC (spec));

  watch_init (watch);
  g_signal_connect (run, "record", G_CALLBACK (on_record), watch);
  g_signal_connect (run, "point", G_CALLBACK (on_point), watch);
  g_signal_connect (run, "notice-posted", G_CALLBACK (on_notice), watch);
  return run;
}

static void
finish (GboxRun *run)
{
  while (!gbox_run_is_final (run))
    g_main_context_iteration (NULL, TRUE);
  if (gbox_run_get_error (run) != NULL)
    g_test_message ("%s", gbox_run_get_error (run)->message);
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_FINISHED);
}

static void
train (GboxEngine *engine, GboxFinetuneSpec *spec, Watch *watch)
{
  g_autoptr (GboxRun) run = start (engine, spec, watch);

  finish (run);
}

/* All but what the clock says. */
static void
assert_same_point (const GboxPoint *a, const GboxPoint *b)
{
  g_assert_cmpuint (a->step, ==, b->step);
  for (guint i = 0; i < GBOX_FINETUNE_N_VALUES; i++)
    if (i != GBOX_FINETUNE_TOKENS_PER_SECOND)
      g_assert_cmpfloat (a->values[i], ==, b->values[i]);
}

/* The last points of @a are those of @b. */
static void
assert_same_end (const Watch *a, const Watch *b)
{
  g_assert_cmpuint (a->points->len, >=, b->points->len);
  g_assert_cmpuint (b->points->len, >, 0);
  for (guint i = 0; i < b->points->len; i++)
    assert_same_point (&g_array_index (a->points, GboxPoint, a->points->len - b->points->len + i),
                       &g_array_index (b->points, GboxPoint, i));
}

static const GboxFinetuneCompletion *
find_completion (const Watch *watch, GboxFinetunePhase phase, guint sequence)
{
  for (guint i = 0; i < watch->completions->len; i++)
    {
      const GboxFinetuneCompletion *completion = watch->completions->pdata[i];

      if (completion->phase == phase && completion->sequence == sequence)
        return completion;
    }
  g_assert_not_reached ();
  return NULL;
}

static void
assert_same_comparison (const Watch *a, const Watch *b, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpstr (find_completion (a, GBOX_FINETUNE_BEFORE, i)->text, ==,
                       find_completion (b, GBOX_FINETUNE_BEFORE, i)->text);
      g_assert_cmpstr (find_completion (a, GBOX_FINETUNE_AFTER, i)->text, ==,
                       find_completion (b, GBOX_FINETUNE_AFTER, i)->text);
    }
}
