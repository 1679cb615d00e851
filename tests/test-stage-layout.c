/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the stage shares its height among the pictures and what belongs to them. */
#include <gtk/gtk.h>

#include "vision/stage-layout.h"

#define WIDTH   600
#define SPACING 14

/* A child that takes between @minimum and @natural. */
static GtkWidget *
make_child (int minimum, int natural)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *content = gtk_drawing_area_new ();

  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (content), natural);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_EXTERNAL);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), minimum);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), content);
  return scrolled;
}

/* Heading 40, pictures 160 to 600, what belongs to them 100 to 200. */
static void
check (int height, gboolean has_error, int pictures, int last)
{
  GtkWidget *box
    = g_object_new (GTK_TYPE_BOX, "layout-manager", g_object_new (GBOX_TYPE_STAGE_LAYOUT, NULL), NULL);
  GtkWidget *error = make_child (30, 30);

  g_object_ref_sink (box);
  gtk_box_append (GTK_BOX (box), make_child (40, 40));
  gtk_box_append (GTK_BOX (box), error);
  gtk_box_append (GTK_BOX (box), make_child (160, 600));
  gtk_box_append (GTK_BOX (box), make_child (100, 200));
  gtk_widget_set_visible (error, has_error);
  gtk_widget_measure (box, GTK_ORIENTATION_VERTICAL, WIDTH, NULL, NULL, NULL, NULL);
  gtk_widget_size_allocate (box, &(GtkAllocation){ .width = WIDTH, .height = height }, -1);
  g_assert_cmpint (gtk_widget_get_height (gtk_widget_get_prev_sibling (gtk_widget_get_last_child (box))), ==,
                   pictures);
  g_assert_cmpint (gtk_widget_get_height (gtk_widget_get_last_child (box)), ==, last);
  g_object_unref (box);
}

static void
test_share (void)
{
  const int fixed = 40 + 2 * SPACING;

  check (fixed + 260, FALSE, 160, 100); /* no more than they need */
  check (fixed + 400, FALSE, 300, 100);
  check (fixed + 460, FALSE, 360, 100); /* a good height */
  check (fixed + 500, FALSE, 360, 140);
  check (fixed + 560, FALSE, 360, 200);
  check (fixed + 700, FALSE, 500, 200); /* both as they would be */
  check (fixed + 900, FALSE, 600, 300); /* and more */
  check (fixed + 400 + 30 + SPACING, TRUE, 300, 100);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);

  g_test_add_func ("/stage-layout/share", test_share);

  return g_test_run ();
}
