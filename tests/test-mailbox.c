/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mailbox: nothing lost, nothing twice, all in order, and a main loop that stays responsive. */
#include "runtime/mailbox.h"

#include <stdatomic.h>

#define N_MILLION 1000000

/* Messages are numbers from 1 on; freeing one only counts it. */
static atomic_uint n_freed;

static void
free_message (gpointer message)
{
  atomic_fetch_add (&n_freed, 1);
}

typedef struct
{
  GMainLoop *loop;
  GboxMailbox *mailbox;
  guint expected; /* how many messages end the loop */
  guint n_received;
  guint n_done;
  guint last;
  guint n_idle;
  guint n_timeout;
  guint n_redraw;
  gboolean dispatching; /* between a message and the end of its batch */
  atomic_bool stop;
} Test;

static gboolean
count (gpointer data)
{
  (*(guint *) data)++;

  return G_SOURCE_CONTINUE;
}

static void
receive_in_order (gpointer message, gpointer user_data)
{
  Test *test = user_data;

  g_assert_cmpuint (GPOINTER_TO_UINT (message), ==, test->last + 1);
  test->last++;
  test->n_received++;
  test->dispatching = TRUE;
  if (test->n_received == test->expected)
    g_main_loop_quit (test->loop);
}

static void
finish_batch (gpointer user_data)
{
  Test *test = user_data;

  g_assert_true (test->dispatching);
  test->dispatching = FALSE;
  test->n_done++;
}

static gpointer
post_million (gpointer data)
{
  Test *test = data;

  for (guint i = 1; i <= N_MILLION; i++)
    gbox_mailbox_post (test->mailbox, GUINT_TO_POINTER (i));

  return NULL;
}

static void
test_million (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Test test = { .loop = loop, .expected = N_MILLION };
  guint idle, timeout;
  GThread *thread;

  n_freed = 0;
  test.mailbox = gbox_mailbox_new (NULL, receive_in_order, finish_batch, free_message, &test);
  idle = g_idle_add (count, &test.n_idle);
  timeout = g_timeout_add (1, count, &test.n_timeout);
  thread = g_thread_new ("poster", post_million, &test);
  g_main_loop_run (loop);
  g_thread_join (thread);
  while (g_main_context_iteration (NULL, FALSE) && test.dispatching)
    ;
  g_source_remove (idle);
  g_source_remove (timeout);

  g_assert_cmpuint (test.n_received, ==, N_MILLION);
  g_assert_cmpuint (n_freed, ==, 0);
  g_test_message ("1000000 messages in %u batches; idle ran %u times, a timeout of 1 ms %u times",
                  test.n_done, test.n_idle, test.n_timeout);
  g_assert_cmpuint (test.n_idle, >, 0);
  g_assert_cmpuint (test.n_timeout, >, 0);
  gbox_mailbox_close (test.mailbox);
  gbox_mailbox_unref (test.mailbox);
}

static gpointer
post_until_told (gpointer data)
{
  Test *test = data;

  for (guint i = 1; !atomic_load (&test->stop); i++)
    gbox_mailbox_post (test->mailbox, GUINT_TO_POINTER (i));

  return NULL;
}

/* The flood ends only when idle work, timeouts and something that redraws without end have all had their
 * turns: else the test hangs. */
static void
test_endless_producer (void)
{
  Test test = { .expected = G_MAXUINT };
  guint idle, timeout, redraw;
  GThread *thread;

  test.mailbox = gbox_mailbox_new (NULL, receive_in_order, finish_batch, free_message, &test);
  idle = g_idle_add (count, &test.n_idle);
  timeout = g_timeout_add (1, count, &test.n_timeout);
  thread = g_thread_new ("poster", post_until_told, &test);
  while (test.n_idle < 20 || test.n_timeout < 20)
    g_main_context_iteration (NULL, TRUE);

  g_source_remove (idle);
  g_source_remove (timeout);
  redraw = g_idle_add_full (G_PRIORITY_HIGH_IDLE + 20, count, &test.n_redraw, NULL);
  test.n_received = 0;
  while (test.n_redraw < 1000 || test.n_received < 1000)
    g_main_context_iteration (NULL, TRUE);

  g_source_remove (redraw);
  atomic_store (&test.stop, TRUE);
  g_thread_join (thread);
  gbox_mailbox_close (test.mailbox);
  gbox_mailbox_unref (test.mailbox);
}

static void
receive_slowly (gpointer message, gpointer user_data)
{
  receive_in_order (message, user_data);
  g_usleep (1000);
}

static void
expect_timeouts (gpointer user_data)
{
  Test *test = user_data;

  g_assert_cmpuint (test->n_timeout, >, 0);
  finish_batch (test);
  g_main_loop_quit (test->loop);
}

/* A batch that takes long lets others have their turn in between, and is one batch all the same. */
static void
test_long_batch (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Test test = { .loop = loop, .expected = G_MAXUINT };
  const guint timeout = g_timeout_add (1, count, &test.n_timeout);

  test.mailbox = gbox_mailbox_new (NULL, receive_slowly, expect_timeouts, free_message, &test);
  for (guint i = 1; i <= 50; i++)
    gbox_mailbox_post (test.mailbox, GUINT_TO_POINTER (i));
  g_main_loop_run (loop);
  g_assert_cmpuint (test.n_received, ==, 50);
  g_assert_cmpuint (test.n_done, ==, 1);
  g_source_remove (timeout);
  gbox_mailbox_close (test.mailbox);
  gbox_mailbox_unref (test.mailbox);
}

static void
receive (gpointer message, gpointer user_data)
{
  g_array_append_val ((GArray *) user_data, message);
}

static void
finish (gpointer user_data)
{
  const gpointer mark = NULL;

  g_array_append_val ((GArray *) user_data, mark);
}

/* Dispatches what waits, and a NULL at the end of each batch. */
static void
drain (GArray *received, guint n)
{
  while (received->len < n)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (received->len, ==, n);
}

static guint
nth (GArray *received, guint i)
{
  return GPOINTER_TO_UINT (g_array_index (received, gpointer, i));
}

static void
test_latest (void)
{
  g_autoptr (GArray) received = g_array_new (FALSE, FALSE, sizeof (gpointer));
  g_autoptr (GboxMailbox) mailbox = gbox_mailbox_new (NULL, receive, finish, free_message, received);

  n_freed = 0;
  for (guint i = 1; i <= 1000; i++)
    {
      gbox_mailbox_post_latest (mailbox, 7, GUINT_TO_POINTER (2000 + i));
      gbox_mailbox_post_latest (mailbox, 0, GUINT_TO_POINTER (1000 + i));
      if (i % 100 == 0)
        gbox_mailbox_post (mailbox, GUINT_TO_POINTER (i));
    }
  g_assert_cmpuint (n_freed, ==, 2 * 999);

  drain (received, 13);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (nth (received, i), ==, 100 * (i + 1));
  g_assert_cmpuint (nth (received, 10), ==, 2000);
  g_assert_cmpuint (nth (received, 11), ==, 3000);
  g_assert_cmpuint (nth (received, 12), ==, 0);

  gbox_mailbox_post_latest (mailbox, 3, GUINT_TO_POINTER (5));
  drain (received, 15);
  g_assert_cmpuint (nth (received, 13), ==, 5);
  g_assert_cmpuint (nth (received, 14), ==, 0);
  g_assert_cmpuint (n_freed, ==, 2 * 999);
  gbox_mailbox_close (mailbox);
}

static void
test_close (void)
{
  g_autoptr (GArray) received = g_array_new (FALSE, FALSE, sizeof (gpointer));
  g_autoptr (GboxMailbox) mailbox = gbox_mailbox_new (NULL, receive, finish, free_message, received);

  n_freed = 0;
  gbox_mailbox_post (mailbox, GUINT_TO_POINTER (1));
  gbox_mailbox_post (mailbox, GUINT_TO_POINTER (2));
  gbox_mailbox_post_latest (mailbox, 1, GUINT_TO_POINTER (3));
  gbox_mailbox_close (mailbox);
  g_assert_cmpuint (n_freed, ==, 3);
  gbox_mailbox_close (mailbox);
  gbox_mailbox_post (mailbox, GUINT_TO_POINTER (4));
  gbox_mailbox_post_latest (mailbox, 1, GUINT_TO_POINTER (5));
  g_assert_cmpuint (n_freed, ==, 5);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (received->len, ==, 0);
}

static void
close_at_third (gpointer message, gpointer user_data)
{
  Test *test = user_data;

  test->n_received++;
  if (GPOINTER_TO_UINT (message) == 3)
    {
      gbox_mailbox_close (test->mailbox);
      g_clear_pointer (&test->mailbox, gbox_mailbox_unref);
    }
}

static void
never (gpointer user_data)
{
  g_assert_not_reached ();
}

static void
test_close_inside (void)
{
  Test test = { 0 };

  n_freed = 0;
  test.mailbox = gbox_mailbox_new (NULL, close_at_third, never, free_message, &test);
  for (guint i = 1; i <= 10; i++)
    gbox_mailbox_post (test.mailbox, GUINT_TO_POINTER (i));
  gbox_mailbox_post_latest (test.mailbox, 0, GUINT_TO_POINTER (11));
  while (test.mailbox != NULL)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (test.n_received, ==, 3);
  g_assert_cmpuint (n_freed, ==, 8);
}

typedef struct
{
  GboxMailbox *mailbox;
  guint index;
  guint n_posted;
  atomic_bool stop;
} Poster;

#define N_POSTERS  4
#define PER_POSTER 50000

static gpointer
post_numbered (gpointer data)
{
  Poster *poster = data;

  for (guint i = 0; i < PER_POSTER; i++)
    gbox_mailbox_post (poster->mailbox, GUINT_TO_POINTER (poster->index * PER_POSTER + i + 1));

  return NULL;
}

typedef struct
{
  guint next[N_POSTERS];
  guint n_received;
} Counts;

static void
receive_numbered (gpointer message, gpointer user_data)
{
  Counts *counts = user_data;
  const guint number = GPOINTER_TO_UINT (message) - 1;

  g_assert_cmpuint (number % PER_POSTER, ==, counts->next[number / PER_POSTER]++);
  counts->n_received++;
}

static void
test_many_posters (void)
{
  Counts counts = { 0 };
  GboxMailbox *mailbox = gbox_mailbox_new (NULL, receive_numbered, NULL, free_message, &counts);
  Poster posters[N_POSTERS];
  GThread *threads[N_POSTERS];

  for (guint i = 0; i < N_POSTERS; i++)
    {
      posters[i] = (Poster){ .mailbox = mailbox, .index = i };
      threads[i] = g_thread_new ("poster", post_numbered, &posters[i]);
    }
  while (counts.n_received < N_POSTERS * PER_POSTER)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < N_POSTERS; i++)
    g_thread_join (threads[i]);
  gbox_mailbox_close (mailbox);
  gbox_mailbox_unref (mailbox);
}

static gpointer
post_both_kinds (gpointer data)
{
  Poster *poster = data;

  while (!atomic_load (&poster->stop))
    {
      poster->n_posted++;
      if (poster->n_posted % 3 == 0)
        gbox_mailbox_post_latest (poster->mailbox, poster->n_posted % 8, GUINT_TO_POINTER (1));
      else
        gbox_mailbox_post (poster->mailbox, GUINT_TO_POINTER (1));
    }
  gbox_mailbox_unref (poster->mailbox);

  return NULL;
}

static void
receive_one (gpointer message, gpointer user_data)
{
  (*(guint *) user_data)++;
}

/* Each message is either dispatched or freed, also around the moment of closing. */
static void
test_close_while_posting (void)
{
  for (guint round = 0; round < 30; round++)
    {
      guint n_received = 0, n_at_close;
      GboxMailbox *mailbox = gbox_mailbox_new (NULL, receive_one, NULL, free_message, &n_received);
      Poster posters[2] = { 0 };
      GThread *threads[2];

      n_freed = 0;
      for (guint i = 0; i < 2; i++)
        {
          posters[i].mailbox = gbox_mailbox_ref (mailbox);
          threads[i] = g_thread_new ("poster", post_both_kinds, &posters[i]);
        }
      while (n_received < 20 * round)
        g_main_context_iteration (NULL, TRUE);
      gbox_mailbox_close (mailbox);
      gbox_mailbox_unref (mailbox);
      n_at_close = n_received;
      for (guint i = 0; i < 10; i++)
        g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (n_received, ==, n_at_close);

      for (guint i = 0; i < 2; i++)
        {
          atomic_store (&posters[i].stop, TRUE);
          g_thread_join (threads[i]);
        }
      g_assert_cmpuint (n_received + n_freed, ==, posters[0].n_posted + posters[1].n_posted);
    }
}

/* A mailbox belongs to the context that its thread had. */
static void
test_context (void)
{
  g_autoptr (GArray) received = g_array_new (FALSE, FALSE, sizeof (gpointer));
  g_autoptr (GMainContext) context = g_main_context_new ();
  GboxMailbox *mailbox;

  g_main_context_push_thread_default (context);
  mailbox = gbox_mailbox_new (NULL, receive, NULL, free_message, received);
  g_main_context_pop_thread_default (context);
  gbox_mailbox_post (mailbox, GUINT_TO_POINTER (1));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (received->len, ==, 0);
  g_main_context_iteration (context, FALSE);
  g_assert_cmpuint (received->len, ==, 1);
  gbox_mailbox_close (mailbox);
  gbox_mailbox_unref (mailbox);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mailbox/million", test_million);
  g_test_add_func ("/mailbox/endless-producer", test_endless_producer);
  g_test_add_func ("/mailbox/long-batch", test_long_batch);
  g_test_add_func ("/mailbox/latest", test_latest);
  g_test_add_func ("/mailbox/close", test_close);
  g_test_add_func ("/mailbox/close-inside", test_close_inside);
  g_test_add_func ("/mailbox/many-posters", test_many_posters);
  g_test_add_func ("/mailbox/close-while-posting", test_close_while_posting);
  g_test_add_func ("/mailbox/context", test_context);

  return g_test_run ();
}
