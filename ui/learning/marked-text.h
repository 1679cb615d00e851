/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A completion in a label, with what it is shown for highlighted. */
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

G_END_DECLS
