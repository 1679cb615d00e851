/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and typed values that a file of weights holds beside its tensors. */
#include "formats/metadata.h"

#include <string.h>

/* A value that owns its arrays. */
typedef struct
{
  GboxMetadataValue value;
  char *copy; /* (nullable): the terminated copy of a string that is no list */
} Entry;

struct _GboxMetadata
{
  GHashTable *entries; /* char * → Entry */
};

static void
clear_value (const GboxMetadataValue *value)
{
  g_free ((gpointer) value->integers);
  g_free ((gpointer) value->reals);
  g_free ((gpointer) value->texts);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  clear_value (&entry->value);
  g_free (entry->copy);
  g_free (entry);
}

GboxMetadata *
gbox_metadata_new (void)
{
  GboxMetadata *metadata = g_new0 (GboxMetadata, 1);

  metadata->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  return metadata;
}

void
gbox_metadata_free (GboxMetadata *metadata)
{
  g_hash_table_unref (metadata->entries);
  g_free (metadata);
}

gboolean
gbox_metadata_add (GboxMetadata *metadata, const char *key, const GboxMetadataValue *value)
{
  Entry *entry;

  if (g_hash_table_contains (metadata->entries, key))
    {
      clear_value (value);
      return FALSE;
    }
  entry = g_new0 (Entry, 1);
  entry->value = *value;
  if (value->type == GBOX_METADATA_STRING && !value->is_array)
    {
      /* A terminated copy can stand for it only if it holds no terminator itself. */
      if (g_utf8_validate_len (value->texts->data, value->texts->length, NULL))
        entry->copy = g_strndup (value->texts->data, value->texts->length);
    }
  return g_hash_table_insert (metadata->entries, g_strdup (key), entry);
}

gboolean
gbox_metadata_add_string (GboxMetadata *metadata, const char *key, const char *text)
{
  GboxText *texts = g_new (GboxText, 1);
  const GboxMetadataValue value = { .type = GBOX_METADATA_STRING, .n = 1, .texts = texts };

  *texts = (GboxText){ text, strlen (text) };
  if (!gbox_metadata_add (metadata, key, &value))
    return FALSE;
  texts->data = gbox_metadata_get_string (metadata, key);
  return TRUE;
}

gboolean
gbox_metadata_add_integer (GboxMetadata *metadata, const char *key, gint64 integer)
{
  const GboxMetadataValue value
    = { .type = GBOX_METADATA_INTEGER, .n = 1, .integers = g_memdup2 (&integer, sizeof integer) };

  return gbox_metadata_add (metadata, key, &value);
}

gboolean
gbox_metadata_add_real (GboxMetadata *metadata, const char *key, double real)
{
  const GboxMetadataValue value
    = { .type = GBOX_METADATA_REAL, .n = 1, .reals = g_memdup2 (&real, sizeof real) };

  return gbox_metadata_add (metadata, key, &value);
}

guint
gbox_metadata_get_size (const GboxMetadata *metadata)
{
  return g_hash_table_size (metadata->entries);
}

gboolean
gbox_metadata_has (const GboxMetadata *metadata, const char *key)
{
  return g_hash_table_contains (metadata->entries, key);
}

static const GboxMetadataValue *
find_single (const GboxMetadata *metadata, const char *key, GboxMetadataType type)
{
  const Entry *entry = g_hash_table_lookup (metadata->entries, key);

  return entry != NULL && !entry->value.is_array && entry->value.type == type ? &entry->value : NULL;
}

gboolean
gbox_metadata_get_integer (const GboxMetadata *metadata, const char *key, gint64 *integer)
{
  const GboxMetadataValue *value = find_single (metadata, key, GBOX_METADATA_INTEGER);

  if (value == NULL)
    return FALSE;
  *integer = value->integers[0];
  return TRUE;
}

gboolean
gbox_metadata_get_real (const GboxMetadata *metadata, const char *key, double *real)
{
  const GboxMetadataValue *value = find_single (metadata, key, GBOX_METADATA_REAL);
  gint64 integer;

  if (value != NULL)
    *real = value->reals[0];
  else if (gbox_metadata_get_integer (metadata, key, &integer))
    *real = (double) integer;
  else
    return FALSE;
  return TRUE;
}

gboolean
gbox_metadata_get_boolean (const GboxMetadata *metadata, const char *key, gboolean *boolean)
{
  const GboxMetadataValue *value = find_single (metadata, key, GBOX_METADATA_BOOLEAN);

  if (value == NULL)
    return FALSE;
  *boolean = value->integers[0] != 0;
  return TRUE;
}

const char *
gbox_metadata_get_string (const GboxMetadata *metadata, const char *key)
{
  const Entry *entry = g_hash_table_lookup (metadata->entries, key);

  return entry != NULL ? entry->copy : NULL;
}

const GboxMetadataValue *
gbox_metadata_get_array (const GboxMetadata *metadata, const char *key, GboxMetadataType type)
{
  const Entry *entry = g_hash_table_lookup (metadata->entries, key);

  if (entry == NULL || !entry->value.is_array || (entry->value.n > 0 && entry->value.type != type))
    return NULL;
  return &entry->value;
}
