/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of the fast kernels of one instruction set. */
#include "kernels/fast/fast.h"

const GboxFastKernels FAST (kernels) = {
#define ENTRY(name) .name = FAST (name),
  GBOX_FAST_KERNELS (ENTRY)
#undef ENTRY
};
