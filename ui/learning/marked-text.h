/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A completion with what it is shown for highlighted, each term of a reward in a colour of its own. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * gbox_marked_text_show:
 * @label: shows @text without line breaks, and without white space at its beginning and end
 * @text: UTF-8
 * @ranges: (element-type GboxRewardRange): what to highlight, in bytes of @text
 */
void gbox_marked_text_show (GtkLabel *label, const char *text, const GArray *ranges);

/**
 * gbox_marked_text_tag:
 * @buffer: holds @text; other tags are taken away
 * @text: UTF-8
 * @ranges: (element-type GboxRewardRange): what to highlight, in bytes of @text
 */
void gbox_marked_text_tag (GtkTextBuffer *buffer, const char *text, const GArray *ranges);

G_END_DECLS
