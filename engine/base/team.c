/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's worker threads: one call cuts work into tasks and returns when all are done. */
#include "base/team.h"

#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define CACHE_LINE 64
#define NICE_STEP  5
/* How long a thread that has nothing to do looks out for work before it sleeps. The gaps between the
 * operations of a step are shorter than this, and waking a sleeping thread takes longer. */
#define SPIN_NANOSECONDS     20000
#define SPINS_BETWEEN_CLOCKS 32

typedef struct
{
  GboxTeam *team;
  GThread *thread;
  guint index;
} Worker;

/*
 * A run is published in ticket: its number in the high half, how many of its tasks nobody has taken yet in
 * the low half. A task is taken by lowering the low half with a compare-and-swap. As long as the low half is
 * not zero the run cannot end, so a thread whose swap succeeds knows that what it read of func, data and
 * n_tasks before belongs to this run, however late it woke up: nobody waits for sleepers.
 */
struct _GboxTeam
{
  /* What changes while a run goes on, in a cache line of its own with what is seldom used … */
  alignas (CACHE_LINE) _Atomic guint64 ticket;
  atomic_uint n_unfinished; /* tasks of this run not yet done */
  atomic_uint n_sleeping;   /* workers waiting in wake */
  pthread_mutex_t lock;
  pthread_cond_t wake;
  pthread_cond_t done;

  /* … and, beyond it, what is only read. */
  _Atomic (GboxTeamFunc) func;
  _Atomic gpointer data;
  Worker *workers; /* [capacity]; [0] is the caller and has no thread */
  guint capacity;
  atomic_uint n_tasks;
  atomic_uint n_active;
  atomic_bool caller_sleeping; /* the caller waits in done: seldom, so it may stand here */
};

static inline void
relax (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause ();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

static inline guint
n_left (guint64 ticket)
{
  return (guint) ticket;
}

static gint64
now_nanoseconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);

  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Takes and runs tasks until none are left. */
static void
work (GboxTeam *team, guint worker)
{
  guint64 ticket = atomic_load (&team->ticket);
  guint n_done = 0;

  while (n_left (ticket) > 0)
    {
      const GboxTeamFunc func = atomic_load_explicit (&team->func, memory_order_relaxed);
      const gpointer data = atomic_load_explicit (&team->data, memory_order_relaxed);
      const guint task = atomic_load_explicit (&team->n_tasks, memory_order_relaxed) - n_left (ticket);

      if (!atomic_compare_exchange_weak (&team->ticket, &ticket, ticket - 1))
        continue;

      func (data, task, worker);
      n_done++;
      ticket = atomic_load (&team->ticket);
    }

  if (n_done == 0 || atomic_fetch_sub (&team->n_unfinished, n_done) != n_done)
    return;
  if (atomic_load (&team->caller_sleeping))
    {
      pthread_mutex_lock (&team->lock);
      pthread_cond_signal (&team->done);
      pthread_mutex_unlock (&team->lock);
    }
}

static gboolean
is_dismissed (const Worker *worker)
{
  return worker->index >= atomic_load (&worker->team->n_active);
}

static gboolean
has_work_or_leave (gpointer data)
{
  const Worker *worker = data;

  return n_left (atomic_load (&worker->team->ticket)) > 0 || is_dismissed (worker);
}

static gboolean
is_finished (gpointer data)
{
  return atomic_load (&((GboxTeam *) data)->n_unfinished) == 0;
}

static gboolean
spin_until (gboolean (*condition) (gpointer), gpointer data)
{
  const gint64 end = now_nanoseconds () + SPIN_NANOSECONDS;

  do
    for (guint i = 0; i < SPINS_BETWEEN_CLOCKS; i++)
      {
        if (condition (data))
          return TRUE;
        relax ();
      }
  while (now_nanoseconds () < end);

  return FALSE;
}

static gpointer
worker_main (gpointer data)
{
  Worker *worker = data;
  GboxTeam *team = worker->team;

  gbox_team_lower_priority ();

  while (!is_dismissed (worker))
    {
      work (team, worker->index);
      if (spin_until (has_work_or_leave, worker))
        continue;

      /* The caller publishes and then looks for sleepers, a worker is counted as a sleeper and then looks for
       * work: both in the one order of sequentially consistent operations, so one of them sees the other. */
      pthread_mutex_lock (&team->lock);
      atomic_fetch_add (&team->n_sleeping, 1);
      while (!has_work_or_leave (worker))
        pthread_cond_wait (&team->wake, &team->lock);
      atomic_fetch_sub (&team->n_sleeping, 1);
      pthread_mutex_unlock (&team->lock);
    }

  return NULL;
}

static void
wake_workers (GboxTeam *team)
{
  pthread_mutex_lock (&team->lock);
  pthread_cond_broadcast (&team->wake);
  pthread_mutex_unlock (&team->lock);
}

void
gbox_team_run (GboxTeam *team, guint n_tasks, GboxTeamFunc func, gpointer data)
{
  g_return_if_fail (is_finished (team));

  if (n_tasks <= 1 || atomic_load_explicit (&team->n_active, memory_order_relaxed) == 1)
    {
      for (guint task = 0; task < n_tasks; task++)
        func (data, task, 0);
      return;
    }

  const guint64 run = (atomic_load_explicit (&team->ticket, memory_order_relaxed) >> 32) + 1;

  atomic_store_explicit (&team->func, func, memory_order_relaxed);
  atomic_store_explicit (&team->data, data, memory_order_relaxed);
  atomic_store_explicit (&team->n_tasks, n_tasks, memory_order_relaxed);
  atomic_store_explicit (&team->n_unfinished, n_tasks, memory_order_relaxed);
  atomic_store (&team->ticket, run << 32 | n_tasks);
  if (atomic_load (&team->n_sleeping) > 0)
    wake_workers (team);

  work (team, 0);
  if (spin_until (is_finished, team))
    return;

  pthread_mutex_lock (&team->lock);
  atomic_store (&team->caller_sleeping, true);
  while (!is_finished (team))
    pthread_cond_wait (&team->done, &team->lock);
  atomic_store (&team->caller_sleeping, false);
  pthread_mutex_unlock (&team->lock);
}

static guint
count_usable_cores (void)
{
  cpu_set_t set;

  if (sched_getaffinity (0, sizeof set, &set) == 0 && CPU_COUNT (&set) > 0)
    return (guint) CPU_COUNT (&set);

  return MAX (g_get_num_processors (), 1);
}

guint
gbox_team_get_default_n_threads (void)
{
  const char *text = g_getenv ("GBOX_THREADS");
  guint64 n;

  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 1, GBOX_TEAM_MAX_THREADS, &n, NULL))
    return (guint) n;

  return MIN (count_usable_cores (), GBOX_TEAM_MAX_THREADS);
}

void
gbox_team_lower_priority (void)
{
  /* On Linux a process id given to these calls is that thread's; the main thread's id is the process's. */
  const int nice = MIN (getpriority (PRIO_PROCESS, (id_t) getpid ()) + NICE_STEP, 19);

  setpriority (PRIO_PROCESS, (id_t) gettid (), nice);
}

static gboolean
hire (GboxTeam *team, guint index)
{
  Worker *worker = &team->workers[index];
  g_autofree char *name = g_strdup_printf ("gbox-worker-%u", index);

  worker->team = team;
  worker->index = index;
  worker->thread = g_thread_try_new (name, worker_main, worker, NULL);

  return worker->thread != NULL;
}

void
gbox_team_set_active (GboxTeam *team, guint n_threads)
{
  const guint wanted = n_threads == 0 ? gbox_team_get_default_n_threads () : n_threads;
  const guint target = MIN (wanted, team->capacity);
  const guint active = atomic_load (&team->n_active);

  if (target < active)
    {
      atomic_store (&team->n_active, target);
      wake_workers (team);
      for (guint i = target; i < active; i++)
        g_thread_join (g_steal_pointer (&team->workers[i].thread));
    }

  for (guint i = active; i < target; i++)
    {
      atomic_store (&team->n_active, i + 1);
      if (!hire (team, i))
        {
          atomic_store (&team->n_active, i);
          break;
        }
    }
}

GboxTeam *
gbox_team_new (guint n_threads)
{
  const guint wanted = n_threads == 0 ? gbox_team_get_default_n_threads () : n_threads;
  GboxTeam *team = g_aligned_alloc0 (1, sizeof (GboxTeam), CACHE_LINE);

  team->capacity = MIN (MAX (wanted, count_usable_cores ()), GBOX_TEAM_MAX_THREADS);
  team->workers = g_new0 (Worker, team->capacity);
  atomic_init (&team->n_active, 1);
  pthread_mutex_init (&team->lock, NULL);
  pthread_cond_init (&team->wake, NULL);
  pthread_cond_init (&team->done, NULL);
  gbox_team_set_active (team, wanted);

  return team;
}

void
gbox_team_free (GboxTeam *team)
{
  if (team == NULL)
    return;

  gbox_team_set_active (team, 1);
  pthread_cond_destroy (&team->done);
  pthread_cond_destroy (&team->wake);
  pthread_mutex_destroy (&team->lock);
  g_free (team->workers);
  g_aligned_free (team);
}

guint
gbox_team_get_n_threads (const GboxTeam *team)
{
  return team->capacity;
}

guint
gbox_team_get_active (const GboxTeam *team)
{
  return atomic_load (&team->n_active);
}
