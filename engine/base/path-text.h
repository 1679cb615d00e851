/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of files as text in a line. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* As g_filename_display_name(), but a file may be called anything: line breaks and other control characters
 * are written as \n, \t or \u001b, so that a listing keeps its lines and a terminal its colours. Transfer
 * full. */
char *gbox_path_to_text (const char *path);

G_END_DECLS
