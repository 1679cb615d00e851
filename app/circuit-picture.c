/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tree of inputs as a picture. */
#include "circuit-picture.h"

#include <math.h>

/* In pixels. */
#define MARGIN       16.0
#define COLUMN_WIDTH 280.0
#define ROW_HEIGHT   48.0
#define TILE_SIDE    40.0
#define TILE_GAP     6.0
#define TEXT_WIDTH   96.0
#define END_GAP      8.0 /* between the ends of edges at a unit */
#define MAX_STROKE   7.0
#define MIN_STROKE   0.7

#define ORANGE "#e66100"
#define BLUE   "#1c71d8"

typedef struct
{
  const GboxNetwork *network;
  const char *pictures;
  guint depth;
  GString *svg;
  double bottom; /* of the rows so far */
} Drawing;

/* Columns to the left of @node's own. */
static guint
get_depth (const CircuitNode *node)
{
  guint depth = 0;

  for (guint i = 0; i < node->nodes->len; i++)
    depth = MAX (depth, 1 + get_depth (g_ptr_array_index (node->nodes, i)));
  return depth;
}

/* Numbers in the C locale, whatever the user's. */
static void
add_number (GString *svg, const char *name, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (svg, " %s=\"%s\"", name, g_ascii_formatd (text, sizeof text, "%.5g", value));
}

static void
add_text (GString *svg, double x, double y, const char *text, gboolean is_strong)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append (svg, "<text");
  add_number (svg, "x", x);
  add_number (svg, "y", y);
  g_string_append_printf (svg, "%s>%s</text>\n", is_strong ? " font-weight=\"bold\"" : "", escaped);
}

static void
add_square (GString *svg, double x, double y, double side, const char *colour, double opacity)
{
  g_string_append (svg, "<rect");
  add_number (svg, "x", x);
  add_number (svg, "y", y);
  add_number (svg, "width", side);
  add_number (svg, "height", side);
  g_string_append_printf (svg, " fill=\"%s\"", colour);
  add_number (svg, "fill-opacity", opacity);
  g_string_append (svg, "/>\n");
}

static void
add_kernel (GString *svg, const GboxCircuitInput *input, double x, double y)
{
  const double cell = TILE_SIDE / input->side;
  float largest = 0.0f;

  for (int i = 0; i < input->side * input->side; i++)
    largest = MAX (largest, fabsf (input->kernel[i]));
  add_square (svg, x, y, TILE_SIDE, "#808080", 0.15);
  for (int row = 0; row < input->side; row++)
    for (int column = 0; column < input->side; column++)
      {
        const float weight = input->kernel[row * input->side + column];

        if (weight != 0.0f)
          add_square (svg, x + column * cell, y + row * cell, cell, weight < 0.0f ? BLUE : ORANGE,
                      (double) (fabsf (weight) / largest));
      }
}

/* Returns: whether there is a picture of the unit. */
static gboolean
add_picture (const Drawing *drawing, const CircuitNode *node, double x, double y)
{
  g_autofree char *name
    = g_strdup_printf ("%s-%04u.png", gbox_circuit_get_layer_name (drawing->network, node->layer),
                       (guint) node->unit);
  g_autofree char *path = drawing->pictures != NULL ? g_build_filename (drawing->pictures, name, NULL) : NULL;
  g_autofree char *bytes = NULL;
  g_autofree char *text = NULL;
  gsize n_bytes;

  if (path == NULL || !g_file_get_contents (path, &bytes, &n_bytes, NULL))
    return FALSE;
  text = g_base64_encode ((const guchar *) bytes, n_bytes);
  g_string_append (drawing->svg, "<image");
  add_number (drawing->svg, "x", x);
  add_number (drawing->svg, "y", y);
  add_number (drawing->svg, "width", TILE_SIDE);
  add_number (drawing->svg, "height", TILE_SIDE);
  g_string_append_printf (drawing->svg, " href=\"data:image/png;base64,%s\"/>\n", text);
  return TRUE;
}

/* From the right end of an input to the left end of the unit. */
static void
add_edge (
  GString *svg, const GboxCircuitInput *input, float strongest, double x0, double y0, double x1, double y1)
{
  const gboolean inhibits = input->weight < 0.0f;
  const double share = strongest > 0.0f ? (double) (fabsf (input->weight) / strongest) : 0.0;
  char numbers[6][G_ASCII_DTOSTR_BUF_SIZE];
  const double middle = (x0 + x1) / 2.0;
  const double values[] = { x0, y0, middle, y1, x1, middle };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    g_ascii_formatd (numbers[i], sizeof numbers[i], "%.5g", values[i]);
  g_string_append_printf (
    svg, "<path d=\"M%s %sC%s %s %s %s %s %s\" fill=\"none\" stroke=\"%s\" marker-end=\"url(#%s)\"%s",
    numbers[0], numbers[1], numbers[2], numbers[1], numbers[5], numbers[3], numbers[4], numbers[3],
    inhibits ? BLUE : ORANGE, inhibits ? "inhibits" : "excites", inhibits ? " stroke-dasharray=\"7 4\"" : "");
  add_number (svg, "stroke-width", MAX (share * MAX_STROKE, MIN_STROKE));
  g_string_append (svg, "/>\n");
}

static void
add_node (const Drawing *drawing, const CircuitNode *node, double x, double y)
{
  g_autofree char *name = gbox_circuit_describe_unit (drawing->network, node->layer, node->unit);
  const double top = y - TILE_SIDE / 2.0;

  if (node->input != NULL)
    add_kernel (drawing->svg, node->input, x, top);
  x += node->input != NULL ? TILE_SIDE + TILE_GAP : 0.0;
  if (add_picture (drawing, node, x, top))
    x += TILE_SIDE + TILE_GAP;
  add_text (drawing->svg, x, y - 3.0, name, TRUE);
  if (node->input != NULL)
    {
      g_autofree char *weight = g_strdup_printf ("%+.3g", (double) node->input->weight);

      add_text (drawing->svg, x, y + 13.0, weight, FALSE);
    }
}

static double
get_node_width (const Drawing *drawing)
{
  return (drawing->pictures != NULL ? 2.0 : 1.0) * (TILE_SIDE + TILE_GAP) + TEXT_WIDTH;
}

static float
find_strongest (const CircuitNode *node)
{
  float strongest = 0.0f;

  for (guint i = 0; i < node->nodes->len; i++)
    {
      const CircuitNode *input = g_ptr_array_index (node->nodes, i);

      strongest = MAX (strongest, fabsf (input->input->weight));
    }
  return strongest;
}

/* Returns: where the middle of @node's row is: amid its inputs, or in a row of its own. */
static double
draw_node (Drawing *drawing, const CircuitNode *node, guint level)
{
  const double x = MARGIN + COLUMN_WIDTH * (double) (drawing->depth - level);
  const guint n = node->nodes->len;
  g_autofree double *rows = g_new (double, MAX (n, 1));
  double y = drawing->bottom + ROW_HEIGHT / 2.0;

  for (guint i = 0; i < n; i++)
    rows[i] = draw_node (drawing, g_ptr_array_index (node->nodes, i), level + 1);
  if (n == 0)
    drawing->bottom += ROW_HEIGHT;
  else
    y = (rows[0] + rows[n - 1]) / 2.0;
  for (guint i = 0; i < n; i++)
    add_edge (drawing->svg, ((const CircuitNode *) g_ptr_array_index (node->nodes, i))->input,
              find_strongest (node), x - COLUMN_WIDTH + get_node_width (drawing), rows[i], x - 2.0 * TILE_GAP,
              y + ((double) i - (double) (n - 1) / 2.0) * END_GAP);
  add_node (drawing, node, x, y);
  return y;
}

static const char markers[]
  = "<defs><marker id=\"excites\" viewBox=\"0 0 8 8\" refX=\"1\" refY=\"4\" markerWidth=\"9\" "
    "markerHeight=\"9\" "
    "markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"" ORANGE "\"/></marker>"
    "<marker id=\"inhibits\" viewBox=\"0 0 8 8\" refX=\"1\" refY=\"4\" markerWidth=\"12\" "
    "markerHeight=\"12\" "
    "markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0H2V8H0z\" fill=\"" BLUE
    "\"/></marker></defs>\n";

char *
circuit_picture_draw (const GboxNetwork *network, const CircuitNode *root, const char *pictures)
{
  g_autoptr (GString) body = g_string_new (NULL);
  Drawing drawing
    = { .network = network, .pictures = pictures, .depth = get_depth (root), .svg = body, .bottom = MARGIN };
  GString *svg
    = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"");

  draw_node (&drawing, root, 0);
  add_number (svg, "width", 2.0 * MARGIN + COLUMN_WIDTH * (double) (drawing.depth + 1));
  add_number (svg, "height", drawing.bottom + MARGIN);
  g_string_append (
    svg,
    " font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
  g_string_append (svg, markers);
  g_string_append (svg, body->str);
  g_string_append (svg, "</svg>\n");
  return g_string_free (svg, FALSE);
}
