/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photographs on the command line: an index that is killed goes on, and what it says of a unit. */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#include "cli-testing.h"

#define N_PHOTOS 6

/* Photographs of the network's size, each of another colour. */
static void
make_photos (const char *folder)
{
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
}

static gboolean
have_model (void)
{
  g_auto (Answer) answer = cli (NULL, "models --json");
  g_autoptr (JsonNode) root = json_from_string (answer.output, NULL);
  JsonArray *models = json_object_get_array_member (json_node_get_object (root), "models");

  for (guint i = 0; i < json_array_get_length (models); i++)
    {
      JsonObject *model = json_array_get_object_element (models, i);

      if (g_str_equal (json_object_get_string_member (model, "name"), "efficientnet-lite0")
          && !json_object_get_null_member (model, "path"))
        return TRUE;
    }
  g_test_skip ("efficientnet-lite0 is not here: it was not fetched");
  return FALSE;
}

/* Kills the command when it has told of two photographs. */
static void
index_and_kill (const char *folder)
{
  g_autofree char *database = g_build_filename (folder, "photos.sqlite", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
    = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error,
                        g_getenv ("GBOX_CLI"), "index", "--json", "--model", "efficientnet-lite0", "--layers",
                        "stem", "--database", database, folder, NULL);
  g_autoptr (GDataInputStream) lines = NULL;

  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  for (guint i = 0; i < 3; i++) /* what was found, and two photographs */
    {
      g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_nonnull (line);
    }
  g_subprocess_send_signal (process, SIGKILL);
  g_subprocess_wait (process, NULL, NULL);
}

static JsonNode *
parse_line (const char *output, guint i)
{
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  g_assert_cmpuint (g_strv_length (lines), >, i);
  node = json_from_string (lines[i], &error);
  g_assert_no_error (error);
  return node;
}

/* A photograph of the network's size is its own patch: as an image it answers as it does as an example. */
static void
check_verdict (const char *folder)
{
  g_auto (Answer) json
    = cli (folder, "examples --json --model efficientnet-lite0 --layer stem --unit 3 --top 1 "
                   "--database {tmp}/photos.sqlite --image {tmp}/0.png");
  g_auto (Answer) text = cli (folder, "examples --model efficientnet-lite0 --layer stem --unit 3 "
                                      "--database {tmp}/photos.sqlite --image {tmp}/0.png");
  g_auto (Answer) refusal = cli (folder, "examples --model efficientnet-lite0 --layer stem --unit 3 "
                                         "--database {tmp}/photos.sqlite --image {tmp}/missing.png");
  g_autoptr (JsonNode) root = parse_line (json.output, 0);
  JsonObject *examples = json_node_get_object (root);
  const double image = json_object_get_double_member (examples, "image");

  g_assert_cmpint (json.code, ==, 0);
  /* Single precision, other orders of summing. */
  g_assert_cmpfloat (image, <=, json_object_get_double_member (examples, "max") * (1.0 + 1e-5));
  g_assert_cmpfloat (image, >=, json_object_get_double_member (examples, "min") * (1.0 - 1e-5));
  g_assert_nonnull (strstr (json_object_get_string_member (examples, "verdict"), "This image: "));
  g_assert_nonnull (strstr (text.output, "Does it mean it? This image: "));
  g_assert_nonnull (strstr (text.output, "“index --layers class” tells"));
  g_assert_cmpint (refusal.code, ==, 1);
  g_assert_nonnull (strstr (refusal.errors, "There is no image"));
}

/* Which cut it is of is told, and another one may be asked for; a photograph's name keeps to its line. */
static void
check_scales (const char *folder)
{
  static const char *const examples
    = "examples --model efficientnet-lite0 --layer stem --unit 3 --database {tmp}/photos.sqlite";
  g_autofree char *other = g_strconcat (examples, " --scales 1", NULL);
  g_autofree char *other_json = g_strconcat (other, " --json", NULL);
  g_autofree char *last = g_strconcat (examples, " --scales 2", NULL);
  g_autofree char *photo = g_build_filename (folder, "0.png", NULL);
  g_autofree char *name = g_build_filename (folder, "two\nlines.png", NULL);
  g_autofree char *bytes = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (photo, &bytes, &n, NULL));
  g_assert_true (g_file_set_contents (name, bytes, (gssize) n, NULL));
  {
    g_auto (Answer) none = cli (folder, other);
    g_auto (Answer) none_json = cli (folder, other_json);
    g_auto (Answer) index = cli (folder, "index --model efficientnet-lite0 --layers stem --scales 1 "
                                         "--database {tmp}/photos.sqlite {tmp}");
    g_auto (Answer) first = cli (folder, examples);
    g_auto (Answer) second = cli (folder, last);

    g_assert_cmpint (none.code, ==, 1);
    g_assert_nonnull (strstr (none.errors, "holds no photographs that were cut at 1 scale and"));
    g_assert_cmpint (none_json.code, ==, 1);
    g_assert_cmpstr (none_json.output, ==, "");
    g_assert_cmpstr (none_json.errors, ==, none.errors);
    g_assert_cmpint (index.code, ==, 0);
    g_assert_nonnull (strstr (first.output, "7 photographs, cut at 1 scale: "));
    g_assert_nonnull (strstr (first.output, "two\\nlines.png"));
    g_assert_nonnull (strstr (second.output, "6 photographs, cut at 2 scales: "));
  }
}

/* Looking for what is not there makes nothing. */
static void
check_no_database (const char *folder)
{
  g_auto (Answer) answer
    = cli (folder, "examples --model efficientnet-lite0 --layer stem --unit 3 --database {tmp}/none.sqlite");
  g_autofree char *path = g_build_filename (folder, "none.sqlite", NULL);

  g_assert_cmpint (answer.code, ==, 1);
  g_assert_nonnull (strstr (answer.errors, "“glassbox-cli index --database "));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* Each layer once. */
static void
check_layers (const char *folder)
{
  g_auto (Answer) answer
    = cli (folder, "attribute --model efficientnet-lite0 --method gradient -l stem,stem {tmp}/0.png");

  g_assert_cmpint (answer.code, ==, 0);
  g_assert_nonnull (strstr (answer.output, "  stem:"));
  g_assert_null (strstr (strstr (answer.output, "  stem:") + 1, "  stem:"));
}

/* An empty list is not all. */
static void
check_no_layers (const char *folder)
{
  g_auto (Answer) answer
    = cli (folder, "index --model efficientnet-lite0 --layers= --database {tmp}/no.sqlite {tmp}");

  g_assert_cmpint (answer.code, ==, 2);
  g_assert_nonnull (strstr (answer.errors, "no layer to look at"));
}

static void
test_killed (void)
{
  static const char *const again
    = "index --json --model efficientnet-lite0 --layers stem --database {tmp}/photos.sqlite {tmp}";
  g_autofree char *folder = NULL;

  if (!have_model ())
    return;
  folder = make_folder ();
  make_photos (folder);
  index_and_kill (folder);
  {
    g_auto (Answer) answer = cli (folder, again);
    g_autoptr (JsonNode) found = parse_line (answer.output, 0);

    g_assert_cmpint (answer.code, ==, 0);
    g_assert_cmpint (json_object_get_int_member (json_node_get_object (found), "photos"), ==, N_PHOTOS);
    g_assert_cmpint (json_object_get_int_member (json_node_get_object (found), "known"), >=, 2);
  }
  {
    g_auto (Answer) answer = cli (folder, again);
    g_autoptr (JsonNode) found = parse_line (answer.output, 0);

    g_assert_cmpint (json_object_get_int_member (json_node_get_object (found), "known"), ==, N_PHOTOS);
  }
  {
    g_auto (Answer) answer
      = cli (folder, "examples --json --model efficientnet-lite0 --layer stem --unit 3 --top 4 "
                     "--database {tmp}/photos.sqlite");
    g_autoptr (JsonNode) root = parse_line (answer.output, 0);
    JsonObject *examples = json_node_get_object (root);

    g_assert_cmpint (answer.code, ==, 0);
    g_assert_cmpint (json_object_get_int_member (examples, "photos"), ==, N_PHOTOS);
    g_assert_cmpuint (json_array_get_length (json_object_get_array_member (examples, "examples")), ==, 4);
    g_assert_false (json_object_has_member (examples, "image"));
    /* The classes were not looked at. */
    g_assert_cmpuint (json_array_get_length (json_object_get_array_member (examples, "classes")), ==, 0);
  }
  check_verdict (folder);
  check_no_layers (folder);
  check_scales (folder);
  check_no_database (folder);
  check_layers (folder);
  remove_folder (g_steal_pointer (&folder));
}

static void
test_usage (void)
{
  static const char *const bad[] = {
    "index",
    "index --scales 4 .",
    "index --frobnicate .",
    "examples",
    "examples --layer stem",
    "examples --unit 3",
    "examples --layer stem --unit 3 surplus",
    "examples --layer stem --unit 3 --top -1",
    "examples --layer stem --unit 3 --top 0",
    "examples --layer stem --unit 3 --scales 0",
    "examples --layer stem --unit 3 --scales 4",
    "attribute",
    "attribute --method magic a.png",
    "attribute --top -1 a.png",
    "attribute --top 0 a.png",
    "attribute a.jpg -o b.jpg",
    "attribute a.png -o ./a.png",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (Answer) answer = cli (NULL, bad[i]);

      g_assert_cmpint (answer.code, ==, 2);
      g_assert_cmpstr (answer.output, ==, "");
      g_assert_cmpstr (answer.errors, !=, "");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli-photos/killed", test_killed);
  g_test_add_func ("/cli-photos/usage", test_usage);

  return g_test_run ();
}
