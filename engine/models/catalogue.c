/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The models Glassbox knows: what they are, where they come from, and whether they are here. */
#include "models/catalogue.h"

#include "base/error.h"
#include "models/models-folder.h"
#include "models/models-resources.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define PATH "/org/glassbox/Glassbox/engine/models.json"

/* An entry that owns its strings. */
typedef struct
{
  GboxModelEntry entry;
  gboolean is_default;
} Entry;

struct _GboxCatalogue
{
  GPtrArray *entries; /* (element-type Entry) */
};

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_free ((char *) self->entry.name);
  g_free ((char *) self->entry.title);
  g_free ((char *) self->entry.licence);
  g_free ((char *) self->entry.terms);
  g_free ((char *) self->entry.file_name);
  g_free ((char *) self->entry.checksum);
  g_strfreev ((char **) self->entry.sources);
  for (guint i = 0; i < self->entry.n_companions; i++)
    {
      g_free ((char *) self->entry.companions[i].file_name);
      g_free ((char *) self->entry.companions[i].source);
    }
  g_free ((gpointer) self->entry.companions);
  g_free (self);
}

void
gbox_catalogue_free (GboxCatalogue *catalogue)
{
  g_ptr_array_unref (catalogue->entries);
  g_free (catalogue);
}

static gboolean
fail (GError **error, const char *entry, const char *cause)
{
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
               "The list of models cannot be read: entry “%s” %s. Install Glassbox again.",
               entry != NULL ? entry : "?", cause);
  return FALSE;
}

/* A copy of a member, or NULL if it is absent or no text. */
static char *
copy_string (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return g_strdup (json_node_get_string (node));
}

static char **
copy_strings (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING)
        g_strv_builder_add (builder, json_node_get_string (element));
    }
  return g_strv_builder_end (builder);
}

/* Returns FALSE if there is a sum that is none. */
static gboolean
read_checksum (JsonObject *object, GboxModelEntry *entry)
{
  static const struct
  {
    const char *member;
    GChecksumType type;
    gsize min_length, max_length;
  } kinds[] = {
    { "sha256", G_CHECKSUM_SHA256, 64, 64 },
    { "sha256-prefix", G_CHECKSUM_SHA256, 8, 64 },
    { "sha1", G_CHECKSUM_SHA1, 40, 40 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (json_object_has_member (object, kinds[i].member))
      {
        g_autofree char *digits = copy_string (object, kinds[i].member);

        if (digits == NULL || strspn (digits, "0123456789abcdef") != strlen (digits)
            || strlen (digits) < kinds[i].min_length || strlen (digits) > kinds[i].max_length)
          return FALSE;
        entry->checksum_type = kinds[i].type;
        entry->checksum = g_steal_pointer (&digits);
        return TRUE;
      }
  return TRUE;
}

static gboolean
read_size (JsonObject *object, GboxModelEntry *entry)
{
  JsonNode *node = json_object_get_member (object, "size");

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64
      || json_node_get_int (node) <= 0)
    return FALSE;
  entry->size = (guint64) json_node_get_int (node);
  return TRUE;
}

static gboolean
leads_elsewhere (const char *file_name)
{
  return *file_name == '.' || *file_name == '\0' || strchr (file_name, G_DIR_SEPARATOR) != NULL;
}

/* "beside" is an object: file names, and where each comes from. Returns FALSE if it holds something else. */
static gboolean
read_companions (JsonObject *object, GboxModelEntry *entry)
{
  JsonNode *node = json_object_get_member (object, "beside");
  GboxModelCompanion *companions;
  JsonObjectIter iter;
  const char *file_name;
  JsonNode *source;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  companions = g_new0 (GboxModelCompanion, json_object_get_size (json_node_get_object (node)) + 1);
  entry->companions = companions;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &file_name, &source))
    {
      if (leads_elsewhere (file_name) || !JSON_NODE_HOLDS_VALUE (source)
          || json_node_get_value_type (source) != G_TYPE_STRING)
        return FALSE;
      companions[entry->n_companions].file_name = g_strdup (file_name);
      companions[entry->n_companions++].source = g_strdup (json_node_get_string (source));
    }
  return TRUE;
}

static gboolean
check_entry (const GboxModelEntry *entry, const char *kind, GError **error)
{
  if (entry->name == NULL || entry->title == NULL || entry->licence == NULL || entry->file_name == NULL)
    return fail (error, entry->name, "lacks its name, title, licence or file");
  if (strchr (entry->name, G_DIR_SEPARATOR) != NULL)
    return fail (error, entry->name, "has a slash in its name");
  if (leads_elsewhere (entry->file_name))
    return fail (error, entry->name, "has a file name that leads elsewhere");
  if (g_strcmp0 (kind, "vision") != 0 && g_strcmp0 (kind, "language") != 0)
    return fail (error, entry->name, "is neither a vision nor a language model");
  if (entry->sources[0] == NULL)
    return fail (error, entry->name, "has no source");
  return TRUE;
}

static gboolean
add_entry (GboxCatalogue *catalogue, JsonNode *node, GError **error)
{
  Entry *self;
  JsonObject *object;
  g_autofree char *kind = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail (error, NULL, "is no object");
  object = json_node_get_object (node);
  self = g_new0 (Entry, 1);
  g_ptr_array_add (catalogue->entries, self);
  kind = copy_string (object, "kind");
  self->entry.name = copy_string (object, "name");
  self->entry.title = copy_string (object, "title");
  self->entry.kind = g_strcmp0 (kind, "language") == 0 ? GBOX_MODEL_LANGUAGE : GBOX_MODEL_VISION;
  self->entry.licence = copy_string (object, "licence");
  self->entry.terms = copy_string (object, "terms");
  self->entry.file_name = copy_string (object, "file");
  self->entry.sources = (const char *const *) copy_strings (object, "sources");
  self->is_default = json_object_has_member (object, "default");
  if (!read_size (object, &self->entry))
    return fail (error, self->entry.name, "has no proper size");
  if (!read_checksum (object, &self->entry))
    return fail (error, self->entry.name, "has no proper sum");
  if (!read_companions (object, &self->entry))
    return fail (error, self->entry.name, "has files beside it without a proper name or source");
  return check_entry (&self->entry, kind, error);
}

static gboolean
fill_catalogue (GboxCatalogue *catalogue, JsonNode *root, GError **error)
{
  JsonNode *models = NULL;
  JsonArray *array;

  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    models = json_object_get_member (json_node_get_object (root), "models");
  if (models == NULL || !JSON_NODE_HOLDS_ARRAY (models))
    return fail (error, "models", "is missing");
  array = json_node_get_array (models);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!add_entry (catalogue, json_array_get_element (array, i), error))
      return FALSE;
  return TRUE;
}

GboxCatalogue *
gbox_catalogue_new_from_json (const char *json, gssize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) why = NULL;
  GboxCatalogue *catalogue;

  if (!json_parser_load_from_data (parser, json, length, &why))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                   "The list of models cannot be read: %s. Install Glassbox again.", why->message);
      return NULL;
    }
  catalogue = g_new0 (GboxCatalogue, 1);
  catalogue->entries = g_ptr_array_new_with_free_func (entry_free);
  if (!fill_catalogue (catalogue, json_parser_get_root (parser), error))
    g_clear_pointer (&catalogue, gbox_catalogue_free);
  return catalogue;
}

GboxCatalogue *
gbox_catalogue_new (GError **error)
{
  g_autoptr (GBytes) bytes
    = g_resource_lookup_data (gbox_models_get_resource (), PATH, G_RESOURCE_LOOKUP_FLAGS_NONE, error);

  if (bytes == NULL)
    return NULL;
  return gbox_catalogue_new_from_json (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                                       error);
}

guint
gbox_catalogue_get_n_entries (const GboxCatalogue *catalogue)
{
  return catalogue->entries->len;
}

const GboxModelEntry *
gbox_catalogue_get_entry (const GboxCatalogue *catalogue, guint i)
{
  g_return_val_if_fail (i < catalogue->entries->len, NULL);
  return &((const Entry *) catalogue->entries->pdata[i])->entry;
}

const GboxModelEntry *
gbox_catalogue_find (const GboxCatalogue *catalogue, const char *name)
{
  for (guint i = 0; i < catalogue->entries->len; i++)
    {
      const GboxModelEntry *entry = gbox_catalogue_get_entry (catalogue, i);

      if (strcmp (entry->name, name) == 0)
        return entry;
    }
  return NULL;
}

static char *
list_names (const GboxCatalogue *catalogue)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < catalogue->entries->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", gbox_catalogue_get_entry (catalogue, i)->name);
  return g_string_free (names, FALSE);
}

static char *
locate_path (const GboxCatalogue *catalogue, const char *path, GError **error)
{
  g_autofree char *names = NULL;
  g_autofree char *display_name = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_REGULAR) || g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_strdup (path);
  names = list_names (catalogue);
  display_name = g_filename_display_name (path);
  if (strchr (path, G_DIR_SEPARATOR) != NULL)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "There is no file “%s”. Check its name.",
                 display_name);
  else
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
                 "There is no model and no file called “%s”. The models are %s.", display_name, names);
  return NULL;
}

char *
gbox_catalogue_locate (const GboxCatalogue *catalogue, const char *model, GError **error)
{
  const GboxModelEntry *entry = gbox_catalogue_find (catalogue, model);
  g_autofree char *folder = NULL;
  char *path;

  if (entry == NULL)
    return locate_path (catalogue, model, error);
  path = gbox_models_folder_find (entry->file_name);
  if (path != NULL)
    return path;
  folder = gbox_models_folder_get_user ();
  g_set_error (
    error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
    "The model “%s” is not on this computer. Get it in the window's model menu or with “glassbox-cli models "
    "fetch %s”, or put %s into “%s” or a folder of GBOX_MODEL_PATH.",
    entry->name, entry->name, entry->file_name, folder);
  return NULL;
}

const char *
gbox_catalogue_get_default (const GboxCatalogue *catalogue, GboxModelKind kind)
{
  const char *fallback = NULL;

  for (guint i = 0; i < catalogue->entries->len; i++)
    {
      const Entry *self = catalogue->entries->pdata[i];
      g_autofree char *path = NULL;

      if (self->entry.kind != kind)
        continue;
      path = gbox_models_folder_find (self->entry.file_name);
      if (path != NULL)
        return self->entry.name;
      if (self->is_default || fallback == NULL)
        fallback = self->entry.name;
    }
  return fallback;
}
