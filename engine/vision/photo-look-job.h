/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of looking at one photograph with a network. */
#pragma once

#include "runtime/job.h"
#include "vision/photo-look-event.h"
#include "vision/photo-look-spec.h"

G_BEGIN_DECLS

/**
 * GboxPhotoLookJob:
 *
 * Posts a #GboxPhotoLook, or a #GboxPhotoWhy where a class is asked for, and a point for each part of the
 * work; how many there will be only of a look.
 */
#define GBOX_TYPE_PHOTO_LOOK_JOB (gbox_photo_look_job_get_type ())
G_DECLARE_FINAL_TYPE (GboxPhotoLookJob, gbox_photo_look_job, GBOX, PHOTO_LOOK_JOB, GboxJob)

/* Transfer full. The spec is copied. */
GboxJob *gbox_photo_look_job_new (GboxPhotoLookSpec *spec);
/* The same with a network instead of the spec's model. */
GboxJob *gbox_photo_look_job_new_for_network (GboxPhotoLookSpec *spec, GboxNetwork *network);

G_END_DECLS
