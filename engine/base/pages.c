/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory for much that is written once and read often: in huge pages where the system has them. */
#include "base/pages.h"

#include <pthread.h>
#include <sys/mman.h>

#define ALIGNMENT  64
#define HUGE_PAGE  (2 * 1024 * 1024)
#define CHUNK_SIZE (8 * HUGE_PAGE)

typedef struct
{
  guint8 *mapping;
  gsize size;
} Chunk;

struct _GboxPages
{
  gatomicrefcount ref_count;
  pthread_mutex_t lock;
  GArray *chunks; /* of Chunk */
  guint8 *next;   /* what is free of the last chunk */
  gsize n_left;
};

GboxPages *
gbox_pages_new (void)
{
  GboxPages *pages = g_new0 (GboxPages, 1);

  g_atomic_ref_count_init (&pages->ref_count);
  pthread_mutex_init (&pages->lock, NULL);
  pages->chunks = g_array_new (FALSE, FALSE, sizeof (Chunk));

  return pages;
}

GboxPages *
gbox_pages_ref (GboxPages *pages)
{
  g_atomic_ref_count_inc (&pages->ref_count);

  return pages;
}

void
gbox_pages_unref (GboxPages *pages)
{
  if (!g_atomic_ref_count_dec (&pages->ref_count))
    return;

  for (guint i = 0; i < pages->chunks->len; i++)
    {
      const Chunk *chunk = &g_array_index (pages->chunks, Chunk, i);

      munmap (chunk->mapping, chunk->size);
    }
  g_array_unref (pages->chunks);
  pthread_mutex_destroy (&pages->lock);
  g_free (pages);
}

/* Whole huge pages, and one more, so that the first can begin where one does. */
static void
add_chunk (GboxPages *pages, gsize n_bytes)
{
  const gsize n_usable = (MAX (n_bytes, CHUNK_SIZE) + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
  Chunk chunk = { .size = n_usable + HUGE_PAGE };
  gsize n_before;

  chunk.mapping = mmap (NULL, chunk.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (chunk.mapping == MAP_FAILED)
    g_error ("There is no memory for %" G_GSIZE_FORMAT " bytes.", n_bytes);
  g_array_append_val (pages->chunks, chunk);

  n_before = (HUGE_PAGE - (gsize) chunk.mapping % HUGE_PAGE) % HUGE_PAGE;
  pages->next = chunk.mapping + n_before;
  pages->n_left = n_usable;
  /* A wish: where it is refused, small pages do. */
  madvise (pages->next, n_usable, MADV_HUGEPAGE);
}

gpointer
gbox_pages_allocate (GboxPages *pages, gsize n_bytes)
{
  const gsize n_taken = (MAX (n_bytes, 1) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  gpointer memory;

  pthread_mutex_lock (&pages->lock);
  if (pages->n_left < n_taken)
    add_chunk (pages, n_taken);
  memory = pages->next;
  pages->next += n_taken;
  pages->n_left -= n_taken;
  pthread_mutex_unlock (&pages->lock);

  return memory;
}
