/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has a model at hand and others to choose from. */
#include "models/model-choice.h"

G_DEFINE_INTERFACE (GboxModelChoice, gbox_model_choice, G_TYPE_OBJECT)

static void
gbox_model_choice_default_init (GboxModelChoiceInterface *interface)
{
}

GListModel *
gbox_model_choice_get_models (GboxModelChoice *self)
{
  g_return_val_if_fail (GBOX_IS_MODEL_CHOICE (self), NULL);

  return GBOX_MODEL_CHOICE_GET_IFACE (self)->get_models (self);
}

GboxModelItem *
gbox_model_choice_get_model (GboxModelChoice *self)
{
  g_return_val_if_fail (GBOX_IS_MODEL_CHOICE (self), NULL);

  return GBOX_MODEL_CHOICE_GET_IFACE (self)->get_model (self);
}

const char *
gbox_model_choice_get_problem (GboxModelChoice *self)
{
  g_return_val_if_fail (GBOX_IS_MODEL_CHOICE (self), NULL);

  return GBOX_MODEL_CHOICE_GET_IFACE (self)->get_problem (self);
}

void
gbox_model_choice_choose (GboxModelChoice *self, GboxModelItem *model)
{
  g_return_if_fail (GBOX_IS_MODEL_CHOICE (self));

  GBOX_MODEL_CHOICE_GET_IFACE (self)->choose (self, model);
}
