/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stack machine a pickle is a program for: the bounded steps every instruction is made of. */
#include "formats/pickle-machine.h"

#include "formats/tensor-file-private.h"

#include <string.h>

/* A million values, with their containers, stay under some 200 MiB; the largest checkpoints have a few
 * hundred thousand. */
#define MAX_VALUES ((gsize) 1 << 20)
#define MAX_STEPS  ((gsize) 8 << 20) /* instructions, and items moved by them */
#define MAX_MEMO   ((guint64) 1 << 20)

gboolean
gbox_pickle_fail (GboxPickleMachine *m, const char *cause)
{
  gbox_tensor_file_set_error (m->error, GBOX_ERROR_INVALID_FILE, m->display_name, "its pickle %s", cause);
  return FALSE;
}

gboolean
gbox_pickle_spend (GboxPickleMachine *m, gsize n)
{
  if (n > MAX_STEPS - m->n_steps)
    return gbox_pickle_fail (m, "is too long for any checkpoint");
  m->n_steps += n;
  return TRUE;
}

gboolean
gbox_pickle_take (GboxPickleMachine *m, guint64 n, const guint8 **bytes)
{
  if (n > (guint64) (m->end - m->at))
    return gbox_pickle_fail (m, "ends too early");
  *bytes = m->at;
  m->at += n;
  return TRUE;
}

gboolean
gbox_pickle_take_number (GboxPickleMachine *m, guint n, guint64 *number)
{
  const guint8 *bytes;

  if (!gbox_pickle_take (m, n, &bytes))
    return FALSE;
  *number = 0;
  for (guint i = 0; i < n; i++)
    *number |= (guint64) bytes[i] << (8 * i);
  return TRUE;
}

gboolean
gbox_pickle_take_line (GboxPickleMachine *m, const char **line, gsize *length)
{
  const guint8 *newline = memchr (m->at, '\n', (gsize) (m->end - m->at));

  if (newline == NULL)
    return gbox_pickle_fail (m, "ends too early");
  *line = (const char *) m->at;
  *length = (gsize) (newline - m->at);
  m->at = newline + 1;
  return TRUE;
}

GboxPickleValue *
gbox_pickle_push (GboxPickleMachine *m, GboxPickleType type)
{
  GboxPickle *pickle = m->pickle;
  GboxPickleValue *value;

  if (pickle->n_values >= MAX_VALUES)
    {
      gbox_pickle_fail (m, "holds too many values for any checkpoint");
      return NULL;
    }
  if (pickle->n_values % GBOX_PICKLE_CHUNK == 0)
    g_ptr_array_add (pickle->chunks, g_new0 (GboxPickleValue, GBOX_PICKLE_CHUNK));
  value = (GboxPickleValue *) pickle->chunks->pdata[pickle->chunks->len - 1]
          + pickle->n_values++ % GBOX_PICKLE_CHUNK;
  value->type = type;
  if (type == GBOX_PICKLE_LIST || type == GBOX_PICKLE_TUPLE || type == GBOX_PICKLE_DICT)
    value->items = g_ptr_array_new ();
  g_ptr_array_add (m->stack, value);
  return value;
}

guint
gbox_pickle_floor (const GboxPickleMachine *m)
{
  return m->marks->len > 0 ? g_array_index (m->marks, guint, m->marks->len - 1) : 0;
}

GboxPickleValue *
gbox_pickle_pop (GboxPickleMachine *m)
{
  if (m->stack->len <= gbox_pickle_floor (m))
    {
      gbox_pickle_fail (m, "takes more from its stack than it put there");
      return NULL;
    }
  return g_ptr_array_steal_index (m->stack, m->stack->len - 1);
}

GboxPickleValue *
gbox_pickle_top (GboxPickleMachine *m)
{
  if (m->stack->len <= gbox_pickle_floor (m))
    {
      gbox_pickle_fail (m, "looks at an empty stack");
      return NULL;
    }
  return m->stack->pdata[m->stack->len - 1];
}

gboolean
gbox_pickle_pop_mark (GboxPickleMachine *m, guint *height)
{
  if (m->marks->len == 0)
    return gbox_pickle_fail (m, "has no mark where one is needed");
  *height = gbox_pickle_floor (m);
  g_array_set_size (m->marks, m->marks->len - 1);
  return TRUE;
}

gboolean
gbox_pickle_move (GboxPickleMachine *m, guint height, GboxPickleValue *container)
{
  guint n = m->stack->len - height;

  if (!gbox_pickle_spend (m, n))
    return FALSE;
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (container->items, m->stack->pdata[height + i]);
  g_ptr_array_set_size (m->stack, (int) height);
  return TRUE;
}

gboolean
gbox_pickle_put (GboxPickleMachine *m, guint64 index)
{
  GboxPickleValue *value = gbox_pickle_top (m);

  if (value == NULL)
    return FALSE;
  if (index >= MAX_MEMO)
    return gbox_pickle_fail (m, "remembers too many values for any checkpoint");
  if (index >= m->memo->len)
    g_ptr_array_set_size (m->memo, (int) index + 1);
  m->memo->pdata[index] = value;
  return TRUE;
}
