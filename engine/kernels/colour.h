/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From decorrelated colour to RGB and back: the last stage of an image parameterization. */
#pragma once

#include "base/team.h"

G_BEGIN_DECLS

/**
 * gbox_colour_forward:
 * @team: the workers
 * @decorrelate: whether to mix the planes with the square root of ImageNet's colour correlation, divided by
 * its largest column norm (lucid `color.py`)
 * @t: (3, n) parameters
 * @rgb: (out): (3, n) = sigmoid (M·t), or sigmoid (t); may be @t
 *
 * Returns: whether every value is a number
 */
gboolean gbox_colour_forward (GboxTeam *team, gboolean decorrelate, const float *t, float *rgb, gsize n);
/* Element of the matrix M that gbox_colour_forward() mixes the planes with. */
float gbox_colour_get_mixing (int row, int column);
/* rgb (3, n) in 0 … 1 → t (3, n) that gbox_colour_forward() makes it of; what is nearer to 0 or 1 than 1/512
 * counts as that far, half a step of 8 bits. @t may be @rgb. In plain loops: for the beginning, not for each
 * step. */
void gbox_colour_inverse (gboolean decorrelate, const float *rgb, float *t, gsize n);
/* drgb (3, n), rgb as forward wrote it → dt (3, n) = Mᵀ·(drgb · rgb · (1 − rgb)); dt may be drgb. */
void gbox_colour_backward (
  GboxTeam *team, gboolean decorrelate, const float *rgb, const float *drgb, float *dt, gsize n);
/* (3, n) in 0 … 1 → n RGB triples, rounded to the nearest. */
void gbox_colour_to_rgb8 (GboxTeam *team, const float *rgb, guint8 *out, gsize n);

/* The definitions in plain loops and double precision, for tests. They may work in place, too. */
gboolean gbox_colour_forward_reference (gboolean decorrelate, const float *t, float *rgb, gsize n);
void gbox_colour_backward_reference (
  gboolean decorrelate, const float *rgb, const float *drgb, float *dt, gsize n);
void gbox_colour_to_rgb8_reference (const float *rgb, guint8 *out, gsize n);

G_END_DECLS
