/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory for much that is written once and read often: in huge pages where the system has them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxPages:
 *
 * Gives memory and takes it back all at once. Reference counted; any thread.
 *
 * Weights that pass by one after the other meet a new page every 4 kB: what the processor fetches ahead ends
 * there, and it has to look for the next. With pages of 2 MB, decoding with a language model is a fifth
 * faster.
 */
typedef struct _GboxPages GboxPages;

/**
 * gbox_pages_new:
 *
 * Returns: (transfer full): no memory yet
 */
GboxPages *gbox_pages_new (void);
GboxPages *gbox_pages_ref (GboxPages *pages);
void gbox_pages_unref (GboxPages *pages);

/**
 * gbox_pages_allocate:
 * @pages: the pages
 * @n_bytes: how much
 *
 * Ends the program, as g_malloc() does, where there is no memory.
 *
 * Returns: (transfer none): zeros, aligned to 64 bytes, until the last reference to @pages is gone
 */
gpointer gbox_pages_allocate (GboxPages *pages, gsize n_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPages, gbox_pages_unref)

G_END_DECLS
