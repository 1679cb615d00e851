/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the image view: what it draws of a frame, what it keeps of it, and where a click lands. */
#include "widgets/image-view.h"

#include "widget-testing.h"
#include "widgets/frame-scale.h"

#define RED   0xffff0000
#define GREEN 0xff00ff00

/* (transfer full): a frame of one colour, 0xRRGGBB. */
static GboxFrame *
create_frame (int width, int height, guint32 rgb)
{
  g_autoptr (GboxFramePool) pool = gbox_frame_pool_new (width, height);
  GboxFrame *frame = gbox_frame_pool_acquire (pool, 1);

  for (int i = 0; i < width * height; i++)
    {
      frame->pixels[3 * i] = rgb >> 16 & 0xff;
      frame->pixels[3 * i + 1] = rgb >> 8 & 0xff;
      frame->pixels[3 * i + 2] = rgb & 0xff;
    }
  return frame;
}

static guint32
draw_pixel (GtkWidget *widget, int x, int y)
{
  cairo_surface_t *surface = widget_testing_draw (widget);
  guint32 pixel = widget_testing_get_pixel (surface, x, y);

  cairo_surface_destroy (surface);
  return pixel;
}

static void
test_draws_frame (void)
{
  g_autoptr (GboxFrame) red = create_frame (64, 64, 0xff0000), green = create_frame (32, 32, 0x00ff00);
  GtkWidget *view, *window;

  if (!widget_testing_has_display ())
    return;
  view = gbox_image_view_new ();
  window = widget_testing_show (view, 400, 300);                /* the picture is the middle 300 by 300 */
  g_assert_cmphex (draw_pixel (view, 200, 150) >> 24, <, 0x40); /* the placeholder is faint */
  gbox_image_view_set_frame (GBOX_IMAGE_VIEW (view), red);
  g_assert_cmphex (draw_pixel (view, 200, 150), ==, RED);
  g_assert_cmphex (draw_pixel (view, 51, 150), ==, RED);
  g_assert_cmphex (draw_pixel (view, 48, 150), ==, 0);
  g_assert_cmphex (draw_pixel (view, 348, 150), ==, RED);
  g_assert_cmphex (draw_pixel (view, 351, 150), ==, 0);
  g_assert_cmphex (draw_pixel (view, 51, 1), ==, 0); /* rounded corner */
  g_assert_cmphex (draw_pixel (view, 51, 298), ==, 0);
  g_assert_cmphex (draw_pixel (view, 64, 1), ==, RED);
  gbox_image_view_set_frame (GBOX_IMAGE_VIEW (view), green);
  g_assert_cmphex (draw_pixel (view, 200, 150), ==, GREEN);
  gbox_image_view_set_frame (GBOX_IMAGE_VIEW (view), NULL);
  g_assert_cmphex (draw_pixel (view, 200, 150) >> 24, <, 0x40);
  widget_testing_close (window);
}

static void
test_draws_progress (void)
{
  g_autoptr (GboxFrame) red = create_frame (64, 64, 0xff0000);
  GtkWidget *view, *window;
  guint32 done, to_do;

  if (!widget_testing_has_display ())
    return;
  view = gbox_image_view_new ();
  gbox_image_view_set_frame (GBOX_IMAGE_VIEW (view), red);
  window = widget_testing_show (view, 300, 300);
  g_assert_cmpfloat (gbox_image_view_get_progress (GBOX_IMAGE_VIEW (view)), <, 0);
  g_assert_cmphex (draw_pixel (view, 100, 298), ==, RED);
  gbox_image_view_set_progress (GBOX_IMAGE_VIEW (view), 0.5);
  done = draw_pixel (view, 148, 298);
  to_do = draw_pixel (view, 152, 298);
  g_assert_cmphex (done, !=, RED);
  g_assert_cmphex (to_do, !=, RED);
  g_assert_cmphex (to_do, !=, done);
  g_assert_cmphex (draw_pixel (view, 20, 298), ==, done);
  g_assert_cmphex (draw_pixel (view, 150, 290), ==, RED); /* a thin bar */
  gbox_image_view_set_progress (GBOX_IMAGE_VIEW (view), 7);
  g_assert_cmpfloat (gbox_image_view_get_progress (GBOX_IMAGE_VIEW (view)), ==, 1);
  g_assert_cmphex (draw_pixel (view, 152, 298), ==, done);
  gbox_image_view_set_progress (GBOX_IMAGE_VIEW (view), -1);
  g_assert_cmphex (draw_pixel (view, 100, 298), ==, RED);
  widget_testing_close (window);
}

static void
test_draws_paintable (void)
{
  g_autoptr (GboxFrame) red = create_frame (64, 64, 0xff0000), green = create_frame (64, 32, 0x00ff00);
  g_autoptr (GdkTexture) texture = gbox_frame_scale_texture (green, 64);
  GtkWidget *view, *window;

  if (!widget_testing_has_display ())
    return;
  view = gbox_image_view_new ();
  gbox_image_view_set_paintable (GBOX_IMAGE_VIEW (view), GDK_PAINTABLE (texture));
  window = widget_testing_show (view, 300, 300); /* twice as wide as high: rows 75 to 225 */
  g_assert_cmphex (draw_pixel (view, 150, 150), ==, GREEN);
  g_assert_cmphex (draw_pixel (view, 150, 70), ==, 0);
  g_assert_null (gbox_image_view_get_texture (GBOX_IMAGE_VIEW (view)));
  gbox_image_view_set_frame (GBOX_IMAGE_VIEW (view), red); /* the frame goes first */
  g_assert_cmphex (draw_pixel (view, 150, 70), ==, RED);
  gbox_image_view_set_frame (GBOX_IMAGE_VIEW (view), NULL);
  g_assert_cmphex (draw_pixel (view, 150, 150), ==, GREEN);
  widget_testing_close (window);
}

static void
on_invalidated (GdkPaintable *paintable, int *n)
{
  ++*n;
}

static void
test_draws_only_newest (void)
{
  GtkWidget *view, *window;
  g_autoptr (GdkPaintable) paintable = NULL;
  g_autoptr (GboxFramePool) pool = gbox_frame_pool_new (64, 64);
  int n = 0;

  if (!widget_testing_has_display ())
    return;
  view = gbox_image_view_new ();
  window = widget_testing_show (view, 300, 300);
  paintable = gtk_widget_paintable_new (view);
  widget_testing_settle ();
  g_signal_connect (paintable, "invalidate-contents", G_CALLBACK (on_invalidated), &n);
  for (int i = 0; i < 1000; i++)
    {
      g_autoptr (GboxFrame) frame = gbox_frame_pool_acquire (pool, i);

      memset (frame->pixels, i == 999 ? 0xff : 0, 64 * 64 * 3);
      gbox_image_view_set_frame (GBOX_IMAGE_VIEW (view), frame);
    }
  g_assert_cmphex (draw_pixel (view, 150, 150), ==, 0xffffffff);
  g_assert_cmpint (n, >, 0);
  g_assert_cmpint (n, <, 10);
  widget_testing_close (window);
}

static void
test_texture_shares_pixels (void)
{
  g_autoptr (GboxFrame) frame = create_frame (96, 64, 0x123456);
  GtkWidget *view;
  GdkTexture *texture;
  guint32 pixels[96 * 64];

  if (!widget_testing_has_display ())
    return;
  view = g_object_ref_sink (gbox_image_view_new ());
  g_assert_null (gbox_image_view_get_texture (GBOX_IMAGE_VIEW (view)));
  gbox_image_view_set_frame (GBOX_IMAGE_VIEW (view), frame);
  texture = gbox_image_view_get_texture (GBOX_IMAGE_VIEW (view));
  g_assert_true (texture == gbox_image_view_get_texture (GBOX_IMAGE_VIEW (view)));
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 96);
  g_assert_cmpint (gdk_texture_get_height (texture), ==, 64);
  frame->pixels[0] = 0xff; /* seen through the texture only if nothing was copied */
  gdk_texture_download (texture, (guchar *) pixels, 96 * 4);
  g_assert_cmphex (pixels[0], ==, 0xffff3456);
  g_assert_cmphex (pixels[96 * 64 - 1], ==, 0xff123456);
  g_object_unref (view);
}

static void
test_lets_frames_go (void)
{
  g_autoptr (GboxFramePool) pool = gbox_frame_pool_new (64, 64);
  GboxFrame *frame, *another;
  const guint8 *pixels;
  GtkWidget *view, *window;

  if (!widget_testing_has_display ())
    return;
  view = gbox_image_view_new ();
  window = widget_testing_show (view, 300, 300);
  frame = gbox_frame_pool_acquire (pool, 0);
  pixels = frame->pixels;
  memset (frame->pixels, 0, 64 * 64 * 3);
  gbox_image_view_set_frame (GBOX_IMAGE_VIEW (view), frame);
  gbox_frame_unref (frame);
  widget_testing_settle ();
  gbox_image_view_get_texture (GBOX_IMAGE_VIEW (view));
  frame = gbox_frame_pool_acquire (pool, 1);
  g_assert_true (frame->pixels != pixels); /* the view holds it */
  gbox_image_view_set_frame (GBOX_IMAGE_VIEW (view), NULL);
  widget_testing_close (window); /* with the last drawing of it */
  another = gbox_frame_pool_acquire (pool, 2);
  g_assert_true (another->pixels == pixels);
  gbox_frame_unref (another);
  gbox_frame_unref (frame);
}

static void
on_picked (GboxImageView *view, double x, double y, double *picked)
{
  picked[0] = x;
  picked[1] = y;
  picked[2] += 1;
}

static void
test_picks_position (void)
{
  GtkWidget *view, *window;
  GtkEventController *click;
  double picked[3] = { -1, -1, 0 };

  if (!widget_testing_has_display ())
    return;
  view = gbox_image_view_new ();
  g_signal_connect (view, "position-picked", G_CALLBACK (on_picked), picked);
  window = widget_testing_show (view, 400, 300); /* the picture begins at 50 */
  click = widget_testing_find_controller (view, GTK_TYPE_GESTURE_CLICK);
  g_signal_emit_by_name (click, "released", 1, 125.0, 150.0);
  g_assert_cmpfloat (picked[2], ==, 0); /* not asked for */
  gbox_image_view_set_pickable (GBOX_IMAGE_VIEW (view), TRUE);
  g_signal_emit_by_name (click, "released", 1, 125.0, 150.0);
  g_assert_cmpfloat (picked[0], ==, 0.25);
  g_assert_cmpfloat (picked[1], ==, 0.5);
  g_signal_emit_by_name (click, "released", 1, 45.0, 150.0); /* beside the picture */
  g_assert_cmpfloat (picked[2], ==, 1);
  widget_testing_close (window);
}

static void
test_measures_square (void)
{
  GtkWidget *view;
  int minimum, natural;

  if (!widget_testing_has_display ())
    return;
  view = g_object_ref_sink (gbox_image_view_new ());
  gtk_widget_measure (view, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
  g_assert_cmpint (minimum, ==, 160);
  g_assert_cmpint (natural, ==, 380);
  gtk_widget_measure (view, GTK_ORIENTATION_VERTICAL, 500, &minimum, &natural, NULL, NULL);
  g_assert_cmpint (minimum, ==, 160);
  g_assert_cmpint (natural, ==, 500);
  g_object_unref (view);
}

/* The mean over the area of pixel (@x, @y), by brute force. */
static double
get_mean (GboxFrame *frame, int x, int y, int channel, double scale)
{
  double sum = 0;

  for (int i = 0; i < frame->height; i++)
    for (int j = 0; j < frame->width; j++)
      sum += frame->pixels[3 * (i * frame->width + j) + channel]
             * MAX (0, MIN (i + 1, (y + 1) * scale) - MAX (i, y * scale))
             * MAX (0, MIN (j + 1, (x + 1) * scale) - MAX (j, x * scale));
  return sum / (scale * scale);
}

static void
test_averages_areas (void)
{
  g_autoptr (GboxFramePool) pool = gbox_frame_pool_new (70, 49);
  g_autoptr (GboxFrame) frame = gbox_frame_pool_acquire (pool, 0);
  g_autoptr (GdkTexture) same = NULL;
  g_autoptr (GRand) random = g_rand_new_with_seed (4);
  const int sides[] = { 35, 20, 69, 53 };

  for (int i = 0; i < 70 * 49 * 3; i++)
    frame->pixels[i] = g_rand_int_range (random, 0, 256);
  for (guint k = 0; k < G_N_ELEMENTS (sides); k++)
    {
      g_autoptr (GdkTexture) texture = gbox_frame_scale_texture (frame, sides[k]);
      guint32 pixels[70 * 49];
      int width = gdk_texture_get_width (texture), height = gdk_texture_get_height (texture);

      g_assert_cmpint (width, ==, sides[k]);
      g_assert_cmpint (height, ==, 49 * sides[k] / 70);
      gdk_texture_download (texture, (guchar *) pixels, width * 4);
      for (int y = 0; y < height; y += 3)
        for (int x = 0; x < width; x += 3)
          for (int channel = 0; channel < 3; channel++)
            /* Half a level of rounding, and a little for the single precision of the sums. */
            g_assert_cmpfloat_with_epsilon (pixels[width * y + x] >> (16 - 8 * channel) & 0xff,
                                            get_mean (frame, x, y, channel, 70.0 / sides[k]), 0.51);
    }
  same = gbox_frame_scale_texture (frame, 70);
  g_assert_cmpint (gdk_texture_get_width (same), ==, 70);
}

int
main (int argc, char **argv)
{
  widget_testing_init (&argc, &argv);
  g_test_add_func ("/image-view/draws-frame", test_draws_frame);
  g_test_add_func ("/image-view/draws-progress", test_draws_progress);
  g_test_add_func ("/image-view/draws-paintable", test_draws_paintable);
  g_test_add_func ("/image-view/draws-only-newest", test_draws_only_newest);
  g_test_add_func ("/image-view/texture-shares-pixels", test_texture_shares_pixels);
  g_test_add_func ("/image-view/lets-frames-go", test_lets_frames_go);
  g_test_add_func ("/image-view/picks-position", test_picks_position);
  g_test_add_func ("/image-view/measures-square", test_measures_square);
  g_test_add_func ("/image-view/averages-areas", test_averages_areas);
  return g_test_run ();
}
