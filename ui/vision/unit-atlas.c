/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes pictures of all units of the layer at hand, in the background. */
#include "vision/unit-atlas.h"

#include "vision/target.h"
#include "vision/unit-painter.h"

struct _GboxUnitAtlas
{
  GObject parent_instance;

  GboxVisionSession *session;
  GboxUnitPainter *painter;
  char *model;
  char *layer;
  guint first; /* unit that was selected in the beginning */
  guint n_done;
  guint n_units;
  gboolean is_active;
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

static void
paint_next (GboxUnitAtlas *self)
{
  gbox_unit_painter_paint (self->painter, self->model, self->layer,
                           (int) ((self->first + self->n_done) % self->n_units));
}

static void
on_painted (GboxUnitAtlas *self)
{
  self->n_done++;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_DONE]);
  if (self->n_done == self->n_units)
    gbox_unit_atlas_set_active (self, FALSE);
  else if (self->is_active)
    paint_next (self);
}

static void
on_failed (GboxUnitAtlas *self, const char *message)
{
  g_info ("The atlas ends: %s", message);
  gbox_unit_atlas_set_active (self, FALSE);
}

/* Another layer's atlas is another one. */
static void
follow_target (GboxUnitAtlas *self)
{
  const GboxVisualizationValues *shown
    = gbox_visualization_spec_get_values (gbox_vision_session_get_spec (self->session));

  if (g_strcmp0 (shown->layer, self->layer) != 0 || g_strcmp0 (shown->model, self->model) != 0)
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
      g_value_set_boolean (value, gbox_unit_atlas_get_paused (GBOX_UNIT_ATLAS (object)));
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

  g_clear_object (&self->painter);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_unit_atlas_parent_class)->dispose (object);
}

static void
gbox_unit_atlas_finalize (GObject *object)
{
  GboxUnitAtlas *self = GBOX_UNIT_ATLAS (object);

  g_free (self->model);
  g_free (self->layer);
  G_OBJECT_CLASS (gbox_unit_atlas_parent_class)->finalize (object);
}

static void
gbox_unit_atlas_class_init (GboxUnitAtlasClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_unit_atlas_get_property;
  object_class->set_property = gbox_unit_atlas_set_property;
  object_class->dispose = gbox_unit_atlas_dispose;
  object_class->finalize = gbox_unit_atlas_finalize;
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
}

GboxUnitAtlas *
gbox_unit_atlas_new (GboxVisionSession *session, GboxUnitThumbnails *thumbnails)
{
  GboxUnitAtlas *self = g_object_new (GBOX_TYPE_UNIT_ATLAS, NULL);

  self->session = g_object_ref (session);
  self->painter = gbox_unit_painter_new (session, thumbnails);
  g_signal_connect_object (self->painter, "painted", G_CALLBACK (on_painted), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->painter, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "target-changed", G_CALLBACK (follow_target), self, G_CONNECT_SWAPPED);
  return self;
}

gboolean
gbox_unit_atlas_get_active (GboxUnitAtlas *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_ATLAS (self), FALSE);

  return self->is_active;
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
  g_free (self->model);
  g_free (self->layer);
  self->model = g_strdup (shown->model);
  self->layer = g_strdup (shown->layer);
  self->n_units = (guint) gbox_network_get_layer (network, (guint) layer)->n_channels;
  self->first = (guint) shown->unit;
  self->n_done = 0;
  self->is_active = TRUE;
  return TRUE;
}

void
gbox_unit_atlas_set_active (GboxUnitAtlas *self, gboolean active)
{
  g_return_if_fail (GBOX_IS_UNIT_ATLAS (self));

  if (!active == !self->is_active)
    return;
  if (!active)
    {
      self->is_active = FALSE;
      gbox_unit_painter_clear (self->painter);
      gbox_unit_painter_set_paused (self->painter, FALSE);
    }
  else if (!begin (self))
    return;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACTIVE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_UNITS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_DONE]);
  if (self->is_active)
    paint_next (self);
}

gboolean
gbox_unit_atlas_get_paused (GboxUnitAtlas *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_ATLAS (self), FALSE);

  return gbox_unit_painter_get_paused (self->painter);
}

void
gbox_unit_atlas_set_paused (GboxUnitAtlas *self, gboolean paused)
{
  g_return_if_fail (GBOX_IS_UNIT_ATLAS (self));

  if (!self->is_active || !paused == !gbox_unit_painter_get_paused (self->painter))
    return;
  gbox_unit_painter_set_paused (self->painter, paused);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
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
