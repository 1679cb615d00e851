/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames: the pool gives memory again, and what is out outlives it. */
#include "runtime/frame.h"

#include <stdatomic.h>
#include <string.h>

static void
test_reuse (void)
{
  g_autoptr (GboxFramePool) pool = gbox_frame_pool_new (7, 5);
  GboxFrame *first = gbox_frame_pool_acquire (pool, 1);
  GboxFrame *second = gbox_frame_pool_acquire (pool, 2);
  guint8 *first_pixels = first->pixels;
  GboxFrame *third, *other;

  g_assert_cmpint (first->width, ==, 7);
  g_assert_cmpint (first->height, ==, 5);
  g_assert_cmpuint (first->step, ==, 1);
  g_assert_true (first->pixels != second->pixels);
  memset (first->pixels, 1, 7 * 5 * 3);
  memset (second->pixels, 2, 7 * 5 * 3);
  g_assert_cmpuint (first->pixels[7 * 5 * 3 - 1], ==, 1);

  gbox_frame_unref (gbox_frame_ref (first));
  other = gbox_frame_pool_acquire (pool, 9);
  g_assert_true (other->pixels != first_pixels);
  gbox_frame_unref (first);
  third = gbox_frame_pool_acquire (pool, 3);
  g_assert_true (third->pixels == first_pixels);
  g_assert_cmpuint (third->step, ==, 3);
  gbox_frame_unref (third);
  gbox_frame_unref (second);
  gbox_frame_unref (other);
}

static void
test_outlives_pool (void)
{
  GboxFramePool *pool = gbox_frame_pool_new (3, 2);
  GboxFrame *frame = gbox_frame_pool_acquire (pool, 1);
  g_autoptr (GBytes) bytes = NULL;
  gsize size;

  gbox_frame_unref (gbox_frame_pool_acquire (pool, 2));
  memset (frame->pixels, 42, 18);
  bytes = gbox_frame_get_bytes (frame);
  gbox_frame_pool_free (pool);
  gbox_frame_unref (frame);
  g_assert_cmpuint (((const guint8 *) g_bytes_get_data (bytes, &size))[17], ==, 42);
  g_assert_cmpuint (size, ==, 18);
}

static void
test_boxed (void)
{
  g_autoptr (GboxFramePool) pool = gbox_frame_pool_new (1, 1);
  GboxFrame *frame = gbox_frame_pool_acquire (pool, 1);
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, GBOX_TYPE_FRAME);
  g_value_take_boxed (&value, frame);
  g_assert_true (g_value_get_boxed (&value) == frame);
}

#define N_FRAMES 20000
/* On the way at once: where the two threads share a core with others, each turn takes milliseconds. */
#define N_SLOTS 64

static gpointer
drop_frames (gpointer data)
{
  _Atomic (GboxFrame *) *slots = data;

  for (guint i = 0; i < N_FRAMES; i++)
    {
      GboxFrame *frame;

      while ((frame = atomic_exchange (&slots[i % N_SLOTS], NULL)) == NULL)
        g_thread_yield ();
      g_assert_cmpuint (frame->step, ==, i);
      g_assert_cmpuint (frame->pixels[i % (8 * 8 * 3)], ==, i % 256);
      gbox_frame_unref (frame);
    }

  return NULL;
}

/* Filled here, dropped on another thread. */
static void
test_two_threads (void)
{
  _Atomic (GboxFrame *) slots[N_SLOTS] = { NULL };
  GboxFramePool *pool = gbox_frame_pool_new (8, 8);
  GThread *thread = g_thread_new ("dropper", drop_frames, slots);

  for (guint i = 0; i < N_FRAMES; i++)
    {
      GboxFrame *frame = gbox_frame_pool_acquire (pool, i);

      memset (frame->pixels, (int) (i % 256), 8 * 8 * 3);
      while (atomic_load (&slots[i % N_SLOTS]) != NULL)
        g_thread_yield ();
      atomic_store (&slots[i % N_SLOTS], frame);
    }
  gbox_frame_pool_free (pool);
  g_thread_join (thread);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/frame/reuse", test_reuse);
  g_test_add_func ("/frame/outlives-pool", test_outlives_pool);
  g_test_add_func ("/frame/boxed", test_boxed);
  g_test_add_func ("/frame/two-threads", test_two_threads);

  return g_test_run ();
}
