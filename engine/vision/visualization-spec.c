/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which unit to visualize, and how. */
#include "vision/visualization-spec.h"

#include "base/error.h"
#include "models/network.h"
#include "vision/direction.h"
#include "vision/photo-spectrum.h"
#include "vision/schedule.h"
#include "vision/unit-name.h"
#include "vision/visualization-job.h"

struct _GboxVisualizationSpec
{
  GboxSpec parent_instance;

  GboxVisualizationValues values;
};

G_DEFINE_FINAL_TYPE (GboxVisualizationSpec, gbox_visualization_spec, GBOX_TYPE_SPEC)

#define PLAIN_FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)
#define LIVE_FLAGS  (PLAIN_FLAGS | GBOX_PARAM_LIVE)

/* Installed in this order, which is the one of the command line's help and of the JSON. */
static const gsize offsets[] = {
  0, /* property ids start at 1 */
  G_STRUCT_OFFSET (GboxVisualizationValues, model),
  G_STRUCT_OFFSET (GboxVisualizationValues, objective),
  G_STRUCT_OFFSET (GboxVisualizationValues, layer),
  G_STRUCT_OFFSET (GboxVisualizationValues, unit),
  G_STRUCT_OFFSET (GboxVisualizationValues, at_y),
  G_STRUCT_OFFSET (GboxVisualizationValues, at_x),
  G_STRUCT_OFFSET (GboxVisualizationValues, direction),
  G_STRUCT_OFFSET (GboxVisualizationValues, cosine_power),
  G_STRUCT_OFFSET (GboxVisualizationValues, direction_from),
  G_STRUCT_OFFSET (GboxVisualizationValues, minus),
  G_STRUCT_OFFSET (GboxVisualizationValues, basis),
  G_STRUCT_OFFSET (GboxVisualizationValues, spectrum),
  G_STRUCT_OFFSET (GboxVisualizationValues, size),
  G_STRUCT_OFFSET (GboxVisualizationValues, steps),
  G_STRUCT_OFFSET (GboxVisualizationValues, learning_rate),
  G_STRUCT_OFFSET (GboxVisualizationValues, seed),
  G_STRUCT_OFFSET (GboxVisualizationValues, decay_power),
  G_STRUCT_OFFSET (GboxVisualizationValues, decorrelate),
  G_STRUCT_OFFSET (GboxVisualizationValues, transforms),
  G_STRUCT_OFFSET (GboxVisualizationValues, pad),
  G_STRUCT_OFFSET (GboxVisualizationValues, jitter),
  G_STRUCT_OFFSET (GboxVisualizationValues, scale),
  G_STRUCT_OFFSET (GboxVisualizationValues, rotate),
  G_STRUCT_OFFSET (GboxVisualizationValues, final_jitter),
  G_STRUCT_OFFSET (GboxVisualizationValues, crop),
  G_STRUCT_OFFSET (GboxVisualizationValues, noise),
  G_STRUCT_OFFSET (GboxVisualizationValues, views),
  G_STRUCT_OFFSET (GboxVisualizationValues, fade),
  G_STRUCT_OFFSET (GboxVisualizationValues, l1),
  G_STRUCT_OFFSET (GboxVisualizationValues, total_variation),
  G_STRUCT_OFFSET (GboxVisualizationValues, blur),
  G_STRUCT_OFFSET (GboxVisualizationValues, diversity),
  G_STRUCT_OFFSET (GboxVisualizationValues, diversity_weight),
  G_STRUCT_OFFSET (GboxVisualizationValues, interpolate_to),
  G_STRUCT_OFFSET (GboxVisualizationValues, interpolate_steps),
  G_STRUCT_OFFSET (GboxVisualizationValues, redirect),
  G_STRUCT_OFFSET (GboxVisualizationValues, start),
  G_STRUCT_OFFSET (GboxVisualizationValues, start_digest),
  G_STRUCT_OFFSET (GboxVisualizationValues, schedule),
  G_STRUCT_OFFSET (GboxVisualizationValues, checkpoint),
};

/* Where the units are classes. */
#define CLASS_LAYER "class"

/* More share too little, and take long. */
#define MAX_DIVERSITY 6

/* As many as the method's authors take. */
#define MAX_VIEWS 32

GType
gbox_basis_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GBOX_BASIS_FOURIER, "GBOX_BASIS_FOURIER", "fourier" },
    { GBOX_BASIS_PIXEL, "GBOX_BASIS_PIXEL", "pixel" },
    { GBOX_BASIS_MACO, "GBOX_BASIS_MACO", "maco" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GboxBasis", values));
  return type;
}

GType
gbox_objective_kind_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GBOX_OBJECTIVE_CHANNEL, "GBOX_OBJECTIVE_CHANNEL", "channel" },
    { GBOX_OBJECTIVE_NEURON, "GBOX_OBJECTIVE_NEURON", "neuron" },
    { GBOX_OBJECTIVE_LAYER, "GBOX_OBJECTIVE_LAYER", "layer" },
    { GBOX_OBJECTIVE_CLASS, "GBOX_OBJECTIVE_CLASS", "class" },
    { GBOX_OBJECTIVE_DIRECTION, "GBOX_OBJECTIVE_DIRECTION", "direction" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GboxObjectiveKind", values));
  return type;
}

static void
finalize (GObject *object)
{
  GboxVisualizationSpec *self = GBOX_VISUALIZATION_SPEC (object);

  g_free (self->values.model);
  g_free (self->values.layer);
  g_free (self->values.direction);
  g_free (self->values.direction_from);
  g_free (self->values.minus);
  g_free (self->values.spectrum);
  g_free (self->values.interpolate_to);
  g_free (self->values.start);
  g_free (self->values.start_digest);
  g_free (self->values.schedule);
  g_free (self->values.checkpoint);
  G_OBJECT_CLASS (gbox_visualization_spec_parent_class)->finalize (object);
}

static GboxJob *
create_job (GboxSpec *spec)
{
  return gbox_visualization_job_new (GBOX_VISUALIZATION_SPEC (spec));
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, message);
  return FALSE;
}

/* The parameters' own shape, and what is no parameter of the picture. */
static const char *const fixed[]
  = { "basis", "size",         "diversity", "interpolate-steps", "direction-from", "minus", "steps",
      "start", "start-digest", "fade",      "schedule",          "checkpoint",     NULL };

/* What is to come must make sense too. */
static gboolean
validate_schedule (GboxVisualizationSpec *self, GError **error)
{
  g_autoptr (GboxSchedule) schedule = NULL;
  g_autoptr (GboxSpec) last = NULL;

  if (self->values.schedule[0] == '\0')
    return TRUE;
  schedule = gbox_schedule_parse (self->values.schedule, error);
  if (schedule == NULL)
    return FALSE;
  for (guint i = 0; i < gbox_schedule_get_length (schedule); i++)
    {
      const GboxScheduleEntry *entry = gbox_schedule_get_entry (schedule, i);
      const char *property = entry->property;

      if (g_str_equal (property, "spectrum") && !gbox_photo_spectrum_is_settled (entry->value))
        return refuse (error,
                       "A spectrum that is still to be measured cannot come on the way: begin with it.");
      if (!g_strv_contains (fixed, property))
        continue;
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "“%s” cannot change on the way.",
                   property);
      return FALSE;
    }
  last = gbox_spec_copy (GBOX_SPEC (self));
  g_object_set (last, "schedule", "", NULL);
  if (!gbox_schedule_apply (schedule, 0, G_MAXUINT, last, error) || !gbox_spec_validate (last, error))
    return FALSE;
  if (gbox_visualization_spec_count_pictures (GBOX_VISUALIZATION_SPEC (last))
      != gbox_visualization_spec_count_pictures (self))
    return refuse (error, "How many pictures are made cannot change on the way.");
  return TRUE;
}

static gboolean
validate_interpolation (GboxVisualizationSpec *self, GError **error)
{
  const GboxVisualizationValues *v = &self->values;
  g_autofree char *layer = NULL;
  const char *own;
  int unit;

  if (!gbox_visualization_spec_interpolates (self))
    return TRUE;
  if (v->objective != GBOX_OBJECTIVE_CHANNEL && v->objective != GBOX_OBJECTIVE_CLASS)
    return refuse (error, "Only a channel or a class can go over to another one: choose one, or leave out "
                          "interpolate-to.");
  if (v->diversity > 1)
    return refuse (error, "Pictures are either unlike each other or on the way to another unit: leave out "
                          "diversity or interpolate-to.");
  if (!gbox_unit_name_parse (v->interpolate_to, &layer, &unit, error))
    return FALSE;
  own = v->objective == GBOX_OBJECTIVE_CLASS ? CLASS_LAYER : v->layer;
  return unit != v->unit || !g_str_equal (layer, own)
         || refuse (error, "The row would lead from the unit to itself: choose another one for "
                           "interpolate-to.");
}

static gboolean
validate (GboxSpec *spec, GError **error)
{
  const GboxVisualizationValues *v = &GBOX_VISUALIZATION_SPEC (spec)->values;
  g_autoptr (GArray) direction = NULL;

  if (v->objective != GBOX_OBJECTIVE_CLASS && v->layer[0] == '\0')
    return refuse (error, "Nothing says what to visualize: choose a layer and a unit of it, or a class.");
  if ((v->at_y < 0) != (v->at_x < 0))
    return refuse (
      error, "A position in the layer needs both its row and its column: give at-y and at-x, or neither "
             "for the middle.");
  if (v->minus[0] != '\0' && v->direction_from[0] == '\0')
    return refuse (error, "A photo is taken from another one: give that with direction-from.");
  if (v->objective == GBOX_OBJECTIVE_DIRECTION && v->direction_from[0] == '\0')
    {
      direction = gbox_direction_parse (v->direction, error);
      if (direction == NULL)
        return FALSE;
    }
  if (v->spectrum[0] == '\0')
    return refuse (error, "Nothing says which spectrum to take: name photographs, or say table.");
  return validate_interpolation (GBOX_VISUALIZATION_SPEC (spec), error)
         && validate_schedule (GBOX_VISUALIZATION_SPEC (spec), error);
}

/* Adds properties to the class in the order of the ids. */
static void
install (GObjectClass *class, guint *id, GParamSpec *pspec)
{
  g_object_class_install_property (class, ++*id, pspec);
}

static void
install_target (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_string ("model", "Model",
                                "Network to look into: a name from the catalogue or a file of weights; "
                                "empty for the default one",
                                "", PLAIN_FLAGS));
  install (class, id,
           g_param_spec_enum ("objective", "Objective",
                              "What the picture is to excite: a channel everywhere, one neuron of "
                              "it, the whole layer, a class, or a direction of channels",
                              GBOX_TYPE_OBJECTIVE_KIND, GBOX_OBJECTIVE_CHANNEL, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_string ("layer", "Layer", "Layer the unit is in, such as 4a or block5", "",
                                PLAIN_FLAGS));
  install (class, id,
           g_param_spec_int ("unit", "Unit", "Channel of the layer, or the class, counted from 0", 0, 99999,
                             0, PLAIN_FLAGS));
}

static void
install_details (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_int ("at-y", "Row", "Row of the neuron in the layer's map; −1 for the middle", -1,
                             9999, -1, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_int ("at-x", "Column", "Column of the neuron in the layer's map; −1 for the middle",
                             -1, 9999, -1, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_string ("direction", "Direction", "Channels and their weights, such as 12:1,40:-0.5",
                                "", PLAIN_FLAGS));
  install (class, id,
           g_param_spec_double ("cosine-power", "Cosine power",
                                "How much the direction counts more than the strength: the dot "
                                "product is multiplied by this power of the cosine",
                                0.0, 10.0, 0.0, PLAIN_FLAGS));
}

static void
install_direction (GObjectClass *class, guint *id)
{
  install (
    class, id,
    g_param_spec_string ("direction-from", "Direction from",
                         "Photo whose mean activations in the layer are the direction; with minus, what it "
                         "has and the other lacks",
                         "", PLAIN_FLAGS));
  install (class, id,
           g_param_spec_string ("minus", "Minus photo",
                                "Photo whose mean activations are subtracted from those of direction-from",
                                "", PLAIN_FLAGS));
}

static void
install_optimization (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_enum (
             "basis", "Basis",
             "What is optimised: the scaled Fourier spectrum, the pixels themselves, or only the phases of "
             "a spectrum as photographs have it (MACO)",
             GBOX_TYPE_BASIS, GBOX_BASIS_FOURIER, PLAIN_FLAGS));
  install (
    class, id,
    g_param_spec_string (
      "spectrum", "Spectrum",
      "How strong the waves are that MACO moves: as in photographs (table), in those of the index (photos), "
      "in a photo or a folder of some, of 256 pixels or more each way, or 1/f to the power of the decay "
      "(formula)",
      GBOX_SPECTRUM_TABLE, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_int ("size", "Size", "Width and height of the picture in pixels",
                             GBOX_NETWORK_MIN_SIZE, GBOX_NETWORK_MAX_SIZE, 224, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_uint ("steps", "Steps", "How many times the picture is improved", 1,
                              GBOX_VISUALIZATION_MAX_STEPS, 512, LIVE_FLAGS));
  install (class, id,
           g_param_spec_double ("learning-rate", "Learning rate",
                                "How far a step goes; large ones are fast but rough", 1e-5, 10.0, 0.05,
                                LIVE_FLAGS));
}

static void
install_start (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_uint ("seed", "Seed",
                              "Number that decides everything random; the same one gives the same picture", 0,
                              G_MAXUINT, 0, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_double ("decay-power", "Decay",
                                "How much weaker fine structure starts and grows than coarse structure "
                                "in the Fourier basis, and is by the formula for MACO; 0 treats all alike",
                                0.0, 3.0, 1.0, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_boolean ("decorrelate", "Decorrelate colours",
                                 "Optimise along the directions in which the colours of "
                                 "photographs vary, instead of red, green and blue",
                                 TRUE, PLAIN_FLAGS));
}

static void
install_moves (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_boolean ("transforms", "Transforms",
                                 "Move, scale and turn the picture a little at every step, so that "
                                 "only what survives it grows",
                                 TRUE, LIVE_FLAGS));
  install (class, id,
           g_param_spec_int ("pad", "Padding",
                             "Width in pixels of the grey border that the jitters may move into view", 0, 128,
                             12, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_int ("jitter", "Jitter", "Pixels over which the picture is moved at random", 0, 128,
                             8, LIVE_FLAGS));
  install (class, id,
           g_param_spec_double ("scale", "Scaling",
                                "How much larger or smaller the picture is made at random; 0.1 means 0.9 to "
                                "1.1 times",
                                0.0, 0.5, 0.1, LIVE_FLAGS));
}

static void
install_jitter (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_double ("rotate", "Rotation",
                                "Degrees by which the picture is turned at random, either way", 0.0, 180.0,
                                10.0, LIVE_FLAGS));
  install (class, id,
           g_param_spec_int ("final-jitter", "Final jitter",
                             "Pixels over which the picture is moved again, after it was scaled "
                             "and turned",
                             0, 128, 4, LIVE_FLAGS));
}

static void
install_crops (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_double ("crop", "Smallest crop",
                                "At every step a random part of the picture is looked at; this is the "
                                "smallest share of its side, and 1 always looks at all of it",
                                0.05, 1.0, 1.0, LIVE_FLAGS));
  install (class, id,
           g_param_spec_double ("noise", "Noise",
                                "Standard deviation of the noise added to what the network sees, where "
                                "black is 0 and white 1",
                                0.0, 1.0, 0.0, LIVE_FLAGS));
}

static void
install_views (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_int ("views", "Views a step",
                             "How many random views of the picture a step looks at before it changes it: "
                             "each takes as long as a step with one, and more make it go straighter",
                             1, MAX_VIEWS, 1, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_boolean ("fade", "Fade the rest",
                                 "Show what the unit looked at while the picture grew, and let the rest fade "
                                 "to grey; MACO only",
                                 FALSE, LIVE_FLAGS));
}

static void
install_penalties (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_double ("l1", "Distance from grey",
                                "How much a pixel costs for being unlike grey, so that what the unit does "
                                "not care for stays grey; 0.005 shows at 224 pixels",
                                0.0, 100.0, 0.0, LIVE_FLAGS));
  install (class, id,
           g_param_spec_double ("total-variation", "Total variation",
                                "How much a difference of neighbouring pixels costs, so that areas become "
                                "even and edges stay; 0.005 shows at 224 pixels",
                                0.0, 100.0, 0.0, LIVE_FLAGS));
  install (class, id,
           g_param_spec_double ("blur", "Blur",
                                "How much the square of a difference of neighbouring pixels costs, as if the "
                                "picture were blurred a little at every step; 0.2 shows at 224 pixels",
                                0.0, 100.0, 0.0, LIVE_FLAGS));
}

static void
install_batch (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_int ("diversity", "Pictures",
                             "How many pictures of the unit are made together, each unlike the others, as "
                             "many units answer to more than one thing",
                             1, MAX_DIVERSITY, 1, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_double ("diversity-weight", "Diversity",
                                "How much it costs that the pictures made together are alike, by the cosine "
                                "of what the layer's channels do together in each; 100 suits InceptionV1's "
                                "channels, 10 its classes and EfficientNet-Lite0",
                                0.0, 1e6, 100.0, LIVE_FLAGS));
}

static void
install_interpolation (GObjectClass *class, guint *id)
{
  install (
    class, id,
    g_param_spec_string ("interpolate-to", "Interpolate to",
                         "Another channel or class, such as 4c:20 or class:488, that a row of pictures "
                         "goes over to; empty for none",
                         "", PLAIN_FLAGS));
  install (class, id,
           g_param_spec_int ("interpolate-steps", "Length of row",
                             "How many pictures there are from the one unit to the other, both included", 2,
                             GBOX_VISUALIZATION_MAX_PICTURES, 5, PLAIN_FLAGS));
}

static void
install_rest (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_boolean ("redirect", "Wake silent units",
                                 "Where a unit is silent on the first picture and gives no "
                                 "gradient, let the gradient through for 16 steps",
                                 TRUE, PLAIN_FLAGS));
  install (
    class, id,
    g_param_spec_string ("start", "Start from",
                         "File of a photo or an earlier picture to begin with, instead of noise; making the "
                         "picture again needs the same file",
                         "", PLAIN_FLAGS));
  install (class, id,
           g_param_spec_string ("start-digest", "Digest of the start",
                                "SHA-256 of the file to start from, as it was when the picture was begun: "
                                "another one in its place is refused; empty for any",
                                "", PLAIN_FLAGS));
  install (class, id,
           g_param_spec_string ("schedule", "Changes on the way",
                                "What changes after which step, such as 100:learning-rate=0.02;200:rotate=0",
                                "", PLAIN_FLAGS));
  install (class, id,
           g_param_spec_string ("checkpoint", "Checkpoint", "File of a saved run to go on from", "",
                                PLAIN_FLAGS));
}

static void
gbox_visualization_spec_class_init (GboxVisualizationSpecClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GboxSpecClass *spec_class = GBOX_SPEC_CLASS (class);
  guint id = 0;

  gbox_spec_class_set_fields (GBOX_SPEC_CLASS (class), G_STRUCT_OFFSET (GboxVisualizationSpec, values),
                              offsets);
  object_class->finalize = finalize;
  spec_class->create_job = create_job;
  spec_class->validate = validate;
  install_target (object_class, &id);
  install_details (object_class, &id);
  install_direction (object_class, &id);
  install_optimization (object_class, &id);
  install_start (object_class, &id);
  install_moves (object_class, &id);
  install_jitter (object_class, &id);
  install_crops (object_class, &id);
  install_views (object_class, &id);
  install_penalties (object_class, &id);
  install_batch (object_class, &id);
  install_interpolation (object_class, &id);
  install_rest (object_class, &id);
  g_assert (id + 1 == G_N_ELEMENTS (offsets));
}

static void
gbox_visualization_spec_init (GboxVisualizationSpec *self)
{
  gbox_spec_set_defaults (GBOX_SPEC (self));
}

GboxVisualizationSpec *
gbox_visualization_spec_new (void)
{
  return g_object_new (GBOX_TYPE_VISUALIZATION_SPEC, NULL);
}

const GboxVisualizationValues *
gbox_visualization_spec_get_values (GboxVisualizationSpec *spec)
{
  return &spec->values;
}

int
gbox_visualization_spec_count_pictures (GboxVisualizationSpec *spec)
{
  return gbox_visualization_spec_interpolates (spec) ? spec->values.interpolate_steps
                                                     : spec->values.diversity;
}

gboolean
gbox_visualization_spec_interpolates (GboxVisualizationSpec *spec)
{
  return spec->values.interpolate_to[0] != '\0';
}

void
gbox_visualization_spec_adjust (GboxVisualizationSpec *spec, GboxVisualizationSpec *from)
{
  guint n;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (spec), &n);

  for (guint i = 0; i < n; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      if ((pspecs[i]->flags & GBOX_PARAM_LIVE) == 0)
        continue;
      g_object_get_property (G_OBJECT (from), pspecs[i]->name, &value);
      g_object_set_property (G_OBJECT (spec), pspecs[i]->name, &value);
    }
}

gboolean
gbox_visualization_spec_advance (GboxVisualizationSpec *spec, guint step, GError **error)
{
  g_autoptr (GboxSchedule) schedule = gbox_schedule_parse (spec->values.schedule, error);
  g_autofree char *rest = NULL;

  if (schedule == NULL || !gbox_schedule_apply (schedule, 0, step + 1, GBOX_SPEC (spec), error))
    return FALSE;
  gbox_schedule_keep (schedule, step + 1, G_MAXUINT);
  rest = gbox_schedule_to_text (schedule);
  g_object_set (spec, "schedule", rest, NULL);
  return TRUE;
}
