/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The database of the photo index and its statements. */
#pragma once

#include "vision/photo-index.h"

#include <sqlite3.h>

/* What is asked of the database. */
typedef enum
{
  GBOX_PHOTO_STATEMENT_BEGIN,
  GBOX_PHOTO_STATEMENT_COMMIT,
  GBOX_PHOTO_STATEMENT_ROLLBACK,
  GBOX_PHOTO_STATEMENT_ADD_MODEL,
  GBOX_PHOTO_STATEMENT_USE_MODEL,
  GBOX_PHOTO_STATEMENT_FIND_MODEL,
  GBOX_PHOTO_STATEMENT_FIND_LAST_MODEL,
  GBOX_PHOTO_STATEMENT_FIND_PHOTO,
  GBOX_PHOTO_STATEMENT_HAS_LAYER,
  GBOX_PHOTO_STATEMENT_DELETE_PHOTO,
  GBOX_PHOTO_STATEMENT_ADD_PHOTO,
  GBOX_PHOTO_STATEMENT_ADD_ANSWERS,
  GBOX_PHOTO_STATEMENT_LIST_PHOTOS,
  GBOX_PHOTO_STATEMENT_GET_ANSWERS,
  GBOX_PHOTO_STATEMENT_GET_UNITS,
  GBOX_PHOTO_STATEMENT_GET_PHOTO,
  GBOX_PHOTO_N_STATEMENTS,
} GboxPhotoStatement;

struct _GboxPhotoIndex
{
  sqlite3 *database;
  sqlite3_stmt *statements[GBOX_PHOTO_N_STATEMENTS]; /* (nullable) each until it is first used */
};

/* What the database says went wrong, as %GBOX_ERROR_IO. */
void gbox_photo_index_set_error (GboxPhotoIndex *self, GError **error);
/* (transfer none) (nullable): ready to be bound; reset it afterwards. */
sqlite3_stmt *gbox_photo_index_get_statement (GboxPhotoIndex *self, GboxPhotoStatement id, GError **error);
/* Of a statement that gives no rows. */
gboolean gbox_photo_index_run (GboxPhotoIndex *self, sqlite3_stmt *statement, GError **error);
/* Of one that takes no values, either. */
gboolean gbox_photo_index_run_simple (GboxPhotoIndex *self, GboxPhotoStatement id, GError **error);
void gbox_photo_index_bind_text (sqlite3_stmt *statement, int position, const char *text);
