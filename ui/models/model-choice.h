/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has a model at hand and others to choose from. */
#pragma once

#include "models/model-item.h"

G_BEGIN_DECLS

/**
 * GboxModelChoice:
 *
 * An interface of what a page is about. Who implements it has the notified properties `model`
 * (#GboxModelItem) and `problem` (string, nullable). Main thread only.
 */
#define GBOX_TYPE_MODEL_CHOICE (gbox_model_choice_get_type ())
G_DECLARE_INTERFACE (GboxModelChoice, gbox_model_choice, GBOX, MODEL_CHOICE, GObject)

/**
 * GboxModelChoiceInterface:
 * @get_models: the list, of #GboxModelItem; transfer none
 * @get_model: the one at hand; transfer none
 * @get_problem: (nullable): why the one at hand cannot be used
 * @choose: goes to another of the list
 */
struct _GboxModelChoiceInterface
{
  GTypeInterface parent_interface;

  GListModel *(*get_models) (GboxModelChoice *self);
  GboxModelItem *(*get_model) (GboxModelChoice *self);
  const char *(*get_problem) (GboxModelChoice *self);
  void (*choose) (GboxModelChoice *self, GboxModelItem *model);
};

/* As in the interface. */
GListModel *gbox_model_choice_get_models (GboxModelChoice *self);
GboxModelItem *gbox_model_choice_get_model (GboxModelChoice *self);
const char *gbox_model_choice_get_problem (GboxModelChoice *self);
void gbox_model_choice_choose (GboxModelChoice *self, GboxModelItem *model);

G_END_DECLS
