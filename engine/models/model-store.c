/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loaded networks and language models, so that a click need not read a file twice. */
#include "models/model-store.h"

#include <pthread.h>

/* What differs between the kinds of models. */
typedef struct
{
  gpointer (*load) (const char *path, GError **error);
  gpointer (*ref) (gpointer model);
  void (*unref) (gpointer model);
  GboxModelKind kind;
  guint n_kept;
} Kind;

static gpointer
load_network (const char *path, GError **error)
{
  return gbox_network_load (path, error);
}

static gpointer
ref_network (gpointer model)
{
  return gbox_network_ref (model);
}

static void
unref_network (gpointer model)
{
  gbox_network_unref (model);
}

static gpointer
load_language_model (const char *path, GError **error)
{
  return gbox_language_model_load (path, error);
}

static gpointer
ref_language_model (gpointer model)
{
  return gbox_language_model_ref (model);
}

static void
unref_language_model (gpointer model)
{
  gbox_language_model_unref (model);
}

static const Kind network_kind = { load_network, ref_network, unref_network, GBOX_MODEL_VISION, 2 };
static const Kind language_kind
  = { load_language_model, ref_language_model, unref_language_model, GBOX_MODEL_LANGUAGE, 1 };

struct _GboxModelStore
{
  GboxCatalogue *catalogue;
  pthread_mutex_t lock; /* over entries */
  pthread_cond_t changed;
  GQueue entries; /* of Entry, the latest asked for first */
};

/* A model that is loaded, or that a thread is loading. */
typedef struct
{
  char *path;
  const Kind *kind;
  gpointer model; /* NULL while it is being loaded */
} Entry;

static void
entry_free (Entry *entry)
{
  if (entry->model != NULL)
    entry->kind->unref (entry->model);
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
find_entry (GboxModelStore *store, const Kind *kind, const char *path)
{
  for (GList *link = store->entries.head; link != NULL; link = link->next)
    {
      Entry *entry = link->data;

      if (entry->kind == kind && g_str_equal (entry->path, path))
        return entry;
    }

  return NULL;
}

/* Drops all but the latest of a kind; what is being loaded is dropped by nobody else than who loads it. */
static void
trim (GboxModelStore *store, const Kind *kind)
{
  GList *link = store->entries.head;
  guint n_loaded = 0;

  while (link != NULL)
    {
      GList *next = link->next;
      Entry *entry = link->data;

      if (entry->kind == kind && entry->model != NULL && ++n_loaded > kind->n_kept)
        {
          g_queue_delete_link (&store->entries, link);
          entry_free (entry);
        }
      link = next;
    }
}

/* Called with the lock held; gives it up while the file is read. */
static gpointer
load (GboxModelStore *store, const Kind *kind, const char *path, GError **error)
{
  Entry *entry = g_new0 (Entry, 1);
  gpointer model;

  entry->path = g_strdup (path);
  entry->kind = kind;
  g_queue_push_head (&store->entries, entry);

  pthread_mutex_unlock (&store->lock);
  model = kind->load (path, error);
  pthread_mutex_lock (&store->lock);

  if (model == NULL)
    {
      g_queue_remove (&store->entries, entry);
      entry_free (entry);
    }
  else
    {
      entry->model = kind->ref (model);
      trim (store, kind);
    }
  pthread_cond_broadcast (&store->changed);

  return model;
}

static gpointer
get (GboxModelStore *store, const Kind *kind, const char *name, GError **error)
{
  const gboolean is_named = name != NULL && *name != '\0';
  g_autofree char *path
    = gbox_catalogue_locate (store->catalogue,
                             is_named ? name : gbox_catalogue_get_default (store->catalogue, kind->kind),
                             error);
  gpointer model;
  Entry *entry;

  if (path == NULL)
    return NULL;

  pthread_mutex_lock (&store->lock);
  /* After a failure the entry is gone, and who waited tries for itself: it needs an error of its own. */
  while ((entry = find_entry (store, kind, path)) != NULL && entry->model == NULL)
    pthread_cond_wait (&store->changed, &store->lock);
  if (entry == NULL)
    model = load (store, kind, path, error);
  else
    {
      g_queue_remove (&store->entries, entry);
      g_queue_push_head (&store->entries, entry);
      model = kind->ref (entry->model);
    }
  pthread_mutex_unlock (&store->lock);

  return model;
}

GboxNetwork *
gbox_model_store_get_network (GboxModelStore *store, const char *model, GError **error)
{
  return get (store, &network_kind, model, error);
}

GboxLanguageModel *
gbox_model_store_get_language_model (GboxModelStore *store, const char *model, GError **error)
{
  return get (store, &language_kind, model, error);
}
