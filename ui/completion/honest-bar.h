/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a small model cannot be expected to do, and a larger one to get. */
#pragma once

#include <adwaita.h>

#include "completion/completion-session.h"

G_BEGIN_DECLS

/**
 * GboxHonestBar:
 *
 * Shown while a program is to be completed by a model that is too small to solve much. It offers the larger
 * one of the catalogue that was made for code; nothing is fetched before the user says so.
 */
#define GBOX_TYPE_HONEST_BAR (gbox_honest_bar_get_type ())
G_DECLARE_FINAL_TYPE (GboxHonestBar, gbox_honest_bar, GBOX, HONEST_BAR, AdwBin)

/* Once. */
void gbox_honest_bar_set_session (GboxHonestBar *self, GboxCompletionSession *session);

G_END_DECLS
