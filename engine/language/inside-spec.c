/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which text one wants to see a language model read from inside. */
#include "language/inside-spec.h"

#include "language/inside-job.h"

struct _GboxInsideSpec
{
  GboxSpec parent_instance;

  GboxInsideValues values;
};

G_DEFINE_FINAL_TYPE (GboxInsideSpec, gbox_inside_spec, GBOX_TYPE_SPEC)

#define PLAIN_FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)

static const gsize offsets[] = {
  0, /* property ids start at 1 */
  G_STRUCT_OFFSET (GboxInsideValues, model),
  G_STRUCT_OFFSET (GboxInsideValues, tokens),
  G_STRUCT_OFFSET (GboxInsideValues, induction),
};

static void
finalize (GObject *object)
{
  g_free (GBOX_INSIDE_SPEC (object)->values.model);
  g_free (GBOX_INSIDE_SPEC (object)->values.tokens);
  G_OBJECT_CLASS (gbox_inside_spec_parent_class)->finalize (object);
}

static GboxJob *
create_job (GboxSpec *spec)
{
  return gbox_inside_job_new (GBOX_INSIDE_SPEC (spec));
}

static void
gbox_inside_spec_class_init (GboxInsideSpecClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GParamSpec *const pspecs[] = {
    NULL,
    g_param_spec_string ("model", "Model", "A name from the list of models, or a file", "", PLAIN_FLAGS),
    g_param_spec_string ("tokens", "Tokens", "The numbers of the text's tokens, with commas between them", "",
                         PLAIN_FLAGS),
    g_param_spec_boolean ("induction", "Induction heads", "Look for induction heads too", TRUE, PLAIN_FLAGS),
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (pspecs) == G_N_ELEMENTS (offsets));
  gbox_spec_class_set_fields (GBOX_SPEC_CLASS (class), G_STRUCT_OFFSET (GboxInsideSpec, values), offsets);
  object_class->finalize = finalize;
  GBOX_SPEC_CLASS (class)->create_job = create_job;
  for (guint id = 1; id < G_N_ELEMENTS (pspecs); id++)
    g_object_class_install_property (object_class, id, pspecs[id]);
}

static void
gbox_inside_spec_init (GboxInsideSpec *self)
{
  gbox_spec_set_defaults (GBOX_SPEC (self));
}

GboxInsideSpec *
gbox_inside_spec_new (void)
{
  return g_object_new (GBOX_TYPE_INSIDE_SPEC, NULL);
}

const GboxInsideValues *
gbox_inside_spec_get_values (GboxInsideSpec *spec)
{
  return &spec->values;
}
