/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and typed values that a file of weights holds beside its tensors. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  GBOX_METADATA_INTEGER,
  GBOX_METADATA_REAL,
  GBOX_METADATA_BOOLEAN,
  GBOX_METADATA_STRING,
} GboxMetadataType;

/**
 * GboxText:
 * @data: bytes as the file has them: not terminated, not checked to be UTF-8
 * @length: how many
 */
typedef struct
{
  const char *data;
  gsize length;
} GboxText;

/**
 * GboxMetadataValue:
 * @type: of the value, or of every element
 * @is_array: whether it is a list
 * @n: elements; 1 if it is no list
 * @integers: (array length=n) (nullable): of integers, and of booleans as 0 and 1
 * @reals: (array length=n) (nullable): of reals
 * @texts: (array length=n) (nullable): of strings
 */
typedef struct
{
  GboxMetadataType type;
  gboolean is_array;
  gsize n;
  const gint64 *integers;
  const double *reals;
  const GboxText *texts;
} GboxMetadataValue;

/**
 * GboxMetadata:
 *
 * Filled by the reader of a format, read-only and thread-safe from then on.
 */
typedef struct _GboxMetadata GboxMetadata;

GboxMetadata *gbox_metadata_new (void);
void gbox_metadata_free (GboxMetadata *metadata);

/**
 * gbox_metadata_add:
 * @metadata: what to add to
 * @key: a name; copied
 * @value: a value whose arrays were allocated with g_malloc(); taken over, also on failure
 *
 * The bytes that texts point to stay the caller's and must live as long as @metadata.
 *
 * Returns: %FALSE if there is a value under that key
 */
gboolean gbox_metadata_add (GboxMetadata *metadata, const char *key, const GboxMetadataValue *value);

/* Adds one value; a text is copied and has to be UTF-8. FALSE if there is one under that key. */
gboolean gbox_metadata_add_string (GboxMetadata *metadata, const char *key, const char *text);
gboolean gbox_metadata_add_integer (GboxMetadata *metadata, const char *key, gint64 integer);
gboolean gbox_metadata_add_real (GboxMetadata *metadata, const char *key, double real);

guint gbox_metadata_get_size (const GboxMetadata *metadata);
gboolean gbox_metadata_has (const GboxMetadata *metadata, const char *key);

/* Each returns FALSE and leaves the value alone where the key is absent or of another type. A real may be
 * stored as an integer. */
gboolean gbox_metadata_get_integer (const GboxMetadata *metadata, const char *key, gint64 *integer);
gboolean gbox_metadata_get_real (const GboxMetadata *metadata, const char *key, double *real);
gboolean gbox_metadata_get_boolean (const GboxMetadata *metadata, const char *key, gboolean *boolean);

/* (nullable): a terminated string if there is one and it is UTF-8. */
const char *gbox_metadata_get_string (const GboxMetadata *metadata, const char *key);

/* (nullable): a list with elements of @type; an empty one has any type. */
const GboxMetadataValue *
gbox_metadata_get_array (const GboxMetadata *metadata, const char *key, GboxMetadataType type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxMetadata, gbox_metadata_free)

G_END_DECLS
