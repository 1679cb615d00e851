/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose step is next: shares of time, not of steps. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxTurn:
 * @kind: those of one kind share time as one and take turns among themselves
 * @last: number of the last turn, 0 before the first
 *
 * One that takes turns. A plain value; starts with its kind alone.
 */
typedef struct
{
  gsize kind;
  guint64 last;
} GboxTurn;

/**
 * GboxTurns:
 *
 * Each kind that waits gets the same time, however long its steps are: next is the one that had least. One
 * that has not waited for a while does not catch up. Within a kind it is whoever waits longest, so that what
 * begins together stays in step. For one thread at a time.
 */
typedef struct _GboxTurns GboxTurns;

GboxTurns *gbox_turns_new (void);
void gbox_turns_free (GboxTurns *turns);

/**
 * gbox_turns_choose:
 * @turns: see there
 * @waiting: (array length=n): all that have something to do
 * @n: at least 1
 *
 * Returns: the index of the one that is next
 */
guint gbox_turns_choose (GboxTurns *turns, GboxTurn *const *waiting, guint n);

/* Says that the turn of one that was chosen is over, and how long it was, in µs. */
void gbox_turns_end (GboxTurns *turns, GboxTurn *turn, gint64 duration);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTurns, gbox_turns_free)

G_END_DECLS
