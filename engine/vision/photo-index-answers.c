/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the photo index says of units and photographs. */
#include "vision/photo-index-private.h"

#include <string.h>

GArray *
gbox_photo_index_get_answers (GboxPhotoIndex *self, gint64 model, const char *layer, int unit, GError **error)
{
  const int n_bytes = (int) sizeof (GboxUnitSummary);
  sqlite3_stmt *statement = gbox_photo_index_get_statement (self, GBOX_PHOTO_STATEMENT_GET_ANSWERS, error);
  g_autoptr (GArray) answers = g_array_new (FALSE, FALSE, sizeof (GboxPhotoAnswer));
  int result;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, model);
  gbox_photo_index_bind_text (statement, 2, layer);
  sqlite3_bind_int64 (statement, 3, 1 + (gint64) unit * n_bytes);
  sqlite3_bind_int (statement, 4, n_bytes);
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      GboxPhotoAnswer answer = { .photo = sqlite3_column_int64 (statement, 0) };
      const void *bytes = sqlite3_column_blob (statement, 1);

      if (bytes == NULL || sqlite3_column_bytes (statement, 1) != n_bytes)
        continue;
      memcpy (&answer.summary, bytes, sizeof answer.summary);
      g_array_append_val (answers, answer);
    }
  sqlite3_reset (statement);
  if (result == SQLITE_DONE)
    return g_steal_pointer (&answers);
  gbox_photo_index_set_error (self, error);
  return NULL;
}

GArray *
gbox_photo_index_get_units (
  GboxPhotoIndex *self, gint64 model, const char *layer, gint64 photo, GError **error)
{
  sqlite3_stmt *statement = gbox_photo_index_get_statement (self, GBOX_PHOTO_STATEMENT_GET_UNITS, error);
  g_autoptr (GArray) units = g_array_new (FALSE, FALSE, sizeof (GboxUnitSummary));
  int result;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, model);
  gbox_photo_index_bind_text (statement, 2, layer);
  sqlite3_bind_int64 (statement, 3, photo);
  result = sqlite3_step (statement);
  if (result == SQLITE_ROW && sqlite3_column_bytes (statement, 0) > 0)
    g_array_append_vals (units, sqlite3_column_blob (statement, 0),
                         (guint) sqlite3_column_bytes (statement, 0) / (guint) sizeof (GboxUnitSummary));
  sqlite3_reset (statement);
  if (result == SQLITE_ROW || result == SQLITE_DONE)
    return g_steal_pointer (&units);
  gbox_photo_index_set_error (self, error);
  return NULL;
}

char *
gbox_photo_index_get_photo (GboxPhotoIndex *self, gint64 photo, int *width, int *height, GError **error)
{
  sqlite3_stmt *statement = gbox_photo_index_get_statement (self, GBOX_PHOTO_STATEMENT_GET_PHOTO, error);
  char *path = NULL;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, photo);
  if (sqlite3_step (statement) == SQLITE_ROW)
    {
      path = g_strdup ((const char *) sqlite3_column_text (statement, 0));
      *width = sqlite3_column_int (statement, 1);
      *height = sqlite3_column_int (statement, 2);
    }
  else
    gbox_photo_index_set_error (self, error);
  sqlite3_reset (statement);
  return path;
}

/* Between the slash that paths begin with and the character after it. */
#define FIRST_PATH "/"
#define END_PATH   "0"

char **
gbox_photo_index_list_paths (GboxPhotoIndex *self, GError **error)
{
  sqlite3_stmt *statement = gbox_photo_index_get_statement (self, GBOX_PHOTO_STATEMENT_LIST_PHOTOS, error);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  int result;

  if (statement == NULL)
    return NULL;
  gbox_photo_index_bind_text (statement, 1, FIRST_PATH);
  gbox_photo_index_bind_text (statement, 2, END_PATH);
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (paths, g_strdup ((const char *) sqlite3_column_text (statement, 1)));
  if (result != SQLITE_DONE)
    gbox_photo_index_set_error (self, error);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  if (result != SQLITE_DONE)
    return NULL;
  g_ptr_array_add (paths, NULL);
  return (char **) g_ptr_array_steal (paths, NULL);
}
