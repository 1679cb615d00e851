/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads photographs ahead on threads of its own, so that the network never waits for one. */
#pragma once

#include "vision/photo-patches.h"

G_BEGIN_DECLS

typedef struct _GboxPhotoReader GboxPhotoReader;

/**
 * GboxPhotoReading:
 * @id: what was given with the path
 * @patches: (nullable): the photograph
 * @error: (nullable): or why it cannot be read
 */
typedef struct
{
  guint id;
  GboxPhotoPatches *patches;
  GError *error;
} GboxPhotoReading;

void gbox_photo_reading_free (GboxPhotoReading *reading);

/* @n_threads read at the same time, at a lower priority than the main thread; transfer full. */
GboxPhotoReader *gbox_photo_reader_new (const GboxPhotoCut *cut, guint n_threads);

/* What is not begun is not read; waits for what is. */
void gbox_photo_reader_free (GboxPhotoReader *reader);

/* Whether another photograph may be asked for: as many as keep the threads busy, so that they do not fill the
 * memory. */
gboolean gbox_photo_reader_has_room (const GboxPhotoReader *reader);
void gbox_photo_reader_push (GboxPhotoReader *reader, guint id, const char *path);

/* A photograph that is read, in whatever order; waits for some milliseconds. Transfer full, nullable. */
GboxPhotoReading *gbox_photo_reader_pop (GboxPhotoReader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPhotoReader, gbox_photo_reader_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPhotoReading, gbox_photo_reading_free)

G_END_DECLS
