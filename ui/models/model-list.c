/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The models there are to choose from. */
#include "models/model-list.h"

GListStore *
gbox_model_list_new (GboxEngine *engine, GboxModelKind kind)
{
  const GboxCatalogue *catalogue = gbox_model_store_get_catalogue (gbox_engine_get_store (engine));
  GListStore *list = g_list_store_new (GBOX_TYPE_MODEL_ITEM);

  for (guint i = 0; i < gbox_catalogue_get_n_entries (catalogue); i++)
    {
      const GboxModelEntry *entry = gbox_catalogue_get_entry (catalogue, i);

      if (entry->kind == kind)
        {
          g_autoptr (GboxModelItem) item = gbox_model_item_new (engine, entry);

          g_list_store_append (list, item);
        }
    }
  return list;
}

GboxModelItem *
gbox_model_list_find (GListStore *list, GboxEngine *engine, const char *name)
{
  g_autoptr (GboxModelItem) file = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++)
    {
      g_autoptr (GboxModelItem) item = g_list_model_get_item (G_LIST_MODEL (list), i);

      if (g_str_equal (gbox_model_item_get_name (item), name))
        return item;
    }
  file = gbox_model_item_new_for_path (engine, name);
  g_list_store_append (list, file);
  return file;
}

void
gbox_model_list_cancel (GListStore *list)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++)
    {
      g_autoptr (GboxModelItem) item = g_list_model_get_item (G_LIST_MODEL (list), i);

      gbox_model_item_cancel (item);
    }
}
