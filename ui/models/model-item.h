/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model the user can choose, whether it is on disk, and getting it. */
#pragma once

#include "runtime/engine.h"

G_BEGIN_DECLS

/**
 * GboxModelItem:
 *
 * Properties, all read-only and notified: `name` (string: what a spec's `model` takes, a catalogue name or a
 * path), `title` (string), `detail` (string: what the list says beside the title; empty for a model that is
 * here), `present` (boolean: on disk), `fetching` (boolean), `fraction` (double, 0 … 1 of the download, below
 * 0 while its length is unknown), `status` (string: what the download is doing), `error` (string, nullable:
 * why the last download failed). Main thread only.
 */
#define GBOX_TYPE_MODEL_ITEM (gbox_model_item_get_type ())
G_DECLARE_FINAL_TYPE (GboxModelItem, gbox_model_item, GBOX, MODEL_ITEM, GObject)

/* @entry: (transfer none): an entry of the engine's catalogue. */
GboxModelItem *gbox_model_item_new (GboxEngine *engine, const GboxModelEntry *entry);
/* A weights file of the user's own. */
GboxModelItem *gbox_model_item_new_for_path (GboxEngine *engine, const char *path);

/* Calls it something else than by its file's name. */
void gbox_model_item_set_title (GboxModelItem *self, const char *title);

/* Starts to get it on a worker thread, unless it is here or on its way. */
void gbox_model_item_fetch (GboxModelItem *self);
/* Stops that; what has arrived is kept for the next attempt. */
void gbox_model_item_cancel (GboxModelItem *self);

const char *gbox_model_item_get_name (GboxModelItem *self);
const char *gbox_model_item_get_title (GboxModelItem *self);
gboolean gbox_model_item_get_present (GboxModelItem *self);
gboolean gbox_model_item_get_fetching (GboxModelItem *self);
const char *gbox_model_item_get_status (GboxModelItem *self);
const char *gbox_model_item_get_error (GboxModelItem *self);
/* What it takes to get it: size, licence, and what to agree to; free with g_free(). */
char *gbox_model_item_describe (GboxModelItem *self);

G_END_DECLS
