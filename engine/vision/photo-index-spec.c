/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which photographs a network is to look at, and with which layers. */
#include "vision/photo-index-spec.h"

#include "base/error.h"
#include "vision/photo-index-job.h"
#include "vision/photo-patches.h"

struct _GboxPhotoIndexSpec
{
  GboxSpec parent_instance;

  GboxPhotoIndexValues values;
};

G_DEFINE_FINAL_TYPE (GboxPhotoIndexSpec, gbox_photo_index_spec, GBOX_TYPE_SPEC)

#define PLAIN_FLAGS    (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)
#define DEFAULT_SCALES 2

static const gsize offsets[] = {
  0, /* property ids start at 1 */
  G_STRUCT_OFFSET (GboxPhotoIndexValues, model),
  G_STRUCT_OFFSET (GboxPhotoIndexValues, layers),
  G_STRUCT_OFFSET (GboxPhotoIndexValues, scales),
  G_STRUCT_OFFSET (GboxPhotoIndexValues, database),
  G_STRUCT_OFFSET (GboxPhotoIndexValues, folders),
};

static void
finalize (GObject *object)
{
  GboxPhotoIndexValues *values = &GBOX_PHOTO_INDEX_SPEC (object)->values;

  g_free (values->model);
  g_free (values->layers);
  g_free (values->database);
  g_free (values->folders);
  G_OBJECT_CLASS (gbox_photo_index_spec_parent_class)->finalize (object);
}

static GboxJob *
create_job (GboxSpec *spec)
{
  return gbox_photo_index_job_new (GBOX_PHOTO_INDEX_SPEC (spec));
}

static gboolean
validate (GboxSpec *spec, GError **error)
{
  if (GBOX_PHOTO_INDEX_SPEC (spec)->values.folders[0] != '\0')
    return TRUE;
  g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                       "Name at least one folder with photographs.");
  return FALSE;
}

static void
gbox_photo_index_spec_class_init (GboxPhotoIndexSpecClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GParamSpec *const pspecs[] = {
    NULL,
    g_param_spec_string ("model", "Model", "A name from the list of models, or a file", "", PLAIN_FLAGS),
    g_param_spec_string ("layers", "Layers", "The layers to look at, with commas between them, or all", "all",
                         PLAIN_FLAGS),
    g_param_spec_int ("scales", "Scales", "At how many scales a large photograph is cut into patches", 1,
                      GBOX_PHOTO_MAX_SCALES, DEFAULT_SCALES, PLAIN_FLAGS),
    g_param_spec_string ("database", "Database", "The file that keeps what was found", "", PLAIN_FLAGS),
    g_param_spec_string ("folders", "Folders", "The folders with photographs, one a line", "", PLAIN_FLAGS),
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (pspecs) == G_N_ELEMENTS (offsets));
  gbox_spec_class_set_fields (GBOX_SPEC_CLASS (class), G_STRUCT_OFFSET (GboxPhotoIndexSpec, values), offsets);
  object_class->finalize = finalize;
  GBOX_SPEC_CLASS (class)->create_job = create_job;
  GBOX_SPEC_CLASS (class)->validate = validate;
  for (guint id = 1; id < G_N_ELEMENTS (pspecs); id++)
    g_object_class_install_property (object_class, id, pspecs[id]);
}

static void
gbox_photo_index_spec_init (GboxPhotoIndexSpec *self)
{
  gbox_spec_set_defaults (GBOX_SPEC (self));
}

GboxPhotoIndexSpec *
gbox_photo_index_spec_new (void)
{
  return g_object_new (GBOX_TYPE_PHOTO_INDEX_SPEC, NULL);
}

const GboxPhotoIndexValues *
gbox_photo_index_spec_get_values (GboxPhotoIndexSpec *spec)
{
  return &spec->values;
}
