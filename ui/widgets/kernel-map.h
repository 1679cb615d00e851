/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weights of a kernel as a small map. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * GboxKernelMap:
 *
 * Positive weights are orange, negative ones blue with a dash; the largest has the full colour. What it shows
 * is for whoever is beside it to say to those who do not see it.
 */
#define GBOX_TYPE_KERNEL_MAP (gbox_kernel_map_get_type ())
G_DECLARE_FINAL_TYPE (GboxKernelMap, gbox_kernel_map, GBOX, KERNEL_MAP, GtkWidget)

/* @kernel: (@side, @side); copied. */
GtkWidget *gbox_kernel_map_new (const float *kernel, int side);

G_END_DECLS
