/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arena: blocks that live at the same time never share memory, others do, and impossible sizes are
 * errors. */
#include "base/arena.h"
#include "base/error.h"
#include "base/philox.h"

#include <string.h>
#include <unistd.h>

typedef struct
{
  gsize size;
  guint first, last;
  guint handle;
} Wish;

static gsize
rounded (gsize size)
{
  return (MAX (size, 1) + 63) / 64 * 64;
}

static gboolean
live_together (const Wish *a, const Wish *b)
{
  return a->first <= b->last && b->first <= a->last;
}

static void
check_apart (const GboxArena *arena, const Wish *a, const Wish *b)
{
  const guint8 *x = gbox_arena_get (arena, a->handle);
  const guint8 *y = gbox_arena_get (arena, b->handle);

  g_assert_true (x + rounded (a->size) <= y || y + rounded (b->size) <= x);
}

/* The most bytes alive at one moment: no layout can do with less. */
static gsize
peak (const Wish *wishes, guint n)
{
  gsize most = 0;

  for (guint i = 0; i < n; i++)
    {
      gsize sum = 0;

      for (guint j = 0; j < n; j++)
        if (wishes[j].first <= wishes[i].first && wishes[i].first <= wishes[j].last)
          sum += rounded (wishes[j].size);
      most = MAX (most, sum);
    }

  return most;
}

static void
test_random_plans (void)
{
  for (guint round = 0; round < 200; round++)
    {
      g_autoptr (GboxArena) arena = gbox_arena_new ();
      Wish wishes[60];
      gsize sum = 0, lowest;
      GboxPhilox random;

      gbox_philox_init (&random, 1, 0, round);
      for (guint i = 0; i < G_N_ELEMENTS (wishes); i++)
        {
          Wish *wish = &wishes[i];

          wish->size = gbox_philox_below (&random, 20000);
          wish->first = gbox_philox_below (&random, 40);
          wish->last = gbox_philox_below (&random, 10) == 0 ? GBOX_ARENA_FOREVER
                                                            : wish->first + gbox_philox_below (&random, 8);
          wish->handle = gbox_arena_reserve (arena, wish->size, wish->first, wish->last);
          sum += rounded (wish->size);
        }
      g_assert_true (gbox_arena_commit (arena, NULL));

      lowest = peak (wishes, G_N_ELEMENTS (wishes));
      g_assert_cmpuint (gbox_arena_get_size (arena), >=, lowest);
      g_assert_cmpuint (gbox_arena_get_size (arena), <, sum);
      for (guint i = 0; i < G_N_ELEMENTS (wishes); i++)
        {
          g_assert_cmpuint ((guintptr) gbox_arena_get (arena, wishes[i].handle) % 64, ==, 0);
          for (guint j = 0; j < i; j++)
            if (live_together (&wishes[i], &wishes[j]))
              check_apart (arena, &wishes[i], &wishes[j]);
        }
    }
}

static void
test_sharing (void)
{
  g_autoptr (GboxArena) arena = gbox_arena_new ();
  guint handles[10];

  /* A chain, each operation reading what the one before wrote: two buffers are enough. */
  for (guint i = 0; i < G_N_ELEMENTS (handles); i++)
    handles[i] = gbox_arena_reserve (arena, 1000, i, i + 1);
  g_assert_true (gbox_arena_commit (arena, NULL));

  g_assert_cmpuint (gbox_arena_get_size (arena), ==, 2 * rounded (1000));
  g_assert_true (gbox_arena_get (arena, handles[0]) == gbox_arena_get (arena, handles[2]));
  g_assert_true (gbox_arena_get (arena, handles[0]) != gbox_arena_get (arena, handles[1]));
}

/* In the order of asking, the first two would leave no hole for the third; from the largest on they fit. */
static void
test_largest_first (void)
{
  g_autoptr (GboxArena) arena = gbox_arena_new ();

  gbox_arena_reserve (arena, 64, 0, 0);
  gbox_arena_reserve (arena, 64, 0, 2);
  gbox_arena_reserve (arena, 128, 1, 1);
  g_assert_true (gbox_arena_commit (arena, NULL));
  g_assert_cmpuint (gbox_arena_get_size (arena), ==, 192);
}

static void
test_zeroed_and_writable (void)
{
  static const gsize sizes[] = { 0, 1, 63, 64, 65, 100000, 9000000 };
  g_autoptr (GboxArena) arena = gbox_arena_new ();
  guint handles[G_N_ELEMENTS (sizes)];

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    handles[i] = gbox_arena_reserve (arena, sizes[i], 0, GBOX_ARENA_FOREVER);
  g_assert_true (gbox_arena_commit (arena, NULL));

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      guint8 *bytes = gbox_arena_get (arena, handles[i]);

      g_assert_nonnull (bytes);
      for (gsize k = 0; k < sizes[i]; k++)
        g_assert_cmpuint (bytes[k], ==, 0);
      memset (bytes, (int) i + 1, sizes[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const guint8 *bytes = gbox_arena_get (arena, handles[i]);

      for (gsize k = 0; k < sizes[i]; k++)
        g_assert_cmpuint (bytes[k], ==, i + 1);
    }
}

static void
test_empty (void)
{
  g_autoptr (GboxArena) arena = gbox_arena_new ();

  g_assert_true (gbox_arena_commit (arena, NULL));
  g_assert_cmpuint (gbox_arena_get_size (arena), ==, 0);
}

static void
check_impossible (gsize size, guint n_blocks)
{
  g_autoptr (GboxArena) arena = gbox_arena_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n_blocks; i++)
    gbox_arena_reserve (arena, size, 0, GBOX_ARENA_FOREVER);
  g_assert_false (gbox_arena_commit (arena, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_MEMORY);
}

static void
test_impossible (void)
{
  const gsize machine = (gsize) sysconf (_SC_PHYS_PAGES) * (gsize) sysconf (_SC_PAGESIZE);

  check_impossible (G_MAXSIZE, 1);
  check_impossible (G_MAXSIZE - 10, 1);
  check_impossible (G_MAXSSIZE, 1);
  check_impossible (G_MAXSSIZE - 64, 1);
  check_impossible (G_MAXSIZE / 4, 8);
  check_impossible ((gsize) 1 << 46, 1);
  check_impossible (machine, 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/arena/random-plans", test_random_plans);
  g_test_add_func ("/arena/sharing", test_sharing);
  g_test_add_func ("/arena/largest-first", test_largest_first);
  g_test_add_func ("/arena/zeroed-and-writable", test_zeroed_and_writable);
  g_test_add_func ("/arena/empty", test_empty);
  g_test_add_func ("/arena/impossible", test_impossible);

  return g_test_run ();
}
