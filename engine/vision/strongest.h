/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The few units of a layer that are strongest. */
#pragma once

#include "base/tensor.h"

G_BEGIN_DECLS

#define GBOX_STRONGEST_N 6

/**
 * GboxStrongest:
 * @values: (array): the largest values, largest first
 * @units: (array): whose they are; −1 where there are fewer units
 */
typedef struct
{
  float values[GBOX_STRONGEST_N];
  gint16 units[GBOX_STRONGEST_N];
} GboxStrongest;

/**
 * gbox_strongest_find:
 * @values: (array length=n): a value for each unit
 * @n: how many units, at most 32767
 * @strongest: (out): those with the largest values; of two alike the first
 */
void gbox_strongest_find (const float *values, int n, GboxStrongest *strongest);

/* By the means over the positions of @activation, (1, h, w, C). */
void gbox_strongest_find_by_mean (const GboxTensor *activation, GboxStrongest *strongest);

/* (h · w): at each position of @activation, (1, h, w, C). Transfer full, free with g_free(). */
GboxStrongest *gbox_strongest_find_at_spots (const GboxTensor *activation);

G_END_DECLS
