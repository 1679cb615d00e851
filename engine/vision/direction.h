/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Combinations of channels as text: "12:1,40:-0.5". */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  int channel;
  double weight;
} GboxDirectionTerm;

/**
 * gbox_direction_parse:
 * @text: channels and weights, "CHANNEL:WEIGHT" separated by commas; a channel alone weighs 1
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): an array of at least one #GboxDirectionTerm, each channel once; %NULL
 * with %GBOX_ERROR_INVALID_ARGUMENT
 */
GArray *gbox_direction_parse (const char *text, GError **error);

G_END_DECLS
