/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tree of inputs as a picture. */
#pragma once

#include "circuit-tree.h"

G_BEGIN_DECLS

/**
 * circuit_picture_draw:
 * @network: a network
 * @root: units of it
 * @pictures: (nullable): a folder of pictures of units as `glassbox-cli atlas` makes them; those that are
 * there become part of the picture
 *
 * The unit is at the right and its inputs are to the left of it. An edge is as thick as its weight is strong
 * among those of its unit: orange, with an arrow, where it excites; blue, dashed, with a bar, where it
 * inhibits. In front of each input is the kernel through which it is seen, in the same colours.
 *
 * Returns: (transfer full): an SVG file
 */
char *circuit_picture_draw (const GboxNetwork *network, const CircuitNode *root, const char *pictures);

G_END_DECLS
