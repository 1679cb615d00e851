/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The networks that are known, with made-up weights: recognised, built, planned, and beside torchvision's own
 * answers. */
#include "base/error.h"
#include "made-up-weights.h"
#include "models/network-builder.h"
#include "models/plan.h"

#include <json-glib/json-glib.h>
#include <math.h>

typedef struct
{
  const char *name;
  int n_channels, receptive_field, stride;
} ExpectedLayer;

/* ---- the arithmetic of shapes and of folding ---- */

static void
test_extents (void)
{
  static const struct
  {
    GboxWindowShape window;
    int n_in, n_out, pad_before; /* n_out 0: too small */
  } cases[] = {
    { { 7, 2, GBOX_PADDING_FLOOR, 3 }, 224, 112, 3 }, { { 7, 2, GBOX_PADDING_FLOOR, 3 }, 97, 49, 3 },
    { { 3, 2, GBOX_PADDING_CEIL, 0 }, 112, 56, 0 },   { { 3, 2, GBOX_PADDING_CEIL, 0 }, 113, 56, 0 },
    { { 3, 2, GBOX_PADDING_CEIL, 0 }, 114, 57, 0 },   { { 2, 2, GBOX_PADDING_CEIL, 0 }, 7, 4, 0 },
    { { 3, 1, GBOX_PADDING_CEIL, 1 }, 14, 14, 1 },    { { 3, 2, GBOX_PADDING_CEIL, 0 }, 2, 1, 0 },
    { { 2, 2, GBOX_PADDING_CEIL, 1 }, 3, 2, 1 }, /* a third window would start in the padding */
    { { 3, 2, GBOX_PADDING_SAME, 0 }, 224, 112, 0 },  { { 3, 2, GBOX_PADDING_SAME, 0 }, 97, 49, 1 },
    { { 5, 2, GBOX_PADDING_SAME, 0 }, 56, 28, 1 },    { { 5, 2, GBOX_PADDING_SAME, 0 }, 7, 4, 2 },
    { { 5, 1, GBOX_PADDING_SAME, 0 }, 14, 14, 2 },    { { 3, 1, GBOX_PADDING_FLOOR, 0 }, 2, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const GboxOperation operation = { .kind = GBOX_OPERATION_MAX_POOL, .window = cases[i].window };
      int n_out, pad_before;

      g_assert_cmpint (gbox_operation_get_extent (&operation, cases[i].n_in, &n_out, &pad_before), ==,
                       cases[i].n_out > 0);
      g_assert_cmpint (n_out, ==, cases[i].n_out);
      g_assert_cmpint (pad_before, ==, cases[i].pad_before);
    }
}

/* ---- architectures ---- */

static void
check_layers (GboxNetwork *network, const ExpectedLayer *expected, guint n_expected)
{
  g_assert_cmpuint (gbox_network_get_n_layers (network), ==, n_expected);
  for (guint i = 0; i < n_expected; i++)
    {
      const GboxLayer *layer = gbox_network_get_layer (network, i);

      g_assert_cmpstr (layer->name, ==, expected[i].name);
      g_assert_cmpint (layer->n_channels, ==, expected[i].n_channels);
      g_assert_cmpint (layer->receptive_field, ==, expected[i].receptive_field);
      g_assert_cmpint (layer->stride, ==, expected[i].stride);
      g_assert_cmpint (gbox_network_find_layer (network, expected[i].name), ==, (int) i);
    }
  g_assert_cmpint (gbox_network_find_layer (network, "6a"), ==, -1);
}

static void
test_inceptionv1 (void)
{
  static const ExpectedLayer layers[]
    = { { "conv1", 64, 7, 2 },  { "conv2", 192, 19, 4 }, { "3a", 256, 59, 8 },    { "3b", 480, 91, 8 },
        { "4a", 512, 171, 16 }, { "4b", 512, 235, 16 },  { "4c", 512, 299, 16 },  { "4d", 528, 363, 16 },
        { "4e", 832, 427, 16 }, { "5a", 832, 587, 32 },  { "5b", 1024, 715, 32 }, { "class", 1000, 0, 0 } };
  g_autoptr (GboxNetwork) network = made_up_network (MADE_UP_BVLC);

  check_layers (network, layers, G_N_ELEMENTS (layers));
  g_assert_cmpstr (gbox_network_get_title (network), ==, "InceptionV1");
  g_assert_true (gbox_network_get_preprocessing (network)->squash);
}

/* 3×3 in place of 5×5, and a pooling of 2×2 before 5a: smaller fields. */
static void
test_torchvision (void)
{
  static const ExpectedLayer layers[]
    = { { "conv1", 64, 7, 2 },  { "conv2", 192, 19, 4 }, { "3a", 256, 43, 8 },    { "3b", 480, 59, 8 },
        { "4a", 512, 107, 16 }, { "4b", 512, 139, 16 },  { "4c", 512, 171, 16 },  { "4d", 528, 203, 16 },
        { "4e", 832, 235, 16 }, { "5a", 832, 315, 32 },  { "5b", 1024, 379, 32 }, { "class", 1000, 0, 0 } };
  g_autoptr (GboxNetwork) network = made_up_network (MADE_UP_TORCHVISION);

  check_layers (network, layers, G_N_ELEMENTS (layers));
  g_assert_cmpstr (gbox_network_get_title (network), ==, "InceptionV1 (torchvision)");
  g_assert_false (gbox_network_get_preprocessing (network)->squash);
}

static void
test_efficientnet (void)
{
  static const ExpectedLayer layers[]
    = { { "stem", 32, 3, 2 },        { "block0", 16, 7, 2 },      { "block1", 24, 11, 4 },
        { "block2", 24, 19, 4 },     { "block3", 40, 35, 8 },     { "block4", 40, 67, 8 },
        { "block5", 80, 83, 16 },    { "block6", 80, 115, 16 },   { "block7", 80, 147, 16 },
        { "block8", 112, 211, 16 },  { "block9", 112, 275, 16 },  { "block10", 112, 339, 16 },
        { "block11", 192, 403, 32 }, { "block12", 192, 531, 32 }, { "block13", 192, 659, 32 },
        { "block14", 192, 787, 32 }, { "block15", 320, 851, 32 }, { "head", 1280, 851, 32 },
        { "class", 1000, 0, 0 } };
  g_autoptr (GboxNetwork) network = made_up_network (MADE_UP_EFFICIENTNET);

  check_layers (network, layers, G_N_ELEMENTS (layers));
  g_assert_cmpstr (gbox_network_get_title (network), ==, "EfficientNet-Lite0");
  g_assert_cmpint (gbox_network_get_preprocessing (network)->filter, ==, GBOX_FILTER_BICUBIC);
}

/* ---- every layer at sizes odd and even ---- */

static gboolean
is_finite (const GboxTensor *tensor)
{
  for (gsize i = 0; i < gbox_tensor_n_pixels (tensor); i++)
    for (int c = 0; c < tensor->channels; c++)
      if (!isfinite (tensor->data[i * tensor->stride + (gsize) c]))
        return FALSE;

  return TRUE;
}

/* Halved by convolution 1 and the poolings in ceil mode, or by SAME windows. */
static int
expected_extent (MadeUpVariant variant, int n, int stride)
{
  if (stride == 0)
    return 1;
  if (variant == MADE_UP_EFFICIENTNET)
    return (n + stride - 1) / stride;

  n = (n + 1) / 2;
  for (int reached = 2; reached < stride; reached *= 2)
    n = reached == 16 && variant == MADE_UP_TORCHVISION ? (n + 1) / 2 : n / 2;

  return n;
}

static void
run_layer (MadeUpVariant variant, GboxNetwork *network, GboxTeam *team, guint layer, int height, int width)
{
  const int stride = gbox_network_get_layer (network, layer)->stride;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxPlan) plan = gbox_plan_new (network, team, layer, 1, height, width, TRUE, &error);
  const GboxTensor *output;
  GboxTensor *gradient;

  g_assert_no_error (error);
  made_up_picture (gbox_plan_get_input (plan));
  output = gbox_plan_get_output (plan);
  g_assert_cmpint (output->height, ==, expected_extent (variant, height, stride));
  g_assert_cmpint (output->width, ==, expected_extent (variant, width, stride));
  g_assert_cmpint (output->height, ==, gbox_network_get_map_side (network, layer, height));
  g_assert_cmpint (output->width, ==, gbox_network_get_map_side (network, layer, width));

  gbox_plan_forward (plan);
  g_assert_true (is_finite (output));
  gradient = gbox_plan_get_output_gradient (plan);
  for (gsize i = 0; i < gbox_tensor_n_pixels (gradient); i++)
    for (int c = 0; c < gradient->channels; c++)
      gradient->data[i * gradient->stride + (gsize) c] = 1.0f;
  gbox_plan_backward (plan, FALSE);
  g_assert_true (is_finite (gbox_plan_get_input_gradient (plan)));
  g_assert_cmpfloat (gbox_plan_get_input_gradient (plan)->data[(height / 2 * width + width / 2) * 3], !=,
                     0.0f);
}

static void
test_sizes (gconstpointer data)
{
  const MadeUpVariant variant = GPOINTER_TO_INT (data);
  g_autoptr (GboxNetwork) network = made_up_network (variant);
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  const guint last = gbox_network_get_n_layers (network) - 1;

  for (guint layer = 0; layer <= last; layer++)
    {
      run_layer (variant, network, team, layer, 64, 97);
      run_layer (variant, network, team, layer, 97, 64);
    }
  run_layer (variant, network, team, last, 224, 224);
  run_layer (variant, network, team, last - 1, 331, 224);
}

/* The same bits with one thread and with two. */
static void
test_threads (gconstpointer data)
{
  g_autoptr (GboxNetwork) network = made_up_network (GPOINTER_TO_INT (data));
  g_autofree float *expected = NULL;
  const gsize n_bytes = 97 * 130 * 3 * sizeof (float);

  for (guint n_threads = 1; n_threads <= 2; n_threads++)
    {
      g_autoptr (GboxTeam) team = gbox_team_new (n_threads);
      g_autoptr (GboxPlan) plan
        = gbox_plan_new (network, team, gbox_network_get_n_layers (network) - 1, 1, 97, 130, TRUE, NULL);
      GboxTensor *gradient = gbox_plan_get_output_gradient (plan);

      made_up_picture (gbox_plan_get_input (plan));
      gbox_plan_forward (plan);
      memcpy (gradient->data, gbox_plan_get_output (plan)->data, 1000 * sizeof (float));
      gbox_plan_backward (plan, TRUE);
      if (expected == NULL)
        expected = g_memdup2 (gbox_plan_get_input_gradient (plan)->data, n_bytes);
      else
        g_assert_cmpmem (gbox_plan_get_input_gradient (plan)->data, n_bytes, expected, n_bytes);
    }
}

/* ---- beside torchvision ---- */

static JsonObject *
load_fixture (JsonParser *parser)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "googlenet-values.json", NULL);
  g_autoptr (GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);

  return json_node_get_object (json_parser_get_root (parser));
}

/* The fixture is computed in double precision; float sums of up to 1700 products through 20 layers, with
 * Winograd's tiles on the way, come within 2.5e-5 of the scale, the worst without fused additions; twice that
 * is allowed. */
static void
assert_near (double value, double expected, double scale)
{
  g_assert_cmpfloat (fabs (value - expected), <, 5e-5 * scale);
}

/* One rectifier or maximum of thousands that lies so near its kink that rounding decides moves a gradient by
 * some 1e-4 of its length (seen without fused additions); a wrong weight would move all of it. */
static void
assert_gradient_near (double value, double expected, double norm)
{
  g_assert_cmpfloat (fabs (value - expected), <, 1e-3 * norm);
}

static void
check_values (const GboxTensor *output, JsonObject *expected)
{
  JsonArray *means = json_object_get_array_member (expected, "channel_means");
  const double scale = json_object_get_double_member (expected, "rms");
  const gsize n_pixels = gbox_tensor_n_pixels (output);
  double sum = 0.0, sum_of_squares = 0.0;

  for (int c = 0; c < output->channels; c++)
    {
      double channel_sum = 0.0;

      for (gsize i = 0; i < n_pixels; i++)
        {
          const double value = (double) output->data[i * output->stride + (gsize) c];

          channel_sum += value;
          sum_of_squares += value * value;
        }
      sum += channel_sum;
      if (c < (int) json_array_get_length (means))
        assert_near (channel_sum / (double) n_pixels, json_array_get_double_element (means, (guint) c),
                     scale);
    }
  assert_near (sum / (double) n_pixels / output->channels, json_object_get_double_member (expected, "mean"),
               scale);
  assert_near (sqrt (sum_of_squares / (double) n_pixels / output->channels), scale, scale);
}

/* Of the mean of channel `unit`. */
static void
check_gradient (GboxPlan *plan, JsonObject *expected)
{
  const gsize unit = (gsize) json_object_get_int_member (expected, "unit");
  JsonArray *elements = json_object_get_array_member (expected, "gradient");
  GboxTensor *seed = gbox_plan_get_output_gradient (plan);
  const GboxTensor *gradient = gbox_plan_get_input_gradient (plan);
  const gsize n_pixels = gbox_tensor_n_pixels (seed);
  const double norm = json_object_get_double_member (expected, "gradient_l2");
  double sum_of_squares = 0.0;

  for (gsize i = 0; i < n_pixels; i++)
    {
      memset (seed->data + i * seed->stride, 0, (gsize) seed->channels * sizeof (float));
      seed->data[i * seed->stride + unit] = 1.0f / (float) n_pixels;
    }
  gbox_plan_backward (plan, FALSE);

  for (gsize i = 0; i < gbox_tensor_n_pixels (gradient) * 3; i++)
    sum_of_squares += (double) gradient->data[i] * (double) gradient->data[i];
  assert_gradient_near (sqrt (sum_of_squares), norm, norm);
  for (int c = 0; c < 3; c++)
    for (int x = 0; x < 4; x++)
      assert_gradient_near ((double) gbox_tensor_pixel (gradient, 0, 40, 60 + x)[c],
                            json_array_get_double_element (elements, (guint) (4 * c + x)), norm);
}

static void
test_torchvision_values (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *fixture = load_fixture (parser);
  JsonObject *layers = json_object_get_object_member (fixture, "layers");
  const int height = (int) json_object_get_int_member (fixture, "height");
  const int width = (int) json_object_get_int_member (fixture, "width");
  g_autoptr (GboxNetwork) network = made_up_network (MADE_UP_TORCHVISION);
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GList) names = json_object_get_members (layers);

  g_assert_cmpuint (g_list_length (names), ==, 9);
  for (GList *name = names; name != NULL; name = name->next)
    {
      JsonObject *expected = json_object_get_object_member (layers, name->data);
      JsonArray *shape = json_object_get_array_member (expected, "shape");
      const int layer = gbox_network_find_layer (network, name->data);
      g_autoptr (GError) error = NULL;
      g_autoptr (GboxPlan) plan
        = gbox_plan_new (network, team, (guint) layer, 1, height, width, TRUE, &error);
      const GboxTensor *output;

      g_assert_no_error (error);
      output = gbox_plan_get_output (plan);
      g_assert_cmpint (output->channels, ==, json_array_get_int_element (shape, 0));
      g_assert_cmpint (output->height, ==, json_array_get_int_element (shape, 1));
      g_assert_cmpint (output->width, ==, json_array_get_int_element (shape, 2));
      made_up_picture (gbox_plan_get_input (plan));
      gbox_plan_forward (plan);
      check_values (output, expected);
      check_gradient (plan, expected);
    }
}

/* ---- files that are none of these, or damaged ---- */

static void
test_unknown (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadeUpFile) file = made_up_file_new ();
  g_autofree char *path = NULL;

  made_up_file_add (file, "layers.0.weight", 4, (const guint64[]){ 2, 3, 1, 1 });
  path = made_up_file_save (file);
  g_assert_null (gbox_network_load (path, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "layers.0.weight"));
  g_assert_nonnull (strstr (error->message, "EfficientNet-Lite0"));
  g_assert_cmpint (g_remove (path), ==, 0);
}

/* Any one tensor missing or of another shape is told by name. */
static void
test_damaged (gconstpointer data)
{
  const MadeUpVariant variant = GPOINTER_TO_INT (data);
  static const char *const victims[]
    = { "inception_4c/5x5_reduce.1", "inception4c.branch3.0.bn.running_var", "_blocks.7._bn1.running_mean" };

  for (int missing = 0; missing < 2; missing++)
    {
      g_autoptr (MadeUpFile) file = made_up_file_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *path = NULL;

      made_up_file_add_network (file, variant);
      made_up_file_remove (file, victims[variant]);
      if (!missing)
        made_up_file_add (file, victims[variant], 1, (const guint64[]){ 3 });
      path = made_up_file_save (file);
      g_assert_null (gbox_network_load (path, &error));
      g_assert_error (error, GBOX_ERROR, missing ? GBOX_ERROR_INVALID_FILE : GBOX_ERROR_UNSUPPORTED);
      g_assert_nonnull (strstr (error->message, victims[variant]));
      g_assert_cmpint (g_remove (path), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/network/extents", test_extents);
  g_test_add_func ("/network/inceptionv1", test_inceptionv1);
  g_test_add_func ("/network/torchvision", test_torchvision);
  g_test_add_func ("/network/efficientnet", test_efficientnet);
  g_test_add_data_func ("/network/sizes/inceptionv1", GINT_TO_POINTER (MADE_UP_BVLC), test_sizes);
  g_test_add_data_func ("/network/sizes/torchvision", GINT_TO_POINTER (MADE_UP_TORCHVISION), test_sizes);
  g_test_add_data_func ("/network/sizes/efficientnet", GINT_TO_POINTER (MADE_UP_EFFICIENTNET), test_sizes);
  g_test_add_data_func ("/network/threads/inceptionv1", GINT_TO_POINTER (MADE_UP_BVLC), test_threads);
  g_test_add_data_func ("/network/threads/efficientnet", GINT_TO_POINTER (MADE_UP_EFFICIENTNET),
                        test_threads);
  g_test_add_func ("/network/torchvision/values", test_torchvision_values);
  g_test_add_func ("/network/unknown", test_unknown);
  g_test_add_data_func ("/network/damaged/inceptionv1", GINT_TO_POINTER (MADE_UP_BVLC), test_damaged);
  g_test_add_data_func ("/network/damaged/torchvision", GINT_TO_POINTER (MADE_UP_TORCHVISION), test_damaged);
  g_test_add_data_func ("/network/damaged/efficientnet", GINT_TO_POINTER (MADE_UP_EFFICIENTNET),
                        test_damaged);

  return g_test_run ();
}
