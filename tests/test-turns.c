/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose step is next, from how long steps are said to be: no clock is looked at. */
#include "runtime/turns.h"

#define N_MOST 8

/* One that takes turns, whose steps are all as long. */
typedef struct
{
  GboxTurn turn;
  gint64 duration;
  gint64 had;
  guint n_steps;
  gboolean is_waiting;
} Member;

/* Gives turns for some time. */
static void
go_on (GboxTurns *turns, Member *members, guint n, gint64 time)
{
  while (time > 0)
    {
      GboxTurn *waiting[N_MOST];
      Member *owners[N_MOST];
      Member *chosen;
      guint n_waiting = 0;

      for (guint i = 0; i < n; i++)
        if (members[i].is_waiting)
          {
            owners[n_waiting] = &members[i];
            waiting[n_waiting++] = &members[i].turn;
          }
      chosen = owners[gbox_turns_choose (turns, waiting, n_waiting)];
      gbox_turns_end (turns, &chosen->turn, chosen->duration);
      chosen->had += chosen->duration;
      chosen->n_steps++;
      time -= chosen->duration;
    }
}

static Member
make_member (gsize kind, gint64 duration)
{
  return (Member){ .turn = { .kind = kind }, .duration = duration, .is_waiting = TRUE };
}

/* Two kinds get the same time but for a step, however long those are. */
static void
test_shares (void)
{
  static const gint64 durations[][2] = { { 50, 1 }, { 1, 50 }, { 7, 11 }, { 30, 30 } };

  for (gsize i = 0; i < G_N_ELEMENTS (durations); i++)
    {
      g_autoptr (GboxTurns) turns = gbox_turns_new ();
      Member members[] = { make_member (1, durations[i][0]), make_member (2, durations[i][1]) };

      go_on (turns, members, 2, 10000);
      g_assert_cmpint (ABS (members[0].had - members[1].had), <=, MAX (durations[i][0], durations[i][1]));
    }
}

/* Those of a kind have a step each in turn, however long, and all together one share. */
static void
test_in_step (void)
{
  g_autoptr (GboxTurns) turns = gbox_turns_new ();
  Member members[] = { make_member (1, 40), make_member (1, 10), make_member (1, 25), make_member (2, 3) };

  for (guint i = 0; i < 200; i++)
    {
      go_on (turns, members, 4, 1);
      for (guint j = 0; j < 3; j++)
        {
          g_assert_cmpuint (members[j].n_steps, <=, members[(j + 1) % 3].n_steps + 1);
          g_assert_cmpuint (members[j].n_steps + 1, >=, members[(j + 1) % 3].n_steps);
        }
    }
  go_on (turns, members, 4, 10000);
  g_assert_cmpint (ABS (members[0].had + members[1].had + members[2].had - members[3].had), <=, 40);
}

/* What begins or goes on late gets what is due from then on, and gets it soon. */
static void
test_no_catching_up (void)
{
  g_autoptr (GboxTurns) turns = gbox_turns_new ();
  Member members[] = { make_member (1, 20), make_member (2, 5) };

  members[1].is_waiting = FALSE;
  go_on (turns, members, 2, 100000);
  for (guint i = 0; i < 3; i++)
    {
      const gint64 first = members[0].had, second = members[1].had;

      members[1].is_waiting = TRUE;
      go_on (turns, members, 2, 21);
      g_assert_cmpint (members[1].had, >, second);
      go_on (turns, members, 2, 1000);
      g_assert_cmpint (ABS ((members[0].had - first) - (members[1].had - second)), <=, 40);
      members[1].is_waiting = FALSE;
      go_on (turns, members, 2, 50000);
    }
}

/* A new one of a kind does not wait for a round of the others. */
static void
test_new_one (void)
{
  g_autoptr (GboxTurns) turns = gbox_turns_new ();
  Member members[] = { make_member (1, 10), make_member (1, 10), make_member (1, 10) };

  members[2].is_waiting = FALSE;
  go_on (turns, members, 3, 110);
  members[2].is_waiting = TRUE;
  go_on (turns, members, 3, 10);
  g_assert_cmpuint (members[2].n_steps, ==, 1);
  go_on (turns, members, 3, 20);
  g_assert_cmpuint (members[2].n_steps, ==, 1);
}

/* Steps that take no time at all keep nobody waiting. */
static void
test_no_time (void)
{
  g_autoptr (GboxTurns) turns = gbox_turns_new ();
  GboxTurn none = { .kind = 1 }, some = { .kind = 2 };
  GboxTurn *const waiting[] = { &none, &some };
  guint n_some = 0;

  for (guint i = 0; i < 100; i++)
    {
      const guint chosen = gbox_turns_choose (turns, waiting, 2);

      gbox_turns_end (turns, waiting[chosen], chosen == 0 ? 0 : 10);
      n_some += chosen;
    }
  g_assert_cmpuint (n_some, >=, 9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/turns/shares", test_shares);
  g_test_add_func ("/turns/in-step", test_in_step);
  g_test_add_func ("/turns/no-catching-up", test_no_catching_up);
  g_test_add_func ("/turns/new-one", test_new_one);
  g_test_add_func ("/turns/no-time", test_no_time);
  return g_test_run ();
}
