/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the units of networks answer to photographs, kept in a database. */
#include "vision/photo-index.h"

#include "base/error.h"

#include <sqlite3.h>
#include <string.h>

/* Of the tables below; another number is another program's. */
#define SCHEMA_VERSION 1
/* How long to wait for another program that writes. */
#define BUSY_MILLISECONDS 5000

/* What a layer's units answer to a photograph, 16 bytes a unit, lies in one page with the rest of its row.
 * The journal is written ahead: readers do not wait, and a power cut loses the last photographs at most. */
static const char schema[]
  = "PRAGMA page_size = 16384;"
    "PRAGMA journal_mode = WAL;"
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS models (id INTEGER PRIMARY KEY, digest TEXT NOT NULL,"
    "  scales INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0, UNIQUE (digest, scales));"
    "CREATE TABLE IF NOT EXISTS photos (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE,"
    "  size INTEGER NOT NULL, modified INTEGER NOT NULL, width INTEGER, height INTEGER, problem TEXT);"
    "CREATE TABLE IF NOT EXISTS answers (model INTEGER NOT NULL REFERENCES models ON DELETE CASCADE,"
    "  layer TEXT NOT NULL, photo INTEGER NOT NULL REFERENCES photos ON DELETE CASCADE, units BLOB NOT NULL,"
    "  UNIQUE (model, layer, photo));"
    "CREATE INDEX IF NOT EXISTS answers_of_photo ON answers (photo);"
    "PRAGMA user_version = 1;"
    "COMMIT;";

G_STATIC_ASSERT (SCHEMA_VERSION == 1);

typedef enum
{
  STATEMENT_BEGIN,
  STATEMENT_COMMIT,
  STATEMENT_ROLLBACK,
  STATEMENT_ADD_MODEL,
  STATEMENT_USE_MODEL,
  STATEMENT_FIND_MODEL,
  STATEMENT_FIND_LAST_MODEL,
  STATEMENT_FIND_PHOTO,
  STATEMENT_HAS_LAYER,
  STATEMENT_DELETE_PHOTO,
  STATEMENT_ADD_PHOTO,
  STATEMENT_ADD_ANSWERS,
  STATEMENT_LIST_PHOTOS,
  STATEMENT_GET_ANSWERS,
  STATEMENT_GET_UNITS,
  STATEMENT_GET_PHOTO,
  N_STATEMENTS,
} Statement;

static const char *const texts[N_STATEMENTS] = {
  [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
  [STATEMENT_COMMIT] = "COMMIT",
  [STATEMENT_ROLLBACK] = "ROLLBACK",
  [STATEMENT_ADD_MODEL] = "INSERT OR IGNORE INTO models (digest, scales) VALUES (?1, ?2)",
  [STATEMENT_USE_MODEL]
  = "UPDATE models SET used = 1 + (SELECT max (used) FROM models) WHERE digest = ?1 AND scales = ?2",
  [STATEMENT_FIND_MODEL] = "SELECT id FROM models WHERE digest = ?1 AND scales = ?2",
  [STATEMENT_FIND_LAST_MODEL] = "SELECT id, scales FROM models WHERE digest = ?1 ORDER BY used DESC LIMIT 1",
  [STATEMENT_FIND_PHOTO] = "SELECT id, size, modified, problem FROM photos WHERE path = ?1",
  [STATEMENT_HAS_LAYER] = "SELECT 1 FROM answers WHERE model = ?1 AND layer = ?2 AND photo = ?3",
  [STATEMENT_DELETE_PHOTO] = "DELETE FROM photos WHERE id = ?1",
  [STATEMENT_ADD_PHOTO] = ("INSERT INTO photos (path, size, modified, width, height, problem)"
                           " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
  [STATEMENT_ADD_ANSWERS]
  = "INSERT OR REPLACE INTO answers (model, layer, photo, units) VALUES (?1, ?2, ?3, ?4)",
  [STATEMENT_LIST_PHOTOS] = "SELECT id, path FROM photos WHERE path >= ?1 AND path < ?2",
  [STATEMENT_GET_ANSWERS]
  = ("SELECT photo, substr (units, ?3, ?4) FROM answers WHERE model = ?1 AND layer = ?2"
     " ORDER BY photo"),
  [STATEMENT_GET_UNITS] = "SELECT units FROM answers WHERE model = ?1 AND layer = ?2 AND photo = ?3",
  [STATEMENT_GET_PHOTO] = "SELECT path, width, height FROM photos WHERE id = ?1",
};

struct _GboxPhotoIndex
{
  sqlite3 *database;
  sqlite3_stmt *statements[N_STATEMENTS]; /* (nullable) each until it is first used */
};

char *
gbox_photo_index_get_default_path (void)
{
  return g_build_filename (g_get_user_data_dir (), "glassbox", "photos.sqlite", NULL);
}

static void
set_error (GboxPhotoIndex *self, GError **error)
{
  g_set_error (
    error, GBOX_ERROR, GBOX_ERROR_IO,
    "The index of photographs could not be used (%s). Is there room on the disk, and may the file be "
    "written?",
    sqlite3_errmsg (self->database));
}

/* Ready to be bound; reset it afterwards. */
static sqlite3_stmt *
get_statement (GboxPhotoIndex *self, Statement id, GError **error)
{
  if (self->statements[id] == NULL
      && sqlite3_prepare_v3 (self->database, texts[id], -1, SQLITE_PREPARE_PERSISTENT, &self->statements[id],
                             NULL)
           != SQLITE_OK)
    set_error (self, error);
  return self->statements[id];
}

/* Of a statement that gives no rows. */
static gboolean
run (GboxPhotoIndex *self, sqlite3_stmt *statement, GError **error)
{
  const int result = sqlite3_step (statement);

  if (result != SQLITE_DONE)
    set_error (self, error);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return result == SQLITE_DONE;
}

static gboolean
run_simple (GboxPhotoIndex *self, Statement id, GError **error)
{
  sqlite3_stmt *statement = get_statement (self, id, error);

  return statement != NULL && run (self, statement, error);
}

static void
bind_text (sqlite3_stmt *statement, int position, const char *text)
{
  sqlite3_bind_text (statement, position, text, -1, SQLITE_TRANSIENT);
}

static gboolean
check_version (GboxPhotoIndex *self, const char *path, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int version = -1;

  if (sqlite3_prepare_v2 (self->database, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK
      && sqlite3_step (statement) == SQLITE_ROW)
    version = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  if (version == 0 || version == SCHEMA_VERSION)
    return TRUE;
  if (version < 0)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                 "“%s” is no index of photographs (%s). Move it away to begin a new one.", path,
                 sqlite3_errmsg (self->database));
  else
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                 "“%s” was written by another version of Glassbox. Move it away to begin a new one.", path);
  return FALSE;
}

static gboolean
set_up (GboxPhotoIndex *self, const char *path, GError **error)
{
  if (!check_version (self, path, error))
    return FALSE;
  if (sqlite3_exec (self->database, schema, NULL, NULL, NULL) == SQLITE_OK
      && sqlite3_exec (self->database, "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL;", NULL, NULL,
                       NULL)
           == SQLITE_OK)
    return TRUE;
  set_error (self, error);
  return FALSE;
}

GboxPhotoIndex *
gbox_photo_index_open (const char *path, GError **error)
{
  g_autoptr (GboxPhotoIndex) self = g_new0 (GboxPhotoIndex, 1);
  g_autofree char *own_path
    = path != NULL && *path != '\0' ? g_strdup (path) : gbox_photo_index_get_default_path ();
  g_autofree char *folder = g_path_get_dirname (own_path);

  g_mkdir_with_parents (folder, 0700);
  if (sqlite3_open_v2 (own_path, &self->database,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL)
      != SQLITE_OK)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO,
                   "The index of photographs “%s” could not be opened: %s. May its folder be written?",
                   own_path, self->database != NULL ? sqlite3_errmsg (self->database) : "no memory");
      return NULL;
    }
  sqlite3_busy_timeout (self->database, BUSY_MILLISECONDS);
  return set_up (self, own_path, error) ? g_steal_pointer (&self) : NULL;
}

void
gbox_photo_index_free (GboxPhotoIndex *self)
{
  if (self == NULL)
    return;

  for (int i = 0; i < N_STATEMENTS; i++)
    sqlite3_finalize (self->statements[i]);
  sqlite3_close (self->database);
  g_free (self);
}

/* The first column of the first row, 0 where there is none; @n_scales takes the second. */
static gboolean
find_model (
  GboxPhotoIndex *self, Statement id, const char *digest, gint64 *model, int *n_scales, GError **error)
{
  sqlite3_stmt *statement = get_statement (self, id, error);
  int result;

  if (statement == NULL)
    return FALSE;
  bind_text (statement, 1, digest);
  if (id == STATEMENT_FIND_MODEL)
    sqlite3_bind_int (statement, 2, *n_scales);
  result = sqlite3_step (statement);
  *model = result == SQLITE_ROW ? sqlite3_column_int64 (statement, 0) : 0;
  if (result == SQLITE_ROW && id == STATEMENT_FIND_LAST_MODEL)
    *n_scales = sqlite3_column_int (statement, 1);
  if (result != SQLITE_ROW && result != SQLITE_DONE)
    set_error (self, error);
  sqlite3_reset (statement);
  return result == SQLITE_ROW || result == SQLITE_DONE;
}

gint64
gbox_photo_index_add_model (GboxPhotoIndex *self, const char *digest, int n_scales, GError **error)
{
  static const Statement steps[] = { STATEMENT_ADD_MODEL, STATEMENT_USE_MODEL };
  gint64 model = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      sqlite3_stmt *statement = get_statement (self, steps[i], error);

      if (statement == NULL)
        return 0;
      bind_text (statement, 1, digest);
      sqlite3_bind_int (statement, 2, n_scales);
      if (!run (self, statement, error))
        return 0;
    }
  find_model (self, STATEMENT_FIND_MODEL, digest, &model, &n_scales, error);
  return model;
}

gint64
gbox_photo_index_find_model (GboxPhotoIndex *self, const char *digest, int *n_scales, GError **error)
{
  gint64 model = 0;

  find_model (self, STATEMENT_FIND_LAST_MODEL, digest, &model, n_scales, error);
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
  sqlite3_stmt *statement = get_statement (self, STATEMENT_FIND_PHOTO, error);
  int result;

  *known = (Known){ 0 };
  if (statement == NULL)
    return FALSE;
  bind_text (statement, 1, file->path);
  result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    {
      known->photo = sqlite3_column_int64 (statement, 0);
      known->is_unchanged = sqlite3_column_int64 (statement, 1) == file->size
                            && sqlite3_column_int64 (statement, 2) == file->modified;
      known->problem = g_strdup ((const char *) sqlite3_column_text (statement, 3));
    }
  else if (result != SQLITE_DONE)
    set_error (self, error);
  sqlite3_reset (statement);
  return result == SQLITE_ROW || result == SQLITE_DONE;
}

static gboolean
has_layers (
  GboxPhotoIndex *self, gint64 model, gint64 photo, const char *const *layers, guint n_layers, GError **error)
{
  sqlite3_stmt *statement = get_statement (self, STATEMENT_HAS_LAYER, error);
  int result = SQLITE_ROW;

  for (guint i = 0; i < n_layers && result == SQLITE_ROW && statement != NULL; i++)
    {
      sqlite3_bind_int64 (statement, 1, model);
      bind_text (statement, 2, layers[i]);
      sqlite3_bind_int64 (statement, 3, photo);
      result = sqlite3_step (statement);
      if (result != SQLITE_ROW && result != SQLITE_DONE)
        set_error (self, error);
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
  sqlite3_stmt *statement = get_statement (self, STATEMENT_DELETE_PHOTO, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, photo);
  return run (self, statement, error);
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
  sqlite3_stmt *statement = get_statement (self, STATEMENT_ADD_PHOTO, error);

  if (statement == NULL)
    return FALSE;
  bind_text (statement, 1, file->path);
  sqlite3_bind_int64 (statement, 2, file->size);
  sqlite3_bind_int64 (statement, 3, file->modified);
  sqlite3_bind_int (statement, 4, width);
  sqlite3_bind_int (statement, 5, height);
  if (problem != NULL)
    bind_text (statement, 6, problem);
  if (!run (self, statement, error))
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
  sqlite3_stmt *statement = get_statement (self, STATEMENT_ADD_ANSWERS, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, model);
  bind_text (statement, 2, layer->name);
  sqlite3_bind_int64 (statement, 3, photo);
  sqlite3_bind_blob64 (statement, 4, layer->summaries, layer->n_units * sizeof *layer->summaries,
                       SQLITE_STATIC);
  return run (self, statement, error);
}

static gboolean
end_transaction (GboxPhotoIndex *self, gboolean success, GError **error)
{
  if (success && run_simple (self, STATEMENT_COMMIT, error))
    return TRUE;
  run_simple (self, STATEMENT_ROLLBACK, NULL);
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

  if (!run_simple (self, STATEMENT_BEGIN, error))
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

  return run_simple (self, STATEMENT_BEGIN, error)
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
  sqlite3_stmt *statement = get_statement (self, STATEMENT_LIST_PHOTOS, error);
  g_autofree char *first = g_strconcat (folder, g_str_has_suffix (folder, "/") ? "" : "/", NULL);
  g_autofree char *end = g_strdup (first);
  g_autoptr (GArray) gone = g_array_new (FALSE, FALSE, sizeof (gint64));
  int result;

  if (statement == NULL)
    return NULL;
  end[strlen (end) - 1]++; /* what follows the slash */
  bind_text (statement, 1, first);
  bind_text (statement, 2, end);
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      const gint64 photo = sqlite3_column_int64 (statement, 0);

      if (is_gone ((const char *) sqlite3_column_text (statement, 1), files, unreadable))
        g_array_append_val (gone, photo);
    }
  sqlite3_reset (statement);
  if (result == SQLITE_DONE)
    return g_steal_pointer (&gone);
  set_error (self, error);
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
  if (!run_simple (self, STATEMENT_BEGIN, error))
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

GArray *
gbox_photo_index_get_answers (GboxPhotoIndex *self, gint64 model, const char *layer, int unit, GError **error)
{
  const int n_bytes = (int) sizeof (GboxUnitSummary);
  sqlite3_stmt *statement = get_statement (self, STATEMENT_GET_ANSWERS, error);
  g_autoptr (GArray) answers = g_array_new (FALSE, FALSE, sizeof (GboxPhotoAnswer));
  int result;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, model);
  bind_text (statement, 2, layer);
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
  set_error (self, error);
  return NULL;
}

GArray *
gbox_photo_index_get_units (
  GboxPhotoIndex *self, gint64 model, const char *layer, gint64 photo, GError **error)
{
  sqlite3_stmt *statement = get_statement (self, STATEMENT_GET_UNITS, error);
  g_autoptr (GArray) units = g_array_new (FALSE, FALSE, sizeof (GboxUnitSummary));
  int result;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, model);
  bind_text (statement, 2, layer);
  sqlite3_bind_int64 (statement, 3, photo);
  result = sqlite3_step (statement);
  if (result == SQLITE_ROW && sqlite3_column_bytes (statement, 0) > 0)
    g_array_append_vals (units, sqlite3_column_blob (statement, 0),
                         (guint) sqlite3_column_bytes (statement, 0) / (guint) sizeof (GboxUnitSummary));
  sqlite3_reset (statement);
  if (result == SQLITE_ROW || result == SQLITE_DONE)
    return g_steal_pointer (&units);
  set_error (self, error);
  return NULL;
}

char *
gbox_photo_index_get_photo (GboxPhotoIndex *self, gint64 photo, int *width, int *height, GError **error)
{
  sqlite3_stmt *statement = get_statement (self, STATEMENT_GET_PHOTO, error);
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
    set_error (self, error);
  sqlite3_reset (statement);
  return path;
}
