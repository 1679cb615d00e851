/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of the 1000 ImageNet classes. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GBOX_N_IMAGENET_CLASSES 1000

/**
 * gbox_imagenet_label:
 * @id: a class, 0 … 999; 488 is "chain"
 *
 * Thread-safe.
 *
 * Returns: (transfer none) (nullable): its English name, valid for ever; %NULL outside the range
 */
const char *gbox_imagenet_label (int id);

/**
 * gbox_imagenet_group:
 * @id: a class, 0 … 999; 258 is "Samoyed", one of the "dogs"
 *
 * The classes of animals stand in WordNet's order, so a kind of animal is a range or a few of them.
 *
 * Returns: (transfer none) (nullable): what several classes are kinds of, in the plural, the same pointer for
 * all of them; %NULL where the class stands for itself
 */
const char *gbox_imagenet_group (int id);

G_END_DECLS
