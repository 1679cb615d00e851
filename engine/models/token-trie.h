/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding tokens that stand in the text as they are: "<|im_end|>". */
#pragma once

#include "models/vocabulary.h"

G_BEGIN_DECLS

/**
 * GboxTokenTrie:
 *
 * Filled first, read-only from then on; then any thread may use it.
 */
typedef struct _GboxTokenTrie GboxTokenTrie;

GboxTokenTrie *gbox_token_trie_new (void);
void gbox_token_trie_free (GboxTokenTrie *trie);

/**
 * gbox_token_trie_add:
 * @trie: a trie
 * @bytes: a token's text
 * @length: of it, 1 … %GBOX_MAX_TOKEN_LENGTH
 * @id: the token; of two with the same text the first counts
 * @always: whether to find it also in a text that is not meant to hold special tokens
 *
 * Returns: %FALSE if there are more than any tokenizer has
 */
gboolean gbox_token_trie_add (GboxTokenTrie *trie, const char *bytes, gsize length, int id, gboolean always);

/**
 * gbox_token_trie_match:
 * @trie: a trie
 * @text: bytes
 * @length: how many
 * @special: whether to find all tokens, or only those of always
 * @matched: (out): bytes of the token
 *
 * Returns: the longest token @text begins with, or −1
 */
int gbox_token_trie_match (
  const GboxTokenTrie *trie, const char *text, gsize length, gboolean special, gsize *matched);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTokenTrie, gbox_token_trie_free)

G_END_DECLS
