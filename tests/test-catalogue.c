/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue: its content, the class labels, and looking for models. */
#include "models/catalogue.h"

#include "fixture.h"
#include "models/imagenet.h"

#include <glib/gstdio.h>

static char *
user_path (const char *name)
{
  return g_build_filename (g_get_user_data_dir (), "glassbox", "models", name, NULL);
}

/* Removes the user data folder of the test, which is empty by then. */
static void
remove_user_folders (void)
{
  g_autofree char *models = user_path (NULL);
  g_autofree char *glassbox = g_path_get_dirname (models);

  g_rmdir (models);
  g_rmdir (glassbox);
  g_rmdir (g_get_user_data_dir ());
}

static void
test_content (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxCatalogue) catalogue = gbox_catalogue_new (&error);
  const GboxModelEntry *lite;

  g_assert_no_error (error);
  g_assert_cmpuint (gbox_catalogue_get_n_entries (catalogue), ==, 7);
  lite = gbox_catalogue_find (catalogue, "efficientnet-lite0");
  g_assert_nonnull (lite);
  g_assert_cmpuint (lite->size, ==, 18826032);
  g_assert_cmpint (lite->kind, ==, GBOX_MODEL_VISION);
  g_assert_cmpint (lite->checksum_type, ==, G_CHECKSUM_SHA256);
  g_assert_cmpuint (strlen (lite->checksum), ==, 64);
  g_assert_null (lite->terms);
  g_assert_nonnull (gbox_catalogue_find (catalogue, "gemma-3-270m")->terms);
  g_assert_null (gbox_catalogue_find (catalogue, "gpt2")->checksum);
  g_assert_cmpuint (gbox_catalogue_find (catalogue, "gpt2")->n_companions, ==, 2);
  g_assert_cmpuint (lite->n_companions, ==, 0);
  g_assert_cmpint (gbox_catalogue_find (catalogue, "inceptionv1")->checksum_type, ==, G_CHECKSUM_SHA1);
  g_assert_cmpstr (gbox_catalogue_find (catalogue, "inceptionv1-torchvision")->checksum, ==, "1378be20");
  g_assert_null (gbox_catalogue_find (catalogue, "no such model"));
}

static void
test_malformed (void)
{
#define ENTRY "\"title\":\"A\",\"licence\":\"MIT\",\"kind\":\"vision\",\"sources\":[\"http://a/b\"]"
  static const char *const lists[] = {
    "",
    "[",
    "[]",
    "{\"models\":3}",
    "{\"models\":[3]}",
    "{\"models\":[{}]}",
    "{\"models\":[{\"name\":\"a\"," ENTRY "}]}",
    "{\"models\":[{\"name\":\"a/b\",\"file\":\"f\"," ENTRY "}]}",
    "{\"models\":[{\"name\":\"a\",\"file\":\"../f\"," ENTRY "}]}",
    "{\"models\":[{\"name\":\"a\",\"file\":\"..\"," ENTRY "}]}",
    "{\"models\":[{\"name\":\"a\",\"file\":\"f\",\"size\":-1," ENTRY "}]}",
    "{\"models\":[{\"name\":\"a\",\"file\":\"f\",\"beside\":[]," ENTRY "}]}",
    "{\"models\":[{\"name\":\"a\",\"file\":\"f\",\"beside\":{\"b\":7}," ENTRY "}]}",
    "{\"models\":[{\"name\":\"a\",\"file\":\"f\",\"beside\":{\"b\":\"http://a/b\",\"../c\":\"http://a/"
    "c\"}," ENTRY "}]}",
    "{\"models\":[{\"name\":\"a\",\"file\":\"f\",\"sha256\":\"abc\"," ENTRY "}]}",
    "{\"models\":[{\"name\":\"a\",\"file\":\"f\",\"sha256-prefix\":\"12345\"," ENTRY "}]}",
    "{\"models\":[{\"name\":\"a\",\"file\":\"f\",\"title\":\"A\",\"licence\":\"MIT\",\"kind\":\"vision\","
    "\"sources\":[]}]}",
    "{\"models\":[{\"name\":\"a\",\"file\":\"f\",\"title\":\"A\",\"licence\":\"MIT\",\"kind\":\"audio\","
    "\"sources\":[\"a\"]}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GboxCatalogue) catalogue = gbox_catalogue_new_from_json (lists[i], -1, &error);

      g_assert_null (catalogue);
      g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE);
    }
}

static void
test_labels (void)
{
  g_assert_cmpstr (gbox_imagenet_label (0), ==, "tench");
  g_assert_cmpstr (gbox_imagenet_label (488), ==, "chain");
  g_assert_cmpstr (gbox_imagenet_label (999), ==, "toilet tissue");
  g_assert_null (gbox_imagenet_label (-1));
  g_assert_null (gbox_imagenet_label (1000));
  for (int i = 0; i < GBOX_N_IMAGENET_CLASSES; i++)
    g_assert_cmpuint (strlen (gbox_imagenet_label (i)), >, 1);
}

static void
test_locate (void)
{
  g_autoptr (GboxCatalogue) catalogue = gbox_catalogue_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  g_autofree char *variable = g_strdup_printf ("/nowhere::%s", folder);
  g_autofree char *there = g_build_filename (folder, "bvlc_googlenet.caffemodel", NULL);
  g_autofree char *user = user_path ("efficientnet-lite0-57934424.pth");
  g_autofree char *user_folder = user_path (NULL);
  g_autofree char *found = NULL, *as_path = NULL, *in_user = NULL;

  g_unsetenv ("GBOX_MODEL_PATH");
  g_assert_cmpstr (gbox_catalogue_get_default (catalogue, GBOX_MODEL_VISION), ==, "efficientnet-lite0");
  g_assert_cmpstr (gbox_catalogue_get_default (catalogue, GBOX_MODEL_LANGUAGE), ==, "smollm2-135m");
  g_assert_null (gbox_catalogue_locate (catalogue, "inceptionv1", &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "glassbox-cli models fetch inceptionv1"));
  g_clear_error (&error);
  g_assert_null (gbox_catalogue_locate (catalogue, "inceptionv9", &error));
  g_assert_nonnull (strstr (error->message, "smollm2-135m"));
  g_clear_error (&error);
  g_assert_null (gbox_catalogue_locate (catalogue, "./inceptionv1", &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_assert_cmpint (g_mkdir_with_parents (user_folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (user, "x", 1, NULL));
  in_user = gbox_catalogue_locate (catalogue, "efficientnet-lite0", &error);
  g_assert_cmpstr (in_user, ==, user);

  g_setenv ("GBOX_MODEL_PATH", variable, TRUE);
  g_assert_true (g_file_set_contents (there, "x", 1, NULL));
  found = gbox_catalogue_locate (catalogue, "inceptionv1", &error);
  g_assert_cmpstr (found, ==, there);
  g_assert_cmpstr (gbox_catalogue_get_default (catalogue, GBOX_MODEL_VISION), ==, "inceptionv1");
  as_path = gbox_catalogue_locate (catalogue, there, &error);
  g_assert_cmpstr (as_path, ==, there);
  g_unsetenv ("GBOX_MODEL_PATH");
  g_unlink (there);
  g_unlink (user);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_autofree char *user = g_dir_make_tmp ("glassbox-user-XXXXXX", NULL);
  int result;

  g_setenv ("XDG_DATA_HOME", user, TRUE);
  g_unsetenv ("GBOX_MODEL_PATH");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/catalogue/content", test_content);
  g_test_add_func ("/catalogue/malformed", test_malformed);
  g_test_add_func ("/catalogue/labels", test_labels);
  g_test_add_func ("/catalogue/locate", test_locate);
  result = g_test_run ();
  remove_user_folders ();
  return result;
}
