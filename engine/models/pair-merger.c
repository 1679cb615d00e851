/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Byte-pair encoding of one piece of text: the best pair of neighbours merges until none is left. */
#include "models/pair-merger.h"

/* A part of the piece, linked to its neighbours; what has merged into its left neighbour has length 0. */
typedef struct
{
  int previous; /* −1 at the ends */
  int next;
  guint start;
  guint length;
  int id; /* −1 if it has no token, which only parts found by their text may lack */
} Symbol;

/* A pair that could merge. It is out of date if either symbol has changed since. */
typedef struct
{
  double order; /* the lowest first */
  int left;     /* symbols; of equal order the leftmost first */
  int right;
  guint length; /* of both together */
  int result;   /* token */
} Candidate;

struct _GboxPairMerger
{
  const GboxVocabulary *vocabulary;
  gboolean bytes;
  gboolean ranked;
  const char *piece;
  GArray *symbols; /* Symbol */
  GArray *heap;    /* Candidate; a binary heap */
};

GboxPairMerger *
gbox_pair_merger_new (const GboxVocabulary *vocabulary, gboolean bytes)
{
  GboxPairMerger *merger = g_new0 (GboxPairMerger, 1);

  merger->vocabulary = vocabulary;
  merger->bytes = bytes;
  merger->ranked = gbox_vocabulary_has_merges (vocabulary);
  merger->symbols = g_array_new (FALSE, FALSE, sizeof (Symbol));
  merger->heap = g_array_new (FALSE, FALSE, sizeof (Candidate));
  return merger;
}

void
gbox_pair_merger_free (GboxPairMerger *merger)
{
  g_array_unref (merger->symbols);
  g_array_unref (merger->heap);
  g_free (merger);
}

static gboolean
comes_first (const Candidate *a, const Candidate *b)
{
  return a->order < b->order || (a->order <= b->order && a->left < b->left);
}

static void
push (GArray *heap, const Candidate *candidate)
{
  guint at = heap->len;
  Candidate *entries;

  g_array_append_val (heap, *candidate);
  entries = (Candidate *) (gpointer) heap->data;
  while (at > 0 && comes_first (candidate, &entries[(at - 1) / 2]))
    {
      entries[at] = entries[(at - 1) / 2];
      at = (at - 1) / 2;
    }
  entries[at] = *candidate;
}

static Candidate
pop (GArray *heap)
{
  Candidate *entries = (Candidate *) (gpointer) heap->data;
  const Candidate first = entries[0], last = entries[heap->len - 1];
  const guint n = heap->len - 1;
  guint at = 0;

  g_array_set_size (heap, n);
  while (2 * at + 1 < n)
    {
      guint child = 2 * at + 1;

      if (child + 1 < n && comes_first (&entries[child + 1], &entries[child]))
        child++;
      if (!comes_first (&entries[child], &last))
        break;
      entries[at] = entries[child];
      at = child;
    }
  if (n > 0)
    entries[at] = last;
  return first;
}

static Symbol *
get_symbol (GboxPairMerger *merger, int i)
{
  return &g_array_index (merger->symbols, Symbol, (guint) i);
}

/* Parts without a token vanish before anything merges, as in the original implementation; only where pairs
 * are found by their text do they have to keep its place. */
static void
append_symbol (GboxPairMerger *merger, gsize start, gsize length, int id)
{
  const int n = (int) merger->symbols->len;
  const Symbol symbol
    = { .previous = n - 1, .next = n + 1, .start = (guint) start, .length = (guint) length, .id = id };

  if (id >= 0 || !merger->ranked)
    g_array_append_val (merger->symbols, symbol);
}

static gsize
get_character_length (const char *text, gsize length)
{
  const gunichar character = g_utf8_get_char_validated (text, (gssize) length);

  if (character == (gunichar) -1 || character == (gunichar) -2)
    return 1;
  return (gsize) (g_utf8_next_char (text) - text);
}

static void
make_symbols (GboxPairMerger *merger, gsize length)
{
  const GboxVocabulary *vocabulary = merger->vocabulary;

  g_array_set_size (merger->symbols, 0);
  for (gsize at = 0; at < length;)
    {
      const gsize n = merger->bytes ? 1 : get_character_length (merger->piece + at, length - at);
      const int id = merger->bytes ? -1 : gbox_vocabulary_find (vocabulary, merger->piece + at, n);

      if (id >= 0)
        append_symbol (merger, at, n, id);
      else
        for (gsize i = 0; i < n; i++)
          append_symbol (merger, at + i, 1,
                         gbox_vocabulary_find_byte (vocabulary, (guint8) merger->piece[at + i]));
      at += n;
    }
  if (merger->symbols->len > 0)
    get_symbol (merger, (int) merger->symbols->len - 1)->next = -1;
}

static gboolean
find_candidate (GboxPairMerger *merger, const Symbol *left, const Symbol *right, Candidate *candidate)
{
  const GboxMerge *merge;

  if (!merger->ranked)
    {
      candidate->result
        = gbox_vocabulary_find (merger->vocabulary, merger->piece + left->start, candidate->length);
      if (candidate->result < 0)
        return FALSE;
      candidate->order = -(double) gbox_vocabulary_get (merger->vocabulary, candidate->result)->score;
      return TRUE;
    }
  merge = gbox_vocabulary_find_merge (merger->vocabulary, left->id, right->id);
  if (merge == NULL)
    return FALSE;
  candidate->result = merge->result;
  candidate->order = merge->rank;
  return TRUE;
}

/* Notes that symbols @left and @right, where there are two, might merge. */
static void
consider (GboxPairMerger *merger, int left, int right)
{
  Candidate candidate = { .left = left, .right = right };

  if (left < 0 || right < 0)
    return;
  candidate.length = get_symbol (merger, left)->length + get_symbol (merger, right)->length;
  if (find_candidate (merger, get_symbol (merger, left), get_symbol (merger, right), &candidate))
    push (merger->heap, &candidate);
}

static void
merge_pair (GboxPairMerger *merger, const Candidate *candidate)
{
  Symbol *left = get_symbol (merger, candidate->left), *right = get_symbol (merger, candidate->right);

  /* Symbols only grow or vanish, so that the same lengths are the same symbols. */
  if (left->length == 0 || right->length == 0 || left->length + right->length != candidate->length)
    return;
  left->length = candidate->length;
  left->id = candidate->result;
  left->next = right->next;
  right->length = 0;
  if (left->next >= 0)
    get_symbol (merger, left->next)->previous = candidate->left;
  consider (merger, left->previous, candidate->left);
  consider (merger, candidate->left, left->next);
}

void
gbox_pair_merger_encode (GboxPairMerger *merger, const char *piece, gsize length, GArray *ids)
{
  g_return_if_fail (length <= G_MAXINT);
  merger->piece = piece;
  make_symbols (merger, length);
  g_array_set_size (merger->heap, 0);
  for (int i = 0; i + 1 < (int) merger->symbols->len; i++)
    consider (merger, i, i + 1);
  while (merger->heap->len > 0)
    {
      const Candidate candidate = pop (merger->heap);

      merge_pair (merger, &candidate);
    }
  for (int i = merger->symbols->len > 0 ? 0 : -1; i >= 0; i = get_symbol (merger, i)->next)
    if (get_symbol (merger, i)->id >= 0)
      g_array_append_val (ids, get_symbol (merger, i)->id);
}
