/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pickle reader: what it understands, and that nothing else gets through. */
#include "formats/pickle.h"

#include "fixture.h"

static const GboxPickleGlobal globals[] = {
  { "collections", "OrderedDict", GBOX_PICKLE_DICTIONARY },
  { "torch", "Size", 7 },
};

static GboxPickle *
parse (const char *data, gsize size, gsize *n_consumed, GError **error)
{
  return gbox_pickle_parse ((const guint8 *) data, size, globals, G_N_ELEMENTS (globals), "some pickle",
                            n_consumed, error);
}

static void
assert_refused (const char *data, gsize size, GboxError code, const char *word)
{
  g_autofree char *exact = g_memdup2 (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxPickle) pickle = parse (exact, size, NULL, &error);

  g_assert_null (pickle);
  g_assert_error (error, GBOX_ERROR, (int) code);
  fixture_assert_sentence (error, "some pickle");
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
}

#define REFUSED(text, word)     assert_refused (text, sizeof text - 1, GBOX_ERROR_INVALID_FILE, word)
#define UNSUPPORTED(text, word) assert_refused (text, sizeof text - 1, GBOX_ERROR_UNSUPPORTED, word)

static GboxPickle *
parse_good (const char *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  gsize n_consumed;
  GboxPickle *pickle = parse (data, size, &n_consumed, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (n_consumed, ==, size);
  return pickle;
}

#define GOOD(text) parse_good (text, sizeof text - 1)

static void
assert_integer (const char *data, gsize size, gint64 expected)
{
  g_autoptr (GboxPickle) pickle = parse_good (data, size);

  g_assert_cmpint (gbox_pickle_get_root (pickle)->type, ==, GBOX_PICKLE_INT);
  g_assert_cmpint (gbox_pickle_get_root (pickle)->integer, ==, expected);
}

static void
test_scalars (void)
{
  g_autoptr (GboxPickle) real = GOOD ("\x80\x02G\xbf\xf8\x00\x00\x00\x00\x00\x00.");
  g_autoptr (GboxPickle) truth = GOOD ("\x80\x02\x88.");
  g_autoptr (GboxPickle) none = GOOD ("\x80\x02N.");
  g_autoptr (GboxPickle) big = GOOD ("\x80\x02\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x40.");

  g_assert_cmpfloat (gbox_pickle_get_root (real)->real, ==, -1.5);
  g_assert_cmpint (gbox_pickle_get_root (truth)->type, ==, GBOX_PICKLE_BOOL);
  g_assert_cmpint (gbox_pickle_get_root (truth)->integer, ==, 1);
  g_assert_cmpint (gbox_pickle_get_root (none)->type, ==, GBOX_PICKLE_NONE);
  g_assert_cmpint (gbox_pickle_get_root (big)->type, ==, GBOX_PICKLE_LONG);
  g_assert_cmpuint (gbox_pickle_get_root (big)->bytes.length, ==, 9);
  assert_integer ("\x80\x02K\xff.", 5, 255);
  assert_integer ("\x80\x02M\xff\xff.", 6, 65535);
  assert_integer ("\x80\x02J\xff\xff\xff\xff.", 8, -1);
  assert_integer ("\x80\x02\x8a\x00.", 5, 0);
  assert_integer ("\x80\x02\x8a\x01\x80.", 6, -128);
  assert_integer ("\x80\x02\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f.", 13, G_MAXINT64);
}

/* pickletools.dis of pickle.dumps({'a': [1, (2, 'b')], 'c': b'd'}, 4) and the like. */
static void
test_containers (void)
{
  g_autoptr (GboxPickle) pickle
    = GOOD ("\x80\x04\x95\x1f\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x01\x61\x94]\x94(K\x01K"
            "\x02\x8c\x01\x62\x94\x86\x94\x65\x8c\x01\x63\x94\x43\x01\x64\x94u.");
  const GboxPickleValue *root = gbox_pickle_get_root (pickle);
  const GboxPickleValue *list, *tuple;

  g_assert_cmpint (root->type, ==, GBOX_PICKLE_DICT);
  g_assert_cmpuint (root->items->len, ==, 4);
  g_assert_true (gbox_pickle_value_is (root->items->pdata[0], "a"));
  list = gbox_pickle_value_get (root, 1, GBOX_PICKLE_LIST);
  g_assert_nonnull (list);
  g_assert_cmpint (gbox_pickle_value_get (list, 0, GBOX_PICKLE_INT)->integer, ==, 1);
  tuple = gbox_pickle_value_get (list, 1, GBOX_PICKLE_TUPLE);
  g_assert_true (gbox_pickle_value_is (tuple->items->pdata[1], "b"));
  g_assert_cmpuint (gbox_pickle_value_get (root, 3, GBOX_PICKLE_BYTES)->bytes.length, ==, 1);
  g_assert_null (gbox_pickle_value_get (root, 3, GBOX_PICKLE_STRING));
  g_assert_null (gbox_pickle_value_get (root, 4, GBOX_PICKLE_BYTES));
}

static void
test_calls (void)
{
  g_autoptr (GboxPickle) empty = GOOD ("\x80\x02"
                                       "ccollections\nOrderedDict\n)Rq\x00X\x01\x00\x00\x00kK\x01s}b.");
  g_autoptr (GboxPickle) python2 = GOOD ("\x80\x02"
                                         "ccollections\nOrderedDict\n]]U\x01kaK\x01"
                                         "aa\x85R.");
  g_autoptr (GboxPickle) size = GOOD ("\x80\x04\x8c\x05torch\x8c\x04Size\x93K\x02K\x03\x86\x85R.");
  g_autoptr (GboxPickle) persistent = GOOD ("\x80\x02X\x03\x00\x00\x00keyQ.");
  const GboxPickleValue *call = gbox_pickle_get_root (size);

  g_assert_cmpint (gbox_pickle_get_root (empty)->type, ==, GBOX_PICKLE_DICT);
  g_assert_cmpuint (gbox_pickle_get_root (empty)->items->len, ==, 2);
  g_assert_cmpint (gbox_pickle_get_root (python2)->type, ==, GBOX_PICKLE_DICT);
  g_assert_true (gbox_pickle_value_is (gbox_pickle_get_root (python2)->items->pdata[0], "k"));
  g_assert_cmpint (call->type, ==, GBOX_PICKLE_CALL);
  g_assert_cmpint (call->pair.first->global->id, ==, 7);
  g_assert_cmpuint (call->pair.second->items->len, ==, 1);
  g_assert_cmpuint (gbox_pickle_get_persistent (persistent)->len, ==, 1);
  g_assert_true (gbox_pickle_value_is (gbox_pickle_get_root (persistent)->pair.first, "key"));
}

/* Anything that is not on the list is named and refused, in each way of asking for it. */
static void
test_globals (void)
{
  UNSUPPORTED ("\x80\x02"
               "cos\nsystem\nX\x04\x00\x00\x00true\x85R.",
               "os.system");
  UNSUPPORTED ("\x80\x04\x8c\x05posix\x8c\x06system\x93.", "posix.system");
  UNSUPPORTED ("\x80\x02"
               "c__builtin__\neval\n.",
               "__builtin__.eval");
  UNSUPPORTED ("\x80\x02"
               "ctorch\nSizes\n.",
               "torch.Sizes");
  UNSUPPORTED ("\x80\x02"
               "ctorc\nSize\n.",
               "torc.Size");
  UNSUPPORTED ("\x80\x02(ios\nsystem\n.", "0x69");
  UNSUPPORTED ("\x80\x02"
               "P0\n.",
               "0x50");
  UNSUPPORTED ("\x80\x02\x82\x01.", "0x82");
  REFUSED ("\x80\x02X\x01\x00\x00\x00"
           "f)R.",
           "no function");
  REFUSED ("\x80\x02"
           "ctorch\nSize\nK\x01R.",
           "no function");
  REFUSED ("\x80\x04K\x01K\x02\x93.", "without a name");
}

static void
test_malformed (void)
{
  REFUSED ("", "ends too early");
  REFUSED ("\x80\x02", "ends too early");
  REFUSED ("\x80\x06N.", "protocol");
  REFUSED ("\x80\x02.", "stack");
  REFUSED ("\x80\x02X\xff\xff\xff\xff"
           "abc.",
           "ends too early");
  REFUSED ("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
           "abc.",
           "ends too early");
  REFUSED ("\x80\x02\x8b\xff\xff\xff\xff\x01.", "ends too early");
  REFUSED ("\x80\x02K\x01"
           "a.",
           "nothing");
  REFUSED ("\x80\x02K\x01K\x02"
           "a.",
           "no container");
  REFUSED ("\x80\x02]K\x01K\x02s.", "no container");
  REFUSED ("\x80\x02}(K\x01u.", "without a value");
  REFUSED ("\x80\x02K\x01"
           "e.",
           "no mark");
  REFUSED ("\x80\x02K\x01t.", "no mark");
  REFUSED ("\x80\x02K\x01(0\x85"
           "0\x87.",
           "stack");
  REFUSED ("\x80\x02](a.", "nothing");
  REFUSED ("\x80\x02(2.", "empty stack");
  REFUSED ("\x80\x02h\x05.", "not met");
  REFUSED ("\x80\x02j\xff\xff\xff\xff.", "not met");
  REFUSED ("\x80\x02Nr\xff\xff\xff\xff.", "remembers too many");
  REFUSED ("\x80\x02K\x01K\x02"
           "b.",
           "has none");
  REFUSED ("\x80\x02"
           "ctorch",
           "ends too early");
}

static void
test_cycle (void)
{
  g_autoptr (GboxPickle) pickle = GOOD ("\x80\x02]q\x00h\x00"
                                        "ah\x00"
                                        "a.");
  const GboxPickleValue *root = gbox_pickle_get_root (pickle);

  g_assert_cmpuint (root->items->len, ==, 2);
  g_assert_true (root->items->pdata[0] == root);
}

/* A program of 12 MiB made of @unit over and over ends with an error, not with all the memory. */
static void
assert_bomb_refused (const char *head, const char *unit, gsize unit_size)
{
  g_autoptr (GByteArray) bomb = g_byte_array_sized_new (12 << 20);

  g_byte_array_append (bomb, (const guint8 *) head, (guint) strlen (head));
  while (bomb->len < 12 << 20)
    g_byte_array_append (bomb, (const guint8 *) unit, (guint) unit_size);
  assert_refused ((const char *) bomb->data, bomb->len, GBOX_ERROR_INVALID_FILE, "for any checkpoint");
}

static void
test_bombs (void)
{
  assert_bomb_refused ("\x80\x02", "}", 1);
  assert_bomb_refused ("\x80\x02", "N\x85", 2);
  assert_bomb_refused ("\x80\x02", "(", 1);
  assert_bomb_refused ("\x80\x02N", "2", 1);
  assert_bomb_refused ("\x80\x02]", "2a", 2);
  assert_bomb_refused ("\x80\x04N", "\x94", 1);
  assert_bomb_refused ("\x80\x02N", "\x85", 1);
}

/* A list of n pairs made into a dictionary n times would take n² steps. */
static void
test_dictionary_bomb (void)
{
  g_autoptr (GByteArray) bomb = g_byte_array_new ();

  g_byte_array_append (bomb, (const guint8 *) "\x80\x02]q\x00(", 6);
  for (guint i = 0; i < 50000; i++)
    g_byte_array_append (bomb, (const guint8 *) "NN\x86", 3);
  g_byte_array_append (bomb, (const guint8 *) "e", 1);
  for (guint i = 0; i < 50000; i++)
    g_byte_array_append (bomb, (const guint8 *) "ccollections\nOrderedDict\nh\x00\x85R", 29);
  assert_refused ((const char *) bomb->data, bomb->len, GBOX_ERROR_INVALID_FILE, "for any checkpoint");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pickle/scalars", test_scalars);
  g_test_add_func ("/pickle/containers", test_containers);
  g_test_add_func ("/pickle/calls", test_calls);
  g_test_add_func ("/pickle/globals", test_globals);
  g_test_add_func ("/pickle/malformed", test_malformed);
  g_test_add_func ("/pickle/cycle", test_cycle);
  g_test_add_func ("/pickle/bombs", test_bombs);
  g_test_add_func ("/pickle/dictionary-bomb", test_dictionary_bomb);
  return g_test_run ();
}
