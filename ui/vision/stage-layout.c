/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lays out the stage, so that the pictures come first where there is little room. */
#include "vision/stage-layout.h"

#define SPACING 14

struct _GboxStageLayout
{
  GtkLayoutManager parent_instance;
};

G_DEFINE_FINAL_TYPE (GboxStageLayout, gbox_stage_layout, GTK_TYPE_LAYOUT_MANAGER)

static GtkSizeRequestMode
gbox_stage_layout_get_request_mode (GtkLayoutManager *manager, GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
gbox_stage_layout_measure (GtkLayoutManager *manager,
                           GtkWidget *widget,
                           GtkOrientation orientation,
                           int for_size,
                           int *minimum,
                           int *natural,
                           int *minimum_baseline,
                           int *natural_baseline)
{
  int spacing = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      int child_minimum, child_natural;

      if (!gtk_widget_should_layout (child))
        continue;
      gtk_widget_measure (child, orientation, for_size, &child_minimum, &child_natural, NULL, NULL);
      if (orientation == GTK_ORIENTATION_HORIZONTAL)
        {
          *minimum = MAX (*minimum, child_minimum);
          *natural = MAX (*natural, child_natural);
          continue;
        }
      *minimum += spacing + child_minimum;
      *natural += spacing + child_natural;
      spacing = SPACING;
    }
}

static int
place (GtkWidget *child, int top, int width, int height)
{
  gtk_widget_size_allocate (child, &(GtkAllocation){ .y = top, .width = width, .height = height }, -1);
  return top + height + SPACING;
}

/* Of @room, what the pictures get. */
static int
share (GtkWidget *pictures, GtkWidget *last, int width, int room)
{
  int least, wanted, last_least, last_wanted;

  gtk_widget_measure (pictures, GTK_ORIENTATION_VERTICAL, width, &least, &wanted, NULL, NULL);
  gtk_widget_measure (last, GTK_ORIENTATION_VERTICAL, width, &last_least, &last_wanted, NULL, NULL);
  return CLAMP (MAX (room - last_wanted, MIN (GBOX_STAGE_LAYOUT_GOOD_HEIGHT, room - last_least)), least,
                MAX (least, wanted));
}

static void
gbox_stage_layout_allocate (GtkLayoutManager *manager, GtkWidget *widget, int width, int height, int baseline)
{
  GtkWidget *last = gtk_widget_get_last_child (widget);
  GtkWidget *pictures = gtk_widget_get_prev_sibling (last);
  int top = 0, pictures_height;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != pictures;
       child = gtk_widget_get_next_sibling (child))
    {
      int natural;

      if (!gtk_widget_should_layout (child))
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, NULL, &natural, NULL, NULL);
      top = place (child, top, width, natural);
    }
  pictures_height = share (pictures, last, width, height - top - SPACING);
  top = place (pictures, top, width, pictures_height);
  place (last, top, width, height - top);
}

static void
gbox_stage_layout_class_init (GboxStageLayoutClass *class)
{
  GTK_LAYOUT_MANAGER_CLASS (class)->get_request_mode = gbox_stage_layout_get_request_mode;
  GTK_LAYOUT_MANAGER_CLASS (class)->measure = gbox_stage_layout_measure;
  GTK_LAYOUT_MANAGER_CLASS (class)->allocate = gbox_stage_layout_allocate;
}

static void
gbox_stage_layout_init (GboxStageLayout *self)
{
}
