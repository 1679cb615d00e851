/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One unit of a layer as the unit grid lists it. */
#include "vision/unit-item.h"

struct _GboxUnitItem
{
  GObject parent_instance;
  int unit;
  char *label;
  GdkTexture *texture; /* nullable */
  gboolean active;
};

enum
{
  PROP_UNIT = 1,
  PROP_LABEL,
  PROP_TEXTURE,
  PROP_ACTIVE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GboxUnitItem, gbox_unit_item, G_TYPE_OBJECT)

static void
gbox_unit_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxUnitItem *self = GBOX_UNIT_ITEM (object);

  switch (id)
    {
    case PROP_UNIT:
      g_value_set_int (value, self->unit);
      break;
    case PROP_LABEL:
      g_value_set_string (value, self->label);
      break;
    case PROP_TEXTURE:
      g_value_set_object (value, self->texture);
      break;
    case PROP_ACTIVE:
      g_value_set_boolean (value, self->active);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_unit_item_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxUnitItem *self = GBOX_UNIT_ITEM (object);

  switch (id)
    {
    case PROP_UNIT:
      self->unit = g_value_get_int (value);
      break;
    case PROP_LABEL:
      self->label = g_value_dup_string (value);
      break;
    case PROP_TEXTURE:
      gbox_unit_item_set_texture (self, g_value_get_object (value));
      break;
    case PROP_ACTIVE:
      gbox_unit_item_set_active (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_unit_item_finalize (GObject *object)
{
  GboxUnitItem *self = GBOX_UNIT_ITEM (object);

  g_free (self->label);
  g_clear_object (&self->texture);
  G_OBJECT_CLASS (gbox_unit_item_parent_class)->finalize (object);
}

static void
gbox_unit_item_class_init (GboxUnitItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags live = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags fixed = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_unit_item_get_property;
  object_class->set_property = gbox_unit_item_set_property;
  object_class->finalize = gbox_unit_item_finalize;

  properties[PROP_UNIT] = g_param_spec_int ("unit", NULL, NULL, 0, G_MAXINT, 0, fixed);
  properties[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, NULL, fixed);
  properties[PROP_TEXTURE] = g_param_spec_object ("texture", NULL, NULL, GDK_TYPE_TEXTURE, live);
  properties[PROP_ACTIVE] = g_param_spec_boolean ("active", NULL, NULL, FALSE, live);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gbox_unit_item_init (GboxUnitItem *self)
{
}

GboxUnitItem *
gbox_unit_item_new (int unit, const char *label)
{
  return g_object_new (GBOX_TYPE_UNIT_ITEM, "unit", unit, "label", label, NULL);
}

int
gbox_unit_item_get_unit (GboxUnitItem *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_ITEM (self), 0);
  return self->unit;
}

const char *
gbox_unit_item_get_label (GboxUnitItem *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_ITEM (self), NULL);
  return self->label;
}

GdkTexture *
gbox_unit_item_get_texture (GboxUnitItem *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_ITEM (self), NULL);
  return self->texture;
}

void
gbox_unit_item_set_texture (GboxUnitItem *self, GdkTexture *texture)
{
  g_return_if_fail (GBOX_IS_UNIT_ITEM (self));
  if (g_set_object (&self->texture, texture))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXTURE]);
}

gboolean
gbox_unit_item_get_active (GboxUnitItem *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_ITEM (self), FALSE);
  return self->active;
}

void
gbox_unit_item_set_active (GboxUnitItem *self, gboolean active)
{
  g_return_if_fail (GBOX_IS_UNIT_ITEM (self));
  active = active != FALSE;
  if (self->active == active)
    return;
  self->active = active;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACTIVE]);
}
