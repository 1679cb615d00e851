/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers from 0 to 1 as the shades of a grid's cells. */
#include "widgets/cell-grid.h"

#define CELL_HEIGHT    10
#define MIN_CELL_WIDTH 6
#define GAP            1.0f
#define FRAME_WIDTH    1.5f
/* A cell with nothing in it is still seen. */
#define LEAST_ALPHA 0.09f

/* Cells with letters. */
#define TEXT_CELL_HEIGHT 15
#define TEXT_SCALE       0.72
#define TEXT_MARGIN      2.0f
/* From here on letters are white: their own colour is as dark as the cell. */
#define DARK_VALUE 0.6f

typedef struct
{
  int column;
  int row;
} Cell;

static const Cell no_cell = { -1, -1 };

struct _GboxCellGrid
{
  GtkWidget parent_instance;

  int n_columns;
  int n_rows;
  float *values;
  gboolean *framed; /* (nullable) */
  char **texts;     /* (nullable) */
  Cell hovered;
  Cell chosen;
};

G_DEFINE_FINAL_TYPE (GboxCellGrid, gbox_cell_grid, GTK_TYPE_WIDGET)

enum
{
  CELL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
has_cell (GboxCellGrid *self, Cell cell)
{
  return cell.column >= 0 && cell.column < self->n_columns && cell.row >= 0 && cell.row < self->n_rows;
}

static Cell
get_current (GboxCellGrid *self)
{
  return has_cell (self, self->hovered) ? self->hovered : self->chosen;
}

static void
set_cell (GboxCellGrid *self, Cell *which, Cell cell)
{
  const Cell before = get_current (self);
  Cell after;

  *which = has_cell (self, cell) ? cell : no_cell;
  after = get_current (self);
  if (before.column == after.column && before.row == after.row)
    return;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signals[CELL_CHANGED], 0);
}

static Cell
find_cell (GboxCellGrid *self, double x, double y)
{
  const int width = gtk_widget_get_width (GTK_WIDGET (self)),
            height = gtk_widget_get_height (GTK_WIDGET (self));

  if (width <= 0 || height <= 0 || x < 0 || y < 0 || x >= width || y >= height)
    return no_cell;
  return (Cell){ (int) (x * self->n_columns / width), (int) (y * self->n_rows / height) };
}

static void
on_motion (GboxCellGrid *self, double x, double y)
{
  set_cell (self, &self->hovered, find_cell (self, x, y));
}

static void
on_leave (GboxCellGrid *self)
{
  set_cell (self, &self->hovered, no_cell);
}

static void
on_pressed (GboxCellGrid *self, int n_press, double x, double y)
{
  Cell cell;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  cell = find_cell (self, x, y);
  if (cell.column == self->chosen.column && cell.row == self->chosen.row)
    cell = no_cell;
  set_cell (self, &self->chosen, cell);
}

static gboolean
on_key_pressed (GboxCellGrid *self, guint keyval, guint keycode, GdkModifierType state)
{
  Cell cell = has_cell (self, self->chosen) ? self->chosen : (Cell){ 0, 0 };

  if ((state & gtk_accelerator_get_default_mod_mask ()) != 0)
    return GDK_EVENT_PROPAGATE;
  cell.column += (keyval == GDK_KEY_Right) - (keyval == GDK_KEY_Left);
  cell.row += (keyval == GDK_KEY_Down) - (keyval == GDK_KEY_Up);
  if (keyval != GDK_KEY_Right && keyval != GDK_KEY_Left && keyval != GDK_KEY_Down && keyval != GDK_KEY_Up)
    return GDK_EVENT_PROPAGATE;
  if (has_cell (self, cell))
    {
      self->hovered = no_cell;
      set_cell (self, &self->chosen, cell);
    }
  return GDK_EVENT_STOP;
}

static void
append_frame (GtkSnapshot *snapshot, const graphene_rect_t *bounds, float width, const GdkRGBA *color)
{
  const float widths[4] = { width, width, width, width };
  const GdkRGBA colors[4] = { *color, *color, *color, *color };
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (&outline, bounds, 0);
  gtk_snapshot_append_border (snapshot, &outline, widths, colors);
}

static void
get_text_color (GboxCellGrid *self, GdkRGBA *color)
{
  gtk_style_context_get_color (gtk_widget_get_style_context (gtk_widget_get_parent (GTK_WIDGET (self))),
                               color);
}

static PangoLayout *
create_layout (GboxCellGrid *self)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (TEXT_SCALE));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  return layout;
}

static void
append_texts (GboxCellGrid *self, GtkSnapshot *snapshot)
{
  const float width = (float) gtk_widget_get_width (GTK_WIDGET (self)) / (float) self->n_columns;
  const float height = (float) gtk_widget_get_height (GTK_WIDGET (self)) / (float) self->n_rows;
  g_autoptr (PangoLayout) layout = create_layout (self);
  GdkRGBA color;

  get_text_color (self, &color);
  pango_layout_set_width (layout, (int) ((width - GAP - 2 * TEXT_MARGIN) * PANGO_SCALE));
  for (int i = 0; i < self->n_rows * self->n_columns; i++)
    {
      const int row = i / self->n_columns, column = i % self->n_columns;
      const float x = (float) column * width + TEXT_MARGIN;
      const float y = (float) row * height;
      int text_height;

      pango_layout_set_text (layout, self->texts[i], -1);
      pango_layout_get_pixel_size (layout, NULL, &text_height);
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot,
                              &GRAPHENE_POINT_INIT (x, y + (height - GAP - (float) text_height) / 2));
      gtk_snapshot_append_layout (snapshot, layout,
                                  self->values[i] < DARK_VALUE ? &color : &(GdkRGBA){ 1, 1, 1, 1 });
      gtk_snapshot_restore (snapshot);
    }
}

static void
append_cell (GboxCellGrid *self, GtkSnapshot *snapshot, Cell cell, const GdkRGBA *color)
{
  const float width = (float) gtk_widget_get_width (GTK_WIDGET (self)) / (float) self->n_columns;
  const float height = (float) gtk_widget_get_height (GTK_WIDGET (self)) / (float) self->n_rows;
  const graphene_rect_t bounds
    = GRAPHENE_RECT_INIT ((float) cell.column * width, (float) cell.row * height, width - GAP, height - GAP);
  const int index = cell.row * self->n_columns + cell.column;
  const Cell current = get_current (self);
  GdkRGBA shade = *color;

  shade.alpha *= LEAST_ALPHA + (1 - LEAST_ALPHA) * CLAMP (self->values[index], 0, 1);
  gtk_snapshot_append_color (snapshot, &shade, &bounds);
  if (self->framed != NULL && self->framed[index])
    append_frame (snapshot, &bounds, FRAME_WIDTH, color);
  if (cell.column == current.column && cell.row == current.row)
    {
      GdkRGBA text;

      get_text_color (self, &text);
      append_frame (snapshot, &bounds, 2 * FRAME_WIDTH, &text);
    }
}

static void
gbox_cell_grid_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GboxCellGrid *self = GBOX_CELL_GRID (widget);
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  for (int row = 0; row < self->n_rows; row++)
    for (int column = 0; column < self->n_columns; column++)
      append_cell (self, snapshot, (Cell){ column, row }, &color);
  if (self->texts != NULL)
    append_texts (self, snapshot);
}

static void
gbox_cell_grid_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  GboxCellGrid *self = GBOX_CELL_GRID (widget);

  const int cell_height = self->texts != NULL ? TEXT_CELL_HEIGHT : CELL_HEIGHT;

  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? self->n_columns * MIN_CELL_WIDTH
                                                                  : self->n_rows * cell_height;
}

static void
gbox_cell_grid_finalize (GObject *object)
{
  g_free (GBOX_CELL_GRID (object)->values);
  g_free (GBOX_CELL_GRID (object)->framed);
  g_strfreev (GBOX_CELL_GRID (object)->texts);
  G_OBJECT_CLASS (gbox_cell_grid_parent_class)->finalize (object);
}

static void
gbox_cell_grid_class_init (GboxCellGridClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = gbox_cell_grid_finalize;
  widget_class->snapshot = gbox_cell_grid_snapshot;
  widget_class->measure = gbox_cell_grid_measure;
  signals[CELL_CHANGED] = g_signal_new ("cell-changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_css_name (widget_class, "cellgrid");
}

static void
gbox_cell_grid_init (GboxCellGrid *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->hovered = self->chosen = no_cell;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  g_signal_connect_swapped (motion, "enter", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (on_leave), self);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (on_key_pressed), self);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

GtkWidget *
gbox_cell_grid_new (void)
{
  return g_object_new (GBOX_TYPE_CELL_GRID, NULL);
}

void
gbox_cell_grid_set (GboxCellGrid *self, int n_columns, int n_rows, const float *values)
{
  g_return_if_fail (GBOX_IS_CELL_GRID (self) && n_columns > 0 && n_rows > 0);

  g_free (self->values);
  g_clear_pointer (&self->framed, g_free);
  g_clear_pointer (&self->texts, g_strfreev);
  self->values = g_memdup2 (values, (gsize) n_columns * (gsize) n_rows * sizeof (float));
  if (self->n_columns != n_columns || self->n_rows != n_rows)
    gtk_widget_queue_resize (GTK_WIDGET (self));
  self->n_columns = n_columns;
  self->n_rows = n_rows;
  if (!has_cell (self, self->chosen))
    self->chosen = no_cell;
  if (!has_cell (self, self->hovered))
    self->hovered = no_cell;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
gbox_cell_grid_set_framed (GboxCellGrid *self, const gboolean *framed)
{
  g_return_if_fail (GBOX_IS_CELL_GRID (self));

  g_free (self->framed);
  self->framed = g_memdup2 (framed, (gsize) self->n_columns * (gsize) self->n_rows * sizeof (gboolean));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
gbox_cell_grid_set_texts (GboxCellGrid *self, const char *const *texts)
{
  const int n = self->n_columns * self->n_rows;

  g_return_if_fail (GBOX_IS_CELL_GRID (self));

  g_strfreev (self->texts);
  self->texts = g_new0 (char *, (gsize) n + 1);
  for (int i = 0; i < n; i++)
    self->texts[i] = g_strdup (texts[i]);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

gboolean
gbox_cell_grid_get_cell (GboxCellGrid *self, int *column, int *row)
{
  const Cell cell = get_current (self);

  *column = cell.column;
  *row = cell.row;
  return has_cell (self, cell);
}

void
gbox_cell_grid_choose (GboxCellGrid *self, int column, int row)
{
  g_return_if_fail (GBOX_IS_CELL_GRID (self));

  set_cell (self, &self->chosen, (Cell){ column, row });
}
