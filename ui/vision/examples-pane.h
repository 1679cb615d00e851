/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The photographs that excite the unit at hand most, above the parameters of the Vision page. */
#pragma once

#include <adwaita.h>

#include "vision/photo-session.h"

G_BEGIN_DECLS

/**
 * GboxExamplesPane:
 *
 * Shows a #GboxPhotoSession. Its commands are actions of the window: `photos-index`, `photos-choose`,
 * `photos-cancel`.
 */
#define GBOX_TYPE_EXAMPLES_PANE (gbox_examples_pane_get_type ())
G_DECLARE_FINAL_TYPE (GboxExamplesPane, gbox_examples_pane, GBOX, EXAMPLES_PANE, AdwBin)

/* Once. */
void gbox_examples_pane_set_session (GboxExamplesPane *self, GboxPhotoSession *session);

G_END_DECLS
