/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose step is next: shares of time, not of steps. As in Linux's completely fair scheduler, with kinds of
 * work for its groups. */
#include "runtime/turns.h"

/* What a kind has had. */
typedef struct
{
  gsize kind;
  gint64 used;  /* µs, and what was not caught up */
  guint64 last; /* number of its last turn */
  gboolean was_waiting;
  gboolean is_waiting;
} Share;

struct _GboxTurns
{
  GArray *shares; /* of Share: as many as there are kinds, however many runs come and go */
  gint64 floor;   /* µs that the one with least had: others begin with them */
  guint64 n_turns;
};

GboxTurns *
gbox_turns_new (void)
{
  GboxTurns *turns = g_new0 (GboxTurns, 1);

  turns->shares = g_array_new (FALSE, FALSE, sizeof (Share));
  return turns;
}

void
gbox_turns_free (GboxTurns *turns)
{
  if (turns == NULL)
    return;
  g_array_unref (turns->shares);
  g_free (turns);
}

static Share *
get_share (GboxTurns *turns, gsize kind)
{
  const Share new_share = { .kind = kind };

  for (guint i = 0; i < turns->shares->len; i++)
    if (g_array_index (turns->shares, Share, i).kind == kind)
      return &g_array_index (turns->shares, Share, i);
  g_array_append_val (turns->shares, new_share);
  return &g_array_index (turns->shares, Share, turns->shares->len - 1);
}

/* What begins to wait has no more to come than the one that had least. */
static void
begin_waiting (GboxTurns *turns, gsize kind)
{
  Share *share = get_share (turns, kind);

  if (!share->was_waiting)
    share->used = MAX (share->used, turns->floor);
  share->is_waiting = TRUE;
}

static gboolean
is_before (GboxTurns *turns, const GboxTurn *a, const GboxTurn *b)
{
  const Share *share, *other;

  if (a->kind == b->kind)
    return a->last < b->last;
  share = get_share (turns, a->kind);
  other = get_share (turns, b->kind);
  return share->used != other->used ? share->used < other->used : share->last < other->last;
}

guint
gbox_turns_choose (GboxTurns *turns, GboxTurn *const *waiting, guint n)
{
  guint chosen = 0;

  g_return_val_if_fail (n > 0, 0);

  for (guint i = 0; i < turns->shares->len; i++)
    {
      Share *share = &g_array_index (turns->shares, Share, i);

      share->was_waiting = share->is_waiting;
      share->is_waiting = FALSE;
    }
  for (guint i = 0; i < n; i++)
    begin_waiting (turns, waiting[i]->kind);
  for (guint i = 1; i < n; i++)
    if (is_before (turns, waiting[i], waiting[chosen]))
      chosen = i;
  turns->floor = MAX (turns->floor, get_share (turns, waiting[chosen]->kind)->used);
  return chosen;
}

void
gbox_turns_end (GboxTurns *turns, GboxTurn *turn, gint64 duration)
{
  Share *share = get_share (turns, turn->kind);

  turn->last = share->last = ++turns->n_turns;
  /* Steps too short for the clock take their turns too. */
  share->used += MAX (duration, 1);
}
