/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Vision page: unit pane, stage and parameters. */
#pragma once

#include <adwaita.h>

#include "vision/film-bar.h"
#include "vision/photo-session.h"
#include "vision/unit-atlas.h"
#include "vision/vision-session.h"

G_BEGIN_DECLS

/**
 * GboxVisionPage:
 *
 * Its commands are the actions of the window it is in.
 */
#define GBOX_TYPE_VISION_PAGE (gbox_vision_page_get_type ())
G_DECLARE_FINAL_TYPE (GboxVisionPage, gbox_vision_page, GBOX, VISION_PAGE, AdwBin)

/**
 * gbox_vision_page_set_up:
 * @self: a page
 * @engine: what computes
 * @settings: what is remembered
 * @actions: gets the page's actions, those of the window
 *
 * Once, and then gbox_vision_page_begin().
 */
void gbox_vision_page_set_up (GboxVisionPage *self,
                              GboxEngine *engine,
                              GboxSettings *settings,
                              GActionMap *actions);
/* Loads the last model and unit, or what is to be opened, and starts. */
void gbox_vision_page_begin (GboxVisionPage *self);
/* Stops everything within a step; for when the window closes. */
void gbox_vision_page_end (GboxVisionPage *self);

AdwFlap *gbox_vision_page_get_left_flap (GboxVisionPage *self);
AdwFlap *gbox_vision_page_get_right_flap (GboxVisionPage *self);
GboxVisionSession *gbox_vision_page_get_session (GboxVisionPage *self);
GboxUnitAtlas *gbox_vision_page_get_atlas (GboxVisionPage *self); /* transfer none */
GboxUnitThumbnails *gbox_vision_page_get_thumbnails (GboxVisionPage *self);
GboxFilmBar *gbox_vision_page_get_film_bar (GboxVisionPage *self); /* transfer none */
GboxPhotoSession *gbox_vision_page_get_photos (GboxVisionPage *self);
/* (nullable) (transfer none): the picture being shown. */
GdkTexture *gbox_vision_page_get_texture (GboxVisionPage *self);
/* Takes over what has been typed into a parameter and not yet been entered. */
void gbox_vision_page_commit (GboxVisionPage *self);
/* Says something once, in passing. */
void gbox_vision_page_tell (GboxVisionPage *self, const char *text);
/* Says in a dialog of its own what could not be done, and why. */
void gbox_vision_page_tell_problem (GboxVisionPage *self, const char *heading, const char *text);
/* Opens a weights file, picture or checkpoint, or a model by name; once the page has begun, if it has not
 * yet. */
void gbox_vision_page_open (GboxVisionPage *self, const char *name);
void gbox_vision_page_search (GboxVisionPage *self);

G_END_DECLS
