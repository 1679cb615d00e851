/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Circuits on the command line: what is told of a unit's inputs, and a picture of them. */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <json-glib/json-glib.h>
#include <math.h>

#include "cli-testing.h"

#define TOP 3

/* Folders without the model say so. */
static gboolean
have_model (void)
{
  g_auto (Answer) answer = cli (NULL, "circuit --model efficientnet-lite0 --class 0");

  if (answer.code == 0)
    return TRUE;
  g_test_skip ("efficientnet-lite0 is not here: it was not fetched");
  return FALSE;
}

static JsonObject *
parse_line (const char *line, JsonNode **node)
{
  g_autoptr (GError) error = NULL;

  *node = json_from_string (line, &error);
  g_assert_no_error (error);
  return json_node_get_object (*node);
}

static double
sum_kernel (JsonArray *rows)
{
  double sum = 0.0;

  for (guint y = 0; y < json_array_get_length (rows); y++)
    {
      JsonArray *row = json_array_get_array_element (rows, y);

      g_assert_cmpuint (json_array_get_length (row), ==, json_array_get_length (rows));
      for (guint x = 0; x < json_array_get_length (row); x++)
        sum += json_array_get_double_element (row, x);
    }
  return sum;
}

static void
check_unit (JsonObject *unit, const char *layer, const char *input_layer)
{
  JsonArray *inputs = json_object_get_array_member (unit, "inputs");

  g_assert_cmpstr (json_object_get_string_member (unit, "layer"), ==, layer);
  g_assert_cmpuint (json_array_get_length (inputs), ==, 2 * TOP);
  for (guint i = 0; i < 2 * TOP; i++)
    {
      JsonObject *input = json_array_get_object_element (inputs, i);
      const double weight = json_object_get_double_member (input, "weight");

      g_assert_cmpstr (json_object_get_string_member (input, "layer"), ==, input_layer);
      g_assert_cmpint (weight < 0.0, ==, i >= TOP);
      g_assert_cmpfloat (fabs (sum_kernel (json_object_get_array_member (input, "kernel")) - weight), <,
                         1e-5);
      g_assert_cmpint (json_object_get_int_member (input, "first"), <=, 0);
    }
}

/* A line for the unit, and one for each input of it. */
static void
test_json (void)
{
  if (!have_model ())
    return;

  g_auto (Answer) answer
    = cli (NULL, "circuit --model efficientnet-lite0 --layer block6 --unit 7 --top 3 --depth 2 --json");
  g_auto (GStrv) lines = g_strsplit (answer.output, "\n", -1);

  g_assert_cmpint (answer.code, ==, 0);
  g_assert_cmpuint (g_strv_length (lines), ==, 1 + 2 * TOP + 1); /* the last is empty */
  for (guint i = 0; i < 1 + 2 * TOP; i++)
    {
      g_autoptr (JsonNode) node = NULL;

      check_unit (parse_line (lines[i], &node), i == 0 ? "block6" : "block5", i == 0 ? "block5" : "block4");
    }
}

/* What a unit leads to has it among its own inputs. */
static void
test_downstream (void)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *unit;
  JsonArray *outputs;

  if (!have_model ())
    return;

  g_auto (Answer) answer
    = cli (NULL, "circuit --model efficientnet-lite0 --layer block0 --unit 7 --top 3 --downstream --json");
  g_auto (Answer) text
    = cli (NULL, "circuit --model efficientnet-lite0 --layer block0 --unit 7 --top 3 --downstream");
  g_auto (Answer) last
    = cli (NULL, "circuit --model efficientnet-lite0 --layer class --unit 488 --downstream");

  g_assert_cmpint (answer.code, ==, 0);
  unit = parse_line (answer.output, &node);
  outputs = json_object_get_array_member (unit, "outputs");
  g_assert_cmpuint (json_array_get_length (outputs), ==, 2 * TOP);
  for (guint i = 0; i < 2 * TOP; i++)
    {
      JsonObject *output = json_array_get_object_element (outputs, i);

      g_assert_cmpstr (json_object_get_string_member (output, "layer"), ==, "block1");
      g_assert_cmpint (json_object_get_double_member (output, "weight") < 0.0, ==, i >= TOP);
    }
  g_assert_nonnull (strstr (text.output, "block0 · 7 adds to other units: +"));
  g_assert_cmpint (last.code, ==, 0);
  g_assert_cmpstr (last.output, ==,
                   "class · 488 (chain) adds to no other unit: nothing follows the layer class.\n");
}

static void
test_text (void)
{
  if (!have_model ())
    return;

  g_auto (Answer) unit = cli (NULL, "circuit --model efficientnet-lite0 --class 488 --top 2 --rank norm");
  g_auto (Answer) first = cli (NULL, "circuit --model efficientnet-lite0 --layer stem --unit 0");

  g_assert_cmpint (unit.code, ==, 0);
  g_assert_nonnull (strstr (unit.output, "class · 488 (chain): excitation +"));
  g_assert_nonnull (strstr (unit.output, "1 × 1  head · "));
  g_assert_nonnull (strstr (first.output, "3 × 3  image · red"));
}

static void
on_element (GMarkupParseContext *context,
            const char *name,
            const char **attribute_names,
            const char **attribute_values,
            gpointer user_data,
            GError **error)
{
  GHashTable *counts = user_data;
  const int count = GPOINTER_TO_INT (g_hash_table_lookup (counts, name));

  g_hash_table_insert (counts, g_strdup (name), GINT_TO_POINTER (count + 1));
}

static int
count (GHashTable *counts, const char *name)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (counts, name));
}

/* What the atlas would call the pictures of all units of block5. */
static void
make_pictures (const char *folder)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 4, 4);

  gdk_pixbuf_fill (pixbuf, 0x808080ff);
  for (guint i = 0; i < 80; i++)
    {
      g_autofree char *name = g_strdup_printf ("block5-%04u.png", i);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_true (gdk_pixbuf_save (pixbuf, path, "png", NULL, NULL));
    }
}

/* Well-formed, with an edge and a picture for each input. */
static void
test_picture (void)
{
  const GMarkupParser parser = { .start_element = on_element };
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, counts, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL, *path = NULL, *svg = NULL;

  if (!have_model ())
    return;
  folder = make_folder ();
  make_pictures (folder);
  {
    g_auto (Answer) answer
      = cli (folder, "circuit --model efficientnet-lite0 --layer block6 --unit 7 --top 3 "
                     "--pictures {tmp} -o {tmp}/circuit.svg");

    g_assert_cmpint (answer.code, ==, 0);
  }
  path = g_build_filename (folder, "circuit.svg", NULL);
  g_assert_true (g_file_get_contents (path, &svg, NULL, NULL));
  g_markup_parse_context_parse (context, svg, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count (counts, "path"), ==, 2 * TOP + 2); /* and those of the two markers */
  g_assert_cmpint (count (counts, "image"), ==, 2 * TOP);
  g_assert_cmpint (count (counts, "text"), ==, 2 * 2 * TOP + 1);
  remove_folder (g_steal_pointer (&folder));
}

static void
check_code (const char *line, int code)
{
  g_auto (Answer) answer = cli (NULL, line);

  g_test_message ("%s → %d: %s", line, answer.code, answer.errors);
  g_assert_cmpint (answer.code, ==, code);
  g_assert_cmpstr (answer.output, ==, "");
  g_assert_cmpstr (answer.errors, !=, "");
}

static void
test_usage (void)
{
  static const char *const bad[] = {
    "circuit",
    "circuit --layer head",
    "circuit --unit 3",
    "circuit --class 488 --layer head --unit 3",
    "circuit --class -1",
    "circuit --layer head --unit -1",
    "circuit --class 488 surplus",
    "circuit --class 488 --top 0",
    "circuit --class 488 --depth 0",
    "circuit --class 488 --rank loud",
    "circuit --class 488 -o circuit.png",
    "circuit --class 488 --pictures folder",
    "circuit --class 488 --downstream",
    "circuit --layer head --unit 3 --downstream --depth 2",
    "circuit --layer head --unit 3 --downstream -o circuit.svg",
    "circuit --layer head --unit 3 --downstream --pictures folder",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    check_code (bad[i], 2);
  check_code ("circuit --model no-such-model --class 488", 1);
  check_code ("circuit --class 488 --pictures /nowhere/at/all -o circuit.svg", 1);
  if (!have_model ())
    return;
  check_code ("circuit --model efficientnet-lite0 --layer nowhere --unit 3", 2);
  check_code ("circuit --model efficientnet-lite0 --class 1000", 2);
  check_code ("circuit --model efficientnet-lite0 --class 488 -o /nowhere/at/all/circuit.svg", 1);
  check_code ("circuit --model efficientnet-lite0 --layer head --unit 3 --top 100 --depth 2 -o circuit.svg",
              1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli-circuit/json", test_json);
  g_test_add_func ("/cli-circuit/downstream", test_downstream);
  g_test_add_func ("/cli-circuit/text", test_text);
  g_test_add_func ("/cli-circuit/picture", test_picture);
  g_test_add_func ("/cli-circuit/usage", test_usage);

  return g_test_run ();
}
