/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands about photographs as actions of the window. */
#pragma once

#include <gtk/gtk.h>

#include "vision/photo-session.h"

G_BEGIN_DECLS

/**
 * GboxPhotoActions:
 *
 * `photos-index` (folders with line breaks between them, '' for those that were chosen), `photos-choose`
 * (asks for folders to add), `photos-cancel`, `photos-forget` (the folders, not what is known of them),
 * `photo-open` (a path), `photo-example` (0 … 8), `photo-choose` (asks for one). A photograph that is dropped
 * on the widget is opened too. They are enabled while they make sense, and do nothing any more once this
 * object is dropped.
 */
#define GBOX_TYPE_PHOTO_ACTIONS (gbox_photo_actions_get_type ())
G_DECLARE_FINAL_TYPE (GboxPhotoActions, gbox_photo_actions, GBOX, PHOTO_ACTIONS, GObject)

/**
 * gbox_photo_actions_new:
 * @widget: (transfer none): over whose window dialogs appear; must outlive the object, which it owns
 * @session: the photographs
 * @map: gets the actions
 */
GboxPhotoActions *gbox_photo_actions_new (GtkWidget *widget, GboxPhotoSession *session, GActionMap *map);

G_END_DECLS
