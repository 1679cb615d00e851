/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws a board's content; knows nothing of events. */
#include "learning/grid-board-draw.h"

#include <math.h>

#include "widgets/palette.h"

#define GAP          2.0 /* between two cells */
#define RADIUS       4.0
#define MAX_CELL     56.0
#define TEXT_SCALE   0.82 /* of the font of captions, as Adwaita's */
#define LEAST_SHADE  0.06 /* of the cell that is worth least */
#define MOST_SHADE   0.42
#define PLAIN_SHADE  0.06 /* of a cell nobody has been to, in the text's colour */
#define WALL_SHADE   0.5
#define TEXT_MARGIN  4    /* of a text in its cell, both sides together */
#define LEAST_SCALE  0.6  /* below, nobody could read it */
#define SPECIAL      0.24 /* of cliff and goal */
#define ARROW_LENGTH 0.42 /* of a cell */
#define ARROW_HEAD   0.14
#define AGENT_RADIUS 0.2
/* Cells of a cliff in a row that have room for its name. */
#define NAMED_CLIFF 3

typedef struct
{
  GtkWidget *widget;
  const GboxGridBoardContent *content;
  cairo_t *cr;
  graphene_point_t origin;
  double side;
  GdkRGBA text;
  GdkRGBA learnt;
  gboolean dark;
} Canvas;

double
gbox_grid_board_fit (const GboxGridworld *world, int width, int height, graphene_point_t *origin)
{
  const double side
    = floor (MIN (MIN ((double) width / world->n_columns, (double) height / world->n_rows), MAX_CELL));

  graphene_point_init (origin, (float) floor ((width - side * world->n_columns) / 2),
                       (float) floor ((height - side * world->n_rows) / 2));
  return side;
}

static void
set_colour (const Canvas *canvas, const GdkRGBA *colour, double alpha)
{
  cairo_set_source_rgba (canvas->cr, colour->red, colour->green, colour->blue, colour->alpha * alpha);
}

static double
get_x (const Canvas *canvas, int state)
{
  return canvas->origin.x + canvas->side * (state % canvas->content->world.n_columns + 0.5);
}

static double
get_y (const Canvas *canvas, int state)
{
  const int row = state / canvas->content->world.n_columns;

  return canvas->origin.y + canvas->side * (row + 0.5);
}

static void
trace_cell (const Canvas *canvas, int state)
{
  const double half = (canvas->side - GAP) / 2, radius = MIN (RADIUS, half / 2);
  const double x = get_x (canvas, state), y = get_y (canvas, state);

  cairo_new_sub_path (canvas->cr);
  cairo_arc (canvas->cr, x + half - radius, y - half + radius, radius, -G_PI / 2, 0);
  cairo_arc (canvas->cr, x + half - radius, y + half - radius, radius, 0, G_PI / 2);
  cairo_arc (canvas->cr, x - half + radius, y + half - radius, radius, G_PI / 2, G_PI);
  cairo_arc (canvas->cr, x - half + radius, y - half + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (canvas->cr);
}

static gboolean
is_learnt (const GboxGridBoardContent *content, int state)
{
  const guint8 cell = content->world.cells[state];

  return (cell == GBOX_CELL_FLOOR || cell == GBOX_CELL_START) && content->values != NULL
         && content->visits[state] > 0;
}

static double
get_worth (const GboxGridBoardContent *content, int state)
{
  const double *values = content->values + (gsize) state * GBOX_N_ACTIONS;

  return values[gbox_tabular_get_best (values)];
}

/* Of the cells that the agent has been to. */
static void
get_range (const GboxGridBoardContent *content, double *least, double *most)
{
  *least = INFINITY;
  *most = -INFINITY;
  for (int i = 0; i < gbox_gridworld_get_n_states (&content->world); i++)
    if (is_learnt (content, i))
      {
        *least = fmin (*least, get_worth (content, i));
        *most = fmax (*most, get_worth (content, i));
      }
}

static void
draw_cell (const Canvas *canvas, int state, double least, double most)
{
  const GboxGridBoardContent *content = canvas->content;
  GdkRGBA colour = canvas->text;
  double alpha = PLAIN_SHADE;

  switch (content->world.cells[state])
    {
    case GBOX_CELL_WALL:
      alpha = WALL_SHADE;
      break;
    case GBOX_CELL_CLIFF:
      gbox_palette_lookup (GBOX_SERIES_RED, canvas->dark, &colour);
      alpha = SPECIAL;
      break;
    case GBOX_CELL_GOAL:
      gbox_palette_lookup (GBOX_SERIES_GREEN, canvas->dark, &colour);
      alpha = 1.5 * SPECIAL;
      break;
    default:
      if (!is_learnt (content, state))
        break;
      colour = canvas->learnt;
      alpha = LEAST_SHADE
              + (MOST_SHADE - LEAST_SHADE)
                  * (most > least ? (get_worth (content, state) - least) / (most - least) : 0.5);
    }
  trace_cell (canvas, state);
  set_colour (canvas, &colour, alpha);
  cairo_fill (canvas->cr);
}

static void
draw_text (const Canvas *canvas, const char *text, double x, double y, double width)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (canvas->widget, text);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  int text_width, text_height;
  double scale;

  pango_attr_list_insert (attributes, pango_attr_scale_new (TEXT_SCALE));
  pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  scale = MIN (1, (width - TEXT_MARGIN) / text_width);
  if (scale < LEAST_SCALE)
    return;
  set_colour (canvas, &canvas->text, 1);
  cairo_save (canvas->cr);
  cairo_translate (canvas->cr, round (x - scale * text_width / 2), round (y - scale * text_height / 2));
  cairo_scale (canvas->cr, scale, scale);
  pango_cairo_show_layout (canvas->cr, layout);
  cairo_restore (canvas->cr);
}

/* What a cell is stands on it too: colour alone tells not everybody. */
static void
draw_names (const Canvas *canvas)
{
  const GboxGridworld *world = &canvas->content->world;
  int begin = 0;

  for (int i = 0; i < gbox_gridworld_get_n_states (world); i++)
    {
      if (world->cells[i] == GBOX_CELL_GOAL)
        draw_text (canvas, "goal", get_x (canvas, i), get_y (canvas, i), canvas->side);
      if (i == world->start && canvas->content->values == NULL)
        draw_text (canvas, "start", get_x (canvas, i), get_y (canvas, i), canvas->side);
      if (world->cells[i] != GBOX_CELL_CLIFF)
        continue;
      if (i % world->n_columns == 0 || world->cells[i - 1] != GBOX_CELL_CLIFF)
        begin = i;
      if ((i + 1) % world->n_columns != 0 && world->cells[i + 1] == GBOX_CELL_CLIFF)
        continue;
      if (i + 1 - begin >= NAMED_CLIFF)
        draw_text (canvas, "cliff −100", (get_x (canvas, begin) + get_x (canvas, i)) / 2, get_y (canvas, i),
                   canvas->side * (i + 1 - begin));
    }
}

static void
draw_arrow (const Canvas *canvas, int state)
{
  static const double right[] = { 0, 1, 0, -1 }, down[] = { -1, 0, 1, 0 };
  const GboxAction action = gbox_tabular_get_best (canvas->content->values + (gsize) state * GBOX_N_ACTIONS);
  const double dx = right[action] * canvas->side, dy = down[action] * canvas->side;
  const double x = get_x (canvas, state) + dx * ARROW_LENGTH / 2;
  const double y = get_y (canvas, state) + dy * ARROW_LENGTH / 2;

  cairo_move_to (canvas->cr, x - dx * ARROW_LENGTH, y - dy * ARROW_LENGTH);
  cairo_line_to (canvas->cr, x, y);
  cairo_move_to (canvas->cr, x - (dx + dy) * ARROW_HEAD, y - (dy - dx) * ARROW_HEAD);
  cairo_line_to (canvas->cr, x, y);
  cairo_line_to (canvas->cr, x - (dx - dy) * ARROW_HEAD, y - (dy + dx) * ARROW_HEAD);
}

static void
draw_arrows (const Canvas *canvas)
{
  for (int i = 0; i < gbox_gridworld_get_n_states (&canvas->content->world); i++)
    if (is_learnt (canvas->content, i))
      draw_arrow (canvas, i);
  set_colour (canvas, &canvas->text, 0.75);
  cairo_set_line_width (canvas->cr, 1.4);
  cairo_stroke (canvas->cr);
}

static void
draw_path (const Canvas *canvas)
{
  const GboxGridBoardContent *content = canvas->content;
  const double dashes[] = { 2, 6 };

  if (content->n_path < 2)
    return;
  for (int i = 0; i < content->n_path; i++)
    cairo_line_to (canvas->cr, get_x (canvas, content->path[i]), get_y (canvas, content->path[i]));
  set_colour (canvas, &canvas->learnt, 1);
  cairo_save (canvas->cr);
  cairo_set_line_width (canvas->cr, content->is_end ? 3 : 2);
  cairo_set_line_join (canvas->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (canvas->cr, CAIRO_LINE_CAP_ROUND);
  if (!content->is_end)
    cairo_set_dash (canvas->cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_stroke (canvas->cr);
  cairo_restore (canvas->cr);
}

static void
draw_agent (const Canvas *canvas)
{
  const int state = canvas->content->agent;

  if (state < 0 || state >= gbox_gridworld_get_n_states (&canvas->content->world))
    return;
  cairo_new_sub_path (canvas->cr);
  cairo_arc (canvas->cr, get_x (canvas, state), get_y (canvas, state), AGENT_RADIUS * canvas->side, 0,
             2 * G_PI);
  set_colour (canvas, &canvas->learnt, 1);
  cairo_fill_preserve (canvas->cr);
  cairo_set_source_rgb (canvas->cr, 1, 1, 1);
  cairo_set_line_width (canvas->cr, 1.5);
  cairo_stroke (canvas->cr);
}

static void
draw_frame (const Canvas *canvas)
{
  if (canvas->content->framed < 0)
    return;
  trace_cell (canvas, canvas->content->framed);
  set_colour (canvas, &canvas->text, 0.9);
  cairo_set_line_width (canvas->cr, 2);
  cairo_stroke (canvas->cr);
}

void
gbox_grid_board_draw (GtkWidget *widget, const GboxGridBoardContent *content, cairo_t *cr)
{
  Canvas canvas = { .widget = widget, .content = content, .cr = cr };
  double least, most;

  if (content->world.n_rows == 0)
    return;
  canvas.dark = gbox_palette_is_dark (widget);
  canvas.side = gbox_grid_board_fit (&content->world, gtk_widget_get_width (widget),
                                     gtk_widget_get_height (widget), &canvas.origin);
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &canvas.text);
  gbox_palette_lookup (content->role, canvas.dark, &canvas.learnt);
  get_range (content, &least, &most);
  for (int i = 0; i < gbox_gridworld_get_n_states (&content->world); i++)
    draw_cell (&canvas, i, least, most);
  draw_arrows (&canvas);
  draw_path (&canvas);
  draw_names (&canvas);
  draw_agent (&canvas);
  draw_frame (&canvas);
}
