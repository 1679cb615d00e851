/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stack machine a pickle is a program for: its state, and the bounded steps every instruction is made of.
 */
#pragma once

#include "formats/pickle.h"

G_BEGIN_DECLS

struct _GboxPickle
{
  GPtrArray *chunks; /* GboxPickleValue[GBOX_PICKLE_CHUNK] each */
  gsize n_values;
  GPtrArray *persistent;
  const GboxPickleValue *root;
};

#define GBOX_PICKLE_CHUNK 512

/* The state while it runs. */
typedef struct
{
  GboxPickle *pickle;
  const guint8 *at;
  const guint8 *end;
  guint8 op;
  gboolean stopped;
  GPtrArray *stack; /* (element-type GboxPickleValue) */
  GArray *marks;    /* guint: heights of the stack */
  GPtrArray *memo;  /* (element-type GboxPickleValue), NULL where nothing was put */
  gsize n_steps;
  const GboxPickleGlobal *globals;
  guint n_globals;
  const char *display_name;
  GError **error;
} GboxPickleMachine;

/* All that can fail set the machine's error. */

/* Sets "its pickle CAUSE"; returns FALSE. */
gboolean gbox_pickle_fail (GboxPickleMachine *m, const char *cause);
/* Counts @n steps against the limit. */
gboolean gbox_pickle_spend (GboxPickleMachine *m, gsize n);
/* The next @n bytes of the program. */
gboolean gbox_pickle_take (GboxPickleMachine *m, guint64 n, const guint8 **bytes);
/* An unsigned little-endian number of @n ≤ 8 bytes. */
gboolean gbox_pickle_take_number (GboxPickleMachine *m, guint n, guint64 *number);
/* The bytes up to a line's end, which is dropped. */
gboolean gbox_pickle_take_line (GboxPickleMachine *m, const char **line, gsize *length);
/* A fresh value on the stack, or NULL. */
GboxPickleValue *gbox_pickle_push (GboxPickleMachine *m, GboxPickleType type);
/* The height under which the current instruction may not reach. */
guint gbox_pickle_floor (const GboxPickleMachine *m);
GboxPickleValue *gbox_pickle_pop (GboxPickleMachine *m);
GboxPickleValue *gbox_pickle_top (GboxPickleMachine *m);
/* Removes the last mark and says at what height it was. */
gboolean gbox_pickle_pop_mark (GboxPickleMachine *m, guint *height);
/* Moves what is above @height from the stack to @container. */
gboolean gbox_pickle_move (GboxPickleMachine *m, guint height, GboxPickleValue *container);
/* Remembers the top of the stack under a number. */
gboolean gbox_pickle_put (GboxPickleMachine *m, guint64 index);

G_END_DECLS
