/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A unit, its strongest inputs, theirs, and so on. */
#include "circuit-tree.h"

#include "base/error.h"

/* What a tree is grown with. */
typedef struct
{
  const GboxNetwork *network;
  GboxCircuitRank rank;
  guint top;
  guint max_nodes;
  GHashTable *told; /* units whose inputs are in the tree, as layer/unit */
  guint n_nodes;    /* so far */
} Growth;

void
circuit_tree_free (CircuitNode *node)
{
  g_clear_pointer (&node->circuit, gbox_circuit_free);
  g_ptr_array_unref (node->nodes);
  g_free (node);
}

static void
free_node (gpointer node)
{
  circuit_tree_free (node);
}

static CircuitNode *
make_node (int layer, int unit, const GboxCircuitInput *input)
{
  CircuitNode *node = g_new0 (CircuitNode, 1);

  node->layer = layer;
  node->unit = unit;
  node->input = input;
  node->nodes = g_ptr_array_new_with_free_func (free_node);
  return node;
}

static gboolean
has_room (const Growth *growth, GError **error)
{
  if (growth->n_nodes <= growth->max_nodes)
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
               "These are more than %u units, too many for a picture; ask for fewer inputs of each, or fewer "
               "layers.",
               growth->max_nodes);
  return FALSE;
}

/* Finds the inputs of @node, unless they are told already or it has none: the image. */
static gboolean
add_inputs (Growth *growth, CircuitNode *node, GError **error)
{
  if (node->layer < 0 || !g_hash_table_add (growth->told, g_strdup_printf ("%d/%d", node->layer, node->unit)))
    return TRUE;
  node->circuit = gbox_circuit_new (growth->network, (guint) node->layer, node->unit, growth->rank, error);
  if (node->circuit == NULL)
    return FALSE;
  gbox_circuit_trim (node->circuit, growth->top);
  for (guint i = 0; i < node->circuit->n_excitatory + node->circuit->n_inhibitory; i++)
    {
      const GboxCircuitInput *input = &node->circuit->inputs[i];

      g_ptr_array_add (node->nodes, make_node (input->layer, input->unit, input));
    }
  growth->n_nodes += node->nodes->len;
  return has_room (growth, error);
}

/* Layer by layer, so that a unit's inputs are told where it is met first. */
static gboolean
grow (Growth *growth, CircuitNode *root, guint depth, GError **error)
{
  g_autoptr (GPtrArray) row = g_ptr_array_new ();

  g_ptr_array_add (row, root);
  for (guint i = 0; i < depth; i++)
    {
      g_autoptr (GPtrArray) next = g_ptr_array_new ();

      for (guint k = 0; k < row->len; k++)
        {
          CircuitNode *node = g_ptr_array_index (row, k);

          if (!add_inputs (growth, node, error))
            return FALSE;
          g_ptr_array_extend (next, node->nodes, NULL, NULL);
        }
      g_ptr_array_unref (row);
      row = g_steal_pointer (&next);
    }
  return TRUE;
}

CircuitNode *
circuit_tree_new (const GboxNetwork *network,
                  guint layer,
                  int unit,
                  GboxCircuitRank rank,
                  guint top,
                  guint depth,
                  guint max_nodes,
                  GError **error)
{
  g_autoptr (GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Growth growth
    = { .network = network, .rank = rank, .top = top, .max_nodes = max_nodes, .told = told, .n_nodes = 1 };
  g_autoptr (CircuitNode) root = make_node ((int) layer, unit, NULL);

  return grow (&growth, root, depth, error) ? g_steal_pointer (&root) : NULL;
}
