/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a page tells the user something once. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* In passing, over what the page shows, in as many lines as it needs. */
void gbox_tell (AdwToastOverlay *overlay, const char *text);
/* In a dialog over the window of @widget: what could not be done, and why. */
void gbox_tell_problem (GtkWidget *widget, const char *heading, const char *text);

G_END_DECLS
