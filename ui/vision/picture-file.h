/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saving the picture of the page's run. */
#pragma once

#include "vision/vision-page.h"

G_BEGIN_DECLS

/* Asks where to, then saves. */
void gbox_picture_file_choose (GboxVisionPage *page);
/* Saves to @path and tells on the page how it went; the suffix says as what (`.png` a picture, `.safetensors`
 * a checkpoint). */
void gbox_picture_file_save (GboxVisionPage *page, const char *path);
/* "inceptionv1-4b-100.png"; free with g_free(). */
char *gbox_picture_file_suggest_name (GboxVisualizationSpec *spec);

G_END_DECLS
