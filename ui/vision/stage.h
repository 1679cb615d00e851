/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The centre of the Vision page: what is being visualized, the growing images and their curves. */
#pragma once

#include <adwaita.h>

#include "vision/film-bar.h"
#include "vision/vision-session.h"

G_BEGIN_DECLS

/**
 * GboxStage:
 *
 * Shows the session's tiles. Its buttons are the window's actions.
 */
#define GBOX_TYPE_STAGE (gbox_stage_get_type ())
G_DECLARE_FINAL_TYPE (GboxStage, gbox_stage, GBOX, STAGE, AdwBin)

/* Once. */
void gbox_stage_set_session (GboxStage *self, GboxVisionSession *session);
/* (nullable) (transfer none): the picture being shown. */
GdkTexture *gbox_stage_get_texture (GboxStage *self);

GboxFilmBar *gbox_stage_get_film_bar (GboxStage *self); /* transfer none */
/* A dashed line in the chart: the largest activation of the photographs, or NaN for none. */
void gbox_stage_set_dataset_maximum (GboxStage *self, double value);

/* Whether the focus is on one of the buttons on the picture. */
gboolean gbox_stage_has_toolbar_focus (GboxStage *self);

G_END_DECLS
