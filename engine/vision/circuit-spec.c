/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which unit's inputs one wants to know. */
#include "vision/circuit-spec.h"

#include "vision/circuit-job.h"

struct _GboxCircuitSpec
{
  GboxSpec parent_instance;

  GboxCircuitValues values;
};

G_DEFINE_FINAL_TYPE (GboxCircuitSpec, gbox_circuit_spec, GBOX_TYPE_SPEC)

#define PLAIN_FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)

#define DEFAULT_TOP 5

static const gsize offsets[] = {
  0, /* property ids start at 1 */
  G_STRUCT_OFFSET (GboxCircuitValues, model),
  G_STRUCT_OFFSET (GboxCircuitValues, layer),
  G_STRUCT_OFFSET (GboxCircuitValues, unit),
  G_STRUCT_OFFSET (GboxCircuitValues, rank),
  G_STRUCT_OFFSET (GboxCircuitValues, top),
  G_STRUCT_OFFSET (GboxCircuitValues, downstream),
};

static void
finalize (GObject *object)
{
  GboxCircuitValues *values = &GBOX_CIRCUIT_SPEC (object)->values;

  g_free (values->model);
  g_free (values->layer);
  G_OBJECT_CLASS (gbox_circuit_spec_parent_class)->finalize (object);
}

static GboxJob *
create_job (GboxSpec *spec)
{
  return gbox_circuit_job_new (GBOX_CIRCUIT_SPEC (spec));
}

static void
gbox_circuit_spec_class_init (GboxCircuitSpecClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GParamSpec *const pspecs[] = {
    NULL,
    g_param_spec_string ("model", "Model", "A name from the list of models, or a file", "", PLAIN_FLAGS),
    g_param_spec_string ("layer", "Layer", "The layer of the unit", "", PLAIN_FLAGS),
    g_param_spec_int ("unit", "Unit", "The unit of the layer", 0, G_MAXINT, 0, PLAIN_FLAGS),
    g_param_spec_enum ("rank", "Rank", "What makes an input strong", GBOX_TYPE_CIRCUIT_RANK,
                       GBOX_CIRCUIT_RANK_SUM, PLAIN_FLAGS),
    g_param_spec_int ("top", "Top", "How many excitatory and how many inhibitory inputs are told", 1,
                      G_MAXINT, DEFAULT_TOP, PLAIN_FLAGS),
    g_param_spec_boolean ("downstream", "Downstream",
                          "Tell what the unit excites and inhibits, instead of what excites and inhibits it",
                          FALSE, PLAIN_FLAGS),
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (pspecs) == G_N_ELEMENTS (offsets));
  gbox_spec_class_set_fields (GBOX_SPEC_CLASS (class), G_STRUCT_OFFSET (GboxCircuitSpec, values), offsets);
  object_class->finalize = finalize;
  GBOX_SPEC_CLASS (class)->create_job = create_job;
  for (guint id = 1; id < G_N_ELEMENTS (pspecs); id++)
    g_object_class_install_property (object_class, id, pspecs[id]);
}

static void
gbox_circuit_spec_init (GboxCircuitSpec *self)
{
  gbox_spec_set_defaults (GBOX_SPEC (self));
}

GboxCircuitSpec *
gbox_circuit_spec_new (void)
{
  return g_object_new (GBOX_TYPE_CIRCUIT_SPEC, NULL);
}

const GboxCircuitValues *
gbox_circuit_spec_get_values (GboxCircuitSpec *spec)
{
  return &spec->values;
}
