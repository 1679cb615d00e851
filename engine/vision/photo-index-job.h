/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of looking through photographs with a network. */
#pragma once

#include "runtime/job.h"
#include "vision/photo-index-event.h"
#include "vision/photo-index-spec.h"

G_BEGIN_DECLS

/* What a point's values are. */
enum
{
  GBOX_PHOTO_INDEX_VALUE_PHOTOS,  /* done, those that cannot be read included */
  GBOX_PHOTO_INDEX_VALUE_PATCHES, /* shown to the network */
  GBOX_PHOTO_INDEX_N_VALUES,
};

/**
 * GboxPhotoIndexJob:
 *
 * Looks through the folders, posts #GboxPhotosFound and how many photographs there are to do, then a point
 * for each, which is in the #GboxPhotoIndex by then, and a #GboxPhotoSkipped for what cannot be read. A step
 * shows the network a patch. Who stops it, however rudely, can start it again and goes on where it was.
 */
#define GBOX_TYPE_PHOTO_INDEX_JOB (gbox_photo_index_job_get_type ())
G_DECLARE_FINAL_TYPE (GboxPhotoIndexJob, gbox_photo_index_job, GBOX, PHOTO_INDEX_JOB, GboxJob)

/* Transfer full. The spec is copied. */
GboxJob *gbox_photo_index_job_new (GboxPhotoIndexSpec *spec);
/* The same with a network instead of the spec's model. */
GboxJob *gbox_photo_index_job_new_for_network (GboxPhotoIndexSpec *spec, GboxNetwork *network);

G_END_DECLS
