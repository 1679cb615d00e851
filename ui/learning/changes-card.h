/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words that came and went with finetuning, and what finds them. */
#pragma once

#include <gtk/gtk.h>

#include "learning/changes-session.h"

G_BEGIN_DECLS

/**
 * GboxChangesCard:
 *
 * Activating a word activates `win.what-changed-samples` with it.
 */
#define GBOX_TYPE_CHANGES_CARD (gbox_changes_card_get_type ())
G_DECLARE_FINAL_TYPE (GboxChangesCard, gbox_changes_card, GBOX, CHANGES_CARD, GtkBox)

/* Once. */
void gbox_changes_card_set_session (GboxChangesCard *self, GboxChangesSession *session);

G_END_DECLS
