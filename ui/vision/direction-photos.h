/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing the photos whose difference is a direction. */
#pragma once

#include "vision/vision-page.h"

G_BEGIN_DECLS

/* Asks for a photo, and then for another one to be subtracted, which may be left out; goes to what the first
 * has in the layer at hand and the second lacks. */
void gbox_direction_photos_choose (GboxVisionPage *page);

G_END_DECLS
