/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How work is cut into tasks: by its size alone, so that the number of threads never changes a result. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory a task should touch: enough work to pay for handing it out. */
#define GBOX_SLICE_BYTES (48 * 1024)
#define GBOX_SLICE_MAX   64

/**
 * gbox_slice_count:
 * @n_items: items that can be worked on independently
 * @item_bytes: memory one item touches
 *
 * Returns: into how many tasks to cut them, 1 … 64
 */
static inline guint
gbox_slice_count (gsize n_items, gsize item_bytes)
{
  const gsize wanted = n_items * item_bytes / GBOX_SLICE_BYTES;

  return (guint) CLAMP (wanted, 1, MAX (MIN (n_items, GBOX_SLICE_MAX), 1));
}

/* The first item of slice @i of @n_slices; the slice ends where the next begins. */
static inline gsize
gbox_slice_first (gsize n_items, guint n_slices, guint i)
{
  return n_items * i / n_slices;
}

G_END_DECLS
