/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fast kernels: every source of this folder is compiled once for each instruction set, and this table
 * chooses among them. */
#pragma once

#include "base/team.h"

G_BEGIN_DECLS

/*
 * The list of all fast kernels. Each is one task of a gbox_team_run(): its data is the work structure that
 * the header of its name declares. A new kernel is added here and defined, under FAST (name), in a source of
 * this folder.
 */
#define GBOX_FAST_KERNELS(KERNEL)                                                                            \
  KERNEL (activation_detect)                                                                                 \
  KERNEL (activation_mask)                                                                                   \
  KERNEL (adam)                                                                                              \
  KERNEL (affine_sample)                                                                                     \
  KERNEL (affine_sample_adjoint)                                                                             \
  KERNEL (attention)                                                                                         \
  KERNEL (colour_forward)                                                                                    \
  KERNEL (colour_backward)                                                                                   \
  KERNEL (colour_bytes)                                                                                      \
  KERNEL (conv_narrow_forward)                                                                               \
  KERNEL (conv_narrow_backward)                                                                              \
  KERNEL (conv_windows)                                                                                      \
  KERNEL (conv_windows_gather)                                                                               \
  KERNEL (conv_windows_multiply)                                                                             \
  KERNEL (depthwise_forward)                                                                                 \
  KERNEL (depthwise_backward)                                                                                \
  KERNEL (depthwise_pointwise_backward)                                                                      \
  KERNEL (divergence)                                                                                        \
  KERNEL (elementwise_add)                                                                                   \
  KERNEL (elementwise_affine)                                                                                \
  KERNEL (elementwise_affine_backward)                                                                       \
  KERNEL (elementwise_copy)                                                                                  \
  KERNEL (gate)                                                                                              \
  KERNEL (global_average_forward)                                                                            \
  KERNEL (global_average_backward)                                                                           \
  KERNEL (inverted_residual)                                                                                 \
  KERNEL (lrn_forward)                                                                                       \
  KERNEL (lrn_backward)                                                                                      \
  KERNEL (max_pool_forward)                                                                                  \
  KERNEL (max_pool_backward)                                                                                 \
  KERNEL (pointwise)                                                                                         \
  KERNEL (short_columns)                                                                                     \
  KERNEL (short_product)                                                                                     \
  KERNEL (short_rows)                                                                                        \
  KERNEL (softmax)                                                                                           \
  KERNEL (softmax_draw)                                                                                      \
  KERNEL (tile_product)                                                                                      \
  KERNEL (tile_quantize)                                                                                     \
  KERNEL (tile_vector)                                                                                       \
  KERNEL (winograd_channels)                                                                                 \
  KERNEL (winograd_inputs)                                                                                   \
  KERNEL (winograd_tiles)

/**
 * GboxFastKernels:
 *
 * One function a kernel, all for one instruction set.
 */
typedef struct
{
#define GBOX_FAST_MEMBER(name) GboxTeamFunc name;
  GBOX_FAST_KERNELS (GBOX_FAST_MEMBER)
#undef GBOX_FAST_MEMBER
} GboxFastKernels;

/**
 * gbox_fast_kernels:
 *
 * Returns: (transfer none) (nullable): the kernels for gbox_isa_get(); %NULL for the reference
 */
const GboxFastKernels *gbox_fast_kernels (void);

extern const GboxFastKernels gbox_fast_kernels_baseline;
#ifdef __x86_64__
extern const GboxFastKernels gbox_fast_kernels_avx2;
extern const GboxFastKernels gbox_fast_kernels_avx512;
extern const GboxFastKernels gbox_fast_kernels_avx512vnni;
#endif

#ifdef GBOX_FAST_ISA /* defined, as the name of the set, only where the sources of this folder are compiled  \
                      */
#define FAST_PASTE_(name, isa) gbox_fast_##name##_##isa
#define FAST_PASTE(name, isa)  FAST_PASTE_ (name, isa)
#define FAST(name)             FAST_PASTE (name, GBOX_FAST_ISA)

#define GBOX_FAST_PROTOTYPE(name) void FAST (name) (gpointer data, guint task, guint worker);
GBOX_FAST_KERNELS (GBOX_FAST_PROTOTYPE)
#undef GBOX_FAST_PROTOTYPE
#endif

G_END_DECLS
