/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The board of a gridworld: what it draws where, and what a click on it means. */
#include "learning/grid-board.h"

#include "widget-testing.h"

#define COLUMNS 12
#define ROWS    4
#define START   (3 * COLUMNS)
#define GOAL    (START + COLUMNS - 1)
#define SIDE    30

static GtkWidget *
make_board (GboxGridworld *world)
{
  GtkWidget *board = gbox_grid_board_new ();
  g_autoptr (GError) error = NULL;

  gbox_gridworld_parse ("cliff", world, &error);
  g_assert_no_error (error);
  gbox_grid_board_set_world (GBOX_GRID_BOARD (board), world);
  return board;
}

/* Up, all along to the right, and down: 13 moves; elsewhere left, which is worth nothing yet. */
static void
teach (GtkWidget *board)
{
  double values[ROWS * COLUMNS * 4] = { 0 };
  guint visits[ROWS * COLUMNS] = { 0 };

  for (int i = 0; i <= COLUMNS; i++)
    {
      const int state = i == 0 ? START : 2 * COLUMNS + i - 1;
      const int action = i == 0 ? 0 : i == COLUMNS ? 2 : 1;

      for (int j = 0; j < 4; j++)
        values[state * 4 + j] = -30 + (j == action ? 2 * i : 0);
      visits[state] = 1;
    }
  gbox_grid_board_set_learnt (GBOX_GRID_BOARD (board), values, visits);
}

static void
test_path (void)
{
  GboxGridworld world;
  GtkWidget *board;
  gboolean is_end = TRUE;

  if (!widget_testing_has_display ())
    return;
  board = g_object_ref_sink (make_board (&world));
  g_assert_cmpint (gbox_grid_board_get_path (GBOX_GRID_BOARD (board), &is_end), ==, -1);
  g_assert_false (is_end);
  teach (board);
  g_assert_cmpint (gbox_grid_board_get_path (GBOX_GRID_BOARD (board), &is_end), ==, 13);
  g_assert_true (is_end);
  /* A wall in the way: the line ends before it. */
  world.cells[2 * COLUMNS + 4] = GBOX_CELL_WALL;
  gbox_grid_board_set_world (GBOX_GRID_BOARD (board), &world);
  g_assert_cmpint (gbox_grid_board_get_path (GBOX_GRID_BOARD (board), &is_end), ==, 4);
  g_assert_false (is_end);
  g_object_unref (board);
}

/* In the middle of a cell's lower left quarter, where neither arrow nor line is. */
static guint32
get_cell_pixel (cairo_surface_t *surface, int state)
{
  return widget_testing_get_pixel (surface, state % COLUMNS * SIDE + SIDE / 4,
                                   state / COLUMNS * SIDE + 3 * SIDE / 4);
}

static int
get_channel (guint32 pixel, int shift)
{
  return pixel >> shift & 0xff;
}

static void
test_colours (void)
{
  GboxGridworld world;
  GtkWidget *board, *window;
  cairo_surface_t *surface;

  if (!widget_testing_has_display ())
    return;
  board = make_board (&world);
  window = widget_testing_show (board, COLUMNS * SIDE, ROWS * SIDE);
  teach (board);
  surface = widget_testing_draw (board);
  /* Blue the more, the more it is worth; where nobody has been there is no colour. */
  g_assert_cmpint (get_channel (get_cell_pixel (surface, 2 * COLUMNS + 9), 24), >,
                   get_channel (get_cell_pixel (surface, 2 * COLUMNS + 1), 24));
  g_assert_cmpint (get_channel (get_cell_pixel (surface, 2 * COLUMNS + 9), 0), >,
                   get_channel (get_cell_pixel (surface, 2 * COLUMNS + 9), 16));
  g_assert_cmpint (get_channel (get_cell_pixel (surface, 0), 0), ==,
                   get_channel (get_cell_pixel (surface, 0), 16));
  /* Red cliff, green goal. */
  g_assert_cmpint (get_channel (get_cell_pixel (surface, START + 1), 16), >,
                   get_channel (get_cell_pixel (surface, START + 1), 8));
  g_assert_cmpint (get_channel (get_cell_pixel (surface, GOAL), 8), >,
                   get_channel (get_cell_pixel (surface, GOAL), 16));
  cairo_surface_destroy (surface);
  widget_testing_close (window);
}

static void
on_pressed (GboxGridBoard *board, int state, GArray *pressed)
{
  g_array_append_val (pressed, state);
}

static void
test_presses (void)
{
  g_autoptr (GArray) pressed = g_array_new (FALSE, FALSE, sizeof (int));
  GboxGridworld world;
  GtkWidget *board, *window;
  GtkEventController *drag, *keys;
  gboolean is_taken;

  if (!widget_testing_has_display ())
    return;
  board = make_board (&world);
  g_signal_connect (board, "cell-pressed", G_CALLBACK (on_pressed), pressed);
  /* Higher than it needs: the cells are in the middle. */
  window = widget_testing_show (board, COLUMNS * SIDE, ROWS * SIDE + 40);
  g_assert_cmpint (gbox_grid_board_find_cell (GBOX_GRID_BOARD (board), 1, 19), ==, -1);
  g_assert_cmpint (gbox_grid_board_find_cell (GBOX_GRID_BOARD (board), 1, 21), ==, 0);
  g_assert_cmpint (gbox_grid_board_find_cell (GBOX_GRID_BOARD (board), COLUMNS * SIDE - 1,
                                              20 + ROWS * SIDE - 1),
                   ==, GOAL);
  drag = widget_testing_find_controller (board, GTK_TYPE_GESTURE_DRAG);
  g_signal_emit_by_name (drag, "drag-begin", 5.0 + SIDE, 25.0);
  g_assert_cmpuint (pressed->len, ==, 1);
  g_assert_cmpint (g_array_index (pressed, int, 0), ==, 1);

  keys = widget_testing_find_controller (board, GTK_TYPE_EVENT_CONTROLLER_KEY);
  gtk_widget_grab_focus (board);
  g_signal_emit_by_name (keys, "key-pressed", GDK_KEY_Up, 0, 0, &is_taken);
  g_assert_true (is_taken);
  g_signal_emit_by_name (keys, "key-pressed", GDK_KEY_Left, 0, 0, &is_taken);
  g_signal_emit_by_name (keys, "key-pressed", GDK_KEY_Return, 0, 0, &is_taken);
  g_assert_cmpint (g_array_index (pressed, int, pressed->len - 1), ==, START - COLUMNS);
  widget_testing_close (window);
}

int
main (int argc, char **argv)
{
  widget_testing_init (&argc, &argv);
  g_test_add_func ("/grid-board/path", test_path);
  g_test_add_func ("/grid-board/colours", test_colours);
  g_test_add_func ("/grid-board/presses", test_presses);
  return g_test_run ();
}
