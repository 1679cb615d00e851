/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lays out the stage, so that the pictures come first where there is little room. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * GboxStageLayout:
 *
 * One child below the other, over the whole width. The last is what belongs to the pictures, which are the
 * last but one; those above are as high as they would be. Where there is little room the last is lower than
 * it would be, down to its least height, until the pictures are %GBOX_STAGE_LAYOUT_GOOD_HEIGHT high; where
 * there is more than both would take, it gets the rest.
 */
#define GBOX_TYPE_STAGE_LAYOUT        (gbox_stage_layout_get_type ())
#define GBOX_STAGE_LAYOUT_GOOD_HEIGHT 360
G_DECLARE_FINAL_TYPE (GboxStageLayout, gbox_stage_layout, GBOX, STAGE_LAYOUT, GtkLayoutManager)

G_END_DECLS
