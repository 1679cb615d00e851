/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of affine sampling read: a #GboxSampling, and how it is cut. */
#pragma once

#include "kernels/affine-taps.h"

G_BEGIN_DECLS

/* Rows of the output that a task samples. */
#define GBOX_SAMPLE_ROWS 16
/* The part of the source whose gradient a task gathers; it has it on its stack, four channels at a time. */
#define GBOX_SPREAD_ROWS    16
#define GBOX_SPREAD_COLUMNS 256

G_END_DECLS
