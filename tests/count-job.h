/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A job that counts, for tests of what drives jobs. */
#pragma once

#include "runtime/engine.h"
#include "runtime/job.h"

#include <stdatomic.h>
#include <stdbool.h>

G_BEGIN_DECLS

/**
 * CountSeen:
 *
 * What the counting jobs do beside what they report, from the engine thread.
 */
typedef struct
{
  atomic_uint n_created;
  atomic_uint n_finalized;
  atomic_uint n_steps; /* begun, of all jobs */
  atomic_uint n_saves;
  atomic_bool gate_closed; /* a gated job's step waits while it is */
  atomic_uint n_at_gate;
  atomic_uint tags[1000]; /* whose step it was */
} CountSeen;

extern CountSeen count_seen;

typedef enum
{
  COUNT_FAIL_NEVER,
  COUNT_FAIL_VALIDATE,
  COUNT_FAIL_START,
  COUNT_FAIL_STEP, /* the fourth */
  COUNT_FAIL_ADJUST,
} CountFailure;

/**
 * CountSpec:
 *
 * Properties: `steps` (uint, live), `fail` (uint, a CountFailure), `tag` (uint, goes to CountSeen), `gated`
 * (boolean), `work` (boolean: the team has something to do in each step), `value` (double, live: the second
 * value of each point), `parts` (uint, 1: that each step is done in; each counts as begun).
 *
 * Step n posts a frame filled with n modulo 256, and a point with the objective 2 n. It begins with a notice.
 * Saving writes n as text.
 */
#define COUNT_TYPE_SPEC (count_spec_get_type ())
G_DECLARE_FINAL_TYPE (CountSpec, count_spec, COUNT, SPEC, GboxSpec)

/* Starts a run of a CountSpec with these properties. */
GboxRun *count_start (GboxEngine *engine, const char *first_property, ...);

/* A new engine, and nothing seen yet. */
GboxEngine *count_make_engine (guint n_threads);

/* Holds the engine in a step of a run of its own until that is released: what is told meanwhile is obeyed
 * before any other step is begun, however long this thread takes to tell it. */
GboxRun *count_hold (GboxEngine *engine);
void count_release (GboxRun *held);

/* Waits without the main loop: only the engine thread can raise the counter. */
void count_wait_for (atomic_uint *counter, guint at_least);

G_END_DECLS
