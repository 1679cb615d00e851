/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lays out a picture, as large as fits, and a caption of its width below. */
#include "vision/tile-layout.h"

#define SPACING 8

struct _GboxTileLayout
{
  GtkLayoutManager parent_instance;

  double aspect;
};

G_DEFINE_FINAL_TYPE (GboxTileLayout, gbox_tile_layout, GTK_TYPE_LAYOUT_MANAGER)

static GtkSizeRequestMode
gbox_tile_layout_get_request_mode (GtkLayoutManager *manager, GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
gbox_tile_layout_measure (GtkLayoutManager *manager,
                          GtkWidget *widget,
                          GtkOrientation orientation,
                          int for_size,
                          int *minimum,
                          int *natural,
                          int *minimum_baseline,
                          int *natural_baseline)
{
  GtkWidget *picture = gtk_widget_get_first_child (widget);
  GtkWidget *caption = gtk_widget_get_next_sibling (picture);
  int picture_minimum, picture_natural, caption_minimum, caption_natural;

  gtk_widget_measure (picture, orientation, for_size, &picture_minimum, &picture_natural, NULL, NULL);
  gtk_widget_measure (caption, orientation, -1, &caption_minimum, &caption_natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MAX (picture_minimum, caption_minimum);
      *natural = MAX (*minimum, picture_natural);
    }
  else
    {
      *minimum = picture_minimum + SPACING + caption_minimum;
      *natural = picture_natural + SPACING + caption_natural;
    }
}

static void
gbox_tile_layout_allocate (GtkLayoutManager *manager, GtkWidget *widget, int width, int height, int baseline)
{
  GtkWidget *picture = gtk_widget_get_first_child (widget);
  GtkWidget *caption = gtk_widget_get_next_sibling (picture);
  GtkAllocation allocation = { 0 };
  const double aspect = GBOX_TILE_LAYOUT (manager)->aspect;
  int caption_height, caption_width, picture_width, picture_height, room;

  gtk_widget_measure (caption, GTK_ORIENTATION_VERTICAL, -1, NULL, &caption_height, NULL, NULL);
  gtk_widget_measure (caption, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &caption_width, NULL, NULL);
  gtk_widget_measure (picture, GTK_ORIENTATION_HORIZONTAL, -1, &picture_width, NULL, NULL, NULL);
  gtk_widget_measure (picture, GTK_ORIENTATION_VERTICAL, -1, &picture_height, NULL, NULL, NULL);
  room = height - SPACING - caption_height;
  picture_width = MAX (MIN (width, (int) (room * aspect)), picture_width);
  picture_height = MAX ((int) (picture_width / aspect), picture_height);

  allocation.x = (width - picture_width) / 2;
  allocation.y = MAX (0, (room - picture_height) / 2);
  allocation.width = picture_width;
  allocation.height = picture_height;
  gtk_widget_size_allocate (picture, &allocation, -1);

  allocation.y += picture_height + SPACING;
  allocation.width = MIN (width, MAX (picture_width, caption_width));
  allocation.x = (width - allocation.width) / 2;
  allocation.height = caption_height;
  gtk_widget_size_allocate (caption, &allocation, -1);
}

static void
gbox_tile_layout_class_init (GboxTileLayoutClass *class)
{
  GTK_LAYOUT_MANAGER_CLASS (class)->get_request_mode = gbox_tile_layout_get_request_mode;
  GTK_LAYOUT_MANAGER_CLASS (class)->measure = gbox_tile_layout_measure;
  GTK_LAYOUT_MANAGER_CLASS (class)->allocate = gbox_tile_layout_allocate;
}

static void
gbox_tile_layout_init (GboxTileLayout *self)
{
  self->aspect = 1;
}

void
gbox_tile_layout_set_aspect (GboxTileLayout *self, double aspect)
{
  g_return_if_fail (GBOX_IS_TILE_LAYOUT (self) && aspect > 0);

  if (aspect == self->aspect)
    return;
  self->aspect = aspect;
  gtk_layout_manager_layout_changed (GTK_LAYOUT_MANAGER (self));
}
