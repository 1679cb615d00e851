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
  guint length;
  guint n_points;
} Fixture;

static void
on_event (gpointer message, gpointer user_data)
{
  g_autoptr (GboxEvent) event = message;
  Fixture *f = user_data;

  if (event->kind == GBOX_EVENT_POINT)
    g_assert_cmpuint (event->point.step, ==, ++f->n_points);
  if (event->kind == GBOX_EVENT_LENGTH)
    f->length = event->n_steps;
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
run_with (
  Fixture *f, const char *path, const char *layer, int class_id, GboxAttributionMethod method, GError **error)
{
  g_autoptr (GboxPhotoLookSpec) spec = gbox_photo_look_spec_new ();
  g_autoptr (GboxMailbox) mailbox = gbox_mailbox_new (NULL, on_event, NULL, free_event, f);
  g_autoptr (GboxJob) job = NULL;
  GboxStepResult result = GBOX_STEP_FAILED;

  g_object_set (spec, "path", path, "side", HEIGHT, "layer", layer, "unit", UNIT, "class-id", class_id,
                "method", method, NULL);
  job = gbox_photo_look_job_new_for_network (spec, f->network);
  gbox_job_set_mailbox (job, mailbox);
  if (gbox_job_start (job, &f->context, error))
    do
      result = gbox_job_step (job, error);
    while (result == GBOX_STEP_CONTINUE);
  while (result == GBOX_STEP_FINISHED && f->look == NULL && f->why == NULL)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  gbox_mailbox_close (mailbox);
  return result == GBOX_STEP_FINISHED;
}

static gboolean
run (Fixture *f, const char *path, const char *layer, int class_id, GError **error)
{
  return run_with (f, path, layer, class_id, GBOX_ATTRIBUTION_INTEGRATED, error);
}

/* What “probe” says of the same image; the photograph is not resized. */
static void
test_look (Fixture *f, gconstpointer data)
{
  const guint layer = (guint) gbox_network_find_layer (f->network, "conv2");
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxImage) image = gbox_image_load (f->path, NULL);
  g_autoptr (GboxProbe) probe = NULL;
  const GboxStrongest *units;

  g_assert_true (run (f, f->path, "conv2", -1, &error));
  g_assert_no_error (error);
  g_assert_cmpint (f->look->width, ==, WIDTH);
  g_assert_cmpint (f->look->height, ==, HEIGHT);
  g_assert_cmpmem (f->look->pixels, 3 * WIDTH * HEIGHT, image->pixels, 3 * WIDTH * HEIGHT);
  probe = gbox_probe_new (f->network, f->context.team, layer, image, UNIT, 3, 5, NULL);
  g_assert_cmpint (f->look->map_height, ==, probe->height);
  g_assert_cmpint (f->look->map_width, ==, probe->width);
  g_assert_cmpfloat (fabs ((double) f->look->map[3 * probe->width + 5] - probe->objective), <, 1e-5);
  g_assert_cmpuint (f->look->layers[layer].layer, ==, layer);
  units = &f->look->layers[layer].whole;
  for (int i = 0; i < GBOX_STRONGEST_N; i++)
    {
      int n_above = 0;

      for (int c = 0; c < TINY_CHANNELS; c++)
        n_above += probe->channel_means[c] > units->values[i] + 1e-5f;
      g_assert_cmpint (n_above, ==, i);
      g_assert_cmpfloat (fabsf (probe->channel_means[units->units[i]] - units->values[i]), <, 1e-5f);
    }
  /* A point for each part of the work. */
  g_assert_cmpuint (f->n_points, ==, f->length);
  g_assert_cmpuint (f->length, >, f->look->n_layers);
}

/* The strongest units of each spot of all layers, in order; those of the chosen layer with what the map of
 * the chosen unit says. */
static void
test_spots (Fixture *f, gconstpointer data)
{
  const guint chosen = (guint) gbox_network_find_layer (f->network, "conv2");
  g_autoptr (GError) error = NULL;
  gsize n_met = 0;

  g_assert_true (run (f, f->path, "conv2", -1, &error));
  g_assert_cmpuint (f->look->n_layers, ==, gbox_network_get_n_layers (f->network));
  for (guint k = 0; k < f->look->n_layers; k++)
    {
      const GboxPhotoLookLayer *layer = &f->look->layers[k];

      for (gsize p = 0; p < (gsize) layer->height * (gsize) layer->width; p++)
        {
          const GboxStrongest *spot = &layer->spots[p];

          for (int i = 0; i < GBOX_STRONGEST_N; i++)
            {
              g_assert_cmpint (spot->units[i], >=, 0);
              g_assert_cmpint (spot->units[i], <, gbox_network_get_layer (f->network, k)->n_channels);
              g_assert_true (i == 0 || spot->values[i] <= spot->values[i - 1]);
              if (k != chosen || spot->units[i] != UNIT)
                continue;
              n_met++;
              g_assert_cmpfloat (spot->values[i], ==, f->look->map[p]);
            }
          if (k == chosen)
            g_assert_cmpfloat (spot->values[0], >=, f->look->map[p]);
        }
    }
  g_assert_cmpuint (n_met, >, 0);
}

static void
test_strongest (void)
{
  static const float values[] = { -1.0f, 3.0f, 2.0f, 3.0f, -7.0f, 0.0f, 5.0f, 1.0f };
  static const int expected[] = { 6, 1, 3, 2, 7, 5 };
  GboxStrongest strongest;

  gbox_strongest_find (values, G_N_ELEMENTS (values), &strongest);
  for (int i = 0; i < GBOX_STRONGEST_N; i++)
    {
      g_assert_cmpint (strongest.units[i], ==, expected[i]);
      g_assert_cmpfloat (strongest.values[i], ==, values[expected[i]]);
    }
  gbox_strongest_find (values, 2, &strongest);
  g_assert_cmpint (strongest.units[1], ==, 0);
  g_assert_cmpint (strongest.units[2], ==, -1);
}

static void
test_classes (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxClassifier) classifier = gbox_classifier_new (f->network, f->context.team, &error);
  g_autoptr (GboxImage) image = gbox_image_load (f->path, NULL);
  GboxClassScore top[GBOX_PHOTO_LOOK_N_CLASSES];

  g_assert_true (run (f, f->path, "class", -1, &error));
  g_assert_no_error (error);
  gbox_classifier_run (classifier, image, top, GBOX_PHOTO_LOOK_N_CLASSES);
  for (int i = 0; i < GBOX_PHOTO_LOOK_N_CLASSES; i++)
    {
      g_assert_cmpint (f->look->classes[i], ==, top[i].class_id);
      g_assert_cmpfloat (f->look->probabilities[i], ==, top[i].probability);
    }
}

/* The reasons are those of the attribution by itself: the photograph is not resized. */
static void
test_why (Fixture *f, gconstpointer data)
{
  const GboxAttributionMethod method = (GboxAttributionMethod) GPOINTER_TO_INT (data);
  const guint layers[] = { 0, 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxImage) image = gbox_image_load (f->path, NULL);
  g_autoptr (GboxAttribution) attribution
    = gbox_attribution_new (f->network, f->context.team, image, 3, layers, 2, method, NULL);

  g_assert_true (run_with (f, f->path, "class", 3, method, &error));
  g_assert_no_error (error);
  g_assert_null (f->look);
  g_assert_cmpint (f->why->class_id, ==, 3);
  g_assert_cmpint (f->why->method, ==, method);
  g_assert_cmpint (f->why->height, ==, HEIGHT);
  g_assert_cmpint (f->why->width, ==, WIDTH);
  g_assert_cmpuint (f->why->n_layers, ==, 2);
  while (gbox_attribution_step (attribution))
    ;
  for (guint i = 0; i < 2; i++)
    {
      GboxStrongest expected;
      int height, width, channels;

      gbox_attribution_get_shape (attribution, i, &height, &width, &channels);
      gbox_strongest_find (gbox_attribution_get_channels (attribution, i), channels, &expected);
      g_assert_cmpmem (&f->why->layers[i], sizeof expected, &expected, sizeof expected);
      g_assert_cmpfloat (expected.values[0], >, 0.0f);
    }
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
  g_test_add_func ("/photo-look/strongest", test_strongest);
  g_test_add ("/photo-look/classes", Fixture, NULL, set_up, test_classes, tear_down);
  g_test_add ("/photo-look/why-integrated", Fixture, GINT_TO_POINTER (GBOX_ATTRIBUTION_INTEGRATED), set_up,
              test_why, tear_down);
  g_test_add ("/photo-look/why-gradient", Fixture, GINT_TO_POINTER (GBOX_ATTRIBUTION_GRADIENT), set_up,
              test_why, tear_down);
  g_test_add ("/photo-look/refusals", Fixture, NULL, set_up, test_refusals, tear_down);

  return g_test_run ();
}
