/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Brings the pictures of units into the grid, and the finished ones into the cache. */
#include "vision/unit-thumbnails.h"

#include "vision/visualization-spec.h"

struct _GboxUnitThumbnails
{
  GObject parent_instance;

  GboxVisionSession *session;
  GboxUnitGrid *grid;
  GboxThumbnailCache *cache;
  GSignalGroup *run_signals;
  GboxUnitItem *active; /* whose image is growing */
  GboxRun *stored;      /* the run whose picture has been taken; not referenced, only compared */
};

G_DEFINE_FINAL_TYPE (GboxUnitThumbnails, gbox_unit_thumbnails, G_TYPE_OBJECT)

static const GboxVisualizationValues *
get_shown (GboxUnitThumbnails *self)
{
  return gbox_visualization_spec_get_values (gbox_vision_session_get_spec (self->session));
}

static const GboxVisualizationValues *
get_values (GboxRun *run)
{
  return gbox_visualization_spec_get_values (GBOX_VISUALIZATION_SPEC (gbox_run_get_spec (run)));
}

/* A mosaic of pictures would not be recognised in the grid. */
static gboolean
shows_several (GboxRun *run)
{
  return gbox_visualization_spec_count_pictures (GBOX_VISUALIZATION_SPEC (gbox_run_get_spec (run))) > 1;
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GboxUnitItem) item = user_data;
  g_autoptr (GdkTexture) texture
    = gbox_thumbnail_cache_lookup_finish (GBOX_THUMBNAIL_CACHE (source), result, NULL);

  if (texture && !gbox_unit_item_get_texture (item))
    gbox_unit_item_set_texture (item, texture);
}

static void
on_thumbnail_wanted (GboxUnitThumbnails *self, GboxUnitItem *item)
{
  g_autofree char *key = gbox_unit_thumbnails_make_unit_key (get_shown (self)->model, get_shown (self)->layer,
                                                             gbox_unit_item_get_unit (item));
  GdkTexture *texture = gbox_thumbnail_cache_peek (self->cache, key);

  if (texture)
    gbox_unit_item_set_texture (item, texture);
  else
    gbox_thumbnail_cache_lookup_async (self->cache, key, NULL, on_looked_up, g_object_ref (item));
}

static void
on_stored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GboxUnitItem) item = user_data;
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GError) error = NULL;

  if (!gbox_thumbnail_cache_store_finish (GBOX_THUMBNAIL_CACHE (source), result, &texture, &error))
    g_info ("A thumbnail was not kept: %s", error->message);
  if (texture && item)
    gbox_unit_item_set_texture (item, texture);
}

/* The grid's item of the unit that a run is about, if the grid shows its layer. */
static GboxUnitItem *
find_item (GboxUnitThumbnails *self, const GboxVisualizationValues *values)
{
  if (values->objective == GBOX_OBJECTIVE_LAYER || !g_str_equal (values->layer, get_shown (self)->layer)
      || !g_str_equal (values->model, get_shown (self)->model))
    return NULL;
  return gbox_unit_grid_get_item (self->grid, values->unit);
}

static void
store_picture (GboxUnitThumbnails *self, GboxRun *run)
{
  const GboxVisualizationValues *values = get_values (run);
  GboxUnitItem *item = find_item (self, values);
  g_autofree char *key = gbox_unit_thumbnails_make_unit_key (values->model, values->layer, values->unit);

  /* What began as a photo does not show what excites the unit. */
  if (values->objective != GBOX_OBJECTIVE_CHANNEL || *values->start != '\0' || shows_several (run))
    return;
  self->stored = run;
  gbox_thumbnail_cache_store_async (self->cache, key, gbox_run_get_frame (run), NULL, on_stored,
                                    item ? g_object_ref (item) : NULL);
}

static void
set_active (GboxUnitThumbnails *self, GboxUnitItem *item)
{
  if (item == self->active)
    return;
  if (self->active)
    gbox_unit_item_set_active (self->active, FALSE);
  g_set_object (&self->active, item);
  if (self->active)
    gbox_unit_item_set_active (self->active, TRUE);
}

static void
on_run_changed (GboxUnitThumbnails *self, GParamSpec *pspec, GboxRun *run)
{
  const GboxRunState state = gbox_run_get_state (run);
  GboxFrame *frame = gbox_run_get_frame (run);

  if (state == GBOX_RUN_FINISHED && frame && frame->step >= gbox_run_get_n_steps (run) && self->stored != run)
    store_picture (self, run);
  set_active (self, state == GBOX_RUN_RUNNING ? find_item (self, get_values (run)) : NULL);
}

static void
follow_run (GboxUnitThumbnails *self)
{
  GboxRun *run = gbox_vision_session_get_run (self->session);

  g_signal_group_set_target (self->run_signals, run);
  self->stored = NULL;
  if (!run)
    set_active (self, NULL);
}

static void
gbox_unit_thumbnails_dispose (GObject *object)
{
  GboxUnitThumbnails *self = GBOX_UNIT_THUMBNAILS (object);

  g_clear_object (&self->run_signals);
  g_clear_object (&self->active);
  g_clear_object (&self->cache);
  g_clear_object (&self->session);
  g_clear_object (&self->grid);
  G_OBJECT_CLASS (gbox_unit_thumbnails_parent_class)->dispose (object);
}

static void
gbox_unit_thumbnails_class_init (GboxUnitThumbnailsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = gbox_unit_thumbnails_dispose;
}

static void
gbox_unit_thumbnails_init (GboxUnitThumbnails *self)
{
  self->cache = gbox_thumbnail_cache_new (NULL, GBOX_THUMBNAIL_CACHE_MAX_BYTES);
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (on_run_changed), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::frame", G_CALLBACK (on_run_changed), self);
}

GboxUnitThumbnails *
gbox_unit_thumbnails_new (GboxVisionSession *session, GboxUnitGrid *grid)
{
  GboxUnitThumbnails *self = g_object_new (GBOX_TYPE_UNIT_THUMBNAILS, NULL);

  self->session = g_object_ref (session);
  self->grid = g_object_ref (grid);
  g_signal_connect_object (grid, "thumbnail-wanted", G_CALLBACK (on_thumbnail_wanted), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::run", G_CALLBACK (follow_run), self, G_CONNECT_SWAPPED);
  return self;
}

GboxThumbnailCache *
gbox_unit_thumbnails_get_cache (GboxUnitThumbnails *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_THUMBNAILS (self), NULL);

  return self->cache;
}

char *
gbox_unit_thumbnails_make_unit_key (const char *model, const char *layer, int unit)
{
  return g_strdup_printf ("%s/%s/%d/channel", model, layer, unit);
}

char *
gbox_unit_thumbnails_make_key (GboxVisualizationSpec *spec)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);

  return gbox_unit_thumbnails_make_unit_key (values->model, values->layer, values->unit);
}

void
gbox_unit_thumbnails_show (GboxUnitThumbnails *self, GboxVisualizationSpec *spec, GdkTexture *texture)
{
  GboxUnitItem *item;

  g_return_if_fail (GBOX_IS_UNIT_THUMBNAILS (self));

  item = find_item (self, gbox_visualization_spec_get_values (spec));
  if (item)
    gbox_unit_item_set_texture (item, texture);
}
