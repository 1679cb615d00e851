/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notes how long each part of a piece of work takes. */
#pragma once

#include <glib.h>
#include <time.h>

G_BEGIN_DECLS

/**
 * GboxLapClock:
 * @laps: nanoseconds of each part, by its index; what is noted is added
 * @last: when the current lap began
 *
 * What is measured calls gbox_lap_clock_start() where its work begins and gbox_lap_clock_note() at the end of
 * each part. Where there is no clock neither does anything.
 */
typedef struct
{
  gint64 *laps;
  gint64 last;
} GboxLapClock;

/* Nanoseconds of the monotonic clock. */
static inline gint64
gbox_lap_clock_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* @clock: (nullable). */
static inline void
gbox_lap_clock_start (GboxLapClock *clock)
{
  if (clock != NULL)
    clock->last = gbox_lap_clock_now ();
}

/* @clock: (nullable): what passed since the last call counts for @lap. */
static inline void
gbox_lap_clock_note (GboxLapClock *clock, guint lap)
{
  gint64 now;

  if (clock == NULL)
    return;
  now = gbox_lap_clock_now ();
  clock->laps[lap] += now - clock->last;
  clock->last = now;
}

G_END_DECLS
