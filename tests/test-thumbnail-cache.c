/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the thumbnail cache: what it gives back, what it keeps, what it throws away, and what it survives. */
#include "vision/thumbnail-cache.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/error.h"
#include "folder-testing.h"

typedef struct
{
  char *root;
  char *folder; /* in root; not there yet */
} Fixture;

/* What an operation came back with. */
typedef struct
{
  gboolean done;
  gboolean stored;
  GdkTexture *texture;
  GError *error;
} Answer;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->root = g_dir_make_tmp ("glassbox-thumbnails-XXXXXX", NULL);
  g_assert_nonnull (fixture->root);
  fixture->folder = g_build_filename (fixture->root, "a", "b", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  remove_path (fixture->root);
  g_free (fixture->folder);
  g_free (fixture->root);
}

static void
clear_answer (Answer *answer)
{
  g_clear_object (&answer->texture);
  g_clear_error (&answer->error);
  *answer = (Answer){ 0 };
}

/* Noise, so that a PNG of it is about as large as its pixels. */
static GboxFrame *
create_frame (int side, guint32 seed)
{
  g_autoptr (GboxFramePool) pool = gbox_frame_pool_new (side, side);
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  GboxFrame *frame = gbox_frame_pool_acquire (pool, 0);

  for (int i = 0; i < side * side * 3; i++)
    frame->pixels[i] = g_rand_int_range (random, 0, 256);
  return frame;
}

static void
on_stored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  answer->stored = gbox_thumbnail_cache_store_finish (GBOX_THUMBNAIL_CACHE (source), result, &answer->texture,
                                                      &answer->error);
  answer->done = TRUE;
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  answer->texture
    = gbox_thumbnail_cache_lookup_finish (GBOX_THUMBNAIL_CACHE (source), result, &answer->error);
  answer->done = TRUE;
}

static void
wait_for (Answer *answer)
{
  while (!answer->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
store (GboxThumbnailCache *cache, const char *key, GboxFrame *frame)
{
  Answer answer = { 0 };

  gbox_thumbnail_cache_store_async (cache, key, frame, NULL, on_stored, &answer);
  wait_for (&answer);
  g_assert_no_error (answer.error);
  g_assert_true (answer.stored);
  g_assert_nonnull (answer.texture);
  clear_answer (&answer);
}

/* Asks a cache of its own, so that nothing comes from memory. Returns: (transfer full) (nullable). */
static GdkTexture *
look_up_on_disk (const char *folder, const char *key)
{
  g_autoptr (GboxThumbnailCache) cache = gbox_thumbnail_cache_new (folder, 1000 * 1000);
  Answer answer = { 0 };

  gbox_thumbnail_cache_lookup_async (cache, key, NULL, on_found, &answer);
  wait_for (&answer);
  g_assert_no_error (answer.error);
  return answer.texture;
}

static gboolean
is_on_disk (const char *folder, const char *key)
{
  g_autoptr (GdkTexture) texture = look_up_on_disk (folder, key);

  return texture != NULL;
}

static guint64
get_folder_bytes (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint64 sum = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf info;

      g_assert_cmpint (g_stat (path, &info), ==, 0);
      sum += info.st_size;
    }
  return sum;
}

/* (transfer full): the folder's only file. */
static char *
get_only_file (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = g_dir_read_name (dir);
  char *path = g_build_filename (folder, name, NULL);

  g_assert_null (g_dir_read_name (dir));
  return path;
}

static void
test_gives_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GboxThumbnailCache) cache = gbox_thumbnail_cache_new (fixture->folder, 1000 * 1000);
  g_autoptr (GboxFrame) frame = create_frame (100, 1);
  g_autoptr (GdkTexture) texture = NULL;
  guint32 pixels[100 * 100];

  g_assert_false (is_on_disk (fixture->folder, "key/1"));
  g_assert_null (gbox_thumbnail_cache_peek (cache, "key/1"));
  store (cache, "key/1", frame);
  g_assert_nonnull (gbox_thumbnail_cache_peek (cache, "key/1"));
  g_assert_false (is_on_disk (fixture->folder, "key/2"));
  texture = look_up_on_disk (fixture->folder, "key/1");
  g_assert_nonnull (texture);
  /* Smaller than a thumbnail, so kept as it is. */
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 100);
  gdk_texture_download (texture, (guchar *) pixels, 100 * 4);
  for (int i = 0; i < 100 * 100; i++)
    g_assert_cmphex (pixels[i], ==,
                     0xff000000u | frame->pixels[3 * i] << 16 | frame->pixels[3 * i + 1] << 8
                       | frame->pixels[3 * i + 2]);
}

static void
test_scales_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GboxThumbnailCache) cache = gbox_thumbnail_cache_new (fixture->folder, 1000 * 1000);
  g_autoptr (GboxFrame) frame = create_frame (280, 1);
  g_autoptr (GdkTexture) texture = NULL;
  guint32 pixels[140 * 140];

  store (cache, "key", frame);
  texture = look_up_on_disk (fixture->folder, "key");
  g_assert_cmpint (gdk_texture_get_width (texture), ==, GBOX_THUMBNAIL_SIZE);
  g_assert_cmpint (gdk_texture_get_height (texture), ==, GBOX_THUMBNAIL_SIZE);
  gdk_texture_download (texture, (guchar *) pixels, 140 * 4);
  /* Half the size: the mean of two by two, give or take the filter's weights in eighths of bits. */
  for (int y = 5; y < 135; y += 13)
    for (int x = 5; x < 135; x += 13)
      {
        const guint8 *p = frame->pixels + 3 * (2 * y * 280 + 2 * x);
        int mean = (p[0] + p[3] + p[840] + p[843]) / 4;

        g_assert_cmpint (ABS (mean - (int) (pixels[140 * y + x] >> 16 & 0xff)), <=, 8);
      }
}

static void
test_replaces (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GboxThumbnailCache) cache = gbox_thumbnail_cache_new (fixture->folder, 1000 * 1000);
  g_autoptr (GboxFrame) first = create_frame (64, 1), second = create_frame (32, 2);
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree char *file = NULL;

  store (cache, "key", first);
  store (cache, "key", second);
  g_assert_cmpint (gdk_texture_get_width (gbox_thumbnail_cache_peek (cache, "key")), ==, 32);
  texture = look_up_on_disk (fixture->folder, "key");
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 32);
  file = get_only_file (fixture->folder);
}

/* Noise of 64 by 64 makes a PNG of about 12 kB. */
static void
test_keeps_bound_by_use (Fixture *fixture, gconstpointer data)
{
  const guint64 bound = 100 * 1000;
  g_autoptr (GboxThumbnailCache) cache = gbox_thumbnail_cache_new (fixture->folder, bound);
  g_autofree char *foreign = NULL;

  for (int i = 0; i < 40; i++)
    {
      g_autoptr (GboxFrame) frame = create_frame (64, i);
      g_autofree char *key = g_strdup_printf ("key/%d", i);

      store (cache, key, frame);
      if (i == 0)
        {
          foreign = g_build_filename (fixture->folder, "not-a-thumbnail.png", NULL);
          g_assert_true (g_file_set_contents (foreign, "x", 1, NULL));
        }
      g_assert_cmpuint (get_folder_bytes (fixture->folder), <=, bound + 1);
      g_usleep (5000);                                       /* times of use that can be told apart */
      g_assert_true (is_on_disk (fixture->folder, "key/0")); /* used every time */
      g_usleep (5000);
    }
  g_assert_cmpuint (get_folder_bytes (fixture->folder), >, bound / 2);
  g_assert_false (is_on_disk (fixture->folder, "key/1"));
  g_assert_false (is_on_disk (fixture->folder, "key/20"));
  g_assert_true (is_on_disk (fixture->folder, "key/39"));
  g_assert_true (is_on_disk (fixture->folder, "key/38"));
  g_assert_true (g_file_test (foreign, G_FILE_TEST_EXISTS)); /* only its own files */
}

static void
test_counts_what_was_there (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GboxThumbnailCache) first = gbox_thumbnail_cache_new (fixture->folder, 1000 * 1000);
  g_autoptr (GboxThumbnailCache) second = gbox_thumbnail_cache_new (fixture->folder, 50 * 1000);
  g_autoptr (GboxFrame) frame = create_frame (64, 1);

  for (int i = 0; i < 10; i++)
    {
      g_autofree char *key = g_strdup_printf ("key/%d", i);

      store (first, key, frame);
    }
  g_assert_cmpuint (get_folder_bytes (fixture->folder), >, 50 * 1000);
  store (second, "one more", frame); /* a later start, with a smaller bound */
  g_assert_cmpuint (get_folder_bytes (fixture->folder), <=, 50 * 1000);
}

static void
check_is_removed (Fixture *fixture, const char *contents, gssize length)
{
  g_autofree char *path = get_only_file (fixture->folder);

  g_assert_true (g_file_set_contents (path, contents, length, NULL));
  g_assert_false (is_on_disk (fixture->folder, "key"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_removes_corrupt (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GboxThumbnailCache) cache = gbox_thumbnail_cache_new (fixture->folder, 1000 * 1000);
  g_autoptr (GboxFrame) frame = create_frame (64, 1);
  g_autofree char *png = NULL, *large = g_malloc0 (2 * 1000 * 1000);
  g_autofree char *path = NULL;
  gsize length;

  store (cache, "key", frame);
  path = get_only_file (fixture->folder);
  g_assert_true (g_file_get_contents (path, &png, &length, NULL));
  check_is_removed (fixture, "", 0);
  store (cache, "key", frame);
  check_is_removed (fixture, "no picture at all", -1);
  store (cache, "key", frame);
  check_is_removed (fixture, png, length / 2);
  store (cache, "key", frame);
  check_is_removed (fixture, png, 20);
  store (cache, "key", frame);
  memcpy (large, png, length); /* decodes, but is far too long */
  check_is_removed (fixture, large, 2 * 1000 * 1000);
  store (cache, "key", frame); /* and it can be stored anew */
  g_assert_true (is_on_disk (fixture->folder, "key"));
}

static void
test_reports_unwritable_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = g_build_filename (fixture->root, "file", NULL);
  g_autofree char *below = g_build_filename (file, "thumbnails", NULL);
  g_autoptr (GboxThumbnailCache) cache = gbox_thumbnail_cache_new (below, 1000 * 1000);
  g_autoptr (GboxFrame) frame = create_frame (64, 1);
  Answer answer = { 0 };

  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  gbox_thumbnail_cache_store_async (cache, "key", frame, NULL, on_stored, &answer);
  wait_for (&answer);
  g_assert_error (answer.error, GBOX_ERROR, GBOX_ERROR_IO);
  g_assert_false (answer.stored);
  g_assert_nonnull (answer.texture); /* there is one to show all the same */
  g_assert_nonnull (gbox_thumbnail_cache_peek (cache, "key"));
  clear_answer (&answer);
  gbox_thumbnail_cache_lookup_async (cache, "other", NULL, on_found, &answer);
  wait_for (&answer);
  g_assert_no_error (answer.error);
  g_assert_null (answer.texture);
}

/* A limit on file sizes fails a write half way as a full disk does. */
static void
test_survives_full_disk (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GboxThumbnailCache) cache = gbox_thumbnail_cache_new (fixture->folder, 1000 * 1000);
  g_autoptr (GboxFrame) frame = create_frame (64, 1);
  struct rlimit before, little;
  Answer answer = { 0 };

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  little = before;
  little.rlim_cur = 4096;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &little), ==, 0);
  gbox_thumbnail_cache_store_async (cache, "key", frame, NULL, on_stored, &answer);
  wait_for (&answer);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_error (answer.error, GBOX_ERROR, GBOX_ERROR_IO);
  g_assert_false (answer.stored);
  g_assert_nonnull (answer.texture);
  clear_answer (&answer);
  g_assert_cmpuint (get_folder_bytes (fixture->folder), ==, 0); /* no half file */
  store (cache, "key", frame);
  g_assert_true (is_on_disk (fixture->folder, "key"));
}

static void
test_forgets_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GboxThumbnailCache) cache = gbox_thumbnail_cache_new (fixture->folder, 1000 * 1000);
  g_autoptr (GboxFrame) frame = create_frame (64, 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answer answer = { 0 };

  store (cache, "key", frame);
  gbox_thumbnail_cache_lookup_async (cache, "other", cancellable, on_found, &answer);
  g_cancellable_cancel (cancellable);
  wait_for (&answer);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  clear_answer (&answer);
  gbox_thumbnail_cache_store_async (cache, "third", frame, cancellable, on_stored, &answer);
  wait_for (&answer);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  clear_answer (&answer);
}

static void
test_many_at_once (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GboxThumbnailCache) cache = gbox_thumbnail_cache_new (fixture->folder, 100 * 1000 * 1000);
  g_autoptr (GboxFrame) frame = create_frame (16, 1);
  Answer answers[500] = { 0 };
  guint n_peeked = 0;

  for (int i = 0; i < 500; i++)
    {
      g_autofree char *key = g_strdup_printf ("key/%d", i);

      gbox_thumbnail_cache_store_async (cache, key, frame, NULL, on_stored, &answers[i]);
    }
  for (int i = 0; i < 500; i++)
    {
      wait_for (&answers[i]);
      g_assert_true (answers[i].stored);
      clear_answer (&answers[i]);
    }
  for (int i = 0; i < 500; i++)
    {
      g_autofree char *key = g_strdup_printf ("key/%d", i);

      n_peeked += gbox_thumbnail_cache_peek (cache, key) != NULL;
      gbox_thumbnail_cache_lookup_async (cache, key, NULL, on_found, &answers[i]);
    }
  for (int i = 0; i < 500; i++)
    {
      wait_for (&answers[i]);
      g_assert_nonnull (answers[i].texture);
      clear_answer (&answers[i]);
    }
  g_assert_cmpuint (n_peeked, >=, 200); /* memory holds a few hundred, not all */
  g_assert_cmpuint (n_peeked, <, 500);
}

static void
test_answers_after_last_reference (Fixture *fixture, gconstpointer data)
{
  GboxThumbnailCache *cache = gbox_thumbnail_cache_new (fixture->folder, 1000 * 1000);
  g_autoptr (GboxFrame) frame = create_frame (64, 1);
  Answer answer = { 0 };

  gbox_thumbnail_cache_store_async (cache, "key", frame, NULL, on_stored, &answer);
  gbox_thumbnail_cache_store_async (cache, "other", frame, NULL, NULL, NULL);
  g_object_add_weak_pointer (G_OBJECT (cache), (gpointer *) &cache);
  g_object_unref (cache);
  wait_for (&answer);
  g_assert_true (answer.stored);
  clear_answer (&answer);
  while (cache != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (is_on_disk (fixture->folder, "other"));
}

static void
add (const char *path, void (*test) (Fixture *fixture, gconstpointer data))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/thumbnail-cache/gives-back", test_gives_back);
  add ("/thumbnail-cache/scales-down", test_scales_down);
  add ("/thumbnail-cache/replaces", test_replaces);
  add ("/thumbnail-cache/keeps-bound-by-use", test_keeps_bound_by_use);
  add ("/thumbnail-cache/counts-what-was-there", test_counts_what_was_there);
  add ("/thumbnail-cache/removes-corrupt", test_removes_corrupt);
  add ("/thumbnail-cache/reports-unwritable-folder", test_reports_unwritable_folder);
  add ("/thumbnail-cache/survives-full-disk", test_survives_full_disk);
  add ("/thumbnail-cache/forgets-cancelled", test_forgets_cancelled);
  add ("/thumbnail-cache/many-at-once", test_many_at_once);
  add ("/thumbnail-cache/answers-after-last-reference", test_answers_after_last_reference);
  return g_test_run ();
}
