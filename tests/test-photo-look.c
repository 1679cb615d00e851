/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking at one photograph: classes, the strongest units of layers and of spots, a unit's map, and reasons.
 */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "runtime/event-private.h"
#include "runtime/job-private.h"
#include "tiny-network.h"
#include "vision/classify.h"
#include "vision/photo-look-job.h"
#include "vision/probe.h"

#define WIDTH  96
#define HEIGHT 64
#define UNIT   7

typedef struct
{
  GboxJobContext context;
  GboxNetwork *network;
  char *path;
  GboxPhotoLook *look;
  GboxPhotoWhy *why;
} Fixture;

static void
on_event (gpointer message, gpointer user_data)
{
  g_autoptr (GboxEvent) event = message;
  Fixture *f = user_data;

  if (event->kind != GBOX_EVENT_RECORD)
    return;
  if (event->record.type == GBOX_TYPE_PHOTO_LOOK)
    f->look = gbox_photo_look_copy (event->record.value);
  else if (event->record.type == GBOX_TYPE_PHOTO_WHY)
    f->why = gbox_photo_why_copy (event->record.value);
}

static void
free_event (gpointer event)
{
  gbox_event_free (event);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, WIDTH, HEIGHT);
  guint8 *pixels = gdk_pixbuf_get_pixels (pixbuf);
  GboxPhilox random;
  int fd;

  *f = (Fixture){ .context.team = gbox_team_new (2), .network = tiny_network_new (1.0f) };
  gbox_philox_init (&random, 3, 1, 0);
  for (int i = 0; i < gdk_pixbuf_get_rowstride (pixbuf) * HEIGHT; i++)
    pixels[i] = (guint8) gbox_philox_below (&random, 256);
  fd = g_file_open_tmp ("glassbox-XXXXXX.png", &f->path, NULL);
  g_close (fd, NULL);
  g_assert_true (gdk_pixbuf_save (pixbuf, f->path, "png", NULL, NULL));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_unlink (f->path);
  g_free (f->path);
  g_clear_pointer (&f->look, gbox_photo_look_free);
  g_clear_pointer (&f->why, gbox_photo_why_free);
  gbox_network_unref (f->network);
  gbox_team_free (f->context.team);
}

static gboolean
run (Fixture *f, const char *path, const char *layer, int class_id, GError **error)
{
  g_autoptr (GboxPhotoLookSpec) spec = gbox_photo_look_spec_new ();
  g_autoptr (GboxMailbox) mailbox = gbox_mailbox_new (NULL, on_event, NULL, free_event, f);
  g_autoptr (GboxJob) job = NULL;
  GboxStepResult result = GBOX_STEP_FAILED;

  g_object_set (spec, "path", path, "side", HEIGHT, "layer", layer, "unit", UNIT, "class-id", class_id, NULL);
  job = gbox_photo_look_job_new_for_network (spec, f->network);
  gbox_job_set_mailbox (job, mailbox);
  if (gbox_job_start (job, &f->context, error))
    do
      result = gbox_job_step (job, error);
    while (result == GBOX_STEP_CONTINUE);
  while (result == GBOX_STEP_FINISHED && (f->look == NULL || (class_id >= 0 && f->why == NULL)))
    g_main_context_iteration (NULL, TRUE);
  gbox_mailbox_close (mailbox);
  return result == GBOX_STEP_FINISHED;
}

/* What “probe” says of the same image; the photograph is not resized. */
static void
test_look (Fixture *f, gconstpointer data)
{
  const guint layer = (guint) gbox_network_find_layer (f->network, "conv2");
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxImage) image = gbox_image_load (f->path, NULL);
  g_autoptr (GboxProbe) probe = NULL;
  const GboxPhotoLookUnits *units;

  g_assert_true (run (f, f->path, "conv2", -1, &error));
  g_assert_no_error (error);
  g_assert_cmpint (f->look->width, ==, WIDTH);
  g_assert_cmpint (f->look->height, ==, HEIGHT);
  g_assert_cmpmem (f->look->pixels, 3 * WIDTH * HEIGHT, image->pixels, 3 * WIDTH * HEIGHT);
  probe = gbox_probe_new (f->network, f->context.team, layer, image, UNIT, 3, 5, NULL);
  g_assert_cmpint (f->look->map_height, ==, probe->height);
  g_assert_cmpint (f->look->map_width, ==, probe->width);
  g_assert_cmpfloat (fabs ((double) f->look->map[3 * probe->width + 5] - probe->objective), <, 1e-5);
  units = &f->look->layers[layer];
  g_assert_cmpuint (units->layer, ==, layer);
  for (int i = 0; i < GBOX_PHOTO_LOOK_N_UNITS; i++)
    {
      int n_above = 0;

      for (int c = 0; c < TINY_CHANNELS; c++)
        n_above += (double) probe->channel_means[c] > units->means[i] + 1e-5;
      g_assert_cmpint (n_above, ==, i);
      g_assert_cmpfloat (fabs ((double) probe->channel_means[units->units[i]] - units->means[i]), <, 1e-5);
    }
}

/* The strongest units of a spot, in order; where the chosen unit is one of them, with what the map says. */
static void
test_spots (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gsize n_met = 0;

  g_assert_true (run (f, f->path, "conv2", -1, &error));
  for (gsize p = 0; p < (gsize) f->look->map_height * (gsize) f->look->map_width; p++)
    for (int i = 0; i < GBOX_PHOTO_LOOK_N_UNITS; i++)
      {
        const gsize k = p * GBOX_PHOTO_LOOK_N_UNITS + (gsize) i;

        if (i > 0)
          g_assert_cmpfloat (f->look->spot_values[k], <=, f->look->spot_values[k - 1]);
        if (f->look->spot_units[k] == UNIT)
          {
            n_met++;
            g_assert_cmpfloat (f->look->spot_values[k], ==, f->look->map[p]);
          }
        else if (i == GBOX_PHOTO_LOOK_N_UNITS - 1)
          g_assert_cmpfloat (f->look->spot_values[p * GBOX_PHOTO_LOOK_N_UNITS], >=, f->look->map[p]);
      }
  g_assert_cmpuint (n_met, >, 0);
}

static void
test_why (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxClassifier) classifier = gbox_classifier_new (f->network, f->context.team, &error);
  g_autoptr (GboxImage) image = gbox_image_load (f->path, NULL);
  GboxClassScore top[GBOX_PHOTO_LOOK_N_CLASSES];
  double largest = 0.0;

  g_assert_true (run (f, f->path, "class", 3, &error));
  g_assert_no_error (error);
  gbox_classifier_run (classifier, image, top, GBOX_PHOTO_LOOK_N_CLASSES);
  for (int i = 0; i < GBOX_PHOTO_LOOK_N_CLASSES; i++)
    {
      g_assert_cmpint (f->look->classes[i], ==, top[i].class_id);
      g_assert_cmpfloat (f->look->probabilities[i], ==, top[i].probability);
    }
  g_assert_cmpint (f->why->class_id, ==, 3);
  g_assert_cmpint (f->why->height, ==, HEIGHT);
  g_assert_cmpint (f->why->width, ==, WIDTH);
  for (int i = 0; i < HEIGHT * WIDTH; i++)
    largest = MAX (largest, fabs ((double) f->why->pixels[i]));
  g_assert_cmpfloat (largest, >, 0.0);
}

static void
test_refusals (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (run (f, f->path, "conv9", -1, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (run (f, "/no/such/photo.png", "conv2", -1, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/photo-look/look", Fixture, NULL, set_up, test_look, tear_down);
  g_test_add ("/photo-look/spots", Fixture, NULL, set_up, test_spots, tear_down);
  g_test_add ("/photo-look/why", Fixture, NULL, set_up, test_why, tear_down);
  g_test_add ("/photo-look/refusals", Fixture, NULL, set_up, test_refusals, tear_down);

  return g_test_run ();
}
