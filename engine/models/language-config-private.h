/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the readers of language models' descriptions share. */
#pragma once

#include "base/error.h"
#include "models/language-config.h"

G_BEGIN_DECLS

/* The largest values that are believed; products of any two fit an int64 with room. */
#define GBOX_MAX_LAYERS    1024
#define GBOX_MAX_HEADS     4096
#define GBOX_MAX_WIDTH     (1 << 20)
#define GBOX_MAX_POSITIONS (1 << 24)

/* Sets what an architecture fixes, and what most files do not say: scales of 1, one base … */
void gbox_language_config_init (GboxLanguageConfig *config, GboxArchitecture architecture);

/* FALSE if there is no architecture of that name. */
gboolean gbox_architecture_from_name (const char *name, GboxArchitecture *architecture);

/* Adds a token that ends a text, unless it is none or there already. */
void gbox_language_config_add_end (GboxLanguageConfig *config, gint64 id);

/**
 * gbox_language_config_finish:
 * @config: what was read; head_size, rope_size, n_kv_heads and d_ff may be 0 where the file leaves them to
 * the others, attention_scale too
 * @display_name: how messages call the file
 * @error: return location for an error
 *
 * Fills in what follows from the rest, and checks that all fits together.
 */
gboolean gbox_language_config_finish (GboxLanguageConfig *config, const char *display_name, GError **error);

/* Sets "“NAME” is no language model that can be used: CAUSE." Returns %FALSE. */
gboolean
gbox_language_config_fail (GError **error, GboxError code, const char *display_name, const char *cause, ...)
  G_GNUC_PRINTF (4, 5);

G_END_DECLS
