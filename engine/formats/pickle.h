/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading Python pickles of plain containers, without executing anything. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  GBOX_PICKLE_NONE,
  GBOX_PICKLE_BOOL,   /* integer: 0 or 1 */
  GBOX_PICKLE_INT,    /* integer */
  GBOX_PICKLE_LONG,   /* bytes: a larger integer, little-endian two's complement */
  GBOX_PICKLE_FLOAT,  /* real */
  GBOX_PICKLE_STRING, /* bytes: text, not checked to be UTF-8 */
  GBOX_PICKLE_BYTES,  /* bytes */
  GBOX_PICKLE_LIST,   /* items */
  GBOX_PICKLE_TUPLE,  /* items */
  GBOX_PICKLE_DICT,   /* items: key, value, key, value … in the order they were set, repetitions included */
  GBOX_PICKLE_GLOBAL, /* global */
  GBOX_PICKLE_CALL,   /* pair: the global that would be called, its arguments (a tuple) */
  GBOX_PICKLE_PERSISTENT, /* pair: the persistent id */
} GboxPickleType;

/**
 * GboxPickleGlobal:
 * @module: Python module
 * @name: name in it
 * @id: the caller's number for it
 *
 * A name a pickle may mention. Mentioning any other is an error.
 */
typedef struct
{
  const char *module;
  const char *name;
  int id;
} GboxPickleGlobal;

typedef struct _GboxPickleValue GboxPickleValue;

/**
 * GboxPickleValue:
 *
 * One value; which member holds is said at its type. Values may contain each other in cycles.
 */
struct _GboxPickleValue
{
  GboxPickleType type;
  union
  {
    gint64 integer;
    double real;
    struct
    {
      const char *data; /* not terminated; points into the pickle */
      gsize length;
    } bytes;
    GPtrArray *items; /* (element-type GboxPickleValue) */
    const GboxPickleGlobal *global;
    struct
    {
      const GboxPickleValue *first;
      const GboxPickleValue *second;
    } pair;
  };
};

typedef struct _GboxPickle GboxPickle;

/* The id of an entry that stands for a dictionary when called: collections.OrderedDict. */
#define GBOX_PICKLE_DICTIONARY 0

/**
 * gbox_pickle_parse:
 * @data: a pickle of protocol 2 to 5, perhaps with something after it; must outlive the result
 * @size: bytes of @data
 * @globals: (array length=n_globals): names that may be mentioned; must outlive the result
 * @n_globals: how many
 * @display_name: how messages call the file
 * @n_consumed: (out) (optional): bytes of the pickle
 * @error: return location for an error
 *
 * Runs in memory and time bounded whatever the content.
 *
 * Returns: (transfer full) (nullable): the values; %NULL with %GBOX_ERROR_INVALID_FILE, or
 * %GBOX_ERROR_UNSUPPORTED naming the global or instruction
 */
GboxPickle *gbox_pickle_parse (const guint8 *data,
                               gsize size,
                               const GboxPickleGlobal *globals,
                               guint n_globals,
                               const char *display_name,
                               gsize *n_consumed,
                               GError **error);
void gbox_pickle_free (GboxPickle *pickle);

/* The pickled value; lives as long as @pickle. */
const GboxPickleValue *gbox_pickle_get_root (const GboxPickle *pickle);

/* (element-type GboxPickleValue): every persistent id mentioned, in order; lives as long as @pickle. */
const GPtrArray *gbox_pickle_get_persistent (const GboxPickle *pickle);

/* Whether @value is a string equal to @text. */
gboolean gbox_pickle_value_is (const GboxPickleValue *value, const char *text);

/* Item @i of a list, tuple or dictionary if it has one and it is of @type, else NULL. */
const GboxPickleValue *gbox_pickle_value_get (const GboxPickleValue *value, guint i, GboxPickleType type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPickle, gbox_pickle_free)

G_END_DECLS
