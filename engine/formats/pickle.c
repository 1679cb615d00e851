/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading Python pickles of plain containers, without executing anything. */
#include "formats/pickle.h"

#include "formats/pickle-machine.h"
#include "formats/tensor-file-private.h"

#include <string.h>

typedef gboolean (*Instruction) (GboxPickleMachine *m);

static gboolean
op_mark (GboxPickleMachine *m)
{
  g_array_append_val (m->marks, m->stack->len);
  return TRUE;
}

static gboolean
op_proto (GboxPickleMachine *m)
{
  guint64 version;

  if (!gbox_pickle_take_number (m, 1, &version))
    return FALSE;
  return version <= 5 || gbox_pickle_fail (m, "is of an unknown protocol");
}

static gboolean
op_frame (GboxPickleMachine *m)
{
  guint64 length;

  return gbox_pickle_take_number (m, 8, &length);
}

static gboolean
op_stop (GboxPickleMachine *m)
{
  m->pickle->root = gbox_pickle_pop (m);
  m->stopped = TRUE;
  return m->pickle->root != NULL;
}

static gboolean
op_pop (GboxPickleMachine *m)
{
  guint height;

  if (m->marks->len > 0 && m->stack->len == gbox_pickle_floor (m))
    return gbox_pickle_pop_mark (m, &height);
  return gbox_pickle_pop (m) != NULL;
}

static gboolean
op_pop_mark (GboxPickleMachine *m)
{
  guint height;

  if (!gbox_pickle_pop_mark (m, &height))
    return FALSE;
  g_ptr_array_set_size (m->stack, (int) height);
  return TRUE;
}

static gboolean
op_dup (GboxPickleMachine *m)
{
  GboxPickleValue *value = gbox_pickle_top (m);

  if (value == NULL)
    return FALSE;
  g_ptr_array_add (m->stack, value);
  return TRUE;
}

static gboolean
op_none (GboxPickleMachine *m)
{
  return gbox_pickle_push (m, GBOX_PICKLE_NONE) != NULL;
}

static gboolean
op_bool (GboxPickleMachine *m)
{
  GboxPickleValue *value = gbox_pickle_push (m, GBOX_PICKLE_BOOL);

  if (value == NULL)
    return FALSE;
  value->integer = m->op == 0x88;
  return TRUE;
}

static gboolean
push_integer (GboxPickleMachine *m, gint64 integer)
{
  GboxPickleValue *value = gbox_pickle_push (m, GBOX_PICKLE_INT);

  if (value == NULL)
    return FALSE;
  value->integer = integer;
  return TRUE;
}

/* BININT is signed, BININT1 and BININT2 are not. */
static gboolean
op_int (GboxPickleMachine *m)
{
  guint n = m->op == 'J' ? 4 : m->op == 'M' ? 2 : 1;
  guint64 number;

  if (!gbox_pickle_take_number (m, n, &number))
    return FALSE;
  return push_integer (m, n == 4 ? (gint64) (gint32) (guint32) number : (gint64) number);
}

static gboolean
op_long (GboxPickleMachine *m)
{
  guint64 n, number = 0;
  const guint8 *bytes;
  GboxPickleValue *value;

  if (!gbox_pickle_take_number (m, m->op == 0x8b ? 4 : 1, &n) || !gbox_pickle_take (m, n, &bytes))
    return FALSE;
  if (n <= 8)
    {
      for (guint i = 0; i < 8; i++)
        number |= (guint64) (i < n ? bytes[i] : n > 0 && (bytes[n - 1] & 0x80) != 0 ? 0xff : 0) << (8 * i);
      return push_integer (m, (gint64) number);
    }
  value = gbox_pickle_push (m, GBOX_PICKLE_LONG);
  if (value == NULL)
    return FALSE;
  value->bytes.data = (const char *) bytes;
  value->bytes.length = (gsize) n;
  return TRUE;
}

static gboolean
op_float (GboxPickleMachine *m)
{
  const guint8 *bytes;
  guint64 bits = 0;
  GboxPickleValue *value;

  if (!gbox_pickle_take (m, 8, &bytes))
    return FALSE;
  for (guint i = 0; i < 8; i++)
    bits = bits << 8 | bytes[i];
  value = gbox_pickle_push (m, GBOX_PICKLE_FLOAT);
  if (value == NULL)
    return FALSE;
  memcpy (&value->real, &bits, sizeof bits);
  return TRUE;
}

static gboolean
push_bytes (GboxPickleMachine *m, GboxPickleType type, guint length_size)
{
  guint64 length;
  const guint8 *bytes;
  GboxPickleValue *value;

  if (!gbox_pickle_take_number (m, length_size, &length) || !gbox_pickle_take (m, length, &bytes))
    return FALSE;
  value = gbox_pickle_push (m, type);
  if (value == NULL)
    return FALSE;
  value->bytes.data = (const char *) bytes;
  value->bytes.length = (gsize) length;
  return TRUE;
}

static gboolean
op_string (GboxPickleMachine *m)
{
  guint length_size = m->op == 0x8d ? 8 : m->op == 'X' || m->op == 'T' ? 4 : 1;

  return push_bytes (m, GBOX_PICKLE_STRING, length_size);
}

static gboolean
op_bytes (GboxPickleMachine *m)
{
  guint length_size = m->op == 0x8e || m->op == 0x96 ? 8 : m->op == 'B' ? 4 : 1;

  return push_bytes (m, GBOX_PICKLE_BYTES, length_size);
}

static gboolean
op_empty (GboxPickleMachine *m)
{
  GboxPickleType type = m->op == ']' ? GBOX_PICKLE_LIST : m->op == ')' ? GBOX_PICKLE_TUPLE : GBOX_PICKLE_DICT;

  return gbox_pickle_push (m, type) != NULL;
}

/* A container of all above @height. */
static gboolean
collect (GboxPickleMachine *m, guint height, GboxPickleType type)
{
  GboxPickleValue *container;

  if (type == GBOX_PICKLE_DICT && (m->stack->len - height) % 2 != 0)
    return gbox_pickle_fail (m, "has a key without a value");
  container = gbox_pickle_push (m, type);
  if (container == NULL)
    return FALSE;
  g_ptr_array_set_size (m->stack, (int) m->stack->len - 1);
  if (!gbox_pickle_move (m, height, container))
    return FALSE;
  g_ptr_array_add (m->stack, container);
  return TRUE;
}

static gboolean
op_collect (GboxPickleMachine *m)
{
  GboxPickleType type = m->op == 'l' ? GBOX_PICKLE_LIST : m->op == 't' ? GBOX_PICKLE_TUPLE : GBOX_PICKLE_DICT;
  guint height;

  return gbox_pickle_pop_mark (m, &height) && collect (m, height, type);
}

/* TUPLE1, TUPLE2, TUPLE3 */
static gboolean
op_short_tuple (GboxPickleMachine *m)
{
  guint n = m->op - 0x84u;

  if (m->stack->len - gbox_pickle_floor (m) < n)
    return gbox_pickle_fail (m, "takes more from its stack than it put there");
  return collect (m, m->stack->len - n, GBOX_PICKLE_TUPLE);
}

/* Adds what is above @height to the list or dictionary below it. */
static gboolean
extend (GboxPickleMachine *m, guint height, GboxPickleType type)
{
  GboxPickleValue *container;

  if (height == 0 || height <= gbox_pickle_floor (m))
    return gbox_pickle_fail (m, "adds to nothing");
  container = m->stack->pdata[height - 1];
  if (container->type != type)
    return gbox_pickle_fail (m, "adds to something that is no container");
  if (type == GBOX_PICKLE_DICT && (m->stack->len - height) % 2 != 0)
    return gbox_pickle_fail (m, "has a key without a value");
  return gbox_pickle_move (m, height, container);
}

static gboolean
op_append (GboxPickleMachine *m)
{
  guint n = m->op == 'a' ? 1 : 2;

  if (m->stack->len < n)
    return gbox_pickle_fail (m, "adds to nothing");
  return extend (m, m->stack->len - n, n == 1 ? GBOX_PICKLE_LIST : GBOX_PICKLE_DICT);
}

static gboolean
op_appends (GboxPickleMachine *m)
{
  guint height;

  return gbox_pickle_pop_mark (m, &height)
         && extend (m, height, m->op == 'e' ? GBOX_PICKLE_LIST : GBOX_PICKLE_DICT);
}

static gboolean
op_put (GboxPickleMachine *m)
{
  guint64 index;

  return gbox_pickle_take_number (m, m->op == 'r' ? 4 : 1, &index) && gbox_pickle_put (m, index);
}

static gboolean
op_memoize (GboxPickleMachine *m)
{
  return gbox_pickle_put (m, m->memo->len);
}

static gboolean
op_get (GboxPickleMachine *m)
{
  guint64 index;

  if (!gbox_pickle_take_number (m, m->op == 'j' ? 4 : 1, &index))
    return FALSE;
  if (index >= m->memo->len || m->memo->pdata[index] == NULL)
    return gbox_pickle_fail (m, "refers to a value it has not met");
  g_ptr_array_add (m->stack, m->memo->pdata[index]);
  return TRUE;
}

static gboolean
equals (const char *bytes, gsize length, const char *text)
{
  return strlen (text) == length && memcmp (bytes, text, length) == 0;
}

static gboolean
push_global (
  GboxPickleMachine *m, const char *module, gsize module_length, const char *name, gsize name_length)
{
  g_autofree char *module_text = NULL;
  g_autofree char *name_text = NULL;

  for (guint i = 0; i < m->n_globals; i++)
    if (equals (module, module_length, m->globals[i].module)
        && equals (name, name_length, m->globals[i].name))
      {
        GboxPickleValue *value = gbox_pickle_push (m, GBOX_PICKLE_GLOBAL);

        if (value != NULL)
          value->global = &m->globals[i];
        return value != NULL;
      }
  module_text = g_utf8_make_valid (module, (gssize) MIN (module_length, 100));
  name_text = g_utf8_make_valid (name, (gssize) MIN (name_length, 100));
  gbox_tensor_file_set_error (
    m->error, GBOX_ERROR_UNSUPPORTED, m->display_name,
    "it asks Python for “%s.%s”, and only tensors and containers are read here; save it "
    "again as a plain state dictionary",
    module_text, name_text);
  return FALSE;
}

static gboolean
op_global (GboxPickleMachine *m)
{
  const char *module, *name;
  gsize module_length, name_length;

  return gbox_pickle_take_line (m, &module, &module_length) && gbox_pickle_take_line (m, &name, &name_length)
         && push_global (m, module, module_length, name, name_length);
}

static gboolean
op_stack_global (GboxPickleMachine *m)
{
  const GboxPickleValue *name = gbox_pickle_pop (m);
  const GboxPickleValue *module = name != NULL ? gbox_pickle_pop (m) : NULL;

  if (module == NULL)
    return FALSE;
  if (module->type != GBOX_PICKLE_STRING || name->type != GBOX_PICKLE_STRING)
    return gbox_pickle_fail (m, "has a global without a name");
  return push_global (m, module->bytes.data, module->bytes.length, name->bytes.data, name->bytes.length);
}

/* OrderedDict(), and Python 2's OrderedDict([[key, value], …]). */
static gboolean
push_dictionary (GboxPickleMachine *m, const GboxPickleValue *args)
{
  const GboxPickleValue *pairs = gbox_pickle_value_get (args, 0, GBOX_PICKLE_LIST);
  GboxPickleValue *dict;

  if (args->items->len > (pairs != NULL ? 1 : 0))
    return gbox_pickle_fail (m, "builds a dictionary from something else than pairs");
  dict = gbox_pickle_push (m, GBOX_PICKLE_DICT);
  if (dict == NULL || !gbox_pickle_spend (m, pairs != NULL ? pairs->items->len : 0))
    return FALSE;
  for (guint i = 0; pairs != NULL && i < pairs->items->len; i++)
    {
      const GboxPickleValue *pair = pairs->items->pdata[i];

      if ((pair->type != GBOX_PICKLE_LIST && pair->type != GBOX_PICKLE_TUPLE) || pair->items->len != 2)
        return gbox_pickle_fail (m, "builds a dictionary from something else than pairs");
      g_ptr_array_add (dict->items, pair->items->pdata[0]);
      g_ptr_array_add (dict->items, pair->items->pdata[1]);
    }
  return TRUE;
}

/* REDUCE and NEWOBJ: the call is noted, never made. */
static gboolean
op_call (GboxPickleMachine *m)
{
  const GboxPickleValue *args = gbox_pickle_pop (m);
  const GboxPickleValue *callee = args != NULL ? gbox_pickle_pop (m) : NULL;
  GboxPickleValue *call;

  if (callee == NULL)
    return FALSE;
  if (callee->type != GBOX_PICKLE_GLOBAL || args->type != GBOX_PICKLE_TUPLE)
    return gbox_pickle_fail (m, "calls something that is no function");
  if (callee->global->id == GBOX_PICKLE_DICTIONARY)
    return push_dictionary (m, args);
  call = gbox_pickle_push (m, GBOX_PICKLE_CALL);
  if (call == NULL)
    return FALSE;
  call->pair.first = callee;
  call->pair.second = args;
  return TRUE;
}

/* The attributes of an object (such as a state dictionary's version numbers) are dropped. */
static gboolean
op_build (GboxPickleMachine *m)
{
  const GboxPickleValue *object;

  if (gbox_pickle_pop (m) == NULL)
    return FALSE;
  object = gbox_pickle_top (m);
  if (object == NULL)
    return FALSE;
  if (object->type != GBOX_PICKLE_DICT && object->type != GBOX_PICKLE_CALL)
    return gbox_pickle_fail (m, "gives attributes to something that has none");
  return TRUE;
}

static gboolean
op_persistent (GboxPickleMachine *m)
{
  const GboxPickleValue *id = gbox_pickle_pop (m);
  GboxPickleValue *value = id != NULL ? gbox_pickle_push (m, GBOX_PICKLE_PERSISTENT) : NULL;

  if (value == NULL)
    return FALSE;
  value->pair.first = id;
  g_ptr_array_add (m->pickle->persistent, value);
  return TRUE;
}

/* Names as in Python's pickletools. */
static const Instruction instructions[256] = {
  [0x80] = op_proto,        /* PROTO */
  [0x95] = op_frame,        /* FRAME */
  ['.'] = op_stop,          /* STOP */
  ['('] = op_mark,          /* MARK */
  ['0'] = op_pop,           /* POP */
  ['1'] = op_pop_mark,      /* POP_MARK */
  ['2'] = op_dup,           /* DUP */
  ['N'] = op_none,          /* NONE */
  [0x88] = op_bool,         /* NEWTRUE */
  [0x89] = op_bool,         /* NEWFALSE */
  ['J'] = op_int,           /* BININT */
  ['K'] = op_int,           /* BININT1 */
  ['M'] = op_int,           /* BININT2 */
  [0x8a] = op_long,         /* LONG1 */
  [0x8b] = op_long,         /* LONG4 */
  ['G'] = op_float,         /* BINFLOAT */
  ['T'] = op_string,        /* BINSTRING */
  ['U'] = op_string,        /* SHORT_BINSTRING */
  ['X'] = op_string,        /* BINUNICODE */
  [0x8c] = op_string,       /* SHORT_BINUNICODE */
  [0x8d] = op_string,       /* BINUNICODE8 */
  ['B'] = op_bytes,         /* BINBYTES */
  ['C'] = op_bytes,         /* SHORT_BINBYTES */
  [0x8e] = op_bytes,        /* BINBYTES8 */
  [0x96] = op_bytes,        /* BYTEARRAY8 */
  [']'] = op_empty,         /* EMPTY_LIST */
  [')'] = op_empty,         /* EMPTY_TUPLE */
  ['}'] = op_empty,         /* EMPTY_DICT */
  ['l'] = op_collect,       /* LIST */
  ['t'] = op_collect,       /* TUPLE */
  ['d'] = op_collect,       /* DICT */
  [0x85] = op_short_tuple,  /* TUPLE1 */
  [0x86] = op_short_tuple,  /* TUPLE2 */
  [0x87] = op_short_tuple,  /* TUPLE3 */
  ['a'] = op_append,        /* APPEND */
  ['s'] = op_append,        /* SETITEM */
  ['e'] = op_appends,       /* APPENDS */
  ['u'] = op_appends,       /* SETITEMS */
  ['q'] = op_put,           /* BINPUT */
  ['r'] = op_put,           /* LONG_BINPUT */
  [0x94] = op_memoize,      /* MEMOIZE */
  ['h'] = op_get,           /* BINGET */
  ['j'] = op_get,           /* LONG_BINGET */
  ['c'] = op_global,        /* GLOBAL */
  [0x93] = op_stack_global, /* STACK_GLOBAL */
  ['R'] = op_call,          /* REDUCE */
  [0x81] = op_call,         /* NEWOBJ */
  ['b'] = op_build,         /* BUILD */
  ['Q'] = op_persistent,    /* BINPERSID */
};

static gboolean
run (GboxPickleMachine *m)
{
  while (!m->stopped)
    {
      const guint8 *byte;

      if (!gbox_pickle_spend (m, 1) || !gbox_pickle_take (m, 1, &byte))
        return FALSE;
      m->op = *byte;
      if (instructions[m->op] == NULL)
        {
          gbox_tensor_file_set_error (
            m->error, GBOX_ERROR_UNSUPPORTED, m->display_name,
            "its pickle uses instruction 0x%02x, which tensors and containers do not need", m->op);
          return FALSE;
        }
      if (!instructions[m->op](m))
        return FALSE;
    }
  return TRUE;
}

GboxPickle *
gbox_pickle_parse (const guint8 *data,
                   gsize size,
                   const GboxPickleGlobal *globals,
                   guint n_globals,
                   const char *display_name,
                   gsize *n_consumed,
                   GError **error)
{
  g_autoptr (GboxPickle) pickle = g_new0 (GboxPickle, 1);
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GPtrArray) memo = g_ptr_array_new ();
  GboxPickleMachine m = { .pickle = pickle,
                          .at = data,
                          .end = data + size,
                          .stack = stack,
                          .marks = marks,
                          .memo = memo,
                          .globals = globals,
                          .n_globals = n_globals,
                          .display_name = display_name,
                          .error = error };

  pickle->chunks = g_ptr_array_new_with_free_func (g_free);
  pickle->persistent = g_ptr_array_new ();
  if (!run (&m))
    return NULL;
  if (n_consumed != NULL)
    *n_consumed = (gsize) (m.at - data);
  return g_steal_pointer (&pickle);
}

void
gbox_pickle_free (GboxPickle *pickle)
{
  for (gsize i = 0; i < pickle->n_values; i++)
    {
      GboxPickleValue *value
        = (GboxPickleValue *) pickle->chunks->pdata[i / GBOX_PICKLE_CHUNK] + i % GBOX_PICKLE_CHUNK;

      if (value->type == GBOX_PICKLE_LIST || value->type == GBOX_PICKLE_TUPLE
          || value->type == GBOX_PICKLE_DICT)
        g_ptr_array_unref (value->items);
    }
  g_ptr_array_unref (pickle->chunks);
  g_ptr_array_unref (pickle->persistent);
  g_free (pickle);
}

const GboxPickleValue *
gbox_pickle_get_root (const GboxPickle *pickle)
{
  return pickle->root;
}

const GPtrArray *
gbox_pickle_get_persistent (const GboxPickle *pickle)
{
  return pickle->persistent;
}

gboolean
gbox_pickle_value_is (const GboxPickleValue *value, const char *text)
{
  return value != NULL && value->type == GBOX_PICKLE_STRING
         && equals (value->bytes.data, value->bytes.length, text);
}

const GboxPickleValue *
gbox_pickle_value_get (const GboxPickleValue *value, guint i, GboxPickleType type)
{
  const GboxPickleValue *item;

  if ((value->type != GBOX_PICKLE_LIST && value->type != GBOX_PICKLE_TUPLE && value->type != GBOX_PICKLE_DICT)
      || i >= value->items->len)
    return NULL;
  item = value->items->pdata[i];
  return item->type == type ? item : NULL;
}
