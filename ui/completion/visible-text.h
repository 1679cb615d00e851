/* SPDX-License-Identifier: GPL-3.0-or-later */
/* White space and other signs that are not seen, made visible. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Adds @text in one line: runs of white space as one space, line breaks as " ↵ "; nothing at the front. */
void gbox_visible_text_append_line (GString *line, const char *text);
/* (transfer full): @text, that of a token, with · for spaces, ·×7 for many, ↵ for line breaks, ⇥ for tabs,
 * and the numbers of other signs that are not seen. */
char *gbox_visible_text_new (const char *text);

G_END_DECLS
