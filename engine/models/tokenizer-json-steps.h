/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a `tokenizer.json` does to text before and after it merges. */
#pragma once

#include "models/json-reading.h"
#include "models/tokenizer-private.h"

G_BEGIN_DECLS

/**
 * gbox_tokenizer_json_read_steps:
 * @root: the file
 * @display_name: how messages call it
 * @parts: what is filled: the split, what is merged, whether a space is added
 * @error: return location for an error
 *
 * Recognises the chains of steps that the supported models have, rather than running any: a pattern from a
 * file could take exponential time.
 *
 * Returns: %FALSE with %GBOX_ERROR_UNSUPPORTED naming the step that is not known
 */
gboolean gbox_tokenizer_json_read_steps (JsonObject *root,
                                         const char *display_name,
                                         GboxTokenizerParts *parts,
                                         GError **error);

/* (nullable): the special token that the file puts before every text. */
const char *gbox_tokenizer_json_get_begin (JsonObject *root);

G_END_DECLS
