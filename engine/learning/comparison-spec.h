/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which finetuned model is to be compared with the one it started as. */
#pragma once

#include "runtime/spec.h"

G_BEGIN_DECLS

/**
 * GboxComparisonSpec:
 *
 * Properties, with their defaults: `policy` (string: a checkpoint of finetuning, which says of which model,
 * prompt, reward, length, temperature and precision), `samples` (uint 128: completions of each prompt by each
 * of the two), `seed` (uint 1), `text` (string: what perplexity is measured on; a paragraph of plain
 * English).
 */
#define GBOX_TYPE_COMPARISON_SPEC (gbox_comparison_spec_get_type ())
G_DECLARE_FINAL_TYPE (GboxComparisonSpec, gbox_comparison_spec, GBOX, COMPARISON_SPEC, GboxSpec)

GboxComparisonSpec *gbox_comparison_spec_new (void);

/* The properties as plain fields. Strings are never %NULL. */
typedef struct
{
  char *policy;
  guint samples;
  guint seed;
  char *text;
} GboxComparisonValues;

/* Transfer none; changes as the properties do. */
const GboxComparisonValues *gbox_comparison_spec_get_values (GboxComparisonSpec *spec);

G_END_DECLS
