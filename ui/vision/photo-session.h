/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The photographs beside the Vision page: which folders, looking through them, and what excites the unit at
 * hand. */
#pragma once

#include "vision/verdict.h"
#include "vision/vision-session.h"

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* Examples that are shown. */
#define GBOX_PHOTO_SESSION_N_EXAMPLES 9

/**
 * GboxPhotoSession:
 *
 * Follows the unit of a #GboxVisionSession. Has no widgets. Main thread only; reads and decodes on others.
 *
 * Signals: `changed` (): the folders, or how far looking through them is. `examples-changed` (): what is
 * known of the unit at hand.
 */
#define GBOX_TYPE_PHOTO_SESSION (gbox_photo_session_get_type ())
G_DECLARE_FINAL_TYPE (GboxPhotoSession, gbox_photo_session, GBOX, PHOTO_SESSION, GObject)

GboxPhotoSession *gbox_photo_session_new (GboxVisionSession *session, GboxSettings *settings);
/* Stops everything. */
void gbox_photo_session_end (GboxPhotoSession *self);
GboxVisionSession *gbox_photo_session_get_vision (GboxPhotoSession *self);

/* The file to use instead of that of gbox_photo_index_open(). */
void gbox_photo_session_set_database (GboxPhotoSession *self, const char *path);

/* The folders that were chosen; empty at first. Free with g_strfreev(). */
char **gbox_photo_session_get_folders (GboxPhotoSession *self);
/* What to begin with: the folder of pictures and the system's backgrounds, where there are any. Free with
 * g_strfreev(). */
char **gbox_photo_session_get_offer (void);

/* Looks through @folders, a %NULL ends them, with all layers of the model at hand, and remembers them. */
void gbox_photo_session_index (GboxPhotoSession *self, const char *const *folders);
/* What was looked at stays; the next time goes on. */
void gbox_photo_session_cancel (GboxPhotoSession *self);
/* Chooses no folders any more; what is known of them stays until they are looked through again. */
void gbox_photo_session_forget (GboxPhotoSession *self);
gboolean gbox_photo_session_is_indexing (GboxPhotoSession *self);
/* 0 … 1, or below 0 while it is not known. */
double gbox_photo_session_get_progress (GboxPhotoSession *self);
/* How far it is, what came of it or what went wrong; "" if there is nothing to say. Free with g_free(). */
char *gbox_photo_session_describe (GboxPhotoSession *self);
/* (transfer none): what could not be read, "PATH: problem" a line; "" where all could. */
const char *gbox_photo_session_get_skipped (GboxPhotoSession *self);
guint gbox_photo_session_count_skipped (GboxPhotoSession *self);

/* Whether what is at hand is a unit, of which there can be examples. */
gboolean gbox_photo_session_has_unit (GboxPhotoSession *self);
/* (transfer none) (nullable): of the unit at hand; %NULL while they are looked for and where the objective is
 * not about one unit. */
const GboxExamples *gbox_photo_session_get_examples (GboxPhotoSession *self);
/* (transfer none) (nullable): what example @i shows. */
GdkTexture *gbox_photo_session_get_texture (GboxPhotoSession *self, guint i);
/* (nullable): why example @i shows nothing: "no longer there", say. */
const char *gbox_photo_session_get_problem (GboxPhotoSession *self, guint i);
/* (transfer full) (nullable): what they say of the unit together with the newest image, if that is about it;
 * %NULL where there are no examples. */
GboxVerdict *gbox_photo_session_judge (GboxPhotoSession *self);

G_END_DECLS
