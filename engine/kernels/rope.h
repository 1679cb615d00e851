/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rotary positions: queries and keys turned by where they are. */
#pragma once

#include "base/team.h"

G_BEGIN_DECLS

/* Which two numbers of a head turn together. */
typedef enum
{
  GBOX_ROPE_NONE,
  GBOX_ROPE_NEIGHBOURS, /* 2 i and 2 i + 1: llama in GGUF, whose rows were permuted for it, and llama2.c */
  GBOX_ROPE_HALVES,     /* i and i + rope_size / 2: all others */
} GboxRopePairing;

/**
 * gbox_rope_fill_table:
 * @table: (out): (n_positions, rope_size): of each position the cosines of all pairs, then the sines
 * @n_positions: positions from 0 on
 * @rope_size: numbers of a head that turn; even
 * @base: see there
 * @scale: pair i at position p turns by p / scale · base^(−2 i / rope_size) (Su et al. 2021)
 */
void gbox_rope_fill_table (float *table, int n_positions, int rope_size, float base, float scale);

/**
 * gbox_rope:
 * @team: the workers
 * @pairing: which numbers turn together
 * @table: as gbox_rope_fill_table() makes it
 * @rope_size: of the table; the rest of a head stays as it is
 * @x: (inout): (n, n_heads, head_size), rows @x_stride floats apart
 * @x_stride: see there
 * @positions: (array length=n): where each row is
 * @n: rows
 * @n_heads: heads of a row
 * @head_size: numbers of a head
 */
void gbox_rope (GboxTeam *team,
                GboxRopePairing pairing,
                const float *table,
                int rope_size,
                float *x,
                gsize x_stride,
                const int *positions,
                int n,
                int n_heads,
                int head_size);

G_END_DECLS
