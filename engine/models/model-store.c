/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loaded networks, so that a click need not read a file twice. */
#include "models/model-store.h"

#include <pthread.h>

#define N_KEPT 2

struct _GboxModelStore
{
  GboxCatalogue *catalogue;
  pthread_mutex_t lock; /* over entries */
  pthread_cond_t changed;
  GQueue entries; /* of Entry, the latest asked for first */
};

/* A network that is loaded, or that a thread is loading. */
typedef struct
{
  char *path;
  GboxNetwork *network; /* NULL while it is being loaded */
} Entry;

static void
entry_free (Entry *entry)
{
  g_clear_pointer (&entry->network, gbox_network_unref);
  g_free (entry->path);
  g_free (entry);
}

GboxModelStore *
gbox_model_store_new (GError **error)
{
  g_autoptr (GboxCatalogue) catalogue = gbox_catalogue_new (error);
  GboxModelStore *store;

  if (catalogue == NULL)
    return NULL;

  store = g_new0 (GboxModelStore, 1);
  store->catalogue = g_steal_pointer (&catalogue);
  pthread_mutex_init (&store->lock, NULL);
  pthread_cond_init (&store->changed, NULL);
  g_queue_init (&store->entries);

  return store;
}

void
gbox_model_store_free (GboxModelStore *store)
{
  if (store == NULL)
    return;

  g_queue_clear_full (&store->entries, (GDestroyNotify) entry_free);
  pthread_cond_destroy (&store->changed);
  pthread_mutex_destroy (&store->lock);
  gbox_catalogue_free (store->catalogue);
  g_free (store);
}

const GboxCatalogue *
gbox_model_store_get_catalogue (const GboxModelStore *store)
{
  return store->catalogue;
}

static Entry *
find_entry (GboxModelStore *store, const char *path)
{
  for (GList *link = store->entries.head; link != NULL; link = link->next)
    if (g_str_equal (((Entry *) link->data)->path, path))
      return link->data;

  return NULL;
}

/* Drops all but the latest; what is being loaded is dropped by nobody else than who loads it. */
static void
trim (GboxModelStore *store)
{
  GList *link = store->entries.head;
  guint n_loaded = 0;

  while (link != NULL)
    {
      GList *next = link->next;
      Entry *entry = link->data;

      if (entry->network != NULL && ++n_loaded > N_KEPT)
        {
          g_queue_delete_link (&store->entries, link);
          entry_free (entry);
        }
      link = next;
    }
}

/* Called with the lock held; gives it up while the file is read. */
static GboxNetwork *
load (GboxModelStore *store, const char *path, GError **error)
{
  Entry *entry = g_new0 (Entry, 1);
  GboxNetwork *network;

  entry->path = g_strdup (path);
  g_queue_push_head (&store->entries, entry);

  pthread_mutex_unlock (&store->lock);
  network = gbox_network_load (path, error);
  pthread_mutex_lock (&store->lock);

  if (network == NULL)
    {
      g_queue_remove (&store->entries, entry);
      entry_free (entry);
    }
  else
    {
      entry->network = gbox_network_ref (network);
      trim (store);
    }
  pthread_cond_broadcast (&store->changed);

  return network;
}

GboxNetwork *
gbox_model_store_get_network (GboxModelStore *store, const char *model, GError **error)
{
  g_autofree char *path = gbox_catalogue_locate (store->catalogue, model, error);
  GboxNetwork *network;
  Entry *entry;

  if (path == NULL)
    return NULL;

  pthread_mutex_lock (&store->lock);
  /* After a failure the entry is gone, and who waited tries for itself: it needs an error of its own. */
  while ((entry = find_entry (store, path)) != NULL && entry->network == NULL)
    pthread_cond_wait (&store->changed, &store->lock);
  if (entry == NULL)
    network = load (store, path, error);
  else
    {
      g_queue_remove (&store->entries, entry);
      g_queue_push_head (&store->entries, entry);
      network = gbox_network_ref (entry->network);
    }
  pthread_mutex_unlock (&store->lock);

  return network;
}
