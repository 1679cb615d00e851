/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The right pane of the Vision page: how the image is made. */
#pragma once

#include <adwaita.h>

#include "vision/photo-session.h"
#include "vision/vision-session.h"

G_BEGIN_DECLS

/**
 * GboxParametersPane:
 *
 * Edits the session's spec. What applies at once does; for the rest a bar names what waits for a restart.
 */
#define GBOX_TYPE_PARAMETERS_PANE (gbox_parameters_pane_get_type ())
G_DECLARE_FINAL_TYPE (GboxParametersPane, gbox_parameters_pane, GBOX, PARAMETERS_PANE, AdwBin)

/* Once. */
void gbox_parameters_pane_set_session (GboxParametersPane *self, GboxVisionSession *session);

/* Once: the examples above the parameters. */
void gbox_parameters_pane_set_photos (GboxParametersPane *self, GboxPhotoSession *photos);

/* Takes over what has been typed into the row that has the focus and not yet been entered. */
void gbox_parameters_pane_commit (GboxParametersPane *self);

G_END_DECLS
