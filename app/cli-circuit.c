/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli circuit: what excites and what inhibits a unit, through the weights. */
#include "base/error.h"
#include "circuit-picture.h"
#include "cli.h"

#define CLASS_LAYER "class"

#define DEFAULT_TOP 5
/* Far more than anybody reads; each layer multiplies the units. */
#define MAX_DEPTH 8

/* More than anybody can look at in one picture: a poster of 100 000 pixels. */
#define MAX_DRAWN 2000

/* Told apart from a wrong number. */
#define NO_UNIT G_MININT

typedef struct
{
  char *model;
  char *layer;
  char *rank_name;
  char *output;
  char *pictures;
  int unit;
  int class_id;
  int top;
  int depth;
  gboolean downstream;
  gboolean json;
  GboxCircuitRank rank;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->model);
  g_free (options->layer);
  g_free (options->rank_name);
  g_free (options->output);
  g_free (options->pictures);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
add_unit (JsonBuilder *builder, const GboxNetwork *network, int layer, int unit)
{
  cli_add_text (builder, "layer", gbox_circuit_get_layer_name (network, layer));
  cli_add_integer (builder, "unit", unit);
}

static void
add_kernel (JsonBuilder *builder, const GboxCircuitInput *input)
{
  json_builder_set_member_name (builder, "kernel");
  json_builder_begin_array (builder);
  for (int y = 0; y < input->side; y++)
    {
      json_builder_begin_array (builder);
      for (int x = 0; x < input->side; x++)
        json_builder_add_double_value (builder, (double) input->kernel[y * input->side + x]);
      json_builder_end_array (builder);
    }
  json_builder_end_array (builder);
}

/* A line for each unit whose inputs are told, those above first. @name: what they are called. */
static void
print_json (const GboxNetwork *network, const CircuitNode *node, const char *name)
{
  const GboxCircuit *circuit = node->circuit;
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (circuit == NULL)
    return;
  json_builder_begin_object (builder);
  add_unit (builder, network, node->layer, node->unit);
  cli_add_number (builder, "excitation", circuit->excitation);
  cli_add_number (builder, "inhibition", circuit->inhibition);
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < circuit->n_excitatory + circuit->n_inhibitory; i++)
    {
      const GboxCircuitInput *input = &circuit->inputs[i];

      json_builder_begin_object (builder);
      add_unit (builder, network, input->layer, input->unit);
      cli_add_number (builder, "weight", (double) input->weight);
      cli_add_number (builder, "norm", (double) input->norm);
      cli_add_integer (builder, "first", input->first);
      cli_add_integer (builder, "step", input->step);
      add_kernel (builder, input);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  cli_print_json (builder);
  for (guint i = 0; i < node->nodes->len; i++)
    print_json (network, g_ptr_array_index (node->nodes, i), name);
}

/* What share of all excitation, or inhibition, an input is. */
static double
get_share (const GboxCircuit *circuit, const GboxCircuitInput *input)
{
  const double total = input->weight < 0.0f ? circuit->inhibition : circuit->excitation;

  return total != 0.0 ? (double) input->weight / total : 0.0;
}

static void
print_text (const GboxNetwork *network, const CircuitNode *node, int indent)
{
  const GboxCircuit *circuit = node->circuit;

  for (guint i = 0; i < node->nodes->len; i++)
    {
      const CircuitNode *child = g_ptr_array_index (node->nodes, i);
      const GboxCircuitInput *input = child->input;
      g_autofree char *name = gbox_circuit_describe_unit (network, child->layer, child->unit);

      g_print ("%*s%+-12.4g %5.1f %%  norm %-10.4g %d × %d  %s\n", indent, "", (double) input->weight,
               100.0 * get_share (circuit, input), (double) input->norm, input->side, input->side, name);
      print_text (network, child, indent + 4);
    }
}

static void
print_tree (const Options *options, const GboxNetwork *network, const CircuitNode *root)
{
  const gboolean is_last = (guint) root->layer + 1 == gbox_network_get_n_layers (network);
  g_autofree char *name = gbox_circuit_describe_unit (network, root->layer, root->unit);

  if (options->downstream && is_last)
    g_print ("%s adds to no other unit: nothing follows the layer %s.\n", name,
             gbox_circuit_get_layer_name (network, root->layer));
  else
    g_print (options->downstream ? "%s adds to other units: %+.4g, takes from them: %+.4g\n"
                                 : "%s: excitation %+.4g, inhibition %+.4g\n",
             name, root->circuit->excitation, root->circuit->inhibition);
  print_text (network, root, 2);
}

static gboolean
save_picture (const Options *options, const GboxNetwork *network, const CircuitNode *root, GError **error)
{
  g_autofree char *svg = circuit_picture_draw (network, root, options->pictures);
  g_autoptr (GError) problem = NULL;

  if (g_file_set_contents (options->output, svg, -1, &problem))
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "The picture could not be saved: %s.", problem->message);
  return FALSE;
}

static CircuitNode *
grow (const Options *options, const GboxNetwork *network, guint layer, GError **error)
{
  const int unit = options->class_id >= 0 ? options->class_id : options->unit;

  if (options->downstream)
    return circuit_tree_new_of_outputs (network, layer, unit, options->rank, (guint) options->top, error);
  return circuit_tree_new (network, layer, unit, options->rank, (guint) options->top, (guint) options->depth,
                           options->output != NULL ? MAX_DRAWN : G_MAXUINT, error);
}

static int
run (const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxModelStore) store = gbox_model_store_new (&error);
  g_autoptr (GboxNetwork) network
    = store != NULL ? gbox_model_store_get_network (store, options->model, &error) : NULL;
  g_autoptr (CircuitNode) root = NULL;
  int layer;

  if (network == NULL)
    return cli_failure (error);
  layer = cli_find_layer (network, options->class_id >= 0 ? CLASS_LAYER : options->layer, &error);
  if (layer < 0)
    return cli_failure (error);
  root = grow (options, network, (guint) layer, &error);
  /* Of all that is asked for, the unit is what may not be found. */
  if (root == NULL && g_error_matches (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND))
    return cli_usage_error (g_get_prgname (), error);
  if (root == NULL || (options->output != NULL && !save_picture (options, network, root, &error)))
    return cli_failure (error);
  if (options->json)
    print_json (network, root, options->downstream ? "outputs" : "inputs");
  else
    print_tree (options, network, root);
  return CLI_OK;
}

static gboolean
parse_rank (Options *options, GError **error)
{
  g_autoptr (GEnumClass) ranks = g_type_class_ref (GBOX_TYPE_CIRCUIT_RANK);
  const GEnumValue *rank
    = options->rank_name != NULL ? g_enum_get_value_by_nick (ranks, options->rank_name) : ranks->values;

  if (rank == NULL)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "--rank is sum or norm, not “%s”.",
                   options->rank_name);
      return FALSE;
    }
  options->rank = rank->value;
  return TRUE;
}

static gboolean
check (Options *options, char **words, GError **error)
{
  const gboolean has_class = options->class_id != NO_UNIT;

  if (g_strv_length (words) > 1)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "“%s” is surplus.", words[1]);
  else if (has_class && (options->layer != NULL || options->unit != NO_UNIT))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "name a class with --class, or a unit with --layer and --unit, not both.");
  else if (!has_class && (options->layer == NULL || options->unit == NO_UNIT))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "name a unit with --layer and --unit, or a class with --class.");
  else if (has_class ? options->class_id < 0 : options->unit < 0)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "units and classes count from 0.");
  else if (options->top < 1)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "--top takes a number of inputs, not %d.",
                 options->top);
  else if (options->depth < 1 || options->depth > MAX_DEPTH)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "--depth is 1 to %d layers, not %d.",
                 MAX_DEPTH, options->depth);
  else if (options->downstream
           && (options->depth > 1 || options->output != NULL || options->pictures != NULL || has_class))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "--downstream tells what a unit of a layer leads to, one layer down: leave out --depth, "
                 "--output, --pictures and --class.");
  else if (options->pictures != NULL && options->output == NULL)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "--pictures needs --output, the picture they are for.");
  else if (options->output != NULL && !g_str_has_suffix (options->output, ".svg"))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "--output is drawn as SVG: give it a name that ends in .svg.");
  else if (options->pictures != NULL && !g_file_test (options->pictures, G_FILE_TEST_IS_DIR))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
                 "There is no folder “%s” of pictures; “glassbox-cli atlas -o %s” makes one.",
                 options->pictures, options->pictures);
  else
    return parse_rank (options, error) && cli_check_output (options->output, error);
  return FALSE;
}

static const char description[]
  = "Weights are multiplied from the unit up to the units of the layer before, or to the image. A weight is\n"
    "the sum of a kernel: what an activation of 1 everywhere adds. The network is taken for linear on the\n"
    "way: rectifiers of bottlenecks are left out, and a pooling passes on what is in the middle of its\n"
    "window. Batch normalisation is part of the weights. Weights say nothing about how active an input is.\n"
    "Where a kernel begins is told for images whose size all strides divide, as those of 224 pixels.";

int
cli_circuit (char **argv)
{
  g_auto (Options) options = { .unit = NO_UNIT, .class_id = NO_UNIT, .top = DEFAULT_TOP, .depth = 1 };
  GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_STRING, &options.model, "A name from “glassbox-cli models”, or a file",
      "MODEL" },
    { "layer", 'l', 0, G_OPTION_ARG_STRING, &options.layer, "The layer of the unit", "LAYER" },
    { "unit", 'u', 0, G_OPTION_ARG_INT, &options.unit, "The channel, from 0 on", "UNIT" },
    { "class", 'c', 0, G_OPTION_ARG_INT, &options.class_id, "A class’s logit instead of a unit, 0 … 999",
      "CLASS" },
    { "top", 0, 0, G_OPTION_ARG_INT, &options.top,
      "How many excitatory and how many inhibitory inputs to tell; 5 unless told", "N" },
    { "depth", 0, 0, G_OPTION_ARG_INT, &options.depth,
      "How many layers up to go: the inputs’ inputs with 2; 1 unless told", "N" },
    { "downstream", 0, 0, G_OPTION_ARG_NONE, &options.downstream,
      "What the unit excites and inhibits most, instead of what excites and inhibits it", NULL },
    { "rank", 0, 0, G_OPTION_ARG_STRING, &options.rank_name,
      "What makes an input strong: the sum of its kernel, unless told, or the norm", "sum|norm" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, "Where to draw it, as SVG", "FILE" },
    { "pictures", 0, 0, G_OPTION_ARG_FILENAME, &options.pictures,
      "A folder that “glassbox-cli atlas” made, whose pictures are put beside the units", "FOLDER" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json,
      "Print a JSON object a line, one for each unit whose inputs are told", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context
    = g_option_context_new ("— show what excites and what inhibits a unit, through the weights");
  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GError) error = NULL;

  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!cli_parse (context, &words, &error))
    return cli_usage_error (argv[0], error);
  if (!check (&options, words, &error))
    return cli_failed_check (argv[0], error);
  return run (&options);
}
