/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a language model is to complete, and how. */
#pragma once

#include "kernels/precision.h"
#include "language/sampler.h"
#include "runtime/spec.h"

G_BEGIN_DECLS

#define GBOX_TYPE_PRECISION (gbox_precision_get_type ())
GType gbox_precision_get_type (void);

/* Completions of one prompt, at most. */
#define GBOX_MAX_SAMPLES 64

/**
 * GboxCompletionSpec:
 *
 * Properties, with their defaults: `model` (string, "": the default; a catalogue name or a file), `prompt`
 * (string, ""), `continuation` (string, "": gbox_completion_format_tokens()), `first-token` (int −1),
 * `max-tokens` (uint 256, live), `temperature` (double .7, 0 … 5, live), `top-k` (int 40, live), `top-p`
 * (double .95, live), `min-p` (double 0, live), `repetition-penalty` (double 1, live), `seed` (uint 0),
 * `samples` (uint 1, 1 … 64), `precision` (int8).
 *
 * `continuation` has what a completion wrote be gone on from, token by token: read as text again, it might be
 * cut into other tokens. `first-token` has another of the tokens be written than was chosen there.
 */
#define GBOX_TYPE_COMPLETION_SPEC (gbox_completion_spec_get_type ())
G_DECLARE_FINAL_TYPE (GboxCompletionSpec, gbox_completion_spec, GBOX, COMPLETION_SPEC, GboxSpec)

GboxCompletionSpec *gbox_completion_spec_new (void);

/**
 * GboxCompletionValues:
 *
 * The properties as plain fields, for those who compute with them. Strings are never %NULL.
 */
typedef struct
{
  char *model;
  char *prompt;
  char *continuation;
  int first_token; /* −1 for none */
  guint max_tokens;
  double temperature;
  int top_k;
  double top_p;
  double min_p;
  double repetition_penalty;
  guint seed;
  guint samples;
  GboxPrecision precision;
} GboxCompletionValues;

/* Transfer none; changes as the properties do. */
const GboxCompletionValues *gbox_completion_spec_get_values (GboxCompletionSpec *spec);

/**
 * gbox_completion_parse_tokens:
 * @text: numbers of tokens, with commas between them; spaces are fine
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable) (element-type int): the numbers; of "" none
 */
GArray *gbox_completion_parse_tokens (const char *text, GError **error);
/* The inverse; free with g_free(). */
char *gbox_completion_format_tokens (const int *ids, gsize n);

/* The part of the properties that says how tokens are chosen. */
GboxSamplerSettings gbox_completion_spec_get_settings (GboxCompletionSpec *spec);

G_END_DECLS
