/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loaded networks and language models, so that a click need not read a file twice. */
#pragma once

#include "models/catalogue.h"
#include "models/language-model.h"
#include "models/network.h"

G_BEGIN_DECLS

typedef struct _GboxModelStore GboxModelStore;

/* Thread-safe; keeps the last two networks and the last language model that were asked for. Transfer full,
 * free with gbox_model_store_free(). */
GboxModelStore *gbox_model_store_new (GError **error);
void gbox_model_store_free (GboxModelStore *store);
const GboxCatalogue *gbox_model_store_get_catalogue (const GboxModelStore *store);

/**
 * gbox_model_store_get_network:
 * @store: the store
 * @model: (nullable): a catalogue name or a path; %NULL or "" for the default
 * @error: return location for an error
 *
 * Blocks while it loads. Two threads that ask for the same network get the same one.
 *
 * Returns: (transfer full) (nullable): the network
 */
GboxNetwork *gbox_model_store_get_network (GboxModelStore *store, const char *model, GError **error);

/**
 * gbox_model_store_get_language_model:
 * @store: the store
 * @model: (nullable): likewise
 * @error: return location for an error
 *
 * As gbox_model_store_get_network().
 *
 * Returns: (transfer full) (nullable): the model
 */
GboxLanguageModel *
gbox_model_store_get_language_model (GboxModelStore *store, const char *model, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxModelStore, gbox_model_store_free)

G_END_DECLS
