/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Winograd's minimal filtering: which tiles there are, and the weights for them. */
#pragma once

#include "kernels/conv.h"

G_BEGIN_DECLS

#define GBOX_WINOGRAD_MAX_TILE   8
#define GBOX_WINOGRAD_MAX_OUT    5
#define GBOX_WINOGRAD_MAX_POINTS (GBOX_WINOGRAD_MAX_TILE * GBOX_WINOGRAD_MAX_TILE)
/* So few tiles are computed together: the weights pass through the caches once. */
#define GBOX_WINOGRAD_SHARED_TILES 64
/* A stride of 2 along both axes. */
#define GBOX_WINOGRAD_N_PHASES 4

/**
 * GboxWinogradForm:
 * @tile: rows and columns of a tile of the input, n_out + kernel − 1: 4, 6 or 8
 * @n_out: rows and columns of the results that it gives
 * @kernel: rows and columns of the kernel, at stride 1
 * @stride: of the convolution that this stands for: 1, or 2 where the input is first cut into its four phases
 */
typedef struct
{
  int tile;
  int n_out;
  int kernel;
  int stride;
} GboxWinogradForm;

/* (nullable): %NULL for a method that is none of Winograd's. */
const GboxWinogradForm *gbox_winograd_form (GboxConvMethod method);

/* Numbers that one sum of products has, and sums that one result pixel has, in a direction. */
int gbox_winograd_n_in (const GboxConvShape *shape, const GboxConvPacking *packing);
int gbox_winograd_n_out (const GboxConvShape *shape, const GboxConvPacking *packing);

/**
 * gbox_winograd_pack:
 * @shape: the convolution
 * @packing: direction and method
 * @weights: (O, I, KH, KW)
 * @packed: (out): (⌈n_out / 16⌉, tile², n_in, 16): for each block of 16 results and each point the packed
 * matrix
 *
 * g → G·g·G' of every kernel, in double precision.
 */
void gbox_winograd_pack (const GboxConvShape *shape,
                         const GboxConvPacking *packing,
                         const float *weights,
                         float *packed);

G_END_DECLS
