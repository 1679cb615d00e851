/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What “visualize” and “atlas” say of recipes, photographs and flags. */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

#include "cli-models.h"

/* What takes the place of what a recipe says is told in a line; so is a change that is never come to. */
static void
test_told (void)
{
  static const struct
  {
    const char *line;
    const char *text; /* on standard error; NULL where nothing is to be told */
  } cases[] = {
    { "visualize --model %s --class 5 --size 64 --steps 2 -o {tmp}/a.png", NULL },
    { "visualize --model %s --from {tmp}/a.png -o {tmp}/b.png", NULL },
    { "visualize --model %s --from {tmp}/a.png --class 7 -o {tmp}/b.png",
      "Made as class 5 was, but of class 7." },
    { "visualize --model %s --from {tmp}/a.png --layer class --objective layer -o {tmp}/b.png",
      "Made as class 5 was, but of class · whole layer." },
    { "visualize --model %s --from {tmp}/b.png --unit 3 -o {tmp}/c.png",
      "Made as class · whole layer was, but of class · channel 3." },
    { "visualize --model %s --class 5 --size 64 --steps 2 -o {tmp}/d.safetensors", NULL },
    { "visualize --model %s --from {tmp}/d.safetensors --more 1 --class 7 -o {tmp}/e.png",
      "Until step 2 it is class 5, and from there on class 7." },
    { "visualize --model %s -c 5 --size 64 --steps 2 --schedule 1:rotate=0;2:jitter=0 -o {tmp}/f.png",
      "What is scheduled for after step 2 is not come to: the last step is 2." },
    { "visualize --model %s -c 5 --size 64 --steps 2 --schedule 1:rotate=0 -o {tmp}/f.png", NULL },
  };
  const char *model = have_model (any_vision_model);
  char *folder;

  if (model == NULL)
    return;
  folder = make_folder ();
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) parts = g_strsplit (cases[i].line, "%s", 2);
      g_autofree char *line = g_strjoin (model, parts[0], parts[1], NULL);
      g_auto (Answer) answer = cli (folder, line);

      g_test_message ("%s → %d: %s", line, answer.code, answer.errors);
      g_assert_cmpint (answer.code, ==, 0);
      if (cases[i].text != NULL)
        g_assert_nonnull (strstr (answer.errors, cases[i].text));
      else
        g_assert_true (strstr (answer.errors, "Made as") == NULL && strstr (answer.errors, "Until") == NULL
                       && strstr (answer.errors, "come to") == NULL);
    }
  remove_folder (folder);
}

/* A photograph that has changed is noticed, and taken where it is named again. */
static void
test_changed_start (void)
{
  const char *model = have_model (any_vision_model);
  g_autofree char *begin = NULL, *again = NULL, *anew = NULL, *photo = NULL;
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 64, 64);
  char *folder;

  if (model == NULL)
    return;
  folder = make_folder ();
  photo = g_build_filename (folder, "photo.png", NULL);
  begin = g_strdup_printf ("visualize --model %s -c 5 --size 64 --steps 1 --start {tmp}/photo.png "
                           "-o {tmp}/a.png",
                           model);
  again = g_strdup_printf ("visualize --model %s --from {tmp}/a.png -o {tmp}/b.png", model);
  anew = g_strconcat (again, " --start {tmp}/photo.png", NULL);
  gdk_pixbuf_fill (pixbuf, 0x204060ff);
  g_assert_true (gdk_pixbuf_save (pixbuf, photo, "png", NULL, NULL));
  {
    g_auto (Answer) answer = cli (folder, begin);

    g_assert_cmpint (answer.code, ==, 0);
  }
  gdk_pixbuf_fill (pixbuf, 0x604020ff);
  g_assert_true (gdk_pixbuf_save (pixbuf, photo, "png", NULL, NULL));
  {
    g_auto (Answer) refused = cli (folder, again);
    g_auto (Answer) taken = cli (folder, anew);

    g_assert_cmpint (refused.code, ==, 1);
    g_assert_nonnull (strstr (refused.errors, "photo.png” has changed since"));
    g_assert_cmpint (taken.code, ==, 0);
  }
  remove_folder (folder);
}

/* What is about a single unit an atlas does not offer, and it leaves no folder where nothing was made. */
static void
test_atlas_help (void)
{
  const char *model = have_model (any_vision_model);
  char *folder = make_folder ();
  g_autofree char *line = g_strdup_printf ("atlas --model %s --layer class --size 64 --start {tmp}/none.png "
                                           "-o {tmp}/new",
                                           model != NULL ? model : "none");
  g_auto (Answer) help = cli (NULL, "atlas --help");
  g_auto (Answer) failed = cli (folder, line);

  g_assert_null (strstr (help.output, "--unit"));
  g_assert_null (strstr (help.output, "--diversity"));
  g_assert_null (strstr (help.output, "--checkpoint"));
  g_assert_nonnull (strstr (help.output, "--learning-rate"));
  g_assert_cmpint (failed.code, ==, 1);
  remove_folder (folder); /* which fails unless it is empty */
}

/* What a checkpoint holds is what it goes on with. */
static void
test_start_of_checkpoint (void)
{
  const char *model = have_model (any_vision_model);
  g_autofree char *begin = NULL, *on = NULL;
  char *folder;

  if (model == NULL)
    return;
  folder = make_folder ();
  begin = g_strdup_printf ("visualize --model %s -c 5 --size 64 --steps 1 -o {tmp}/a.safetensors", model);
  on = g_strdup_printf ("visualize --model %s --from {tmp}/a.safetensors --more 1 --start {tmp}/photo.png "
                        "-o {tmp}/b.png",
                        model);
  {
    g_auto (Answer) first = cli (folder, begin);
    g_auto (Answer) second = cli (folder, on);

    g_assert_cmpint (first.code, ==, 0);
    g_assert_cmpint (second.code, ==, 2);
    g_assert_nonnull (strstr (second.errors, "leave out --start"));
  }
  remove_folder (folder);
}

/* What it starts from is a file, and its digest is of one. */
static void
test_start (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *line = NULL;
  const char *model = NULL;
  g_auto (Answer) digest = cli (folder, "visualize -c 5 --start-digest 00 -o {tmp}/a.png");

  g_test_message ("%s", digest.errors);
  g_assert_cmpint (digest.code, ==, 2);
  g_assert_nonnull (
    strstr (digest.errors, "--start-digest is of the file to start from: say which with --start."));
  model = have_model (any_vision_model);
  if (model != NULL)
    {
      g_auto (Answer) answer = { 0 };

      line = g_strdup_printf ("visualize --model %s -c 5 --size 64 --start {tmp} -o {tmp}/a.png", model);
      answer = cli (folder, line);
      g_test_message ("%s", answer.errors);
      g_assert_cmpint (answer.code, ==, 1);
      g_assert_nonnull (strstr (answer.errors, "” is a folder. Name a file in it."));
    }
  remove_folder (g_steal_pointer (&folder));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-visualize/told", test_told);
  g_test_add_func ("/cli-visualize/changed-start", test_changed_start);
  g_test_add_func ("/cli-visualize/start-of-checkpoint", test_start_of_checkpoint);
  g_test_add_func ("/cli-visualize/start", test_start);
  g_test_add_func ("/cli-visualize/atlas-help", test_atlas_help);
  return g_test_run ();
}
