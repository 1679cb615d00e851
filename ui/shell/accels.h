/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which keys do what. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Those that always hold, and those of a page: others' keys are free then. */
void gbox_accels_set (GtkApplication *application, const char *page);

G_END_DECLS
