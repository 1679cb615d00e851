/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Philox 4×32-10 counter-based random numbers (Salmon et al. 2011): any step of any stream can be computed
 * without the ones before. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxPhilox:
 *
 * A stream of random numbers named by (seed, purpose, step). A plain value: copy it, keep it on the stack.
 */
typedef struct
{
  guint32 key[2];     /* from the seed */
  guint32 counter[4]; /* [0] block, [1] purpose, [2..3] step */
  guint32 block[4];   /* the current block of output */
  guint n_used;       /* how many words of it are spent */
} GboxPhilox;

/**
 * gbox_philox_block:
 * @counter: four words
 * @key: two words
 * @out: (out): four random words
 *
 * The bare bijection, as in the paper's known-answer vectors.
 */
void gbox_philox_block (const guint32 counter[4], const guint32 key[2], guint32 out[4]);

void gbox_philox_init (GboxPhilox *self, guint64 seed, guint32 purpose, guint64 step);
guint32 gbox_philox_next (GboxPhilox *self);

/**
 * gbox_philox_uniform:
 *
 * Returns: a float in [0, 1), a multiple of 2⁻²⁴
 */
float gbox_philox_uniform (GboxPhilox *self);

/**
 * gbox_philox_below:
 * @n: a positive bound
 *
 * Returns: an unbiased integer in 0 … @n − 1
 */
guint32 gbox_philox_below (GboxPhilox *self, guint32 n);

/**
 * gbox_philox_fill_normal:
 * @out: (array length=n): where to write
 * @n: how many
 * @mean: mean
 * @sd: standard deviation
 *
 * Independent normal numbers (Box and Muller).
 */
void gbox_philox_fill_normal (GboxPhilox *self, float *out, gsize n, float mean, float sd);

G_END_DECLS
