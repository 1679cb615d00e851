/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drop-down of models. */
#pragma once

#include <adwaita.h>

#include "models/model-choice.h"

G_BEGIN_DECLS

/**
 * GboxModelChooser:
 *
 * Lists the models to choose from, with what getting them takes for those that are not on disk, and chooses
 * the model at hand.
 */
#define GBOX_TYPE_MODEL_CHOOSER (gbox_model_chooser_get_type ())
G_DECLARE_FINAL_TYPE (GboxModelChooser, gbox_model_chooser, GBOX, MODEL_CHOOSER, AdwBin)

/* Once. */
void gbox_model_chooser_set_choice (GboxModelChooser *self, GboxModelChoice *choice);

G_END_DECLS
