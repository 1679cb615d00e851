/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests what is told in passing: however quickly one thing follows another, the newest is what is shown. */
#include "widgets/telling.h"

#include "widget-testing.h"

/* Of a tenth of a second: longer than a toast takes to come, to go, or to give way to another. */
#define N_SETTLED 8

/* More than a toast stays. */
#define TOAST_MICROSECONDS 6100000

static AdwToastOverlay *
show_overlay (GtkWidget **window)
{
  GtkWidget *overlay = adw_toast_overlay_new ();

  *window = widget_testing_show (overlay, 600, 300);
  return ADW_TOAST_OVERLAY (overlay);
}

static void
settle (void)
{
  for (guint i = 0; i < N_SETTLED; i++)
    widget_testing_settle ();
}

static guint
count_toasts (AdwToastOverlay *overlay)
{
  guint n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (overlay)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n++;
  return n;
}

static const char *
get_words (AdwToastOverlay *overlay)
{
  GtkWidget *label = widget_testing_find_descendant (GTK_WIDGET (overlay), GTK_TYPE_LABEL);

  return label != NULL ? gtk_label_get_label (GTK_LABEL (label)) : NULL;
}

/* In libadwaita's own way the second would be freed here while it is still moved. */
static void
test_quickly (void)
{
  AdwToastOverlay *overlay;
  GtkWidget *window;

  if (!widget_testing_has_display ())
    return;
  overlay = show_overlay (&window);
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *text = g_strdup_printf ("Said %u", i);

      gbox_tell (overlay, text);
      g_assert_cmpstr (get_words (overlay), ==, text);
      widget_testing_settle ();
    }
  settle ();
  g_assert_cmpuint (count_toasts (overlay), ==, 1);
  g_assert_cmpstr (get_words (overlay), ==, "Said 4");
  widget_testing_close (window);
}

static void
test_again (void)
{
  AdwToastOverlay *overlay;
  GtkWidget *window;

  if (!widget_testing_has_display ())
    return;
  overlay = show_overlay (&window);
  gbox_tell (overlay, "Once");
  settle ();
  g_signal_emit_by_name (widget_testing_find_descendant (GTK_WIDGET (overlay), GTK_TYPE_BUTTON), "clicked");
  settle ();
  g_assert_cmpuint (count_toasts (overlay), ==, 0);
  gbox_tell (overlay, "Twice");
  g_assert_cmpstr (get_words (overlay), ==, "Twice");
  g_assert_cmpuint (count_toasts (overlay), ==, 1);
  widget_testing_close (window);
}

/* The time of a toast is over, and it would have gone, before a single frame has been drawn. */
static void
test_slowly (void)
{
  AdwToastOverlay *overlay;
  GtkWidget *window;

  if (!widget_testing_has_display ())
    return;
  overlay = show_overlay (&window);
  gbox_tell (overlay, "Seldom drawn");
  g_usleep (TOAST_MICROSECONDS);
  g_main_context_iteration (NULL, FALSE); /* of the timer only, as drawing comes after */
  g_usleep (TOAST_MICROSECONDS / 10);
  settle ();
  g_assert_cmpuint (count_toasts (overlay), ==, 0);
  widget_testing_close (window);
}

int
main (int argc, char *argv[])
{
  widget_testing_init (&argc, &argv);
  g_test_add_func ("/telling/quickly", test_quickly);
  g_test_add_func ("/telling/again", test_again);
  g_test_add_func ("/telling/slowly", test_slowly);
  return g_test_run ();
}
