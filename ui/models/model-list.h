/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The models there are to choose from. */
#pragma once

#include "models/model-item.h"

G_BEGIN_DECLS

/* Returns: (transfer full): a #GListStore of a #GboxModelItem for each model of that kind in the
 * engine's catalogue. */
GListStore *gbox_model_list_new (GboxEngine *engine, GboxModelKind kind);

/**
 * gbox_model_list_find:
 * @list: of gbox_model_list_new()
 * @engine: its engine
 * @name: a catalogue name, or the path of a weights file, which joins the list
 *
 * Returns: (transfer none): the item of that name
 */
GboxModelItem *gbox_model_list_find (GListStore *list, GboxEngine *engine, const char *name);

/* Stops whatever is being fetched. */
void gbox_model_list_cancel (GListStore *list);

G_END_DECLS
