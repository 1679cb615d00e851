/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding tokens that stand in the text as they are: "<|im_end|>". */
#include "models/token-trie.h"

/* Bytes of all texts together; Gemma's six thousand unused tokens have 75 kB. */
#define MAX_NODES (1 << 21)

/* The place after some byte; the root is node 0. */
typedef struct
{
  guint first_child; /* 0 for none */
  guint next_sibling;
  int id; /* of the token that ends here, or −1 */
  guint8 byte;
  gboolean always;
} Node;

struct _GboxTokenTrie
{
  GArray *nodes;        /* Node */
  guint from_root[256]; /* the root's children by their byte: most of a text ends there */
};

GboxTokenTrie *
gbox_token_trie_new (void)
{
  GboxTokenTrie *trie = g_new0 (GboxTokenTrie, 1);
  const Node root = { .id = -1 };

  trie->nodes = g_array_new (FALSE, FALSE, sizeof (Node));
  g_array_append_val (trie->nodes, root);
  return trie;
}

void
gbox_token_trie_free (GboxTokenTrie *trie)
{
  g_array_unref (trie->nodes);
  g_free (trie);
}

static Node *
get_node (const GboxTokenTrie *trie, guint i)
{
  return &g_array_index (trie->nodes, Node, i);
}

/* The node after @byte, or 0. */
static guint
find_child (const GboxTokenTrie *trie, guint parent, guint8 byte)
{
  guint child;

  if (parent == 0)
    return trie->from_root[byte];
  child = get_node (trie, parent)->first_child;
  while (child != 0 && get_node (trie, child)->byte != byte)
    child = get_node (trie, child)->next_sibling;
  return child;
}

static guint
add_child (GboxTokenTrie *trie, guint parent, guint8 byte)
{
  const guint child = trie->nodes->len;
  const Node node = { .next_sibling = get_node (trie, parent)->first_child, .id = -1, .byte = byte };

  g_array_append_val (trie->nodes, node);
  get_node (trie, parent)->first_child = child;
  if (parent == 0)
    trie->from_root[byte] = child;
  return child;
}

gboolean
gbox_token_trie_add (GboxTokenTrie *trie, const char *bytes, gsize length, int id, gboolean always)
{
  guint at = 0;

  if (trie->nodes->len + length > MAX_NODES)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      const guint child = find_child (trie, at, (guint8) bytes[i]);

      at = child != 0 ? child : add_child (trie, at, (guint8) bytes[i]);
    }
  if (get_node (trie, at)->id < 0)
    {
      get_node (trie, at)->id = id;
      get_node (trie, at)->always = always;
    }
  return TRUE;
}

int
gbox_token_trie_match (
  const GboxTokenTrie *trie, const char *text, gsize length, gboolean special, gsize *matched)
{
  int id = -1;
  guint at = 0;

  for (gsize i = 0; i < length && (at = find_child (trie, at, (guint8) text[i])) != 0; i++)
    {
      const Node *node = get_node (trie, at);

      if (node->id >= 0 && (special || node->always))
        {
          id = node->id;
          *matched = i + 1;
        }
    }
  return id;
}
