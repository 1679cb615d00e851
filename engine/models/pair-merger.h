/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Byte-pair encoding of one piece of text: the best pair of neighbours merges until none is left. */
#pragma once

#include "models/vocabulary.h"

G_BEGIN_DECLS

/**
 * GboxPairMerger:
 *
 * The working memory of one thread.
 */
typedef struct _GboxPairMerger GboxPairMerger;

/**
 * gbox_pair_merger_new:
 * @vocabulary: tokens; must outlive the merger
 * @bytes: whether a piece begins as single bytes rather than as characters
 *
 * Returns: (transfer full): a merger
 */
GboxPairMerger *gbox_pair_merger_new (const GboxVocabulary *vocabulary, gboolean bytes);
void gbox_pair_merger_free (GboxPairMerger *merger);

/**
 * gbox_pair_merger_encode:
 * @merger: a merger
 * @piece: bytes, fewer than 2³¹; need not be UTF-8
 * @length: how many
 * @ids: (element-type int): what the tokens are added to
 *
 * Where the vocabulary has merges, the pair with the lowest rank goes first; else the pair whose whole is the
 * token with the highest score; of equals the leftmost. Characters without a token become byte tokens; bytes
 * without one are left out, for the model has no way to be shown them. Takes n log n time.
 */
void gbox_pair_merger_encode (GboxPairMerger *merger, const char *piece, gsize length, GArray *ids);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPairMerger, gbox_pair_merger_free)

G_END_DECLS
