/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photographs beside the Vision page of the real window: offered, looked through, and what they say of the
 * unit.
 */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>

#include "vision/examples-pane.h"
#include "vision/photo-units.h"
#include "vision/photo-window.h"
#include "window-drive.h"

#define N_PHOTOS 4

static GboxPhotoSession *
get_photos (WindowFixture *fixture)
{
  return gbox_vision_page_get_photos (gbox_window_get_vision_page (fixture->window));
}

static char *
make_photos (void)
{
  char *folder = g_dir_make_tmp ("glassbox-photos-XXXXXX", NULL);
  g_autofree char *broken = g_build_filename (folder, "broken.jpg", NULL);

  for (guint i = 0; i < N_PHOTOS; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", i);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 224, 224);
      g_autoptr (GdkPixbuf) half = gdk_pixbuf_new_subpixbuf (pixbuf, 0, 0, 112, 224);

      gdk_pixbuf_fill (pixbuf, 0x204060ff + i * 0x20100000);
      gdk_pixbuf_fill (half, 0xf0e0d0ff);
      g_assert_true (gdk_pixbuf_save (pixbuf, path, "png", NULL, NULL));
    }
  g_assert_true (g_file_set_contents (broken, "no picture", -1, NULL));
  return folder;
}

static GtkWidget *
find_label (WindowFixture *fixture, const char *text)
{
  GtkWidget *pane = window_find_widget (GTK_WIDGET (fixture->window), GBOX_TYPE_EXAMPLES_PANE);

  g_assert_nonnull (pane);
  return window_find_label (pane, text);
}

/* Of an image that has stopped growing. */
static gboolean
has_verdict (gpointer fixture)
{
  return find_label (fixture, "This image: ") != NULL;
}

static gboolean
has_examples (gpointer data)
{
  const GboxExamples *examples = gbox_photo_session_get_examples (get_photos (data));

  return !gbox_photo_session_is_indexing (get_photos (data)) && examples != NULL
         && examples->n_photos == N_PHOTOS;
}

static gboolean
is_idle (gpointer data)
{
  return !gbox_photo_session_is_indexing (get_photos (data));
}

static gboolean
has_other_examples (gpointer data)
{
  return gbox_photo_session_get_examples (get_photos (data)) != NULL;
}

/* (nullable): the window of a photograph. */
static GboxPhotoWindow *
find_photo_window (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GObject) window = g_list_model_get_item (windows, i);

      if (GBOX_IS_PHOTO_WINDOW (window))
        return GBOX_PHOTO_WINDOW (window);
    }
  return NULL;
}

static gboolean
is_photo_ready (gpointer unused)
{
  return find_photo_window () != NULL && gbox_photo_window_is_ready (find_photo_window ());
}

static gboolean
is_photo_closed (gpointer unused)
{
  return find_photo_window () == NULL;
}

static void
close_photo (void)
{
  gtk_window_close (GTK_WINDOW (find_photo_window ()));
  window_wait_until (is_photo_closed, NULL);
}

static GtkWidget *
find_in_photo (const char *text)
{
  return window_find_label (GTK_WIDGET (find_photo_window ()), text);
}

/* The button with the label. */
static GtkWidget *
find_button (const char *label)
{
  return gtk_widget_get_ancestor (find_in_photo (label), GTK_TYPE_BUTTON);
}

static gboolean
has_reasons (gpointer unused)
{
  return find_in_photo ("Orange speaks for the class") != NULL;
}

/* (nullable): the first button in @widget that can be pressed. */
static GtkWidget *
find_sensitive_button (GtkWidget *widget)
{
  if (GTK_IS_BUTTON (widget) && gtk_widget_get_sensitive (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_sensitive_button (child);

      if (found)
        return found;
    }
  return NULL;
}

/* The deepest layer comes first: a class. Its picture grows. */
static void
choose_unit (WindowFixture *fixture)
{
  GtkWidget *units = window_find_widget (GTK_WIDGET (find_photo_window ()), GBOX_TYPE_PHOTO_UNITS);
  GtkWidget *button = find_sensitive_button (units);
  const int unit = atoi (gtk_label_get_label (GTK_LABEL (window_find_label (button, ""))));

  g_signal_emit_by_name (button, "clicked");
  window_wait_until (is_photo_closed, NULL);
  g_assert_cmpstr (window_get_values (fixture)->layer, ==, "class");
  g_assert_cmpint (window_get_values (fixture)->unit, ==, unit);
}

static gboolean
has_picture (GtkWidget *widget)
{
  if (GTK_IS_PICTURE (widget))
    return gtk_picture_get_paintable (GTK_PICTURE (widget)) != NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    if (has_picture (child))
      return TRUE;
  return FALSE;
}

/* One of a unit that had none before. */
static gboolean
has_made_picture (gpointer unused)
{
  return has_picture (window_find_widget (GTK_WIDGET (find_photo_window ()), GBOX_TYPE_PHOTO_UNITS));
}

static gboolean
press (GtkEventController *keys, guint key)
{
  gboolean is_handled = FALSE;

  g_signal_emit_by_name (keys, "key-pressed", key, 0u, 0, &is_handled);
  return is_handled;
}

/* The spot on a photograph is moved, kept and let go without a pointer. */
static void
check_keys (void)
{
  GtkWidget *photo = GTK_WIDGET (find_photo_window ());
  GtkWidget *picture = window_find_widget (photo, GTK_TYPE_PICTURE);
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (picture);
  g_autoptr (GtkEventController) keys = NULL;
  g_autofree char *before = NULL;

  for (guint i = 0; keys == NULL; i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      g_assert_nonnull (controller);
      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        keys = g_steal_pointer (&controller);
    }
  g_assert_true (gtk_widget_get_focusable (picture));
  gbox_photo_window_point_at (find_photo_window (), 0.0, 0.0);
  g_assert_true (press (keys, GDK_KEY_Left) && press (keys, GDK_KEY_Up)); /* no further */
  g_assert_nonnull (find_in_photo ("Row 0, column 0: "));
  g_assert_true (press (keys, GDK_KEY_Right));
  g_assert_nonnull (find_in_photo ("Row 0, column 1: "));
  g_assert_true (press (keys, GDK_KEY_Down));
  g_assert_nonnull (find_in_photo ("Row 1, column 1: "));
  before = g_strdup (gtk_label_get_label (GTK_LABEL (find_in_photo ("Row 1, column 1: "))));
  g_assert_true (g_str_has_suffix (before, "Return keeps the spot."));
  g_assert_true (press (keys, GDK_KEY_Return));
  g_assert_true (g_str_has_suffix (gtk_label_get_label (GTK_LABEL (find_in_photo ("Row 1, column 1: "))),
                                   "Return lets the spot go."));
  g_assert_true (press (keys, GDK_KEY_Return));
  g_assert_false (press (keys, GDK_KEY_Tab));
}

/* An example opens with the unit's activation over it; closed while it looks for reasons, it stops. What
 * cannot be read says so. */
static void
look_at_photos (WindowFixture *fixture, const char *folder)
{
  g_autofree char *missing = g_build_filename (folder, "missing.png", NULL);

  window_activate (fixture, "photo-example", g_variant_new_uint32 (0));
  window_wait_until (is_photo_ready, NULL);
  g_assert_nonnull (find_in_photo ("Orange is where the unit"));
  g_assert_nonnull (find_in_photo ("What it excites most"));
  window_wait_until (has_made_picture, NULL);
  gbox_photo_window_point_at (find_photo_window (), 0.3, 0.6);
  g_assert_nonnull (find_in_photo ("Strongest at this spot"));
  check_keys ();

  /* Both ways to say why; the quick one is waited for. */
  gbox_photo_window_show (find_photo_window (), 1);
  g_assert_nonnull (find_in_photo ("Looking for what speaks for"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (find_button ("Gradient × activation")), TRUE);
  window_wait_until (has_reasons, NULL);
  g_assert_nonnull (find_in_photo ("What speaks most for"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (find_button ("Integrated gradients")), TRUE);
  g_assert_nonnull (find_in_photo ("Looking for what speaks for"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (find_button ("Gradient × activation")), TRUE);
  g_assert_true (has_reasons (NULL));

  gbox_photo_window_show (find_photo_window (), 2);
  g_assert_nonnull (find_in_photo ("Looking for what speaks for"));
  choose_unit (fixture);
  window_activate (fixture, "photo-open", g_variant_new_string (missing));
  window_wait_until (is_photo_ready, NULL);
  g_assert_nonnull (find_in_photo ("There is no image"));
  g_assert_true (gtk_widget_get_mapped (find_in_photo ("The Photo Cannot Be Shown")));
  g_assert_false (gtk_widget_get_sensitive (find_button ("Start From It")));
  close_photo ();
}

/* Another unit has other examples; a layer as a whole has none. */
static void
check_other_targets (WindowFixture *fixture)
{
  window_click_a_unit (fixture, 9);
  g_assert_null (gbox_photo_session_get_examples (get_photos (fixture)));
  window_wait_until (has_other_examples, fixture);
  window_activate (fixture, "objective", g_variant_new_string ("layer"));
  window_iterate (50);
  g_assert_null (gbox_photo_session_get_examples (get_photos (fixture)));
  g_assert_false (gtk_widget_get_mapped (find_label (fixture, "Does it mean it?")));
}

/* A photograph that was deleted since is said to be gone until the folders are looked through again. */
static void
check_gone (WindowFixture *fixture, const char *folder)
{
  for (guint i = 0; i < N_PHOTOS; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", i);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  window_activate (fixture, "objective", g_variant_new_string ("channel"));
  window_wait_until (has_other_examples, fixture);
  g_assert_null (gbox_photo_session_get_texture (get_photos (fixture), 0));
  g_assert_nonnull (find_label (fixture, "no longer there"));
}

static void
drive (gpointer data)
{
  WindowFixture *fixture = data;
  g_autofree char *folder = make_photos ();
  const GboxExamples *examples;

  window_wait_until (window_has_frame, fixture);
  g_assert_nonnull (find_label (fixture, "See which photos excite this unit"));
  window_activate (fixture, "photos-index", g_variant_new_string (folder));
  g_assert_true (gbox_photo_session_is_indexing (get_photos (fixture)));
  window_wait_until (has_examples, fixture);
  examples = gbox_photo_session_get_examples (get_photos (fixture));
  g_assert_cmpuint (examples->n, ==, N_PHOTOS);
  g_assert_nonnull (gbox_photo_session_get_texture (get_photos (fixture), N_PHOTOS - 1));
  g_assert_nonnull (find_label (fixture, "of 4 photos"));
  g_assert_nonnull (find_label (fixture, "broken.jpg: "));
  g_assert_nonnull (find_label (fixture, "Does it mean it?"));
  g_assert_nonnull (find_label (fixture, "This image so far: "));
  g_assert_nonnull (find_label (fixture, "4 strongest photos are "));
  g_assert_cmpfloat (gbox_photo_session_get_progress (get_photos (fixture)), <, 0.0);

  window_activate (fixture, "stop", NULL);
  window_wait_until (has_verdict, fixture);
  look_at_photos (fixture, folder);

  check_other_targets (fixture);
  check_gone (fixture, folder);

  /* The folders are remembered: looked through again there is nothing to do. */
  window_activate (fixture, "photos-index", g_variant_new_string (""));
  window_activate (fixture, "photos-cancel", NULL);
  window_wait_until (is_idle, fixture);
  window_activate (fixture, "photos-forget", NULL);
  {
    g_auto (GStrv) folders = gbox_photo_session_get_folders (get_photos (fixture));

    g_assert_cmpuint (g_strv_length (folders), ==, 0);
  }
  remove_path (folder);
  window_close (fixture);
}

static void
test_photos (void)
{
  window_test_with_model (drive);
}

static void
add_tests (void)
{
  g_test_add_func ("/window/photos", test_photos);
}

int
main (int argc, char **argv)
{
  return window_main (argc, argv, add_tests);
}
