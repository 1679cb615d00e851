/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A gridworld as a board: what its cells are, what an agent thinks of them, and where it is. */
#include "learning/grid-board.h"

#include "learning/grid-board-draw.h"

#define MIN_CELL     14
#define NATURAL_CELL 44

struct _GboxGridBoard
{
  GtkWidget parent_instance;

  GboxGridBoardContent content;
  int pressed; /* the last cell that the button was pressed on or dragged to */
};

enum
{
  SIGNAL_CELL_PRESSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxGridBoard, gbox_grid_board, GTK_TYPE_WIDGET)

static void
press (GboxGridBoard *self, int state)
{
  if (state < 0 || state == self->pressed)
    return;
  self->pressed = state;
  g_signal_emit (self, signals[SIGNAL_CELL_PRESSED], 0, state);
}

static void
on_drag_begin (GboxGridBoard *self, double x, double y)
{
  self->pressed = -1;
  press (self, gbox_grid_board_find_cell (self, x, y));
}

static void
on_drag_update (GboxGridBoard *self, double dx, double dy, GtkGestureDrag *drag)
{
  double x, y;

  if (gtk_gesture_drag_get_start_point (drag, &x, &y))
    press (self, gbox_grid_board_find_cell (self, x + dx, y + dy));
}

static void
set_framed (GboxGridBoard *self, int state)
{
  self->content.framed = state;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
on_key_pressed (GboxGridBoard *self, guint key, guint code, GdkModifierType modifiers)
{
  const GboxGridworld *world = &self->content.world;
  const int framed = MAX (self->content.framed, 0);
  const int row = framed / MAX (world->n_columns, 1) + (key == GDK_KEY_Down ? 1 : key == GDK_KEY_Up ? -1 : 0);
  const int column = framed % MAX (world->n_columns, 1)
                     + (key == GDK_KEY_Right  ? 1
                        : key == GDK_KEY_Left ? -1
                                              : 0);

  if ((modifiers & gtk_accelerator_get_default_mod_mask ()) != 0 || world->n_rows == 0)
    return GDK_EVENT_PROPAGATE;
  if (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter || key == GDK_KEY_space)
    {
      self->pressed = -1;
      press (self, framed);
      return GDK_EVENT_STOP;
    }
  if (row * world->n_columns + column == framed)
    return GDK_EVENT_PROPAGATE;
  if (row >= 0 && row < world->n_rows && column >= 0 && column < world->n_columns)
    set_framed (self, row * world->n_columns + column);
  return GDK_EVENT_STOP;
}

static void
on_focus (GboxGridBoard *self)
{
  set_framed (self, self->content.framed < 0 ? self->content.world.start : self->content.framed);
}

static void
on_focus_left (GboxGridBoard *self)
{
  set_framed (self, -1);
}

static void
gbox_grid_board_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  cairo_t *cr
    = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget),
                                                                (float) gtk_widget_get_height (widget)));

  gbox_grid_board_draw (widget, &GBOX_GRID_BOARD (widget)->content, cr);
  cairo_destroy (cr);
}

static void
gbox_grid_board_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  const GboxGridworld *world = &GBOX_GRID_BOARD (widget)->content.world;
  const int n_columns = MAX (world->n_columns, 1);
  const int cell = for_size > 0 ? CLAMP (for_size / n_columns, MIN_CELL, NATURAL_CELL) : NATURAL_CELL;

  *minimum = MIN_CELL * (orientation == GTK_ORIENTATION_HORIZONTAL ? n_columns : world->n_rows);
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? NATURAL_CELL * n_columns : cell * world->n_rows;
}

static GtkSizeRequestMode
gbox_grid_board_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
gbox_grid_board_finalize (GObject *object)
{
  GboxGridBoard *self = GBOX_GRID_BOARD (object);

  g_free (self->content.values);
  g_free (self->content.visits);
  G_OBJECT_CLASS (gbox_grid_board_parent_class)->finalize (object);
}

static void
gbox_grid_board_class_init (GboxGridBoardClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = gbox_grid_board_finalize;
  widget_class->snapshot = gbox_grid_board_snapshot;
  widget_class->measure = gbox_grid_board_measure;
  widget_class->get_request_mode = gbox_grid_board_get_request_mode;
  gtk_widget_class_set_css_name (widget_class, "gridboard");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  signals[SIGNAL_CELL_PRESSED] = g_signal_new ("cell-pressed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                               0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
gbox_grid_board_init (GboxGridBoard *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();

  self->content.agent = self->content.framed = self->pressed = -1;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (on_key_pressed), self);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (on_focus), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (on_focus_left), self);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}

GtkWidget *
gbox_grid_board_new (void)
{
  return g_object_new (GBOX_TYPE_GRID_BOARD, NULL);
}

void
gbox_grid_board_set_role (GboxGridBoard *self, GboxSeriesRole role)
{
  g_return_if_fail (GBOX_IS_GRID_BOARD (self));

  self->content.role = role;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
follow_path (GboxGridBoard *self)
{
  GboxGridBoardContent *content = &self->content;

  content->n_path = 0;
  if (content->values != NULL)
    content->n_path
      = gbox_tabular_get_path (&content->world, content->values, content->path, &content->is_end);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
gbox_grid_board_set_world (GboxGridBoard *self, const GboxGridworld *world)
{
  GboxGridBoardContent *content = &self->content;
  const gboolean is_resized
    = content->world.n_rows != world->n_rows || content->world.n_columns != world->n_columns;

  g_return_if_fail (GBOX_IS_GRID_BOARD (self));

  content->world = *world;
  if (is_resized)
    {
      content->agent = content->framed = -1;
      gbox_grid_board_set_learnt (self, NULL, NULL);
      gtk_widget_queue_resize (GTK_WIDGET (self));
    }
  follow_path (self);
}

void
gbox_grid_board_set_learnt (GboxGridBoard *self, const double *values, const guint *visits)
{
  GboxGridBoardContent *content = &self->content;
  const gsize n = (gsize) gbox_gridworld_get_n_states (&content->world);

  g_return_if_fail (GBOX_IS_GRID_BOARD (self) && (values == NULL) == (visits == NULL));

  g_free (content->values);
  g_free (content->visits);
  content->values = values != NULL ? g_memdup2 (values, n * GBOX_N_ACTIONS * sizeof (double)) : NULL;
  content->visits = visits != NULL ? g_memdup2 (visits, n * sizeof (guint)) : NULL;
  follow_path (self);
}

void
gbox_grid_board_set_agent (GboxGridBoard *self, int state)
{
  g_return_if_fail (GBOX_IS_GRID_BOARD (self));

  if (state == self->content.agent)
    return;
  self->content.agent = state;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

int
gbox_grid_board_get_path (GboxGridBoard *self, gboolean *is_end)
{
  g_return_val_if_fail (GBOX_IS_GRID_BOARD (self), -1);

  *is_end = self->content.n_path > 0 && self->content.is_end;
  return self->content.n_path - 1;
}

int
gbox_grid_board_find_cell (GboxGridBoard *self, double x, double y)
{
  const GboxGridworld *world = &self->content.world;
  graphene_point_t origin;
  double side;

  g_return_val_if_fail (GBOX_IS_GRID_BOARD (self), -1);

  if (world->n_rows == 0)
    return -1;
  side = gbox_grid_board_fit (world, gtk_widget_get_width (GTK_WIDGET (self)),
                              gtk_widget_get_height (GTK_WIDGET (self)), &origin);
  x -= origin.x;
  y -= origin.y;
  if (x < 0 || y < 0 || x >= side * world->n_columns || y >= side * world->n_rows)
    return -1;
  return (int) (y / side) * world->n_columns + (int) (x / side);
}
