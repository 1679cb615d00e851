/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where in a file a tensor's data are. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint64 begin;
  guint64 end; /* the byte after the last */
} GboxByteRange;

/* A #GCompareFunc of two #GboxByteRange: by their beginnings, then by their ends. */
int gbox_byte_range_compare (gconstpointer a, gconstpointer b);

G_END_DECLS
