/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shown in place of the stage while the model at hand is not here or cannot be used. */
#pragma once

#include <adwaita.h>

#include "models/model-choice.h"

G_BEGIN_DECLS

/**
 * GboxModelStatus:
 *
 * Says what is missing and how large it is, gets it with progress, and says in words what went wrong.
 */
#define GBOX_TYPE_MODEL_STATUS (gbox_model_status_get_type ())
G_DECLARE_FINAL_TYPE (GboxModelStatus, gbox_model_status, GBOX, MODEL_STATUS, AdwBin)

/* Once. */
void gbox_model_status_set_choice (GboxModelStatus *self, GboxModelChoice *choice);

G_END_DECLS
