/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the second factor of a product lies in memory, for every instruction set alike. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * A matrix (k, n) is cut into blocks of 16 columns, each stored row by row: (⌈n / 16⌉, k, 16), zeros where
 * there is no column. 16 floats are one vector of AVX-512, two of AVX2 and one cache line.
 */
#define GBOX_PACKED_COLUMNS 16

static inline gsize
gbox_packed_n_blocks (gsize n_columns)
{
  return (n_columns + GBOX_PACKED_COLUMNS - 1) / GBOX_PACKED_COLUMNS;
}

/* Floats of a packed matrix (k, n). */
static inline gsize
gbox_packed_size (gsize k, gsize n)
{
  return gbox_packed_n_blocks (n) * k * GBOX_PACKED_COLUMNS;
}

/* Where element (row, column) lies. */
static inline gsize
gbox_packed_index (gsize k, gsize row, gsize column)
{
  return (column / GBOX_PACKED_COLUMNS * k + row) * GBOX_PACKED_COLUMNS + column % GBOX_PACKED_COLUMNS;
}

G_END_DECLS
