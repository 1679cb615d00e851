/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the engine makes a run. */
#pragma once

#include "runtime/run.h"
#include "runtime/scheduler.h"

G_BEGIN_DECLS

/* Starts it too; STOPPED from the first if the scheduler was shut down. The run dispatches on the thread's
 * default main context. */
GboxRun *gbox_run_new (GboxScheduler *scheduler, GboxSpec *spec);

G_END_DECLS
