/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the picture of the Vision page begins with: a photo, an earlier picture, or noise. */
#pragma once

#include "vision/vision-page.h"

G_BEGIN_DECLS

/* Starts again from the file at @path, once it is known to be an image; from noise for "". */
void gbox_start_file_use (GboxVisionPage *page, const char *path);
/* Asks for the file. */
void gbox_start_file_choose (GboxVisionPage *page);
/* Starts again from the picture that is shown, as it is now, which is kept in the user's data folder for
 * that.
 */
void gbox_start_file_use_shown (GboxVisionPage *page);

G_END_DECLS
