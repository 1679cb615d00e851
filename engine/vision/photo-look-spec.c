/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which photograph a network is to look at, and what one wants to know of it. */
#include "vision/photo-look-spec.h"

#include "models/imagenet.h"
#include "models/network.h"
#include "vision/photo-look-job.h"

struct _GboxPhotoLookSpec
{
  GboxSpec parent_instance;

  GboxPhotoLookValues values;
};

G_DEFINE_FINAL_TYPE (GboxPhotoLookSpec, gbox_photo_look_spec, GBOX_TYPE_SPEC)

#define PLAIN_FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)

#define DEFAULT_SIDE 224

static const gsize offsets[] = {
  0, /* property ids start at 1 */
  G_STRUCT_OFFSET (GboxPhotoLookValues, model),
  G_STRUCT_OFFSET (GboxPhotoLookValues, path),
  G_STRUCT_OFFSET (GboxPhotoLookValues, side),
  G_STRUCT_OFFSET (GboxPhotoLookValues, layer),
  G_STRUCT_OFFSET (GboxPhotoLookValues, unit),
  G_STRUCT_OFFSET (GboxPhotoLookValues, class_id),
  G_STRUCT_OFFSET (GboxPhotoLookValues, method),
};

static void
finalize (GObject *object)
{
  GboxPhotoLookValues *values = &GBOX_PHOTO_LOOK_SPEC (object)->values;

  g_free (values->model);
  g_free (values->path);
  g_free (values->layer);
  G_OBJECT_CLASS (gbox_photo_look_spec_parent_class)->finalize (object);
}

static GboxJob *
create_job (GboxSpec *spec)
{
  return gbox_photo_look_job_new (GBOX_PHOTO_LOOK_SPEC (spec));
}

static void
gbox_photo_look_spec_class_init (GboxPhotoLookSpecClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GParamSpec *const pspecs[] = {
    NULL,
    g_param_spec_string ("model", "Model", "A name from the list of models, or a file", "", PLAIN_FLAGS),
    g_param_spec_string ("path", "Photo", "The photograph", "", PLAIN_FLAGS),
    g_param_spec_int ("side", "Size", "What the shorter side becomes, in pixels", GBOX_NETWORK_MIN_SIZE,
                      GBOX_NETWORK_MAX_SIZE, DEFAULT_SIDE, PLAIN_FLAGS),
    g_param_spec_string ("layer", "Layer", "The layer whose map is told", "", PLAIN_FLAGS),
    g_param_spec_int ("unit", "Unit", "The unit of the layer", 0, G_MAXINT, 0, PLAIN_FLAGS),
    g_param_spec_int ("class-id", "Class", "The class whose reasons are told, −1 for none", -1,
                      GBOX_N_IMAGENET_CLASSES - 1, -1, PLAIN_FLAGS),
    g_param_spec_enum ("method", "Method", "How the reasons are found", GBOX_TYPE_ATTRIBUTION_METHOD,
                       GBOX_ATTRIBUTION_INTEGRATED, PLAIN_FLAGS),
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (pspecs) == G_N_ELEMENTS (offsets));
  gbox_spec_class_set_fields (GBOX_SPEC_CLASS (class), G_STRUCT_OFFSET (GboxPhotoLookSpec, values), offsets);
  object_class->finalize = finalize;
  GBOX_SPEC_CLASS (class)->create_job = create_job;
  for (guint id = 1; id < G_N_ELEMENTS (pspecs); id++)
    g_object_class_install_property (object_class, id, pspecs[id]);
}

static void
gbox_photo_look_spec_init (GboxPhotoLookSpec *self)
{
  gbox_spec_set_defaults (GBOX_SPEC (self));
}

GboxPhotoLookSpec *
gbox_photo_look_spec_new (void)
{
  return g_object_new (GBOX_TYPE_PHOTO_LOOK_SPEC, NULL);
}

const GboxPhotoLookValues *
gbox_photo_look_spec_get_values (GboxPhotoLookSpec *spec)
{
  return &spec->values;
}
