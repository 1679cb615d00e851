/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures the spectrum of photographs, a few milliseconds at a time. */
#pragma once

#include "base/team.h"
#include "vision/photo-spectrum.h"

G_BEGIN_DECLS

/* No more photographs are looked at: of larger collections as many at equal distances. */
#define GBOX_PHOTO_SURVEY_MAX_PHOTOS 256

/**
 * GboxPhotoSurvey:
 *
 * Looks through files and folders as the photo index does, decodes on threads of its own and measures each
 * photograph at 256 pixels of its shorter side; smaller ones, those of one colour and what cannot be read are
 * passed over. Each photograph counts the same, and in whatever order they are decoded, the spectrum is the
 * same to the bit. Belongs to one thread; freeing it ends the work.
 */
typedef struct _GboxPhotoSurvey GboxPhotoSurvey;

/**
 * gbox_photo_survey_new:
 * @team: the workers; must outlive it
 * @paths: files and folders of photographs; a %NULL ends them
 * @error: return location for an error
 *
 * Begins to look; returns at once.
 *
 * Returns: (transfer full) (nullable): %NULL with %GBOX_ERROR_MEMORY
 */
GboxPhotoSurvey *gbox_photo_survey_new (GboxTeam *team, const char *const *paths, GError **error);
/* The same of what a spec's spectrum names: the photographs of the index, a file or a folder;
 * %GBOX_ERROR_NOT_FOUND also where the index has none. */
GboxPhotoSurvey *gbox_photo_survey_new_for_spectrum (GboxTeam *team, const char *spectrum, GError **error);
void gbox_photo_survey_free (GboxPhotoSurvey *self);

/**
 * gbox_photo_survey_step:
 * @is_done: (out): whether all is measured
 * @error: return location for an error
 *
 * Waits for some milliseconds, or measures a photograph.
 *
 * Returns: %FALSE with %GBOX_ERROR_NOT_FOUND where there is no photograph that can be measured
 */
gboolean gbox_photo_survey_step (GboxPhotoSurvey *self, gboolean *is_done, GError **error);

/* Once it is done: the spectrum. Returns: of how many photographs. */
guint gbox_photo_survey_conclude (const GboxPhotoSurvey *self, GboxPhotoSpectrum *spectrum);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPhotoSurvey, gbox_photo_survey_free)

G_END_DECLS
