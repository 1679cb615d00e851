/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The colours that say how probable a token was. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * GboxTint:
 *
 * Tags of a text buffer: from orange, unlikely, over none to blue, certain; purple ones for how much a head
 * looks at a token; and one for the token that is looked at. They belong to the buffer's tag table and are
 * kept for its life.
 */
typedef struct _GboxTint GboxTint;

GboxTint *gbox_tint_new (GtkTextBuffer *buffer);
void gbox_tint_free (GboxTint *tint);

/* Gives the tags the colours of a dark or light style. */
void gbox_tint_set_dark (GboxTint *tint, gboolean is_dark);
/* Whether those that say how probable a token was have any; the others have in any case. */
void gbox_tint_set_visible (GboxTint *tint, gboolean is_visible);

/* (transfer none) (nullable): for a token of that probability; %NULL near one half. */
GtkTextTag *gbox_tint_get_tag (GboxTint *tint, double probability);
/* (transfer none) (nullable): for a token that gets that much attention, 0 … 1; %NULL for next to none. */
GtkTextTag *gbox_tint_get_attention (GboxTint *tint, double attention);
GtkTextTag *gbox_tint_get_looked_at (GboxTint *tint);
/* Takes all of them off. */
void gbox_tint_clear (GboxTint *tint);
/* Takes those off that say what a head looks at. */
void gbox_tint_clear_attention (GboxTint *tint);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTint, gbox_tint_free)

G_END_DECLS
