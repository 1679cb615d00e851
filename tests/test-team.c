/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The team: every task exactly once, by a worker that does nothing else meanwhile, and everything written is
 * seen. */
#include "base/team.h"

#include <stdatomic.h>
#include <string.h>

#define MAX_TASKS 1000

typedef struct
{
  atomic_uint times[MAX_TASKS];
  atomic_bool busy[GBOX_TEAM_MAX_THREADS];
  guint written[MAX_TASKS]; /* not atomic: the team must make it visible */
  guint n_threads;
  gulong pause; /* µs */
} Record;

static void
record_task (gpointer data, guint task, guint worker)
{
  Record *record = data;

  g_assert_cmpuint (worker, <, record->n_threads);
  g_assert_false (atomic_exchange (&record->busy[worker], TRUE));
  atomic_fetch_add (&record->times[task], 1);
  record->written[task] = task * 3 + 1;
  if (record->pause > 0 && task % 3 == 0)
    g_usleep (record->pause);
  atomic_store (&record->busy[worker], FALSE);
}

static void
check_run (GboxTeam *team, guint n_tasks, gulong pause)
{
  g_autofree Record *record = g_new0 (Record, 1);

  record->n_threads = gbox_team_get_n_threads (team);
  record->pause = pause;
  gbox_team_run (team, n_tasks, record_task, record);
  for (guint i = 0; i < MAX_TASKS; i++)
    {
      g_assert_cmpuint (record->times[i], ==, i < n_tasks ? 1 : 0);
      g_assert_cmpuint (record->written[i], ==, i < n_tasks ? i * 3 + 1 : 0);
    }
}

static void
test_each_once (void)
{
  for (guint n_threads = 1; n_threads <= 8; n_threads++)
    {
      g_autoptr (GboxTeam) team = gbox_team_new (n_threads);

      g_assert_cmpuint (gbox_team_get_n_threads (team), >=, n_threads);
      g_assert_cmpuint (gbox_team_get_active (team), ==, n_threads);
      for (guint n_tasks = 0; n_tasks < 20; n_tasks++)
        check_run (team, n_tasks, 0);
      for (guint i = 0; i < 20; i++)
        check_run (team, MAX_TASKS, 0);
    }
}

/* Tasks that last long enough for the others, and the caller, to fall asleep, and pauses in which all do. */
static void
test_asleep (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (3);

  for (guint i = 0; i < 30; i++)
    {
      check_run (team, 1 + i % 7, 2000);
      g_usleep (i % 4 * 1000);
    }
}

static void
add_task (gpointer data, guint task, guint worker)
{
  guint *sums = data;

  sums[task] += task;
}

static void
test_many_tiny_runs (void)
{
  const guint n_runs = 100000;
  g_autoptr (GboxTeam) team = gbox_team_new (4);
  guint sums[5] = { 0 };

  for (guint i = 0; i < n_runs; i++)
    gbox_team_run (team, 1 + i % 5, add_task, sums);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpuint (sums[i], ==, i * (n_runs / 5) * (5 - i));
}

typedef struct
{
  const guint *input;
  guint *output;
} Link;

static void
link_task (gpointer data, guint task, guint worker)
{
  const Link *link = data;

  link->output[task] = link->input[(task + 1) % 64] + 1;
}

/* Each run reads what other workers wrote in the run before. */
static void
test_chain (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (4);
  guint a[64] = { 0 }, b[64] = { 0 };

  for (guint i = 0; i < 10000; i++)
    {
      Link link = { .input = i % 2 == 0 ? a : b, .output = i % 2 == 0 ? b : a };

      gbox_team_run (team, 64, link_task, &link);
    }
  for (guint i = 0; i < 64; i++)
    g_assert_cmpuint (a[i], ==, 10000);
}

static void
test_set_active (void)
{
  static const guint counts[] = { 1, 4, 2, 6, 6, 1, 3 };
  g_autoptr (GboxTeam) team = gbox_team_new (6);
  const guint capacity = gbox_team_get_n_threads (team);

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      gbox_team_set_active (team, counts[i]);
      g_assert_cmpuint (gbox_team_get_active (team), ==, counts[i]);
      g_assert_cmpuint (gbox_team_get_n_threads (team), ==, capacity);
      for (guint k = 0; k < 50; k++)
        check_run (team, 17, 0);
    }
  gbox_team_set_active (team, 10000);
  g_assert_cmpuint (gbox_team_get_active (team), ==, capacity);
  check_run (team, MAX_TASKS, 0);
}

static void
check_environment (const char *value, guint expected)
{
  GboxTeam *team;

  if (value == NULL)
    g_unsetenv ("GBOX_THREADS");
  else
    g_setenv ("GBOX_THREADS", value, TRUE);
  team = gbox_team_new (0);
  g_assert_cmpuint (gbox_team_get_active (team), ==, expected);
  gbox_team_free (team);
}

static void
test_environment (void)
{
  g_autofree char *before = g_strdup (g_getenv ("GBOX_THREADS"));
  guint n_cores;

  g_unsetenv ("GBOX_THREADS");
  n_cores = gbox_team_get_default_n_threads ();
  g_assert_cmpuint (n_cores, >=, 1);
  g_assert_cmpuint (n_cores, <=, GBOX_TEAM_MAX_THREADS);

  check_environment ("1", 1);
  check_environment ("3", 3);
  check_environment (NULL, n_cores);
  check_environment ("", n_cores);
  check_environment ("0", n_cores);
  check_environment ("-2", n_cores);
  check_environment ("257", n_cores);
  check_environment ("2 threads", n_cores);
  check_environment ("99999999999999999999", n_cores);

  if (before != NULL)
    g_setenv ("GBOX_THREADS", before, TRUE);
  else
    g_unsetenv ("GBOX_THREADS");
}

static void
test_idle_team_goes (void)
{
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GboxTeam) team = gbox_team_new (1 + i % 4);

      if (i % 2 == 0)
        check_run (team, 3, 0);
    }
  gbox_team_free (NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/team/each-once", test_each_once);
  g_test_add_func ("/team/asleep", test_asleep);
  g_test_add_func ("/team/many-tiny-runs", test_many_tiny_runs);
  g_test_add_func ("/team/chain", test_chain);
  g_test_add_func ("/team/set-active", test_set_active);
  g_test_add_func ("/team/environment", test_environment);
  g_test_add_func ("/team/idle-team-goes", test_idle_team_goes);

  return g_test_run ();
}
