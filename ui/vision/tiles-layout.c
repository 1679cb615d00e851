/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lays out one to four pictures of one size. */
#include "vision/tiles-layout.h"

#define SPACING 14

struct _GboxTilesLayout
{
  GtkLayoutManager parent_instance;
};

G_DEFINE_FINAL_TYPE (GboxTilesLayout, gbox_tiles_layout, GTK_TYPE_LAYOUT_MANAGER)

static int
count_children (GtkWidget *widget)
{
  int n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    n++;
  return n;
}

/* Of @length, what a child gets where @n share it. */
static int
get_share (int length, int n)
{
  return (length - (n - 1) * SPACING) / n;
}

static int
choose_columns (int n, int width, int height)
{
  const int rows = (n + 1) / 2;

  if (n <= 2)
    return MAX (n, 1);
  return MIN (get_share (width, n), height) >= MIN (get_share (width, 2), get_share (height, rows)) ? n : 2;
}

static GtkSizeRequestMode
gbox_tiles_layout_get_request_mode (GtkLayoutManager *manager, GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* Two rows of two are what takes least room both ways together. */
static void
gbox_tiles_layout_measure (GtkLayoutManager *manager,
                           GtkWidget *widget,
                           GtkOrientation orientation,
                           int for_size,
                           int *minimum,
                           int *natural,
                           int *minimum_baseline,
                           int *natural_baseline)
{
  const int n = count_children (widget);
  const int columns = CLAMP (n, 1, 2);
  const int share = for_size < 0 ? -1 : get_share (for_size, columns);
  const int across = orientation == GTK_ORIENTATION_HORIZONTAL ? columns : MAX (1, (n + 1) / 2);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      int child_minimum, child_natural;

      gtk_widget_measure (child, orientation, share, &child_minimum, &child_natural, NULL, NULL);
      *minimum = MAX (*minimum, across * child_minimum + (across - 1) * SPACING);
      *natural = MAX (*natural, across * child_natural + (across - 1) * SPACING);
    }
}

static void
gbox_tiles_layout_allocate (GtkLayoutManager *manager, GtkWidget *widget, int width, int height, int baseline)
{
  const int n = count_children (widget);
  const int columns = choose_columns (n, width, height), rows = (n + columns - 1) / columns;
  GtkAllocation allocation
    = { .width = get_share (width, columns), .height = get_share (height, MAX (1, rows)) };
  int i = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child), i++)
    {
      allocation.x = i % columns * (allocation.width + SPACING);
      allocation.y = i / columns * (allocation.height + SPACING);
      gtk_widget_size_allocate (child, &allocation, -1);
    }
}

static void
gbox_tiles_layout_class_init (GboxTilesLayoutClass *class)
{
  GTK_LAYOUT_MANAGER_CLASS (class)->get_request_mode = gbox_tiles_layout_get_request_mode;
  GTK_LAYOUT_MANAGER_CLASS (class)->measure = gbox_tiles_layout_measure;
  GTK_LAYOUT_MANAGER_CLASS (class)->allocate = gbox_tiles_layout_allocate;
}

static void
gbox_tiles_layout_init (GboxTilesLayout *self)
{
}
