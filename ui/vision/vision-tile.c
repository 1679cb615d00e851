/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One of the pictures that stand side by side: what it is to be, the run that makes it and how it grew. */
#include "vision/vision-tile.h"

struct _GboxVisionTile
{
  GObject parent_instance;

  GboxVisualizationSpec *spec;
  GboxRun *run;
  GSignalGroup *run_signals;
  GboxFilm *film;
  gboolean pinned;
};

G_DEFINE_FINAL_TYPE (GboxVisionTile, gbox_vision_tile, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_RUN,
  PROP_PINNED,
  N_PROPS
};

enum
{
  SIGNAL_FILMED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* What says together which unit it is. */
static const char *const target[]
  = { "model",     "objective",    "layer",          "unit",  "at-y",           "at-x",
      "direction", "cosine-power", "direction-from", "minus", "interpolate-to", NULL };
/* What is about one run only. */
static const char *const passing[] = { "start-digest", "schedule", "checkpoint", NULL };

static void
on_record (GboxVisionTile *self, GType type, gpointer record)
{
  if (type == GBOX_TYPE_FRAME && gbox_film_append (self->film, record))
    g_signal_emit (self, signals[SIGNAL_FILMED], 0);
}

/* The film ends with what there is in the end. */
static void
on_changed (GboxVisionTile *self)
{
  GboxFrame *frame = gbox_run_get_frame (self->run);
  g_autoptr (GboxFrame) last = NULL;

  if (gbox_run_get_state (self->run) != GBOX_RUN_FINISHED || !frame)
    return;
  last = gbox_film_shrink_to_keep (frame);
  if (gbox_film_append (self->film, last))
    g_signal_emit (self, signals[SIGNAL_FILMED], 0);
}

static void
gbox_vision_tile_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxVisionTile *self = GBOX_VISION_TILE (object);

  switch (id)
    {
    case PROP_RUN:
      g_value_set_object (value, self->run);
      break;
    case PROP_PINNED:
      g_value_set_boolean (value, self->pinned);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_vision_tile_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxVisionTile *self = GBOX_VISION_TILE (object);

  switch (id)
    {
    case PROP_RUN:
      gbox_vision_tile_set_run (self, g_value_get_object (value));
      break;
    case PROP_PINNED:
      gbox_vision_tile_set_pinned (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_vision_tile_dispose (GObject *object)
{
  GboxVisionTile *self = GBOX_VISION_TILE (object);

  g_clear_object (&self->run_signals);
  if (self->run)
    gbox_run_stop (self->run);
  g_clear_object (&self->run);
  g_clear_object (&self->spec);
  g_clear_pointer (&self->film, gbox_film_unref);
  G_OBJECT_CLASS (gbox_vision_tile_parent_class)->dispose (object);
}

static void
gbox_vision_tile_class_init (GboxVisionTileClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_vision_tile_get_property;
  object_class->set_property = gbox_vision_tile_set_property;
  object_class->dispose = gbox_vision_tile_dispose;
  properties[PROP_RUN] = g_param_spec_object ("run", NULL, NULL, GBOX_TYPE_RUN, flags);
  properties[PROP_PINNED] = g_param_spec_boolean ("pinned", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_FILMED]
    = g_signal_new ("filmed", GBOX_TYPE_VISION_TILE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
gbox_vision_tile_init (GboxVisionTile *self)
{
  self->film = gbox_film_new ();
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "record", G_CALLBACK (on_record), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (on_changed), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::frame", G_CALLBACK (on_changed), self);
}

GboxVisionTile *
gbox_vision_tile_new (GboxVisualizationSpec *spec)
{
  GboxVisionTile *self = g_object_new (GBOX_TYPE_VISION_TILE, NULL);

  self->spec = GBOX_VISUALIZATION_SPEC (gbox_spec_copy (GBOX_SPEC (spec)));
  return self;
}

GboxVisualizationSpec *
gbox_vision_tile_get_spec (GboxVisionTile *self)
{
  g_return_val_if_fail (GBOX_IS_VISION_TILE (self), NULL);

  return self->spec;
}

GboxRun *
gbox_vision_tile_get_run (GboxVisionTile *self)
{
  g_return_val_if_fail (GBOX_IS_VISION_TILE (self), NULL);

  return self->run;
}

void
gbox_vision_tile_set_run (GboxVisionTile *self, GboxRun *run)
{
  g_return_if_fail (GBOX_IS_VISION_TILE (self));

  if (self->run == run)
    return;
  if (self->run)
    gbox_run_stop (self->run);
  g_set_object (&self->run, run);
  gbox_film_unref (self->film);
  self->film = gbox_film_new ();
  g_signal_group_set_target (self->run_signals, run);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUN]);
  g_signal_emit (self, signals[SIGNAL_FILMED], 0);
}

gboolean
gbox_vision_tile_get_pinned (GboxVisionTile *self)
{
  g_return_val_if_fail (GBOX_IS_VISION_TILE (self), FALSE);

  return self->pinned;
}

void
gbox_vision_tile_set_pinned (GboxVisionTile *self, gboolean pinned)
{
  g_return_if_fail (GBOX_IS_VISION_TILE (self));

  pinned = pinned != FALSE;
  if (self->pinned == pinned)
    return;
  self->pinned = pinned;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PINNED]);
}

GboxFilm *
gbox_vision_tile_get_film (GboxVisionTile *self)
{
  g_return_val_if_fail (GBOX_IS_VISION_TILE (self), NULL);

  return self->film;
}

static void
take_over (GboxVisualizationSpec *spec, GboxVisualizationSpec *from, const char *property)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_object_get_property (G_OBJECT (from), property, &value);
  g_object_set_property (G_OBJECT (spec), property, &value);
}

/* Whether any of the names is one of the target's. */
static gboolean
concern_target (const char *const *names)
{
  for (; *names; names++)
    if (g_strv_contains (target, *names))
      return TRUE;
  return FALSE;
}

void
gbox_vision_tile_follow (GboxVisionTile *self, GboxVisualizationSpec *from, GboxVisualizationSpec *to)
{
  g_autofree const char **own = NULL;
  g_autofree const char **changed = NULL;
  gboolean has_own_target;

  g_return_if_fail (GBOX_IS_VISION_TILE (self));

  own = gbox_spec_list_differences (GBOX_SPEC (self->spec), GBOX_SPEC (from));
  changed = gbox_spec_list_differences (GBOX_SPEC (from), GBOX_SPEC (to));
  has_own_target = concern_target (own);
  for (guint i = 0; changed[i]; i++)
    {
      const gboolean is_own
        = g_strv_contains (target, changed[i]) ? has_own_target : g_strv_contains (own, changed[i]);

      if (!is_own && !g_strv_contains (passing, changed[i]))
        take_over (self->spec, to, changed[i]);
    }
}

/* "Seed 5", "Transforms off" */
static char *
describe_property (GboxVisualizationSpec *spec, const char *name)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (spec), name);
  g_autofree char *text = gbox_spec_get_as_string (GBOX_SPEC (spec), name);
  const char *value = text;

  if (G_IS_PARAM_SPEC_BOOLEAN (pspec))
    value = g_str_equal (text, "true") ? "on" : "off";
  return g_strdup_printf ("%s %s", g_param_spec_get_nick (pspec), value);
}

static char *
describe_basis (GboxVisualizationSpec *spec)
{
  static const char *const names[]
    = { [GBOX_BASIS_FOURIER] = "Fourier", [GBOX_BASIS_PIXEL] = "Pixel", [GBOX_BASIS_MACO] = "MACO" };

  return g_strdup (names[gbox_visualization_spec_get_values (spec)->basis]);
}

/* Whether the tiles have it otherwise among each other. */
static gboolean
differ_in (GListModel *tiles, const char *name)
{
  g_autofree char *first = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (tiles); i++)
    {
      g_autoptr (GboxVisionTile) tile = g_list_model_get_item (tiles, i);
      g_autofree char *value = gbox_spec_get_as_string (GBOX_SPEC (tile->spec), name);

      if (first && !g_str_equal (first, value))
        return TRUE;
      if (!first)
        first = g_steal_pointer (&value);
    }
  return FALSE;
}

/* Properties that not all tiles have alike, in their order; but for the model, the target counts as one, and
 * where it is another the seed means nothing. */
static GPtrArray *
list_differences (GboxVisualizationSpec *spec, GListModel *tiles)
{
  guint n;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (spec), &n);
  GPtrArray *names = g_ptr_array_new ();
  gboolean has_target = FALSE;

  for (guint i = 0; i < n; i++)
    {
      const char *name = pspecs[i]->name;
      const gboolean is_target = g_strv_contains (target, name) && !g_str_equal (name, "model");

      if (g_strv_contains (passing, name) || (has_target && (is_target || g_str_equal (name, "seed")))
          || !differ_in (tiles, name))
        continue;
      has_target = has_target || is_target;
      g_ptr_array_add (names, (gpointer) (is_target ? "objective" : name));
    }
  return names;
}

/* As it is written to choose it, where that says all. */
static char *
describe_target (GboxVisualizationSpec *spec)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);

  if (values->objective == GBOX_OBJECTIVE_CHANNEL && !gbox_visualization_spec_interpolates (spec))
    return g_strdup_printf ("%s:%d", values->layer, values->unit);
  return gbox_visualization_spec_describe (spec);
}

static char *
describe_start (GboxVisualizationSpec *spec)
{
  const char *start = gbox_visualization_spec_get_values (spec)->start;
  g_autofree char *name = *start != '\0' ? g_filename_display_basename (start) : g_strdup ("noise");

  return g_strdup_printf ("from %s", name);
}

static char *
describe_difference (GboxVisualizationSpec *spec, const char *name)
{
  if (g_str_equal (name, "objective"))
    return describe_target (spec);
  if (g_str_equal (name, "basis"))
    return describe_basis (spec);
  if (g_str_equal (name, "start"))
    return describe_start (spec);
  if (g_str_equal (name, "model"))
    return g_path_get_basename (gbox_visualization_spec_get_values (spec)->model);
  return describe_property (spec, name);
}

char *
gbox_vision_tile_describe (GboxVisionTile *self, GListModel *tiles)
{
  g_autoptr (GPtrArray) names = list_differences (self->spec, tiles);
  g_autoptr (GString) text = g_string_new ("");

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      g_autofree char *part = describe_difference (self->spec, name);

      g_string_append_printf (text, "%s%s", i > 0 ? " · " : "", part);
    }
  if (names->len == 0)
    {
      g_string_free (g_steal_pointer (&text), TRUE);
      return describe_basis (self->spec);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
