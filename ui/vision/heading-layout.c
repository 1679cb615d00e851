/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lays out a title and the controls that belong to it: beside each other where both fit, else one above the
 * other. */
#include "vision/heading-layout.h"

#define SPACING 12
/* Beside the controls a title is shortened to this share of its width, no more. */
#define SHORTENED 0.75

struct _GboxHeadingLayout
{
  GtkLayoutManager parent_instance;
};

G_DEFINE_FINAL_TYPE (GboxHeadingLayout, gbox_heading_layout, GTK_TYPE_LAYOUT_MANAGER)

static GtkSizeRequestMode
gbox_heading_layout_get_request_mode (GtkLayoutManager *manager, GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static int
get_natural_width (GtkWidget *widget)
{
  int natural;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
  return natural;
}

static int
get_natural_height (GtkWidget *widget)
{
  int natural;

  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, -1, NULL, &natural, NULL, NULL);
  return natural;
}

static gboolean
fits (GtkWidget *title, GtkWidget *controls, int width)
{
  return width < 0 || SHORTENED * get_natural_width (title) + SPACING + get_natural_width (controls) <= width;
}

static void
gbox_heading_layout_measure (GtkLayoutManager *manager,
                             GtkWidget *widget,
                             GtkOrientation orientation,
                             int for_size,
                             int *minimum,
                             int *natural,
                             int *minimum_baseline,
                             int *natural_baseline)
{
  GtkWidget *title = gtk_widget_get_first_child (widget);
  GtkWidget *controls = gtk_widget_get_next_sibling (title);
  int title_minimum, title_natural, controls_minimum, controls_natural;

  gtk_widget_measure (title, orientation, -1, &title_minimum, &title_natural, NULL, NULL);
  gtk_widget_measure (controls, orientation, -1, &controls_minimum, &controls_natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MAX (title_minimum, controls_minimum);
      *natural = title_natural + SPACING + controls_natural;
    }
  else if (fits (title, controls, for_size))
    {
      *minimum = *natural = MAX (title_natural, controls_natural);
    }
  else
    {
      *minimum = *natural = title_natural + SPACING + controls_natural;
    }
}

static void
gbox_heading_layout_allocate (
  GtkLayoutManager *manager, GtkWidget *widget, int width, int height, int baseline)
{
  GtkWidget *title = gtk_widget_get_first_child (widget);
  GtkWidget *controls = gtk_widget_get_next_sibling (title);
  const gboolean is_beside = fits (title, controls, width);
  const gboolean is_mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  const int controls_width = MIN (width, get_natural_width (controls));
  GtkAllocation first = { 0, 0, is_beside ? width - SPACING - controls_width : width,
                          is_beside ? height : get_natural_height (title) };
  GtkAllocation second
    = { is_beside ? width - controls_width : 0, is_beside ? 0 : height - get_natural_height (controls),
        controls_width, is_beside ? height : get_natural_height (controls) };

  if (is_mirrored)
    {
      first.x = width - first.x - first.width;
      second.x = width - second.x - second.width;
    }
  gtk_widget_size_allocate (title, &first, -1);
  gtk_widget_size_allocate (controls, &second, -1);
}

static void
gbox_heading_layout_class_init (GboxHeadingLayoutClass *class)
{
  GtkLayoutManagerClass *layout_class = GTK_LAYOUT_MANAGER_CLASS (class);

  layout_class->get_request_mode = gbox_heading_layout_get_request_mode;
  layout_class->measure = gbox_heading_layout_measure;
  layout_class->allocate = gbox_heading_layout_allocate;
}

static void
gbox_heading_layout_init (GboxHeadingLayout *self)
{
}
