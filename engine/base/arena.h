/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One block of memory for everything a job needs, laid out by lifetimes before the first step. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GboxArena GboxArena;

#define GBOX_ARENA_FOREVER G_MAXUINT

/**
 * gbox_arena_new:
 *
 * Returns: (transfer full): an empty arena, in its planning phase
 */
GboxArena *gbox_arena_new (void);
void gbox_arena_free (GboxArena *arena);

/**
 * gbox_arena_reserve:
 * @arena: an arena not yet committed
 * @n_bytes: size of the block
 * @first_use: index of the first operation that touches the block
 * @last_use: index of the last one, inclusive, or %GBOX_ARENA_FOREVER
 *
 * Asks for a block. Blocks whose intervals [@first_use, @last_use] do not overlap may share memory. A block
 * that must outlive the step has @first_use 0 and @last_use %GBOX_ARENA_FOREVER.
 *
 * Returns: a handle for gbox_arena_get()
 */
guint gbox_arena_reserve (GboxArena *arena, gsize n_bytes, guint first_use, guint last_use);

/**
 * gbox_arena_commit:
 * @arena: an arena
 * @error: return location for an error
 *
 * Places every block (largest first, lowest free offset) and allocates the arena in one piece, zeroed, every
 * block aligned to 64 bytes.
 *
 * Returns: %FALSE with %GBOX_ERROR_MEMORY if the memory cannot be had
 */
gboolean gbox_arena_commit (GboxArena *arena, GError **error);

/**
 * gbox_arena_get:
 * @arena: a committed arena
 * @block: a handle
 *
 * Returns: (transfer none): the block's memory, valid as long as the arena
 */
gpointer gbox_arena_get (const GboxArena *arena, guint block);

/**
 * gbox_arena_get_size:
 * @arena: a committed arena
 *
 * Returns: bytes of the whole arena
 */
gsize gbox_arena_get_size (const GboxArena *arena);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxArena, gbox_arena_free)

G_END_DECLS
