/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes pictures of all units of the layer at hand, in the background. */
#include "vision/unit-atlas.h"

#include "vision/target.h"

/* Enough to tell what a unit is about at the size of a thumbnail. */
#define SIZE    128
#define N_STEPS 128u

struct _GboxUnitAtlas
{
  GObject parent_instance;

  GboxVisionSession *session;
  GboxUnitThumbnails *thumbnails;
  GSignalGroup *shown_signals; /* of the run that is selected */
  GSignalGroup *run_signals;   /* of ours */
  GCancellable *cancellable;   /* of what is asked of the disk, while active */
  GboxVisualizationSpec *spec; /* of the unit at hand */
  GboxRun *run;                /* nullable */
  guint first;                 /* unit that was selected in the beginning */
  guint n_done;
  guint n_units;
  gboolean is_asking; /* whether the disk has a picture */
  gboolean is_paused; /* by the user */
};

enum
{
  PROP_0,
  PROP_ACTIVE,
  PROP_PAUSED,
  PROP_N_DONE,
  PROP_N_UNITS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GboxUnitAtlas, gbox_unit_atlas, G_TYPE_OBJECT)

static void advance (GboxUnitAtlas *self);

static void
set_run (GboxUnitAtlas *self, GboxRun *run)
{
  if (self->run)
    gbox_run_stop (self->run);
  g_set_object (&self->run, run);
  g_signal_group_set_target (self->run_signals, run);
}

static int
get_unit (GboxUnitAtlas *self)
{
  return (int) ((self->first + self->n_done) % self->n_units);
}

static void
take_next (GboxUnitAtlas *self)
{
  set_run (self, NULL);
  self->n_done++;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_DONE]);
  if (self->n_done == self->n_units)
    gbox_unit_atlas_set_active (self, FALSE);
}

/* What the user wants or looks at comes first. */
static gboolean
must_wait (GboxUnitAtlas *self)
{
  GboxRun *shown = gbox_vision_session_get_run (self->session);
  const GboxRunState state = shown ? gbox_run_get_state (shown) : GBOX_RUN_STOPPED;

  return self->is_paused || state == GBOX_RUN_RUNNING || state == GBOX_RUN_WAITING;
}

static void
start_run (GboxUnitAtlas *self)
{
  g_autoptr (GboxRun) run = NULL;

  run = gbox_engine_start (gbox_vision_session_get_engine (self->session), GBOX_SPEC (self->spec));
  set_run (self, run);
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GboxUnitAtlas) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture
    = gbox_thumbnail_cache_lookup_finish (GBOX_THUMBNAIL_CACHE (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || !self->cancellable)
    return;
  self->is_asking = FALSE;
  if (texture)
    {
      gbox_unit_thumbnails_show (self->thumbnails, self->spec, texture);
      take_next (self);
    }
  else
    start_run (self);
  advance (self);
}

static void
on_stored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GboxUnitAtlas) self = user_data;
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GError) error = NULL;

  if (!gbox_thumbnail_cache_store_finish (GBOX_THUMBNAIL_CACHE (source), result, &texture, &error))
    g_info ("A picture of the atlas was not kept: %s", error->message);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || !self->cancellable)
    return;
  self->is_asking = FALSE;
  if (texture)
    gbox_unit_thumbnails_show (self->thumbnails, self->spec, texture);
  take_next (self);
  advance (self);
}

/* One thing at a time: asks for a picture, makes it, keeps it. */
static void
advance (GboxUnitAtlas *self)
{
  g_autofree char *key = NULL;

  if (!self->cancellable || self->is_asking)
    return;
  if (self->run)
    {
      if (must_wait (self))
        gbox_run_pause (self->run);
      else
        gbox_run_resume (self->run);
      return;
    }
  if (must_wait (self))
    return;
  g_object_set (self->spec, "unit", get_unit (self), NULL);
  self->is_asking = TRUE;
  key = gbox_unit_thumbnails_make_key (self->spec);
  gbox_thumbnail_cache_lookup_async (gbox_unit_thumbnails_get_cache (self->thumbnails), key,
                                     self->cancellable, on_looked_up, g_object_ref (self));
}

static void
on_run_changed (GboxUnitAtlas *self)
{
  const GboxRunState state = gbox_run_get_state (self->run);
  GboxFrame *frame = gbox_run_get_frame (self->run);
  g_autofree char *key = NULL;

  if (state == GBOX_RUN_FAILED)
    {
      g_info ("The atlas ends: %s", gbox_run_get_error (self->run)->message);
      gbox_unit_atlas_set_active (self, FALSE);
      return;
    }
  if (state != GBOX_RUN_FINISHED || !frame || frame->step < gbox_run_get_n_steps (self->run)
      || self->is_asking)
    return;
  self->is_asking = TRUE;
  key = gbox_unit_thumbnails_make_key (self->spec);
  gbox_thumbnail_cache_store_async (gbox_unit_thumbnails_get_cache (self->thumbnails), key, frame,
                                    self->cancellable, on_stored, g_object_ref (self));
}

static void
follow_shown (GboxUnitAtlas *self)
{
  g_signal_group_set_target (self->shown_signals, gbox_vision_session_get_run (self->session));
  advance (self);
}

/* Another layer's atlas is another one. */
static void
follow_target (GboxUnitAtlas *self)
{
  const GboxVisualizationValues *shown
    = gbox_visualization_spec_get_values (gbox_vision_session_get_spec (self->session));
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);

  if (g_strcmp0 (shown->layer, values->layer) != 0 || g_strcmp0 (shown->model, values->model) != 0)
    gbox_unit_atlas_set_active (self, FALSE);
}

static void
gbox_unit_atlas_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxUnitAtlas *self = GBOX_UNIT_ATLAS (object);

  switch (id)
    {
    case PROP_ACTIVE:
      g_value_set_boolean (value, gbox_unit_atlas_get_active (self));
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, self->is_paused);
      break;
    case PROP_N_DONE:
      g_value_set_uint (value, self->n_done);
      break;
    case PROP_N_UNITS:
      g_value_set_uint (value, self->n_units);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_unit_atlas_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_ACTIVE:
      gbox_unit_atlas_set_active (GBOX_UNIT_ATLAS (object), g_value_get_boolean (value));
      break;
    case PROP_PAUSED:
      gbox_unit_atlas_set_paused (GBOX_UNIT_ATLAS (object), g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_unit_atlas_dispose (GObject *object)
{
  GboxUnitAtlas *self = GBOX_UNIT_ATLAS (object);

  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->run_signals)
    set_run (self, NULL);
  g_clear_object (&self->run_signals);
  g_clear_object (&self->shown_signals);
  g_clear_object (&self->spec);
  g_clear_object (&self->thumbnails);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_unit_atlas_parent_class)->dispose (object);
}

static void
gbox_unit_atlas_class_init (GboxUnitAtlasClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_unit_atlas_get_property;
  object_class->set_property = gbox_unit_atlas_set_property;
  object_class->dispose = gbox_unit_atlas_dispose;
  properties[PROP_ACTIVE] = g_param_spec_boolean ("active", NULL, NULL, FALSE, flags | G_PARAM_READWRITE);
  properties[PROP_PAUSED] = g_param_spec_boolean ("paused", NULL, NULL, FALSE, flags | G_PARAM_READWRITE);
  properties[PROP_N_DONE]
    = g_param_spec_uint ("n-done", NULL, NULL, 0, G_MAXUINT, 0, flags | G_PARAM_READABLE);
  properties[PROP_N_UNITS]
    = g_param_spec_uint ("n-units", NULL, NULL, 0, G_MAXUINT, 0, flags | G_PARAM_READABLE);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gbox_unit_atlas_init (GboxUnitAtlas *self)
{
  self->spec = gbox_visualization_spec_new ();
  g_object_set (self->spec, "size", SIZE, "steps", N_STEPS, NULL);
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (on_run_changed), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::frame", G_CALLBACK (on_run_changed), self);
  self->shown_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->shown_signals, "notify::state", G_CALLBACK (advance), self);
}

GboxUnitAtlas *
gbox_unit_atlas_new (GboxVisionSession *session, GboxUnitThumbnails *thumbnails)
{
  GboxUnitAtlas *self = g_object_new (GBOX_TYPE_UNIT_ATLAS, NULL);

  self->session = g_object_ref (session);
  self->thumbnails = g_object_ref (thumbnails);
  g_signal_connect_object (session, "notify::run", G_CALLBACK (follow_shown), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "target-changed", G_CALLBACK (follow_target), self, G_CONNECT_SWAPPED);
  return self;
}

gboolean
gbox_unit_atlas_get_active (GboxUnitAtlas *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_ATLAS (self), FALSE);

  return self->cancellable != NULL;
}

/* Returns: whether there is a layer of units. */
static gboolean
begin (GboxUnitAtlas *self)
{
  const GboxVisualizationValues *shown
    = gbox_visualization_spec_get_values (gbox_vision_session_get_spec (self->session));
  GboxNetwork *network = gbox_vision_session_get_network (self->session);
  const int layer = network ? gbox_network_find_layer (network, shown->layer) : -1;

  if (layer < 0 || g_str_equal (shown->layer, GBOX_TARGET_CLASS_LAYER))
    return FALSE;
  g_object_set (self->spec, "model", shown->model, "layer", shown->layer, NULL);
  self->n_units = (guint) gbox_network_get_layer (network, (guint) layer)->n_channels;
  self->first = (guint) shown->unit;
  self->n_done = 0;
  self->is_asking = FALSE;
  self->cancellable = g_cancellable_new ();
  return TRUE;
}

void
gbox_unit_atlas_set_active (GboxUnitAtlas *self, gboolean active)
{
  g_return_if_fail (GBOX_IS_UNIT_ATLAS (self));

  if (!active == !self->cancellable)
    return;
  if (!active)
    {
      g_cancellable_cancel (self->cancellable);
      g_clear_object (&self->cancellable);
      set_run (self, NULL);
      self->is_paused = FALSE;
    }
  else if (!begin (self))
    return;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACTIVE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_UNITS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_DONE]);
  advance (self);
}

gboolean
gbox_unit_atlas_get_paused (GboxUnitAtlas *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_ATLAS (self), FALSE);

  return self->is_paused;
}

void
gbox_unit_atlas_set_paused (GboxUnitAtlas *self, gboolean paused)
{
  g_return_if_fail (GBOX_IS_UNIT_ATLAS (self));

  if (!self->cancellable || !paused == !self->is_paused)
    return;
  self->is_paused = paused;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
  advance (self);
}

guint
gbox_unit_atlas_get_n_done (GboxUnitAtlas *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_ATLAS (self), 0);

  return self->n_done;
}

guint
gbox_unit_atlas_get_n_units (GboxUnitAtlas *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_ATLAS (self), 0);

  return self->n_units;
}
