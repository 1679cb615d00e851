/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the units of networks answer to photographs, kept in a database. */
#pragma once

#include "vision/photo-listing.h"
#include "vision/unit-summary.h"

G_BEGIN_DECLS

/**
 * GboxPhotoIndex:
 *
 * An SQLite database with a row for each photograph and each layer that was looked at, so that what is said
 * of a unit is exact whatever photographs come, change or go. A write is a transaction: who is killed loses
 * what was not written yet and nothing else. Belongs to one thread; several may have one file open, and read
 * while one writes.
 */
typedef struct _GboxPhotoIndex GboxPhotoIndex;

/* `glassbox/photos.sqlite` of the user data folder; transfer full. */
char *gbox_photo_index_get_default_path (void);

/**
 * gbox_photo_index_open:
 * @path: (nullable): the database, made where there is none; %NULL or "" for the default
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the index; %NULL with %GBOX_ERROR_IO, %GBOX_ERROR_INVALID_FILE or
 * %GBOX_ERROR_UNSUPPORTED
 */
GboxPhotoIndex *gbox_photo_index_open (const char *path, GError **error);
void gbox_photo_index_free (GboxPhotoIndex *index);

/**
 * gbox_photo_index_add_model:
 * @digest: of the network's weights
 * @n_scales: that photographs are cut at
 * @error: return location for an error
 *
 * Returns: a number for this network with this cut, the same at every call; 0 on an error
 */
gint64 gbox_photo_index_add_model (GboxPhotoIndex *index, const char *digest, int n_scales, GError **error);

/* As gbox_photo_index_add_model(), but of one that is there; with 0 in @n_scales, with whatever cut was
 * looked at last, which is then in it. 0 without an error if there is none. */
gint64 gbox_photo_index_find_model (GboxPhotoIndex *index, const char *digest, int *n_scales, GError **error);

/**
 * GboxPhotoState:
 * @GBOX_PHOTO_NEW: it, or one of the layers, was not looked at, or it has changed since
 * @GBOX_PHOTO_KNOWN: all of it is there
 * @GBOX_PHOTO_UNREADABLE: it could not be read, and has not changed since
 */
typedef enum
{
  GBOX_PHOTO_NEW,
  GBOX_PHOTO_KNOWN,
  GBOX_PHOTO_UNREADABLE,
} GboxPhotoState;

/**
 * gbox_photo_index_look_up:
 * @model: a number of gbox_photo_index_add_model()
 * @file: a photograph
 * @layers: (array length=n_layers): names
 * @n_layers: how many
 * @state: (out): what is known of it
 * @problem: (out) (transfer full) (nullable): why it could not be read
 * @error: return location for an error
 *
 * Returns: %FALSE with %GBOX_ERROR_IO
 */
gboolean gbox_photo_index_look_up (GboxPhotoIndex *index,
                                   gint64 model,
                                   const GboxPhotoFile *file,
                                   const char *const *layers,
                                   guint n_layers,
                                   GboxPhotoState *state,
                                   char **problem,
                                   GError **error);

/**
 * GboxPhotoLayer:
 * @name: of the layer
 * @n_units: how many
 * @summaries: (array length=n_units): what they answer
 */
typedef struct
{
  const char *name;
  gsize n_units;
  const GboxUnitSummary *summaries;
} GboxPhotoLayer;

/**
 * gbox_photo_index_store:
 * @width: of the upright photograph
 * @height: of it
 * @layers: (array length=n_layers): what is to be kept; replaces what was
 *
 * Where the file has changed, all that was known of it is forgotten. One transaction.
 *
 * Returns: %FALSE with %GBOX_ERROR_IO
 */
gboolean gbox_photo_index_store (GboxPhotoIndex *index,
                                 gint64 model,
                                 const GboxPhotoFile *file,
                                 int width,
                                 int height,
                                 const GboxPhotoLayer *layers,
                                 guint n_layers,
                                 GError **error);

/* Notes that the photograph cannot be read, and why. */
gboolean gbox_photo_index_store_problem (GboxPhotoIndex *index,
                                         const GboxPhotoFile *file,
                                         const char *problem,
                                         GError **error);

/**
 * gbox_photo_index_forget_missing:
 * @folders: a %NULL ends them: absolute paths that were looked through
 * @files: (element-type GboxPhotoFile): what was found, ordered by path
 * @unreadable: (element-type utf8): folders that could not be read: nothing in them is forgotten
 * @n_forgotten: (out): how many photographs were
 * @error: return location for an error
 *
 * Forgets the photographs in @folders that are no longer there.
 */
gboolean gbox_photo_index_forget_missing (GboxPhotoIndex *index,
                                          const char *const *folders,
                                          const GPtrArray *files,
                                          const GPtrArray *unreadable,
                                          guint *n_forgotten,
                                          GError **error);

/**
 * GboxPhotoAnswer:
 * @photo: number of the photograph
 * @summary: what the unit answers to it
 */
typedef struct
{
  gint64 photo;
  GboxUnitSummary summary;
} GboxPhotoAnswer;

/* (element-type GboxPhotoAnswer): what unit @unit of a layer answers to every photograph that was looked at,
 * ordered by number. Transfer full, nullable. */
GArray *gbox_photo_index_get_answers (
  GboxPhotoIndex *index, gint64 model, const char *layer, int unit, GError **error);

/* (element-type GboxUnitSummary): what all units of a layer answer to a photograph; empty where that was not
 * looked at. Transfer full, nullable. */
GArray *gbox_photo_index_get_units (
  GboxPhotoIndex *index, gint64 model, const char *layer, gint64 photo, GError **error);

/**
 * gbox_photo_index_get_photo:
 * @photo: number of a photograph
 * @width: (out): of the upright photograph
 * @height: (out): of it
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): its path
 */
char *
gbox_photo_index_get_photo (GboxPhotoIndex *index, gint64 photo, int *width, int *height, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPhotoIndex, gbox_photo_index_free)

G_END_DECLS
