/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the units of networks answer to photographs, kept in a database: models and photographs come and go.
 */
#include "vision/photo-index-private.h"

#include <string.h>

/* The first column of the first row, 0 where there is none; @n_scales takes the second. */
static gboolean
find_model (GboxPhotoIndex *self,
            GboxPhotoStatement id,
            const char *digest,
            gint64 *model,
            int *n_scales,
            GError **error)
{
  sqlite3_stmt *statement = gbox_photo_index_get_statement (self, id, error);
  int result;

  if (statement == NULL)
    return FALSE;
  gbox_photo_index_bind_text (statement, 1, digest);
  if (id == GBOX_PHOTO_STATEMENT_FIND_MODEL)
    sqlite3_bind_int (statement, 2, *n_scales);
  result = sqlite3_step (statement);
  *model = result == SQLITE_ROW ? sqlite3_column_int64 (statement, 0) : 0;
  if (result == SQLITE_ROW && id == GBOX_PHOTO_STATEMENT_FIND_LAST_MODEL)
    *n_scales = sqlite3_column_int (statement, 1);
  if (result != SQLITE_ROW && result != SQLITE_DONE)
    gbox_photo_index_set_error (self, error);
  sqlite3_reset (statement);
  return result == SQLITE_ROW || result == SQLITE_DONE;
}

gint64
gbox_photo_index_add_model (GboxPhotoIndex *self, const char *digest, int n_scales, GError **error)
{
  static const GboxPhotoStatement steps[]
    = { GBOX_PHOTO_STATEMENT_ADD_MODEL, GBOX_PHOTO_STATEMENT_USE_MODEL };
  gint64 model = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      sqlite3_stmt *statement = gbox_photo_index_get_statement (self, steps[i], error);

      if (statement == NULL)
        return 0;
      gbox_photo_index_bind_text (statement, 1, digest);
      sqlite3_bind_int (statement, 2, n_scales);
      if (!gbox_photo_index_run (self, statement, error))
        return 0;
    }
  find_model (self, GBOX_PHOTO_STATEMENT_FIND_MODEL, digest, &model, &n_scales, error);
  return model;
}

gint64
gbox_photo_index_find_model (GboxPhotoIndex *self, const char *digest, int *n_scales, GError **error)
{
  gint64 model = 0;

  find_model (self, *n_scales > 0 ? GBOX_PHOTO_STATEMENT_FIND_MODEL : GBOX_PHOTO_STATEMENT_FIND_LAST_MODEL,
              digest, &model, n_scales, error);
  return model;
}

/* What is known of a file. */
typedef struct
{
  gint64 photo; /* 0 where nothing is */
  gboolean is_unchanged;
  char *problem; /* (nullable) */
} Known;

static gboolean
find_photo (GboxPhotoIndex *self, const GboxPhotoFile *file, Known *known, GError **error)
{
  sqlite3_stmt *statement = gbox_photo_index_get_statement (self, GBOX_PHOTO_STATEMENT_FIND_PHOTO, error);
  int result;

  *known = (Known){ 0 };
  if (statement == NULL)
    return FALSE;
  gbox_photo_index_bind_text (statement, 1, file->path);
  result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    {
      known->photo = sqlite3_column_int64 (statement, 0);
      known->is_unchanged = sqlite3_column_int64 (statement, 1) == file->size
                            && sqlite3_column_int64 (statement, 2) == file->modified;
      known->problem = g_strdup ((const char *) sqlite3_column_text (statement, 3));
    }
  else if (result != SQLITE_DONE)
    gbox_photo_index_set_error (self, error);
  sqlite3_reset (statement);
  return result == SQLITE_ROW || result == SQLITE_DONE;
}

static gboolean
has_layers (
  GboxPhotoIndex *self, gint64 model, gint64 photo, const char *const *layers, guint n_layers, GError **error)
{
  sqlite3_stmt *statement = gbox_photo_index_get_statement (self, GBOX_PHOTO_STATEMENT_HAS_LAYER, error);
  int result = SQLITE_ROW;

  for (guint i = 0; i < n_layers && result == SQLITE_ROW && statement != NULL; i++)
    {
      sqlite3_bind_int64 (statement, 1, model);
      gbox_photo_index_bind_text (statement, 2, layers[i]);
      sqlite3_bind_int64 (statement, 3, photo);
      result = sqlite3_step (statement);
      if (result != SQLITE_ROW && result != SQLITE_DONE)
        gbox_photo_index_set_error (self, error);
      sqlite3_reset (statement);
    }
  return statement != NULL && result == SQLITE_ROW;
}

gboolean
gbox_photo_index_look_up (GboxPhotoIndex *self,
                          gint64 model,
                          const GboxPhotoFile *file,
                          const char *const *layers,
                          guint n_layers,
                          GboxPhotoState *state,
                          char **problem,
                          GError **error)
{
  g_autoptr (GError) failure = NULL;
  Known known;

  *state = GBOX_PHOTO_NEW;
  *problem = NULL;
  if (!find_photo (self, file, &known, error))
    return FALSE;
  if (known.photo != 0 && known.is_unchanged && known.problem != NULL)
    {
      *state = GBOX_PHOTO_UNREADABLE;
      *problem = g_steal_pointer (&known.problem);
    }
  else if (known.photo != 0 && known.is_unchanged
           && has_layers (self, model, known.photo, layers, n_layers, &failure))
    *state = GBOX_PHOTO_KNOWN;
  g_free (known.problem);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
delete_photo (GboxPhotoIndex *self, gint64 photo, GError **error)
{
  sqlite3_stmt *statement = gbox_photo_index_get_statement (self, GBOX_PHOTO_STATEMENT_DELETE_PHOTO, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, photo);
  return gbox_photo_index_run (self, statement, error);
}

static gboolean
add_photo (GboxPhotoIndex *self,
           const GboxPhotoFile *file,
           int width,
           int height,
           const char *problem,
           gint64 *photo,
           GError **error)
{
  sqlite3_stmt *statement = gbox_photo_index_get_statement (self, GBOX_PHOTO_STATEMENT_ADD_PHOTO, error);

  if (statement == NULL)
    return FALSE;
  gbox_photo_index_bind_text (statement, 1, file->path);
  sqlite3_bind_int64 (statement, 2, file->size);
  sqlite3_bind_int64 (statement, 3, file->modified);
  sqlite3_bind_int (statement, 4, width);
  sqlite3_bind_int (statement, 5, height);
  if (problem != NULL)
    gbox_photo_index_bind_text (statement, 6, problem);
  if (!gbox_photo_index_run (self, statement, error))
    return FALSE;
  *photo = sqlite3_last_insert_rowid (self->database);
  return TRUE;
}

/* The photograph's row, which is new unless the file is as it was. */
static gboolean
renew_photo (GboxPhotoIndex *self,
             const GboxPhotoFile *file,
             int width,
             int height,
             const char *problem,
             gint64 *photo,
             GError **error)
{
  Known known;
  gboolean keeps;

  if (!find_photo (self, file, &known, error))
    return FALSE;
  keeps = known.photo != 0 && known.is_unchanged && known.problem == NULL && problem == NULL;
  g_free (known.problem);
  *photo = known.photo;
  return keeps
         || ((known.photo == 0 || delete_photo (self, known.photo, error))
             && add_photo (self, file, width, height, problem, photo, error));
}

static gboolean
add_answers (GboxPhotoIndex *self, gint64 model, gint64 photo, const GboxPhotoLayer *layer, GError **error)
{
  sqlite3_stmt *statement = gbox_photo_index_get_statement (self, GBOX_PHOTO_STATEMENT_ADD_ANSWERS, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, model);
  gbox_photo_index_bind_text (statement, 2, layer->name);
  sqlite3_bind_int64 (statement, 3, photo);
  sqlite3_bind_blob64 (statement, 4, layer->summaries, layer->n_units * sizeof *layer->summaries,
                       SQLITE_STATIC);
  return gbox_photo_index_run (self, statement, error);
}

static gboolean
end_transaction (GboxPhotoIndex *self, gboolean success, GError **error)
{
  if (success && gbox_photo_index_run_simple (self, GBOX_PHOTO_STATEMENT_COMMIT, error))
    return TRUE;
  gbox_photo_index_run_simple (self, GBOX_PHOTO_STATEMENT_ROLLBACK, NULL);
  return FALSE;
}

gboolean
gbox_photo_index_store (GboxPhotoIndex *self,
                        gint64 model,
                        const GboxPhotoFile *file,
                        int width,
                        int height,
                        const GboxPhotoLayer *layers,
                        guint n_layers,
                        GError **error)
{
  gint64 photo = 0;
  gboolean success;

  if (!gbox_photo_index_run_simple (self, GBOX_PHOTO_STATEMENT_BEGIN, error))
    return FALSE;
  success = renew_photo (self, file, width, height, NULL, &photo, error);
  for (guint i = 0; i < n_layers && success; i++)
    success = add_answers (self, model, photo, &layers[i], error);
  return end_transaction (self, success, error);
}

gboolean
gbox_photo_index_store_problem (GboxPhotoIndex *self,
                                const GboxPhotoFile *file,
                                const char *problem,
                                GError **error)
{
  gint64 photo = 0;

  return gbox_photo_index_run_simple (self, GBOX_PHOTO_STATEMENT_BEGIN, error)
         && end_transaction (self, renew_photo (self, file, 0, 0, problem, &photo, error), error);
}

static int
compare_path (const void *path, const void *file)
{
  return strcmp (path, (*(const GboxPhotoFile *const *) file)->path);
}

/* Whether @path lies in @folder, at whatever depth. */
static gboolean
is_inside (const char *path, const char *folder)
{
  const gsize length = strlen (folder);

  return strncmp (path, folder, length) == 0 && (path[length] == '/' || g_str_has_suffix (folder, "/"));
}

static gboolean
is_gone (const char *path, const GPtrArray *files, const GPtrArray *unreadable)
{
  for (guint i = 0; i < unreadable->len; i++)
    if (is_inside (path, g_ptr_array_index (unreadable, i)))
      return FALSE;
  return files->len == 0
         || bsearch (path, files->pdata, files->len, sizeof *files->pdata, compare_path) == NULL;
}

/* (element-type gint64): those in @folder that are gone; nullable. */
static GArray *
find_gone (GboxPhotoIndex *self,
           const char *folder,
           const GPtrArray *files,
           const GPtrArray *unreadable,
           GError **error)
{
  sqlite3_stmt *statement = gbox_photo_index_get_statement (self, GBOX_PHOTO_STATEMENT_LIST_PHOTOS, error);
  g_autofree char *first = g_strconcat (folder, g_str_has_suffix (folder, "/") ? "" : "/", NULL);
  g_autofree char *end = g_strdup (first);
  g_autoptr (GArray) gone = g_array_new (FALSE, FALSE, sizeof (gint64));
  int result;

  if (statement == NULL)
    return NULL;
  end[strlen (end) - 1]++; /* what follows the slash */
  gbox_photo_index_bind_text (statement, 1, first);
  gbox_photo_index_bind_text (statement, 2, end);
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      const gint64 photo = sqlite3_column_int64 (statement, 0);

      if (is_gone ((const char *) sqlite3_column_text (statement, 1), files, unreadable))
        g_array_append_val (gone, photo);
    }
  sqlite3_reset (statement);
  if (result == SQLITE_DONE)
    return g_steal_pointer (&gone);
  gbox_photo_index_set_error (self, error);
  return NULL;
}

gboolean
gbox_photo_index_forget_missing (GboxPhotoIndex *self,
                                 const char *const *folders,
                                 const GPtrArray *files,
                                 const GPtrArray *unreadable,
                                 guint *n_forgotten,
                                 GError **error)
{
  gboolean success = TRUE;

  *n_forgotten = 0;
  if (!gbox_photo_index_run_simple (self, GBOX_PHOTO_STATEMENT_BEGIN, error))
    return FALSE;
  for (; *folders != NULL && success; folders++)
    {
      g_autoptr (GArray) gone = find_gone (self, *folders, files, unreadable, error);

      success = gone != NULL;
      for (guint i = 0; success && i < gone->len; i++, (*n_forgotten)++)
        success = delete_photo (self, g_array_index (gone, gint64, i), error);
    }
  return end_transaction (self, success, error);
}
