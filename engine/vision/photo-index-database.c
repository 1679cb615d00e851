/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The database of the photo index and its statements. */
#include "base/error.h"
#include "vision/photo-index-private.h"

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

static const char *const texts[GBOX_PHOTO_N_STATEMENTS] = {
  [GBOX_PHOTO_STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
  [GBOX_PHOTO_STATEMENT_COMMIT] = "COMMIT",
  [GBOX_PHOTO_STATEMENT_ROLLBACK] = "ROLLBACK",
  [GBOX_PHOTO_STATEMENT_ADD_MODEL] = "INSERT OR IGNORE INTO models (digest, scales) VALUES (?1, ?2)",
  [GBOX_PHOTO_STATEMENT_USE_MODEL]
  = "UPDATE models SET used = 1 + (SELECT max (used) FROM models) WHERE digest = ?1 AND scales = ?2",
  [GBOX_PHOTO_STATEMENT_FIND_MODEL] = "SELECT id FROM models WHERE digest = ?1 AND scales = ?2",
  [GBOX_PHOTO_STATEMENT_FIND_LAST_MODEL]
  = "SELECT id, scales FROM models WHERE digest = ?1 ORDER BY used DESC LIMIT 1",
  [GBOX_PHOTO_STATEMENT_FIND_PHOTO] = "SELECT id, size, modified, problem FROM photos WHERE path = ?1",
  [GBOX_PHOTO_STATEMENT_HAS_LAYER] = "SELECT 1 FROM answers WHERE model = ?1 AND layer = ?2 AND photo = ?3",
  [GBOX_PHOTO_STATEMENT_DELETE_PHOTO] = "DELETE FROM photos WHERE id = ?1",
  [GBOX_PHOTO_STATEMENT_ADD_PHOTO] = ("INSERT INTO photos (path, size, modified, width, height, problem)"
                                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
  [GBOX_PHOTO_STATEMENT_ADD_ANSWERS]
  = "INSERT OR REPLACE INTO answers (model, layer, photo, units) VALUES (?1, ?2, ?3, ?4)",
  [GBOX_PHOTO_STATEMENT_LIST_PHOTOS] = "SELECT id, path FROM photos WHERE path >= ?1 AND path < ?2",
  [GBOX_PHOTO_STATEMENT_GET_ANSWERS]
  = ("SELECT photo, substr (units, ?3, ?4) FROM answers WHERE model = ?1 AND layer = ?2"
     " ORDER BY photo"),
  [GBOX_PHOTO_STATEMENT_GET_UNITS]
  = "SELECT units FROM answers WHERE model = ?1 AND layer = ?2 AND photo = ?3",
  [GBOX_PHOTO_STATEMENT_GET_PHOTO] = "SELECT path, width, height FROM photos WHERE id = ?1",
};

char *
gbox_photo_index_get_default_path (void)
{
  return g_build_filename (g_get_user_data_dir (), "glassbox", "photos.sqlite", NULL);
}

void
gbox_photo_index_set_error (GboxPhotoIndex *self, GError **error)
{
  g_set_error (
    error, GBOX_ERROR, GBOX_ERROR_IO,
    "The index of photographs could not be used (%s). Is there room on the disk, and may the file be "
    "written?",
    sqlite3_errmsg (self->database));
}

sqlite3_stmt *
gbox_photo_index_get_statement (GboxPhotoIndex *self, GboxPhotoStatement id, GError **error)
{
  if (self->statements[id] == NULL
      && sqlite3_prepare_v3 (self->database, texts[id], -1, SQLITE_PREPARE_PERSISTENT, &self->statements[id],
                             NULL)
           != SQLITE_OK)
    gbox_photo_index_set_error (self, error);
  return self->statements[id];
}

gboolean
gbox_photo_index_run (GboxPhotoIndex *self, sqlite3_stmt *statement, GError **error)
{
  const int result = sqlite3_step (statement);

  if (result != SQLITE_DONE)
    gbox_photo_index_set_error (self, error);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return result == SQLITE_DONE;
}

gboolean
gbox_photo_index_run_simple (GboxPhotoIndex *self, GboxPhotoStatement id, GError **error)
{
  sqlite3_stmt *statement = gbox_photo_index_get_statement (self, id, error);

  return statement != NULL && gbox_photo_index_run (self, statement, error);
}

void
gbox_photo_index_bind_text (sqlite3_stmt *statement, int position, const char *text)
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
  gbox_photo_index_set_error (self, error);
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

  for (int i = 0; i < GBOX_PHOTO_N_STATEMENTS; i++)
    sqlite3_finalize (self->statements[i]);
  sqlite3_close (self->database);
  g_free (self);
}
