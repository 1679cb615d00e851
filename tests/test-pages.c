/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory in huge pages. */
#include <string.h>

#include "base/pages.h"

#define N         64
#define ALIGNMENT 64

/* Small blocks, none, and one larger than what is asked from the system at a time: all zero, none of them
 * part of another, kept as long as one reference is. */
static void
test_blocks (void)
{
  const gsize sizes[] = { 1, 64, 100, 0, 300000, 20 * 1024 * 1024, 3, 7 * 1024 * 1024 };
  GboxPages *pages = gbox_pages_new ();
  guint8 *blocks[N];

  for (gsize i = 0; i < N; i++)
    {
      const gsize size = sizes[i % G_N_ELEMENTS (sizes)];

      blocks[i] = gbox_pages_allocate (pages, size);
      g_assert_cmpuint ((gsize) blocks[i] % ALIGNMENT, ==, 0);
      if (size > 0)
        {
          g_assert_cmpuint (blocks[i][0], ==, 0);
          g_assert_cmpuint (blocks[i][size / 2], ==, 0);
          g_assert_cmpuint (blocks[i][size - 1], ==, 0);
          blocks[i][0] = blocks[i][size / 2] = blocks[i][size - 1] = (guint8) (i + 1);
        }
    }

  gbox_pages_ref (pages);
  gbox_pages_unref (pages);
  for (gsize i = 0; i < N; i++)
    {
      const gsize size = sizes[i % G_N_ELEMENTS (sizes)];

      if (size > 0)
        {
          g_assert_cmpuint (blocks[i][0], ==, i + 1);
          g_assert_cmpuint (blocks[i][size / 2], ==, i + 1);
          g_assert_cmpuint (blocks[i][size - 1], ==, i + 1);
        }
    }
  gbox_pages_unref (pages);
}

typedef struct
{
  GboxPages *pages;
  guint8 value;
} Writer;

/* Fills many blocks, then looks whether anybody else wrote to them. */
static gpointer
write_blocks (gpointer data)
{
  const Writer *writer = data;
  guint8 *blocks[N];

  for (gsize i = 0; i < N; i++)
    {
      blocks[i] = gbox_pages_allocate (writer->pages, 10000 + i);
      memset (blocks[i], writer->value, 10000 + i);
    }
  for (gsize i = 0; i < N; i++)
    for (gsize j = 0; j < 10000 + i; j++)
      g_assert_cmpuint (blocks[i][j], ==, writer->value);

  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (GboxPages) pages = gbox_pages_new ();
  Writer writers[4];
  GThread *threads[4];

  for (guint8 i = 0; i < 4; i++)
    {
      writers[i] = (Writer){ pages, (guint8) (i + 1) };
      threads[i] = g_thread_new ("writer", write_blocks, &writers[i]);
    }
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pages/blocks", test_blocks);
  g_test_add_func ("/pages/threads", test_threads);
  return g_test_run ();
}
