/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A spec with a parameter of every type. */
#include "toy-spec.h"

#include "base/error.h"

GType
colour_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { COLOUR_RED, "COLOUR_RED", "red" },
    { COLOUR_DARK_BLUE, "COLOUR_DARK_BLUE", "dark-blue" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("Colour", values));

  return type;
}

enum
{
  PROP_DECORATE = 1,
  PROP_PLAIN,
  PROP_OFFSET,
  PROP_STEPS,
  PROP_BIG,
  PROP_SEED,
  PROP_RATE,
  PROP_FREE,
  PROP_COLOUR,
  PROP_TITLE,
  PROP_SUMMARY,
};

G_DEFINE_FINAL_TYPE (ToySpec, toy_spec, GBOX_TYPE_SPEC)

static void
toy_spec_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  ToySpec *self = TOY_SPEC (object);

  switch (id)
    {
    case PROP_DECORATE:
      self->decorate = g_value_get_boolean (value);
      break;
    case PROP_PLAIN:
      self->plain = g_value_get_boolean (value);
      break;
    case PROP_OFFSET:
      self->offset = g_value_get_int (value);
      break;
    case PROP_STEPS:
      self->steps = g_value_get_uint (value);
      break;
    case PROP_BIG:
      self->big = g_value_get_int64 (value);
      break;
    case PROP_SEED:
      self->seed = g_value_get_uint64 (value);
      break;
    case PROP_RATE:
      self->rate = g_value_get_double (value);
      break;
    case PROP_FREE:
      self->free = g_value_get_double (value);
      break;
    case PROP_COLOUR:
      self->colour = g_value_get_enum (value);
      break;
    case PROP_TITLE:
      g_free (self->title);
      self->title = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
toy_spec_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ToySpec *self = TOY_SPEC (object);

  switch (id)
    {
    case PROP_DECORATE:
      g_value_set_boolean (value, self->decorate);
      break;
    case PROP_PLAIN:
      g_value_set_boolean (value, self->plain);
      break;
    case PROP_OFFSET:
      g_value_set_int (value, self->offset);
      break;
    case PROP_STEPS:
      g_value_set_uint (value, self->steps);
      break;
    case PROP_BIG:
      g_value_set_int64 (value, self->big);
      break;
    case PROP_SEED:
      g_value_set_uint64 (value, self->seed);
      break;
    case PROP_RATE:
      g_value_set_double (value, self->rate);
      break;
    case PROP_FREE:
      g_value_set_double (value, self->free);
      break;
    case PROP_COLOUR:
      g_value_set_enum (value, self->colour);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_SUMMARY:
      g_value_set_static_string (value, "not a parameter");
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static gboolean
toy_spec_validate (GboxSpec *spec, GError **error)
{
  ToySpec *self = TOY_SPEC (spec);

  if (!self->plain || !self->decorate)
    return TRUE;
  g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                       "plain and decorate exclude each other");

  return FALSE;
}

static void
toy_spec_finalize (GObject *object)
{
  g_free (TOY_SPEC (object)->title);

  G_OBJECT_CLASS (toy_spec_parent_class)->finalize (object);
}

static void
install (GObjectClass *class, guint id, GParamSpec *pspec)
{
  g_object_class_install_property (class, id, pspec);
}

static void
toy_spec_class_init (ToySpecClass *klass)
{
  const GParamFlags fixed = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;
  const GParamFlags live = fixed | (GParamFlags) GBOX_PARAM_LIVE;
  GObjectClass *class = G_OBJECT_CLASS (klass);

  class->set_property = toy_spec_set_property;
  class->get_property = toy_spec_get_property;
  class->finalize = toy_spec_finalize;
  GBOX_SPEC_CLASS (klass)->validate = toy_spec_validate;

  install (class, PROP_DECORATE, g_param_spec_boolean ("decorate", "Decorate", "Adds flowers", TRUE, live));
  install (class, PROP_PLAIN, g_param_spec_boolean ("plain", "Plain", "Leaves all out", FALSE, fixed));
  install (class, PROP_OFFSET, g_param_spec_int ("offset", "Offset", "Where", -1, 100, -1, fixed));
  install (class, PROP_STEPS, g_param_spec_uint ("steps", "Steps", "How many", 1, 100000, 512, live));
  install (class, PROP_BIG,
           g_param_spec_int64 ("big", "Big", "A wide one", G_MININT64, G_MAXINT64, 0, fixed));
  install (class, PROP_SEED, g_param_spec_uint64 ("seed", "Seed", "Chance", 0, G_MAXUINT64, 0, fixed));
  install (class, PROP_RATE, g_param_spec_double ("rate", "Rate", "How fast", 0, 3, 0.05, live));
  install (class, PROP_FREE,
           g_param_spec_double ("free", "Free", "Any", -G_MAXDOUBLE, G_MAXDOUBLE, 0, fixed));
  install (class, PROP_COLOUR,
           g_param_spec_enum ("colour", "Colour", "Of the flowers", colour_get_type (), COLOUR_RED, fixed));
  install (class, PROP_TITLE, g_param_spec_string ("title", "Title", "Above it", "", fixed));
  install (class, PROP_SUMMARY,
           g_param_spec_string ("summary", "Summary", "Read only", NULL,
                                G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
toy_spec_init (ToySpec *self)
{
}

GboxSpec *
toy_spec_new (void)
{
  return g_object_new (toy_spec_get_type (), NULL);
}
