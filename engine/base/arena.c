/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One block of memory for everything a job needs, laid out by lifetimes before the first step. */
#include "base/arena.h"

#include "base/error.h"

#include <sys/mman.h>
#include <unistd.h>

#define ALIGNMENT ((gsize) 64)

typedef struct
{
  gsize size; /* rounded up to ALIGNMENT */
  gsize offset;
  guint first_use, last_use;
  guint index;
} Block;

struct _GboxArena
{
  GArray *blocks; /* of Block, by handle */
  gboolean too_large;
  guint8 *memory; /* NULL until committed */
  gsize size;
};

GboxArena *
gbox_arena_new (void)
{
  GboxArena *arena = g_new0 (GboxArena, 1);

  arena->blocks = g_array_new (FALSE, FALSE, sizeof (Block));

  return arena;
}

/* A mapping of nothing is an error. */
static gsize
get_mapping_size (const GboxArena *arena)
{
  return MAX (arena->size, 1);
}

void
gbox_arena_free (GboxArena *arena)
{
  if (arena == NULL)
    return;

  if (arena->memory != NULL)
    munmap (arena->memory, get_mapping_size (arena));
  g_array_unref (arena->blocks);
  g_free (arena);
}

guint
gbox_arena_reserve (GboxArena *arena, gsize n_bytes, guint first_use, guint last_use)
{
  g_return_val_if_fail (arena->memory == NULL, 0);
  g_return_val_if_fail (first_use <= last_use, 0);

  Block block = { .first_use = first_use, .last_use = last_use, .index = arena->blocks->len };

  if (n_bytes > G_MAXSSIZE - ALIGNMENT)
    arena->too_large = TRUE;
  else
    block.size = (MAX (n_bytes, 1) + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
  g_array_append_val (arena->blocks, block);

  return block.index;
}

static gint
compare_sizes (gconstpointer a, gconstpointer b)
{
  const Block *x = *(Block *const *) a;
  const Block *y = *(Block *const *) b;

  if (x->size != y->size)
    return x->size > y->size ? -1 : 1;

  return x->index < y->index ? -1 : 1;
}

static gboolean
lifetimes_overlap (const Block *a, const Block *b)
{
  return a->first_use <= b->last_use && b->first_use <= a->last_use;
}

/* Gives @block the lowest offset where it overlaps none of @placed (sorted by offset) that lives at the same
 * time, and inserts it there. */
static gboolean
place (GPtrArray *placed, Block *block)
{
  gsize offset = 0;
  guint position;

  for (guint i = 0; i < placed->len; i++)
    {
      const Block *other = placed->pdata[i];

      if (!lifetimes_overlap (block, other))
        continue;
      if (other->offset >= offset && other->offset - offset >= block->size)
        break;
      offset = MAX (offset, other->offset + other->size);
    }
  if (block->size > G_MAXSSIZE - offset)
    return FALSE;

  block->offset = offset;
  for (position = 0; position < placed->len; position++)
    if (((Block *) placed->pdata[position])->offset > offset)
      break;
  g_ptr_array_insert (placed, (int) position, block);

  return TRUE;
}

static gboolean
place_all (GboxArena *arena)
{
  g_autoptr (GPtrArray) order = g_ptr_array_sized_new (arena->blocks->len);
  g_autoptr (GPtrArray) placed = g_ptr_array_sized_new (arena->blocks->len);

  for (guint i = 0; i < arena->blocks->len; i++)
    g_ptr_array_add (order, &g_array_index (arena->blocks, Block, i));
  g_ptr_array_sort (order, compare_sizes);

  arena->size = 0;
  for (guint i = 0; i < order->len; i++)
    {
      Block *block = order->pdata[i];

      if (!place (placed, block))
        return FALSE;
      arena->size = MAX (arena->size, block->offset + block->size);
    }

  return TRUE;
}

/* A kernel that overcommits without limit would grant any size and kill the process when it is touched: ask
 * how much there is. */
static gboolean
exceeds_machine (gsize n_bytes)
{
  const long n_pages = sysconf (_SC_PHYS_PAGES);
  const long page_size = sysconf (_SC_PAGESIZE);

  return n_pages > 0 && page_size > 0 && n_bytes / (gsize) page_size > (gsize) n_pages;
}

static gboolean
map (GboxArena *arena)
{
  gpointer memory;

  if (exceeds_machine (arena->size))
    return FALSE;

  memory = mmap (NULL, get_mapping_size (arena), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED)
    {
      arena->memory = memory;
      /* The first step touches it all: in few large pages that is cheaper. Where the kernel has none, nothing
       * changes. */
      (void) madvise (memory, get_mapping_size (arena), MADV_HUGEPAGE);
    }

  return memory != MAP_FAILED;
}

gboolean
gbox_arena_commit (GboxArena *arena, GError **error)
{
  g_return_val_if_fail (arena->memory == NULL, FALSE);

  const gboolean known = !arena->too_large && place_all (arena);

  if (known && map (arena))
    return TRUE;

  if (known)
    {
      g_autofree char *size = g_format_size (arena->size);

      g_set_error (error, GBOX_ERROR, GBOX_ERROR_MEMORY,
                   "This work needs %s of memory, more than this machine can give: choose a smaller size.",
                   size);
    }
  else
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_MEMORY,
                         "This work needs more memory than any machine has: choose a smaller size.");

  return FALSE;
}

gpointer
gbox_arena_get (const GboxArena *arena, guint block)
{
  g_return_val_if_fail (arena->memory != NULL, NULL);
  g_return_val_if_fail (block < arena->blocks->len, NULL);

  return arena->memory + g_array_index (arena->blocks, Block, block).offset;
}

gsize
gbox_arena_get_size (const GboxArena *arena)
{
  return arena->size;
}
