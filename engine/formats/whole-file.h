/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file's content in memory of our own, so that nothing that happens to the file later can matter. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gbox_whole_file_read:
 * @path: an ordinary file
 * @display_name: how messages call it
 * @error: return location for an error
 *
 * Reads it, instead of mapping it: from a mapping, a file that another program shortens meanwhile ends the
 * process. Not for the main thread.
 *
 * Returns: (transfer full) (nullable): the content; %NULL with %GBOX_ERROR_NOT_FOUND, %GBOX_ERROR_UNSUPPORTED
 * for a folder or anything else that is no ordinary file, %GBOX_ERROR_MEMORY, or %GBOX_ERROR_IO, also where
 * the file became shorter while it was read
 */
GBytes *gbox_whole_file_read (const char *path, const char *display_name, GError **error);

/**
 * gbox_whole_file_release:
 * @data: a part of what gbox_whole_file_read() returned
 * @n_bytes: size of the part
 *
 * Gives memory back that nobody will read again: the whole pages of the part. They read as zeros from then
 * on. Any thread.
 */
void gbox_whole_file_release (gconstpointer data, gsize n_bytes);

G_END_DECLS
