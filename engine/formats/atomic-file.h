/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are either the old or the whole new one, whatever happens while they are written. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gbox_write_fully:
 * @fd: an open file
 * @data: what to write
 * @n_bytes: how much
 * @display_name: how messages call the file
 * @error: return location for an error
 *
 * Returns: %FALSE with %GBOX_ERROR_IO (disk full, no permission)
 */
gboolean gbox_write_fully (int fd, const void *data, gsize n_bytes, const char *display_name, GError **error);

/**
 * gbox_sync_and_rename:
 * @fd: the open file called @from
 * @from: its temporary name
 * @to: the name it is to have, in the same folder; what is there is replaced
 * @error: return location for an error
 *
 * Syncs the file, renames it and syncs the folder, so that a power cut cannot leave a name without its
 * content.
 *
 * Returns: %FALSE with %GBOX_ERROR_IO
 */
gboolean gbox_sync_and_rename (int fd, const char *from, const char *to, GError **error);

/**
 * gbox_open_temporary:
 * @path: the file that is to be written
 * @temporary: (out) (transfer full) (type filename): the name of the new, empty file, in the same folder
 * @error: return location for an error
 *
 * Removes what programs that were killed while they wrote @path have left behind. Refuses where @path is a
 * device or a pipe. The new file is locked as
 * long as it is open, so that nobody takes it for such a rest.
 *
 * Returns: its descriptor, to be closed; -1 with %GBOX_ERROR_IO
 */
int gbox_open_temporary (const char *path, char **temporary, GError **error);

/* Sets %GBOX_ERROR_IO saying in words that @display_name could not be written because of @saved_errno. */
void gbox_set_write_error (GError **error, const char *display_name, int saved_errno);

G_END_DECLS
