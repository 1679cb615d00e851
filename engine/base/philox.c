/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Philox 4×32-10 counter-based random numbers (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy
 * as 1, 2, 3. SC 2011). */
#include "base/philox.h"

#include <math.h>

#define N_ROUNDS     10
#define MULTIPLIER_0 0xD2511F53u
#define MULTIPLIER_1 0xCD9E8D57u
#define WEYL_0       0x9E3779B9u /* golden ratio */
#define WEYL_1       0xBB67AE85u /* sqrt 3 − 1 */

void
gbox_philox_block (const guint32 counter[4], const guint32 key[2], guint32 out[4])
{
  guint32 c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  guint32 k0 = key[0], k1 = key[1];

  for (int round = 0; round < N_ROUNDS; round++)
    {
      const guint64 p0 = (guint64) MULTIPLIER_0 * c0;
      const guint64 p1 = (guint64) MULTIPLIER_1 * c2;

      c0 = (guint32) (p1 >> 32) ^ c1 ^ k0;
      c1 = (guint32) p1;
      c2 = (guint32) (p0 >> 32) ^ c3 ^ k1;
      c3 = (guint32) p0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }

  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

void
gbox_philox_init (GboxPhilox *self, guint64 seed, guint32 purpose, guint64 step)
{
  *self = (GboxPhilox){
    .key = { (guint32) seed, (guint32) (seed >> 32) },
    .counter = { 0, purpose, (guint32) step, (guint32) (step >> 32) },
    .n_used = G_N_ELEMENTS (self->block),
  };
}

guint32
gbox_philox_next (GboxPhilox *self)
{
  if (self->n_used == G_N_ELEMENTS (self->block))
    {
      gbox_philox_block (self->counter, self->key, self->block);
      self->counter[0]++;
      self->n_used = 0;
    }

  return self->block[self->n_used++];
}

float
gbox_philox_uniform (GboxPhilox *self)
{
  return (float) (gbox_philox_next (self) >> 8) * 0x1p-24f;
}

/* Lemire, Fast random integer generation in an interval, 2019: the high word of a product, drawn again in the
 * few cases that would bias it. */
guint32
gbox_philox_below (GboxPhilox *self, guint32 n)
{
  g_return_val_if_fail (n > 0, 0);

  guint64 product = (guint64) gbox_philox_next (self) * n;

  if ((guint32) product < n)
    {
      const guint32 threshold = (0u - n) % n;

      while ((guint32) product < threshold)
        product = (guint64) gbox_philox_next (self) * n;
    }

  return (guint32) (product >> 32);
}

/* In double precision, so that the last bit of libm's functions seldom reaches the float and the tail goes
 * to 6.66 standard deviations. */
void
gbox_philox_fill_normal (GboxPhilox *self, float *out, gsize n, float mean, float sd)
{
  for (gsize i = 0; i < n; i += 2)
    {
      const double u = ((double) gbox_philox_next (self) + 1.0) * 0x1p-32; /* (0, 1] */
      const double angle = (double) gbox_philox_next (self) * (2.0 * G_PI * 0x1p-32);
      const double radius = sqrt (-2.0 * log (u));

      out[i] = (float) (mean + sd * radius * cos (angle));
      if (i + 1 < n)
        out[i + 1] = (float) (mean + sd * radius * sin (angle));
    }
}
