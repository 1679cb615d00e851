/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening weights, pictures and checkpoints in the Vision page. */
#pragma once

#include "vision/vision-page.h"

G_BEGIN_DECLS

/**
 * gbox_open_file:
 * @page: a page that has begun or not
 * @name: a weights file, a picture or a checkpoint that Glassbox saved, or the name of a model of the
 * catalogue
 * @cancellable: forgets it
 *
 * Goes to the model, or to what the picture or checkpoint says. What cannot be opened is told in a dialog,
 * and what runs goes on.
 */
void gbox_open_file (GboxVisionPage *page, const char *name, GCancellable *cancellable);

/* Asks which file. */
void gbox_open_file_choose (GboxVisionPage *page);

G_END_DECLS
