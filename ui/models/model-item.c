/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model the user can choose, whether it is on disk, and getting it. */
#include "models/model-item.h"

struct _GboxModelItem
{
  GObject parent_instance;

  GboxEngine *engine;
  const GboxModelEntry *entry; /* NULL for a file of the user's own; lives as long as the engine */
  char *name;
  char *title;
  gboolean present;
  GCancellable *fetch; /* while it is on its way */
  double fraction;
  char *status;
  char *error;
};

G_DEFINE_FINAL_TYPE (GboxModelItem, gbox_model_item, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_TITLE,
  PROP_DETAIL,
  PROP_PRESENT,
  PROP_FETCHING,
  PROP_FRACTION,
  PROP_STATUS,
  PROP_ERROR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* How far a download is, written by its thread and read by the main one. */
typedef struct
{
  GboxEngine *engine; /* keeps the catalogue */
  const GboxModelEntry *entry;
  GMutex lock;
  gboolean is_told; /* an idle callback is on its way */
  guint64 received;
  guint64 total;
  char *what;
} Download;

static void
download_free (gpointer data)
{
  Download *download = data;

  g_object_unref (download->engine);
  g_mutex_clear (&download->lock);
  g_free (download->what);
  g_free (download);
}

static char *
describe_detail (GboxModelItem *self)
{
  g_autofree char *size = NULL;

  if (self->present)
    return g_strdup ("");
  if (self->fetch)
    return self->fraction < 0 ? g_strdup ("Getting…") : g_strdup_printf ("%.0f %%", 100 * self->fraction);
  if (!self->entry)
    return g_strdup ("");
  if (self->entry->size == 0)
    return g_strdup_printf ("Get · %s", self->entry->licence);
  size = g_format_size (self->entry->size);
  return g_strdup_printf ("Get · %s · %s", size, self->entry->licence);
}

static void
gbox_model_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxModelItem *self = GBOX_MODEL_ITEM (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_DETAIL:
      g_value_take_string (value, describe_detail (self));
      break;
    case PROP_PRESENT:
      g_value_set_boolean (value, self->present);
      break;
    case PROP_FETCHING:
      g_value_set_boolean (value, self->fetch != NULL);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, self->fraction);
      break;
    case PROP_STATUS:
      g_value_set_string (value, self->status);
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_model_item_finalize (GObject *object)
{
  GboxModelItem *self = GBOX_MODEL_ITEM (object);

  g_clear_object (&self->fetch);
  g_clear_object (&self->engine);
  g_free (self->name);
  g_free (self->title);
  g_free (self->status);
  g_free (self->error);
  G_OBJECT_CLASS (gbox_model_item_parent_class)->finalize (object);
}

static void
gbox_model_item_class_init (GboxModelItemClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_model_item_get_property;
  object_class->finalize = gbox_model_item_finalize;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "", flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", flags);
  properties[PROP_DETAIL] = g_param_spec_string ("detail", NULL, NULL, "", flags);
  properties[PROP_PRESENT] = g_param_spec_boolean ("present", NULL, NULL, FALSE, flags);
  properties[PROP_FETCHING] = g_param_spec_boolean ("fetching", NULL, NULL, FALSE, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, -1, 1, -1, flags);
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, "", flags);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gbox_model_item_init (GboxModelItem *self)
{
  self->fraction = -1;
  self->status = g_strdup ("");
}

static const GboxCatalogue *
get_catalogue (GboxEngine *engine)
{
  return gbox_model_store_get_catalogue (gbox_engine_get_store (engine));
}

GboxModelItem *
gbox_model_item_new (GboxEngine *engine, const GboxModelEntry *entry)
{
  GboxModelItem *self = g_object_new (GBOX_TYPE_MODEL_ITEM, NULL);
  g_autofree char *path = gbox_catalogue_locate (get_catalogue (engine), entry->name, NULL);

  self->engine = g_object_ref (engine);
  self->entry = entry;
  self->name = g_strdup (entry->name);
  self->title = g_strdup (entry->title);
  self->present = path != NULL;
  return self;
}

GboxModelItem *
gbox_model_item_new_for_path (GboxEngine *engine, const char *path)
{
  GboxModelItem *self = g_object_new (GBOX_TYPE_MODEL_ITEM, NULL);

  self->engine = g_object_ref (engine);
  self->name = g_strdup (path);
  self->title = g_path_get_basename (path);
  self->present = TRUE;
  return self;
}

void
gbox_model_item_set_title (GboxModelItem *self, const char *title)
{
  g_return_if_fail (GBOX_IS_MODEL_ITEM (self));

  if (g_str_equal (self->title, title))
    return;
  g_free (self->title);
  self->title = g_strdup (title);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

static void
notify_download (GboxModelItem *self)
{
  GObject *object = G_OBJECT (self);

  g_object_notify_by_pspec (object, properties[PROP_FETCHING]);
  g_object_notify_by_pspec (object, properties[PROP_FRACTION]);
  g_object_notify_by_pspec (object, properties[PROP_STATUS]);
  g_object_notify_by_pspec (object, properties[PROP_ERROR]);
  g_object_notify_by_pspec (object, properties[PROP_DETAIL]);
}

static gboolean
tell_progress (gpointer data)
{
  GTask *task = data;
  GboxModelItem *self = g_task_get_source_object (task);
  Download *download = g_task_get_task_data (task);

  g_mutex_lock (&download->lock);
  download->is_told = FALSE;
  if (self->fetch && self->fetch == g_task_get_cancellable (task))
    {
      self->fraction = download->total > 0 ? MIN (1.0, (double) download->received / download->total) : -1;
      g_free (self->status);
      self->status = g_strdup (download->what);
    }
  g_mutex_unlock (&download->lock);
  notify_download (self);
  return G_SOURCE_REMOVE;
}

static void
on_progress (guint64 received, guint64 total, const char *what, gpointer user_data)
{
  GTask *task = user_data;
  Download *download = g_task_get_task_data (task);

  g_mutex_lock (&download->lock);
  download->received = received;
  download->total = total;
  g_free (download->what);
  download->what = g_strdup (what);
  if (!download->is_told)
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, tell_progress, g_object_ref (task), g_object_unref);
  download->is_told = TRUE;
  g_mutex_unlock (&download->lock);
}

static void
fetch_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Download *download = task_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = gbox_catalogue_fetch (get_catalogue (download->engine), download->entry->name,
                                                cancellable, on_progress, task, &error);

  if (path)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_fetched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GboxModelItem *self = GBOX_MODEL_ITEM (source);
  g_autoptr (GError) error = NULL;
  const gboolean is_cancelled = g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result)));

  if (self->fetch != g_task_get_cancellable (G_TASK (result)))
    return;
  g_clear_object (&self->fetch);
  self->fraction = -1;
  self->present = g_task_propagate_boolean (G_TASK (result), &error);
  if (error && !is_cancelled)
    self->error = g_strdup (error->message);
  notify_download (self);
  if (self->present)
    g_object_notify_by_pspec (source, properties[PROP_PRESENT]);
}

void
gbox_model_item_fetch (GboxModelItem *self)
{
  g_autoptr (GTask) task = NULL;
  Download *download;

  g_return_if_fail (GBOX_IS_MODEL_ITEM (self));

  if (self->present || self->fetch || !self->entry)
    return;
  g_clear_pointer (&self->error, g_free);
  self->fetch = g_cancellable_new ();
  download = g_new0 (Download, 1);
  download->engine = g_object_ref (self->engine);
  download->entry = self->entry;
  g_mutex_init (&download->lock);
  task = g_task_new (self, self->fetch, on_fetched, NULL);
  g_task_set_source_tag (task, gbox_model_item_fetch);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, download, download_free);
  g_task_run_in_thread (task, fetch_in_thread);
  notify_download (self);
}

void
gbox_model_item_cancel (GboxModelItem *self)
{
  g_return_if_fail (GBOX_IS_MODEL_ITEM (self));

  if (!self->fetch)
    return;
  g_cancellable_cancel (self->fetch);
  g_free (self->status);
  self->status = g_strdup ("Stopping…");
  notify_download (self);
}

const char *
gbox_model_item_get_name (GboxModelItem *self)
{
  return self->name;
}

const char *
gbox_model_item_get_title (GboxModelItem *self)
{
  return self->title;
}

gboolean
gbox_model_item_get_present (GboxModelItem *self)
{
  return self->present;
}

gboolean
gbox_model_item_get_fetching (GboxModelItem *self)
{
  return self->fetch != NULL;
}

const char *
gbox_model_item_get_status (GboxModelItem *self)
{
  return self->status;
}

const char *
gbox_model_item_get_error (GboxModelItem *self)
{
  return self->error;
}

char *
gbox_model_item_describe (GboxModelItem *self)
{
  g_autofree char *size = NULL;

  g_return_val_if_fail (GBOX_IS_MODEL_ITEM (self), NULL);

  if (!self->entry)
    return g_strdup (self->name);
  size = self->entry->size ? g_format_size (self->entry->size) : g_strdup ("size unknown");
  return g_strdup_printf ("A network has to be on this computer before one can look inside.\n%s · %s%s%s",
                          size, self->entry->licence, self->entry->terms ? "\n" : "",
                          self->entry->terms ? self->entry->terms : "");
}
