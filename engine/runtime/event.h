/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a job tells its run. */
#pragma once

#include "runtime/frame.h"

G_BEGIN_DECLS

/**
 * GboxRunState:
 *
 * Where a run is in its life. FINISHED, STOPPED and FAILED are final.
 */
typedef enum
{
  GBOX_RUN_WAITING, /* queued, or its model is being loaded and its memory laid out */
  GBOX_RUN_RUNNING,
  GBOX_RUN_PAUSED,
  GBOX_RUN_FINISHED, /* all steps done */
  GBOX_RUN_STOPPED,  /* by command */
  GBOX_RUN_FAILED,   /* see the error */
} GboxRunState;

#define GBOX_TYPE_RUN_STATE (gbox_run_state_get_type ())
GType gbox_run_state_get_type (void);

#define GBOX_POINT_MAX_VALUES 16

/**
 * GboxPoint:
 * @step: steps done, 1 after the first
 * @seconds: computing time since the run started, pauses not counted
 * @n_values: how many of @values are meant
 * @values: what the job measures each step; values[0] is the objective. What each means is the job type's to
 * say.
 *
 * One point of a run's curves. Never dropped, always in order.
 */
typedef struct
{
  guint step;
  double seconds;
  guint n_values;
  double values[GBOX_POINT_MAX_VALUES];
} GboxPoint;

G_END_DECLS
