/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as text, in no more digits than they need. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The fewest digits that give @value back, in every locale; whole numbers up to a million without an
 * exponent. Transfer full. */
char *gbox_number_to_text (double value);

G_END_DECLS
