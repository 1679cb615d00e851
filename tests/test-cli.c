/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line as its users and scripts meet it: exit codes, JSON, and pictures that can be made again.
 */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/resource.h>

#include "cli-models.h"

static void
test_usage (void)
{
  static const char *const bad[] = {
    "nonsense",
    "probe --model efficientnet-lite0 picture.png",
    "probe --layer head --at 1,2 picture.png",
    "classify",
    "classify --top 0 picture.png",
    "classify --frobnicate",
    "visualize",
    "visualize --layer head --unit 3",
    "visualize --class 488 --size 12 -o out.png",
    "visualize --class 488 --steps 0 -o out.png",
    "visualize --class 488 --diversity 7 -o out.png",
    "visualize --class 488 --interpolate-to 4c -o out.png",
    "visualize --class 488 --direction-from photo.jpg -o out.png",
    "visualize --layer head --unit 3 --minus photo.jpg -o out.png",
    "visualize --class 488 --interpolate-to class:7 --diversity 2 -o out.png",
    "visualize --layer head --objective layer --interpolate-to class:7 -o out.png",
    "visualize --class 488 --basis wavelet -o out.png",
    "visualize --class 488 --preset careful -o out.png",
    "visualize --class 488 --schedule nonsense -o out.png",
    "visualize --class 488 --schedule 5:size=64 -o out.png",
    "visualize --class 488 --schedule 5:learning-rate=fast -o out.png",
    "visualize --layer head --unit 3 --at 1 -o out.png",
    "visualize --class 488 -o out.png surplus",
    "visualize --class 488 -o out",
    "visualize --class -1 -o out.png",
    "visualize -c -1 -o out.png",
    "visualize --class 488 --layer head --unit 3 -o out.png",
    "visualize --layer head -o out.png",
    "visualize --class 488 -o out.png --more 5",
    "visualize --class 488 -o out.png --animation film.gif",
    "visualize --class 488 -o out.png --contact-sheet sheet.webp",
    "visualize --class 488 -o out.png --contact-sheet ./out.png",
    "visualize --class 488 -o out.png --start ./out.png",
    "visualize --class 488 -o out.png --start film.webp --animation ./film.webp",
    "visualize --layer head --direction-from a.jpg --minus ./out.png -o out.png",
    "visualize --class 488 --interpolate-to class:488 -o out.png",
    "visualize --class 488 --diversity-weight 10 -o out.png",
    "visualize --class 488 --interpolate-steps 3 -o out.png",
    "visualize --class 488 --cosine-power 2 -o out.png",
    "visualize --class 488 --spectrum photos -o out.png",
    "visualize --class 488 --fade -o out.png",
    "visualize --class 488 --preset maco --spectrum ./out.png -o out.png",
    "visualize --class 488 --preset maco --schedule 5:spectrum=photos -o out.png",
    "visualize --class 488 --preset maco --views 0 -o out.png",
    "visualize --class 488 --objective layer -o out.png",
    "visualize --layer head --direction-from a.jpg --direction 1:1 -o out.png",
    "visualize --layer head --unit 3 --direction 1:1 -o out.png",
    "visualize --layer head --unit 3 --at-y 1 --at-x 1 -o out.png",
    "probe --layer head --unit -1 picture.png",
    "models fetch",
    "atlas --layer head",
    "atlas -o folder",
    "atlas --layer head -o folder --objective layer",
    "atlas --layer head -o folder --unit 3",
    "atlas --layer head -o folder --diversity 2",
    "atlas --layer head -o folder --fade",
    "atlas --layer head -o folder --spectrum formula",
    "atlas --layer head -o folder --interpolate-to class:3",
    "atlas --layer head -o folder --direction-from a.jpg",
    "atlas --layer head -o folder --basis maco --spectrum photos",
    "bench",
    "bench sound",
    "bench vision surplus",
    "bench vision --repeats 0",
    "bench vision --repeats many",
    "bench vision --threads 0",
    "bench vision --only no-such-case",
    "tokenize words",
    "tokenize --frobnicate",
    "score words",
    "score --precision int4",
    "complete words",
    "complete --temperature hot --prompt a",
    "complete --samples 65 --prompt a",
    "complete --prompt a --prompt-file b",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (Answer) answer = cli (NULL, bad[i]);

      g_test_message ("%s → %d: %s", bad[i], answer.code, answer.errors);
      g_assert_cmpint (answer.code, ==, 2);
      g_assert_cmpstr (answer.output, ==, "");
      g_assert_cmpuint (strlen (answer.errors), >, 20);
    }
}

static void
test_failures (void)
{
  static const char *const failing[] = {
    "probe --model /nowhere/model.pth --layer head picture.png",
    "classify --model no-such-model /dev/null",
    "visualize --model no-such-model --class 488 -o {tmp}/out.png",
    "visualize --class 488 -o /nowhere/at/all/out.png",
    "visualize --class 488 -o {tmp}/out.png --animation /nowhere/at/all/film.webp",
    "visualize --class 488 -o {tmp}/out.png --contact-sheet /nowhere/at/all/sheet.png",
    "visualize --from /nowhere/picture.png -o {tmp}/out.png",
    "models fetch no-such-model",
    "bench vision --no-peer --model no-such-model",
    "tokenize --model no-such-model",
    "tokenize --model /nowhere/model.gguf",
    "tokenize --model {tmp}",
    "score --model no-such-model",
    "complete --model no-such-model --prompt a",
    "complete --prompt-file /nowhere/prompt.txt",
  };
  char *folder = make_folder ();

  for (gsize i = 0; i < G_N_ELEMENTS (failing); i++)
    {
      g_auto (Answer) answer = cli (folder, failing[i]);

      g_test_message ("%s → %d: %s", failing[i], answer.code, answer.errors);
      g_assert_cmpint (answer.code, ==, 1);
      g_assert_cmpstr (answer.output, ==, "");
      g_assert_cmpuint (strlen (answer.errors), >, 20);
    }
  remove_folder (folder);
}

static void
test_help (void)
{
  static const char *const helpful[]
    = { "--help",          "--version",        "models --help",  "classify --help",
        "probe --help",    "visualize --help", "circuit --help", "bench --help",
        "tokenize --help", "score --help",     "complete --help" };

  for (gsize i = 0; i < G_N_ELEMENTS (helpful); i++)
    {
      g_auto (Answer) answer = cli (NULL, helpful[i]);

      g_assert_cmpint (answer.code, ==, 0);
      g_assert_cmpuint (strlen (answer.output), >, 10);
    }
}

/* Results that could not be written must not pass for success. */
static void
test_full_disk (void)
{
  g_autofree char *line = g_strconcat (g_getenv ("GBOX_CLI"), " models --json > /dev/full", NULL);
  const char *const shell[] = { "sh", "-c", line, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (shell, G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_autofree char *errors = NULL;

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &errors, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 1);
  g_assert_nonnull (strstr (errors, "could not be written"));
}

static void
test_models (void)
{
  g_auto (Answer) text = cli (NULL, "models");
  g_auto (Answer) json = cli (NULL, "models --json");
  g_autoptr (JsonNode) root = json_from_string (json.output, NULL);

  g_assert_cmpint (text.code, ==, 0);
  g_assert_nonnull (strstr (text.output, "inceptionv1"));
  g_assert_cmpint (json.code, ==, 0);
  g_assert_nonnull (root);
  g_assert_cmpuint (json_array_get_length (
                      json_object_get_array_member (json_node_get_object (root), "models")),
                    >=, 3);
}

/* Standard input to tokens, exactly, with what the reference wrote down for the real model. */
static void
test_tokenize (void)
{
  static const struct
  {
    const char *text;
    const char *options;
    const char *ids;
  } cases[] = {
    { "The capital of France is", "", "{\"ids\":[504,3575,282,4649,314]}\n" },
    { "Hello world! 123", "--json", "{\"ids\":[19556,905,17,216,33,34,35]}\n" },
    { "<|im_start|>user\\nhi<|im_end|>", "", "{\"ids\":[1,4093,198,6004,2]}\n" },
    { "<|im_end|>", "--plain", "{\"ids\":[44,108,306,79,486,108,46]}\n" },
    { "", "", "{\"ids\":[]}\n" },
  };
  static const char *const model[] = { "smollm2-135m", NULL };

  if (have_model (model) == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = g_strdup_printf ("printf '%s' | %s tokenize --model smollm2-135m %s",
                                               cases[i].text, g_getenv ("GBOX_CLI"), cases[i].options);
      const char *const shell[] = { "sh", "-c", line, NULL };
      g_autoptr (GError) error = NULL;
      g_autofree char *output = NULL;
      g_autoptr (GSubprocess) process = g_subprocess_newv (shell, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);

      g_assert_no_error (error);
      g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error));
      g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
      g_assert_cmpstr (output, ==, cases[i].ids);
    }
}

/* Written in fewer digits it would be another number. */
static void
assert_short_number (const char *line, const char *name)
{
  const char *text = strstr (line, name);
  char shorter[G_ASCII_DTOSTR_BUF_SIZE];
  char *end;
  double value;

  g_assert_nonnull (text);
  text += strlen (name);
  value = g_ascii_strtod (text, &end);
  g_ascii_formatd (shorter, sizeof shorter, "%.16g", value);
  if ((gsize) (end - text) > strlen (shorter) + strlen (".0"))
    g_assert_cmpfloat (g_ascii_strtod (shorter, NULL), !=, value);
}

/* A line a step, steps in order, and a file that is a PNG. */
static void
test_visualize (void)
{
  const char *model = have_model (any_vision_model);
  char *folder;
  g_autofree char *line = NULL;
  g_auto (GStrv) lines = NULL;
  guint n_lines = 0;

  if (model == NULL)
    return;
  folder = make_folder ();
  line
    = g_strdup_printf ("visualize --model %s --class 488 --size 64 --steps 5 --json -o {tmp}/a.png", model);
  {
    g_auto (Answer) answer = cli (folder, line);

    g_assert_cmpint (answer.code, ==, 0);
    lines = g_strsplit (answer.output, "\n", -1);
  }
  for (; lines[n_lines] != NULL && lines[n_lines][0] != '\0'; n_lines++)
    {
      g_autoptr (JsonNode) node = json_from_string (lines[n_lines], NULL);
      JsonObject *object = json_node_get_object (node);

      g_assert_cmpint (json_object_get_int_member (object, "step"), ==, (int) n_lines + 1);
      g_assert_true (json_object_has_member (object, "objective"));
      g_assert_cmpfloat (json_object_get_double_member (object, "seconds"), >, 0);
      assert_short_number (lines[n_lines], "\"objective\":");
      assert_short_number (lines[n_lines], "\"seconds\":");
    }
  g_assert_cmpuint (n_lines, ==, 5);
  remove_folder (folder);
}

static void
assert_same_file (const char *folder, const char *a, const char *b, gboolean same)
{
  g_autofree char *path_a = g_build_filename (folder, a, NULL), *path_b = g_build_filename (folder, b, NULL);
  g_autofree char *bytes_a = NULL, *bytes_b = NULL;
  gsize n_a, n_b;

  g_assert_true (g_file_get_contents (path_a, &bytes_a, &n_a, NULL));
  g_assert_true (g_file_get_contents (path_b, &bytes_b, &n_b, NULL));
  g_assert_cmpint (n_a == n_b && memcmp (bytes_a, bytes_b, n_a) == 0, ==, same);
}

/* A picture makes itself again, and a checkpoint goes on as if there had been no break: byte for byte. */
static void
test_from (void)
{
  static const char *const steps[] = {
    "visualize --model %s --class 488 --size 64 --steps 6 --seed 3 -o {tmp}/whole.png",
    "visualize --model %s --from {tmp}/whole.png -o {tmp}/again.png",
    "visualize --model %s --class 488 --size 64 --steps 4 --seed 3 -o {tmp}/part.safetensors",
    "visualize --model %s --from {tmp}/part.safetensors --steps 6 -o {tmp}/resumed.png",
    "visualize --model %s --from {tmp}/part.safetensors --more 2 -o {tmp}/more.png",
    "visualize --model %s --from {tmp}/whole.png -o {tmp}/filmed.png --animation {tmp}/film.webp "
    "--contact-sheet {tmp}/sheet.png",
    "visualize --model %s --from {tmp}/film.webp -o {tmp}/from-film.png",
    "visualize --model %s --from {tmp}/sheet.png -o {tmp}/from-sheet.png",
    "visualize --model %s --from {tmp}/whole.png --seed 4 -o {tmp}/other.png",
    "visualize --model %s --from {tmp}/part.safetensors --class 5 --steps 7 -o {tmp}/mixed.png",
    "visualize --model %s --from {tmp}/mixed.png -o {tmp}/mixed-again.png",
    "visualize --model %s -c 5 --size 64 --steps 6 --schedule 2:rotate=0;4:jitter=0 -o {tmp}/scheduled.png",
    "visualize --model %s --from {tmp}/scheduled.png -o {tmp}/scheduled-again.png",
    "visualize --model %s -c 5 --size 64 --steps 2 --start {tmp}/whole.png -o {tmp}/started.png",
    "visualize --model %s --from {tmp}/started.png -o {tmp}/started-again.png",
    "visualize --model %s -c 5 --size 64 --steps 2 --diversity 4 --diversity-weight 10 -o {tmp}/diverse.png",
    "visualize --model %s --from {tmp}/diverse.png -o {tmp}/diverse-again.png",
    "visualize --model %s -c 5 --size 64 --steps 2 --interpolate-to class:7 -o {tmp}/row.png",
    "visualize --model %s --from {tmp}/row.png -o {tmp}/row-again.png",
    "visualize --model %s --layer class --direction-from {tmp}/whole.png --minus {tmp}/diverse.png --size 64 "
    "--steps 2 -o {tmp}/photos.png",
    "visualize --model %s --from {tmp}/photos.png -o {tmp}/photos-again.png",
  };
  const char *model = have_model (any_vision_model);
  char *folder;

  if (model == NULL)
    return;
  folder = make_folder ();
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_auto (GStrv) parts = g_strsplit (steps[i], "%s", 2);
      g_autofree char *line = g_strjoin (model, parts[0], parts[1], NULL);
      g_auto (Answer) answer = cli (folder, line);

      g_test_message ("%s → %d: %s", line, answer.code, answer.errors);
      g_assert_cmpint (answer.code, ==, 0);
    }
  assert_same_file (folder, "whole.png", "again.png", TRUE);
  assert_same_file (folder, "whole.png", "other.png", FALSE);
  assert_same_file (folder, "whole.png", "resumed.png", TRUE);
  assert_same_file (folder, "whole.png", "more.png", TRUE);
  assert_same_file (folder, "whole.png", "from-film.png", TRUE);
  assert_same_file (folder, "whole.png", "from-sheet.png", TRUE);
  assert_same_file (folder, "mixed.png", "mixed-again.png", TRUE);
  assert_same_file (folder, "scheduled.png", "scheduled-again.png", TRUE);
  assert_same_file (folder, "started.png", "started-again.png", TRUE);
  assert_same_file (folder, "diverse.png", "diverse-again.png", TRUE);
  assert_same_file (folder, "row.png", "row-again.png", TRUE);
  assert_same_file (folder, "photos.png", "photos-again.png", TRUE);
  remove_folder (folder);
}

/* Every unit, each once: what is there is kept, what is missing or was made otherwise is made, and one of
 * them is what visualize makes. */
static void
test_atlas (void)
{
  static const char *const inception[] = { "inceptionv1", NULL };
  static const char *const lite[] = { "efficientnet-lite0", NULL };
  const gboolean is_lite = have_model (lite) != NULL;
  const char *model = is_lite ? lite[0] : have_model (inception);
  const char *layer = is_lite ? "block0" : "conv1"; /* of 16 and 64 units */
  g_autofree char *line = NULL, *single = NULL, *first = NULL, *path = NULL;
  char *folder;

  if (model == NULL)
    return;
  folder = make_folder ();
  line = g_strdup_printf ("atlas --model %s -l %s --size 64 --steps 2 --json -o {tmp}/units", model, layer);
  single = g_strdup_printf ("visualize --model %s -l %s -u 3 --size 64 --steps 2 -o {tmp}/single.png", model,
                            layer);
  first = g_strdup_printf ("units/%s-0003.png", layer);
  path = g_build_filename (folder, first, NULL);
  for (guint round = 0; round < 3; round++)
    {
      g_auto (Answer) answer = cli (folder, line);
      g_auto (GStrv) lines = g_strsplit (answer.output, "\"made\":true", -1);
      const guint n_units = is_lite ? 16 : 64;

      g_assert_cmpint (answer.code, ==, 0);
      g_assert_cmpuint (g_strv_length (lines) - 1, ==, round == 0 ? n_units : round == 1 ? 0 : 1);
      if (round == 1)
        g_unlink (path);
    }
  {
    g_auto (Answer) answer = cli (folder, single);

    g_assert_cmpint (answer.code, ==, 0);
  }
  assert_same_file (folder, first, "single.png", TRUE);
  path[strlen (path) - strlen ("-0003.png")] = '\0'; /* the folder's path and the layer */
  for (guint unit = 0; unit < 64; unit++)
    {
      g_autofree char *file = g_strdup_printf ("%s-%04u.png", path, unit);

      g_unlink (file);
    }
  *strrchr (path, '/') = '\0';
  g_assert_cmpint (g_rmdir (path), ==, 0); /* nothing else was left behind */
  remove_folder (folder);
}

/* What the model has not, whichever command asks for it: the line is at fault, and the error names what there
 * is. */
static void
test_out_of_range (void)
{
  static const struct
  {
    const char *line;
    const char *text; /* of the error */
  } wrong[] = {
    { "visualize --model %s --layer nonsense --unit 3 -o {tmp}/out.png", "nonsense" },
    { "visualize --model %s --layer class --unit 1000 -o {tmp}/out.png", "999" },
    { "visualize --model %s --class 1000 -o {tmp}/out.png", "999" },
    { "visualize --model %s --layer class --unit 3 --at 50,0 -o {tmp}/out.png", "row 50" },
    { "visualize --model %s --layer class --objective direction --direction 1000:1 -o {tmp}/out.png", "999" },
    { "visualize --model %s --class 5 --size 2000 -o {tmp}/out.png", "1024" },
    { "visualize --model %s --from {tmp}/right.png --unit 1000 -o {tmp}/out.png", "999" },
    { "probe --model %s --layer nonsense {tmp}/right.png", "nonsense" },
    { "probe --model %s --layer class --unit 1000 {tmp}/right.png", "999" },
    { "probe --model %s --layer class --unit 3 --at 50,0 {tmp}/right.png", "50" },
    { "classify --model %s --top 1001 {tmp}/right.png", "1000" },
  };
  const char *model = have_model (any_vision_model);
  char *folder;

  if (model == NULL)
    return;
  folder = make_folder ();
  {
    g_autofree char *line
      = g_strdup_printf ("visualize --model %s --class 5 --size 64 --steps 1 -o {tmp}/right.png", model);
    g_auto (Answer) answer = cli (folder, line);

    g_assert_cmpint (answer.code, ==, 0);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_auto (GStrv) parts = g_strsplit (wrong[i].line, "%s", 2);
      g_autofree char *line = g_strjoin (model, parts[0], parts[1], NULL);
      g_auto (Answer) answer = cli (folder, line);

      g_test_message ("%s → %d: %s", line, answer.code, answer.errors);
      g_assert_cmpint (answer.code, ==, 2);
      g_assert_cmpstr (answer.output, ==, "");
      g_assert_nonnull (strstr (answer.errors, wrong[i].text));
    }
  remove_folder (folder);
}

/* A folder is there, but no model. */
static void
test_folder (void)
{
  static const char *const lines[] = {
    "classify --model {tmp} /dev/null",        "probe --model {tmp} --layer head {tmp}/picture.png",
    "visualize -m {tmp} -c5 -o {tmp}/out.png", "visualize -m{tmp} -l head -u 3 -o {tmp}/out.png",
    "visualize --from {tmp} -o {tmp}/out.png",
  };
  char *folder = make_folder ();
  g_autofree char *picture = g_build_filename (folder, "picture.png", NULL);
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 64, 64);

  g_assert_true (gdk_pixbuf_save (pixbuf, picture, "png", NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (Answer) answer = cli (folder, lines[i]);

      g_test_message ("%s → %d: %s", lines[i], answer.code, answer.errors);
      g_assert_cmpint (answer.code, ==, 1);
      g_assert_nonnull (strstr (answer.errors, "is a folder"));
    }
  remove_folder (folder);
}

/* The whole network at 224 pixels with all its packed weights, forward and backward, and the program around
 * it. What is measured is the largest child so far, so all that ran before has to keep to it too. */
static void
test_memory (void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  g_test_skip ("The sanitizer takes memory of its own");
#else
  static const char *const inceptionv1[] = { "inceptionv1", NULL };
  const long limit = 250 * 1000; /* kB */
  char *folder;
  struct rusage usage;

  if (have_model (inceptionv1) == NULL)
    return;
  folder = make_folder ();
  {
    g_auto (Answer) answer
      = cli (folder, "visualize --model inceptionv1 --class 488 --size 224 --steps 2 -o {tmp}/out.png");

    g_assert_cmpint (answer.code, ==, 0);
  }
  remove_folder (folder);
  g_assert_cmpint (getrusage (RUSAGE_CHILDREN, &usage), ==, 0);
  g_assert_cmpint (usage.ru_maxrss, >, 10000);
  g_assert_cmpint (usage.ru_maxrss, <, limit);
#endif
}

static void
test_unknown_layer (void)
{
  const char *model = have_model (any_vision_model);
  g_autofree char *line = NULL;
  char *folder;

  if (model == NULL)
    return;
  folder = make_folder ();
  line = g_strdup_printf ("visualize --model %s --layer nonsense --unit 3 -o {tmp}/never.png", model);
  {
    g_auto (Answer) answer = cli (folder, line);

    g_assert_cmpint (answer.code, ==, 2);
    g_assert_nonnull (strstr (answer.errors, "nonsense"));
    g_assert_nonnull (strstr (answer.errors, "class"));
  }
  /* Nothing is in it. */
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/usage", test_usage);
  g_test_add_func ("/cli/failures", test_failures);
  g_test_add_func ("/cli/help", test_help);
  g_test_add_func ("/cli/full-disk", test_full_disk);
  g_test_add_func ("/cli/models", test_models);
  g_test_add_func ("/cli/tokenize", test_tokenize);
  g_test_add_func ("/cli/visualize", test_visualize);
  g_test_add_func ("/cli/from", test_from);
  g_test_add_func ("/cli/atlas", test_atlas);
  g_test_add_func ("/cli/out-of-range", test_out_of_range);
  g_test_add_func ("/cli/folder", test_folder);
  g_test_add_func ("/cli/unknown-layer", test_unknown_layer);
  g_test_add_func ("/cli/memory", test_memory);
  return g_test_run ();
}
