/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which text one wants to see a language model read from inside. */
#pragma once

#include "runtime/spec.h"

G_BEGIN_DECLS

/**
 * GboxInsideSpec:
 *
 * Properties, with their defaults: `model` (string "": a name from the list of models, or a file), `tokens`
 * (string: the numbers of the text's tokens, as gbox_completion_parse_tokens() reads them; what comes after
 * the last one is looked at), `induction` (boolean %TRUE: whether to look for induction heads too, which
 * depends on the model alone).
 */
#define GBOX_TYPE_INSIDE_SPEC (gbox_inside_spec_get_type ())
G_DECLARE_FINAL_TYPE (GboxInsideSpec, gbox_inside_spec, GBOX, INSIDE_SPEC, GboxSpec)

GboxInsideSpec *gbox_inside_spec_new (void);

/* The properties as plain fields. Strings are never %NULL. */
typedef struct
{
  char *model;
  char *tokens;
  gboolean induction;
} GboxInsideValues;

/* Transfer none; changes as the properties do. */
const GboxInsideValues *gbox_inside_spec_get_values (GboxInsideSpec *spec);

G_END_DECLS
