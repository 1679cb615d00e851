/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The index of a folder of photographs, and what it says of a unit. */
#include <unistd.h>
#include <webp/encode.h>

#include "base/error.h"
#include "photo-testing.h"
#include "runtime/event-private.h"
#include "runtime/job-private.h"
#include "tiny-network.h"
#include "vision/examples.h"
#include "vision/photo-index-job.h"
#include "vision/probe.h"

#define SIDE 64 /* of the tiny network's crop */
/* Photos of the test that is cut off. */
#define N_RESUMED 6

/* A job on folders and a database, and what it told. */
typedef struct
{
  GboxJobContext context;
  GboxNetwork *network;
  char *folder;
  char *database;
  GboxPhotosFound found;
  GPtrArray *skipped; /* of char *: names */
  guint n_points;
  gboolean has_all; /* of what was posted */
} Fixture;

static void
on_event (gpointer message, gpointer user_data)
{
  g_autoptr (GboxEvent) event = message;
  Fixture *f = user_data;

  if (event->kind == GBOX_EVENT_POINT)
    f->n_points++;
  else if (event->kind == GBOX_EVENT_STATE)
    f->has_all = TRUE;
  else if (event->kind == GBOX_EVENT_RECORD && event->record.type == GBOX_TYPE_PHOTOS_FOUND)
    f->found = *(const GboxPhotosFound *) event->record.value;
  else if (event->kind == GBOX_EVENT_RECORD && event->record.type == GBOX_TYPE_PHOTO_SKIPPED)
    g_ptr_array_add (f->skipped,
                     g_path_get_basename (((const GboxPhotoSkipped *) event->record.value)->path));
}

static void
free_event (gpointer event)
{
  gbox_event_free (event);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  *f = (Fixture){ .context.team = gbox_team_new (2), .network = tiny_network_new (1.0f) };
  f->folder = make_folder ();
  f->database = g_build_filename (f->folder, "photos.sqlite", NULL);
  f->skipped = g_ptr_array_new_with_free_func (g_free);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gbox_team_free (f->context.team);
  gbox_network_unref (f->network);
  g_free (f->database);
  remove_folder (f->folder);
  g_ptr_array_unref (f->skipped);
}

/* Runs to the end, or until @n_photos are done; the job is then dropped as it is. */
static GboxStepResult
run (Fixture *f, const char *folders, const char *layers, guint n_photos, GError **error)
{
  g_autoptr (GboxPhotoIndexSpec) spec = gbox_photo_index_spec_new ();
  g_autoptr (GboxMailbox) mailbox = gbox_mailbox_new (NULL, on_event, NULL, free_event, f);
  g_autoptr (GboxJob) job = NULL;
  GboxStepResult result = GBOX_STEP_FAILED;

  f->n_points = 0;
  f->has_all = FALSE;
  g_ptr_array_set_size (f->skipped, 0);
  g_object_set (spec, "folders", folders, "database", f->database, "layers", layers, NULL);
  job = gbox_photo_index_job_new_for_network (spec, f->network);
  gbox_job_set_mailbox (job, mailbox);
  if (gbox_job_start (job, &f->context, error))
    do
      {
        result = gbox_job_step (job, error);
        while (g_main_context_iteration (NULL, FALSE))
          ;
      }
    while (result == GBOX_STEP_CONTINUE && f->n_points < n_photos);
  /* The last of the queue, as from a scheduler. */
  gbox_mailbox_post (mailbox, gbox_event_new (GBOX_EVENT_STATE));
  while (!f->has_all)
    g_main_context_iteration (NULL, TRUE);
  gbox_mailbox_close (mailbox);
  return result;
}

static void
run_all (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  run (f, f->folder, "all", G_MAXUINT, &error);
  g_assert_no_error (error);
}

static GboxExamples *
get_examples (Fixture *f, const char *layer, int unit, GboxExampleMeasure measure)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxPhotoIndex) index = gbox_photo_index_open (f->database, &error);
  GboxExamples *examples;

  g_assert_no_error (error);
  examples = gbox_examples_new (index, f->network, (guint) gbox_network_find_layer (f->network, layer), unit,
                                measure, 0, 9, &error);
  g_assert_no_error (error);
  return examples;
}

/* The mean of a channel as “probe” gives it. */
static double
probe_mean (Fixture *f, const char *layer, int unit, const char *name)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);
  g_autoptr (GboxImage) image = gbox_image_load (path, NULL);
  g_autoptr (GboxProbe) probe
    = gbox_probe_new (f->network, f->context.team, (guint) gbox_network_find_layer (f->network, layer), image,
                      -1, -1, -1, NULL);

  return (double) probe->channel_means[unit];
}

/* The class with the largest logit. */
static int
get_class (Fixture *f, const char *name)
{
  const guint layer = (guint) gbox_network_find_layer (f->network, "class");
  g_autofree char *path = g_build_filename (f->folder, name, NULL);
  g_autoptr (GboxImage) image = gbox_image_load (path, NULL);
  g_autoptr (GboxProbe) probe = gbox_probe_new (f->network, f->context.team, layer, image, -1, -1, -1, NULL);
  int best = 0;

  for (int unit = 1; unit < TINY_CLASSES; unit++)
    if (probe->channel_means[unit] > probe->channel_means[best])
      best = unit;
  return best;
}

/* What is said of photographs that are their own patches is what probing says, in the right order. */
static void
test_examples (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "a.png", "b.PNG", "c.png", "d.png" };
  double sum = 0.0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    save_photo (f->folder, names[i], "png", SIDE, SIDE, 3 + i);
  run_all (f);
  g_assert_cmpuint (f->found.n_photos, ==, G_N_ELEMENTS (names));
  g_assert_cmpuint (f->n_points, ==, G_N_ELEMENTS (names));
  for (int unit = 0; unit < TINY_CHANNELS; unit++)
    {
      g_autoptr (GboxExamples) examples = get_examples (f, "conv2", unit, GBOX_EXAMPLE_MEAN);
      guint n = 0;

      g_assert_cmpuint (examples->n, ==, G_N_ELEMENTS (names));
      g_assert_cmpuint (examples->n_photos, ==, G_N_ELEMENTS (names));
      for (guint i = 0; i < examples->n; i++)
        {
          g_autofree char *name = g_path_get_basename (examples->examples[i].path);
          const double expected = probe_mean (f, "conv2", unit, name);

          /* Single precision, other orders of summing. */
          g_assert_cmpfloat (fabs (examples->examples[i].activation - expected), <=, 1e-5 * fabs (expected));
          if (i > 0)
            g_assert_cmpfloat (examples->examples[i].activation, <=, examples->examples[i - 1].activation);
          sum += examples->examples[i].activation;
          g_assert_cmpint (examples->examples[i].class_id, ==, get_class (f, name));
        }
      g_assert_cmpfloat (examples->largest, ==, examples->examples[0].activation);
      g_assert_cmpfloat (examples->smallest, ==, examples->examples[examples->n - 1].activation);
      for (int bin = 0; bin < GBOX_EXAMPLES_N_BINS; bin++)
        n += examples->bins[bin];
      g_assert_cmpuint (n, ==, G_N_ELEMENTS (names));
      g_assert_cmpfloat (fabs (examples->mean - sum / examples->n), <=, 1e-9);
      sum = 0.0;
    }
}

/* The crop is what the strongest position sees: with all else grey it answers the same. */
static void
test_crop (Fixture *f, gconstpointer data)
{
  const guint layer = (guint) gbox_network_find_layer (f->network, "conv2");
  g_autofree char *path = g_build_filename (f->folder, "a.png", NULL);
  g_autoptr (GboxImage) image = NULL;

  save_photo (f->folder, "a.png", "png", SIDE, SIDE, 3);
  run_all (f);
  image = gbox_image_load (path, NULL);
  for (int unit = 0; unit < TINY_CHANNELS; unit++)
    {
      g_autoptr (GboxExamples) examples = get_examples (f, "conv2", unit, GBOX_EXAMPLE_PEAK);
      const GboxExample *example = &examples->examples[0];
      g_autofree guint8 *kept = g_memdup2 (image->pixels, 3 * SIDE * SIDE);
      g_autoptr (GboxProbe) probe = NULL;

      for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
          if (x < example->crop.x || x >= example->crop.x + example->crop.side || y < example->crop.y
              || y >= example->crop.y + example->crop.side)
            memset (image->pixels + 3 * (y * SIDE + x), 128, 3);
      probe = gbox_probe_new (f->network, f->context.team, layer, image, unit, example->y, example->x, NULL);
      g_assert_cmpfloat (fabs (probe->objective - example->activation), <=, 1e-5);
      g_assert_cmpfloat (example->crop.side, <, SIDE);
      memcpy (image->pixels, kept, 3 * SIDE * SIDE);
    }
}

static void
test_incremental (Fixture *f, gconstpointer data)
{
  g_autofree char *gone = g_build_filename (f->folder, "b.png", NULL);
  double before, after;

  save_photo (f->folder, "a.png", "png", SIDE, SIDE, 1);
  save_photo (f->folder, "b.png", "png", SIDE, SIDE, 2);
  save_photo (f->folder, "c.jpeg", "jpeg", 3 * SIDE, 2 * SIDE, 3);
  run_all (f);
  g_assert_cmpuint (f->n_points, ==, 3);
  run_all (f);
  g_assert_cmpuint (f->n_points, ==, 0);
  g_assert_cmpuint (f->found.n_known, ==, 3);
  {
    g_autoptr (GboxExamples) examples = get_examples (f, "conv1", 3, GBOX_EXAMPLE_MEAN);

    before = examples->mean;
  }

  /* One has another content, one is gone, one is new. */
  save_photo (f->folder, "a.png", "png", SIDE + 8, SIDE, 9);
  g_unlink (gone);
  save_photo (f->folder, "d.png", "png", SIDE, SIDE, 4);
  run_all (f);
  g_assert_cmpuint (f->n_points, ==, 2);
  g_assert_cmpuint (f->found.n_known, ==, 1);
  g_assert_cmpuint (f->found.n_forgotten, ==, 1);
  {
    g_autoptr (GboxExamples) examples = get_examples (f, "conv1", 3, GBOX_EXAMPLE_MEAN);

    after = examples->mean;
    g_assert_cmpuint (examples->n_photos, ==, 3);
    for (guint i = 0; i < examples->n; i++)
      g_assert_cmpstr (examples->examples[i].path, !=, gone);
  }
  g_assert_cmpfloat (before, !=, after);
}

/* What was written before the job was dropped is there, and is not done again. */
static void
test_resumed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint n_done;

  for (guint i = 0; i < N_RESUMED; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", i);

      save_photo (f->folder, name, "png", 2 * SIDE, 2 * SIDE, i);
    }
  g_assert_cmpint (run (f, f->folder, "all", 2, &error), ==, GBOX_STEP_CONTINUE);
  /* A step may end more than one photo. */
  n_done = f->n_points;
  g_assert_cmpuint (n_done, >=, 2);
  g_assert_cmpuint (n_done, <, N_RESUMED);
  run_all (f);
  g_assert_cmpuint (f->found.n_known, ==, n_done);
  g_assert_cmpuint (f->n_points, ==, N_RESUMED - n_done);
}

static void
test_damaged (Fixture *f, gconstpointer data)
{
  g_autofree char *whole = g_build_filename (f->folder, "whole.jpg", NULL);
  g_autofree char *bytes = NULL;
  gsize size;

  save_photo (f->folder, "whole.jpg", "jpeg", 2 * SIDE, SIDE, 1);
  g_assert_true (g_file_get_contents (whole, &bytes, &size, NULL));
  save_bytes (f->folder, "truncated.jpg", bytes, size / 2);
  save_bytes (f->folder, "nonsense.png", "this is no picture", 18);
  save_bytes (f->folder, "empty.webp", "", 0);
  save_bytes (f->folder, "notes.txt", "no photograph", 13);
  save_bytes (f->folder, ".hidden.jpg", bytes, size);
  run_all (f);
  g_assert_cmpuint (f->found.n_photos, ==, 4);
  g_assert_cmpuint (f->n_points, ==, 4);
  g_assert_cmpuint (f->skipped->len, ==, 3);

  /* Told again, not tried again. */
  run_all (f);
  g_assert_cmpuint (f->n_points, ==, 0);
  g_assert_cmpuint (f->found.n_unreadable, ==, 3);
  g_assert_cmpuint (f->skipped->len, ==, 3);

  save_bytes (f->folder, "truncated.jpg", bytes, size);
  run_all (f);
  g_assert_cmpuint (f->n_points, ==, 1);
  g_assert_cmpuint (f->skipped->len, ==, 2);
  {
    g_autoptr (GboxExamples) examples = get_examples (f, "conv2", 0, GBOX_EXAMPLE_MEAN);

    g_assert_cmpuint (examples->n_photos, ==, 2);
  }
}

/* Folders in folders, one named twice, one that is not there, and a circle of links. */
static void
test_folders (Fixture *f, gconstpointer data)
{
  g_autofree char *inner = g_build_filename (f->folder, "inner", NULL);
  g_autofree char *missing = g_build_filename (f->folder, "missing", NULL);
  g_autofree char *circle = g_build_filename (inner, "circle", NULL);
  g_autofree char *folders = g_strjoin ("\n", f->folder, inner, missing, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
  g_assert_cmpint (symlink (f->folder, circle), ==, 0);
  save_photo (f->folder, "a.png", "png", SIDE, SIDE, 1);
  save_photo (inner, "b.png", "png", SIDE, SIDE, 2);
  run (f, folders, "conv1, conv2", G_MAXUINT, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (f->found.n_photos, ==, 2);
  g_assert_cmpuint (f->n_points, ==, 2);
  g_assert_cmpuint (f->skipped->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (f->skipped, 0), ==, "missing");

  /* Another folder's photographs stay; a layer that was not looked at is added. */
  run (f, inner, "class", G_MAXUINT, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (f->found.n_forgotten, ==, 0);
  g_assert_cmpuint (f->n_points, ==, 1);
  {
    g_autoptr (GboxExamples) conv = get_examples (f, "conv2", 0, GBOX_EXAMPLE_MEAN);
    g_autoptr (GboxExamples) classes = get_examples (f, "class", 0, GBOX_EXAMPLE_MEAN);

    g_assert_cmpuint (conv->n_photos, ==, 2);
    g_assert_cmpuint (classes->n_photos, ==, 1);
  }

  g_assert_cmpint (run (f, missing, "all", G_MAXUINT, &error), ==, GBOX_STEP_FAILED);
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (run (f, inner, "conv3", G_MAXUINT, &error), ==, GBOX_STEP_FAILED);
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
}

/* A photograph taken with the camera on its side is looked at upright. */
static void
test_orientation (Fixture *f, gconstpointer data)
{
  static const guint8 exif[] = { 0xff, 0xe1, 0, 34,   'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8,
                                 0,    1,    1, 0x12, 0,   3,   0,   0,   0, 1, 0,   6,   0, 0,  0, 0, 0, 0 };
  g_autoptr (GdkPixbuf) pixbuf = make_photo (2 * SIDE, SIDE, 5);
  g_autoptr (GdkPixbuf) turned = gdk_pixbuf_rotate_simple (pixbuf, GDK_PIXBUF_ROTATE_CLOCKWISE);
  g_autofree char *upright = g_build_filename (f->folder, "upright.png", NULL);
  g_autoptr (GByteArray) sideways = g_byte_array_new ();
  g_autofree char *jpeg = NULL;
  guint n_below = 0;
  gsize size;

  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &jpeg, &size, "jpeg", NULL, "quality", "100", NULL));
  g_byte_array_append (sideways, (const guint8 *) jpeg, 2);
  g_byte_array_append (sideways, exif, sizeof exif);
  g_byte_array_append (sideways, (const guint8 *) jpeg + 2, (guint) size - 2);
  save_bytes (f->folder, "sideways.jpg", sideways->data, sideways->len);
  g_assert_true (gdk_pixbuf_save (turned, upright, "png", NULL, NULL));
  run_all (f);
  for (int unit = 0; unit < TINY_CHANNELS; unit++)
    {
      g_autoptr (GboxExamples) examples = get_examples (f, "conv2", unit, GBOX_EXAMPLE_MEAN);

      /* High, not wide: the patches lie below each other. */
      g_assert_cmpuint (examples->n, ==, 2);
      g_assert_cmpfloat (examples->examples[0].patch.x, ==, 0.0);
      g_assert_cmpfloat (examples->examples[1].patch.x, ==, 0.0);
      /* JPEG at its best still has half the resolution of chroma. */
      g_assert_cmpfloat (examples->largest - examples->smallest, <=, 0.25 * examples->largest);
      n_below += (examples->examples[0].patch.y > 0.0) + (examples->examples[1].patch.y > 0.0);
    }
  g_assert_cmpuint (n_below, >, 0);
}

static gboolean
can_read_webp (void)
{
  g_autoptr (GSList) formats = gdk_pixbuf_get_formats ();

  for (GSList *format = formats; format != NULL; format = format->next)
    {
      g_autofree char *name = gdk_pixbuf_format_get_name (format->data);

      if (g_str_equal (name, "webp"))
        return TRUE;
    }
  g_test_skip ("gdk-pixbuf reads no WebP here: webp-pixbuf-loader is not installed");
  return FALSE;
}

/* Without loss a WebP is the same photograph as a PNG. */
static void
test_webp (Fixture *f, gconstpointer data)
{
  g_autoptr (GdkPixbuf) pixbuf = make_photo (2 * SIDE, SIDE, 5);
  guint8 *bytes = NULL;
  gsize size;

  if (!can_read_webp ())
    return;
  size = WebPEncodeLosslessRGB (gdk_pixbuf_get_pixels (pixbuf), 2 * SIDE, SIDE,
                                gdk_pixbuf_get_rowstride (pixbuf), &bytes);
  g_assert_cmpuint (size, >, 0);
  save_bytes (f->folder, "a.webp", bytes, size);
  save_bytes (f->folder, "half.WebP", bytes, size / 2);
  WebPFree (bytes);
  save_photo (f->folder, "b.png", "png", 2 * SIDE, SIDE, 5);
  run_all (f);
  g_assert_cmpuint (f->found.n_photos, ==, 3);
  g_assert_cmpuint (f->skipped->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (f->skipped, 0), ==, "half.WebP");
  for (int unit = 0; unit < TINY_CHANNELS; unit++)
    {
      g_autoptr (GboxExamples) examples = get_examples (f, "conv2", unit, GBOX_EXAMPLE_MEAN);

      g_assert_cmpuint (examples->n, ==, 2);
      g_assert_cmpfloat (examples->examples[0].activation, ==, examples->examples[1].activation);
      g_assert_cmpint (examples->examples[0].width, ==, 2 * SIDE);
    }
}

static void
test_database (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *nowhere = g_build_filename (f->folder, "a.png", "photos.sqlite", NULL);

  g_file_set_contents (f->database, "this is no database, whatever it is called; far from it", -1, NULL);
  save_photo (f->folder, "a.png", "png", SIDE, SIDE, 1);
  g_assert_cmpint (run (f, f->folder, "all", G_MAXUINT, &error), ==, GBOX_STEP_FAILED);
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE);
  g_clear_error (&error);
  g_assert_null (gbox_photo_index_open (nowhere, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_IO);
}

static void
test_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (GboxExamples) examples = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxPhotoIndex) index = NULL;

  examples = get_examples (f, "conv2", 0, GBOX_EXAMPLE_MEAN);
  g_assert_cmpuint (examples->n_photos, ==, 0);
  g_assert_cmpuint (examples->n, ==, 0);
  index = gbox_photo_index_open (f->database, NULL);
  g_assert_null (gbox_examples_new (index, f->network, 1, TINY_CHANNELS, GBOX_EXAMPLE_MEAN, 0, 9, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/photo-index/examples", Fixture, NULL, set_up, test_examples, tear_down);
  g_test_add ("/photo-index/crop", Fixture, NULL, set_up, test_crop, tear_down);
  g_test_add ("/photo-index/incremental", Fixture, NULL, set_up, test_incremental, tear_down);
  g_test_add ("/photo-index/resumed", Fixture, NULL, set_up, test_resumed, tear_down);
  g_test_add ("/photo-index/damaged", Fixture, NULL, set_up, test_damaged, tear_down);
  g_test_add ("/photo-index/folders", Fixture, NULL, set_up, test_folders, tear_down);
  g_test_add ("/photo-index/orientation", Fixture, NULL, set_up, test_orientation, tear_down);
  g_test_add ("/photo-index/webp", Fixture, NULL, set_up, test_webp, tear_down);
  g_test_add ("/photo-index/database", Fixture, NULL, set_up, test_database, tear_down);
  g_test_add ("/photo-index/nothing", Fixture, NULL, set_up, test_nothing, tear_down);

  return g_test_run ();
}
