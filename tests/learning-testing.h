/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests of the Reinforcement page share. */
#pragma once

#include "completion-testing.h"
#include "window-drive.h"

/* Training steps that nobody waits for the end of. */
#define LEARNING_ENDLESS "1000000"

static inline gboolean
learning_is_enabled (WindowFixture *fixture, const char *action)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), action);
}

static inline GboxFinetuneSession *
learning_get_finetune (WindowFixture *fixture)
{
  return gbox_learning_page_get_finetune (gbox_window_get_learning_page (fixture->window));
}

static inline void
learning_set_finetune (WindowFixture *fixture, const char *name, const char *value)
{
  window_activate (fixture, "finetune-set", g_variant_new ("(ss)", name, value));
}

static inline void
learning_prepare_finetune (WindowFixture *fixture)
{
  g_autofree char *model = completion_testing_model ();

  window_activate (fixture, "finetune-model", g_variant_new_string (model));
  learning_set_finetune (fixture, "prompt", "some words");
  learning_set_finetune (fixture, "reward", "characters:ab");
  learning_set_finetune (fixture, "steps", LEARNING_ENDLESS);
  learning_set_finetune (fixture, "batch", "8");
  learning_set_finetune (fixture, "length", "6");
  learning_set_finetune (fixture, "samples", "4");
}

static inline gboolean
learning_has_learnt (gpointer data)
{
  GboxRun *run = gbox_finetune_session_get_run (learning_get_finetune (data));

  return gbox_run_get_step (run) > 0;
}

static inline gboolean
learning_is_paused (gpointer data)
{
  return gbox_run_get_state (gbox_finetune_session_get_run (learning_get_finetune (data))) == GBOX_RUN_PAUSED;
}

static inline gboolean
learning_is_there (gpointer path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}
