/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a context has read already of a text that is about to be read. */
#include "models/transformer-context.h"

#include <string.h>

static int
count_same (const int *a, int n_a, const int *b, int n_b)
{
  int n = 0;

  while (n < n_a && n < n_b && a[n] == b[n])
    n++;
  return n;
}

/* The branch that goes on most like the text after the trunk, −1 for none, and how far. */
static int
find_branch (const GboxTransformerContext *from, const int *tokens, int n, int *n_same)
{
  int best = -1;

  *n_same = 0;
  for (int i = 0; i < from->n_branches; i++)
    {
      const int same = count_same (tokens, n, from->branch_tokens + (gsize) i * (gsize) from->max_branch,
                                   from->branch_lengths[i]);

      if (same > *n_same)
        {
          *n_same = same;
          best = i;
        }
    }
  return best;
}

int
gbox_transformer_context_take_prefix (GboxTransformerContext *context,
                                      const GboxTransformerContext *from,
                                      const int *tokens,
                                      int n)
{
  const GboxLanguageConfig *config = &context->transformer->config;
  int n_trunk = count_same (tokens, MIN (n, context->max_trunk), from->tokens, from->n_trunk);
  int branch = -1, n_branch = 0;

  if (n_trunk == from->n_trunk)
    branch = find_branch (from, tokens + n_trunk, MIN (n, context->max_trunk) - n_trunk, &n_branch);
  for (int i = 0; i < config->n_layers; i++)
    {
      if (context != from)
        gbox_kv_cache_copy (&from->trunks[i], 0, &context->trunks[i], 0, n_trunk, config->n_kv_heads,
                            config->head_size);
      if (branch >= 0)
        gbox_kv_cache_copy (&from->branches[i * from->n_branches + branch], 0, &context->trunks[i], n_trunk,
                            n_branch, config->n_kv_heads, config->head_size);
    }
  n_trunk += n_branch;
  context->n_trunk = n_trunk;
  if (n_trunk > 0)
    memcpy (context->tokens, tokens, (gsize) n_trunk * sizeof (int));
  gbox_transformer_context_truncate (context, n_trunk);
  return n_trunk;
}

int
gbox_transformer_context_keep_prefix (GboxTransformerContext *context, const int *tokens, int n)
{
  return gbox_transformer_context_take_prefix (context, context, tokens, n);
}

void
gbox_transformer_context_copy_branch (GboxTransformerContext *context, int from, int to)
{
  const GboxLanguageConfig *config = &context->transformer->config;
  const int n = context->branch_lengths[from];

  for (int i = 0; i < config->n_layers; i++)
    {
      const GboxKvCache *branches = context->branches + i * context->n_branches;

      gbox_kv_cache_copy (&branches[from], 0, &branches[to], 0, n, config->n_kv_heads, config->head_size);
    }
  memcpy (context->branch_tokens + (gsize) to * (gsize) context->max_branch,
          context->branch_tokens + (gsize) from * (gsize) context->max_branch, (gsize) n * sizeof (int));
  context->branch_lengths[to] = n;
}
