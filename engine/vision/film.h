/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a picture looked like on the way: frames of a run, denser where it changes fast. */
#pragma once

#include "runtime/frame.h"

G_BEGIN_DECLS

/* A frame of the film has as many pixels at most as a square of this side: larger pictures are kept at a
 * half, a third … of their size. */
#define GBOX_FILM_MAX_SIDE 320

/**
 * gbox_film_has_step:
 *
 * Whether the film of a run has a frame of after @step steps: each of the first 50, and then one about each
 * time that 3 % more are done, so that 512 steps have some hundred frames. It does not depend on how many
 * steps there will be: a run that goes on has the same film.
 */
gboolean gbox_film_has_step (guint step);

/* How many frames there are from the @first step that a run shows to its @last. */
guint gbox_film_count_steps (guint first, guint last);

/**
 * gbox_film_shrink:
 * @frame: any
 * @max_side: at least 1
 *
 * Returns: (transfer full): @frame itself where neither side is longer than @max_side, else the averages of
 * squares of as few pixels as it takes; what does not fill a square at the right and lower edge is left out
 */
GboxFrame *gbox_film_shrink (GboxFrame *frame, int max_side);

/* (transfer full): @frame as the film keeps it, see %GBOX_FILM_MAX_SIDE; otherwise as gbox_film_shrink(). Of
 * a row of pictures more is left so than if its width counted. */
GboxFrame *gbox_film_shrink_to_keep (GboxFrame *frame);

/**
 * GboxFilm:
 *
 * Frames in the order of their steps. Reference counted; belongs to one thread, but what it gives out are
 * frames, which do not.
 */
typedef struct _GboxFilm GboxFilm;

GboxFilm *gbox_film_new (void);
GboxFilm *gbox_film_ref (GboxFilm *self);
void gbox_film_unref (GboxFilm *self);

/* Another film of the same frames, for instance for another thread. */
GboxFilm *gbox_film_copy (const GboxFilm *self);

/* Takes a reference. A frame that is not later than the last one is left out. Returns whether it was taken.
 */
gboolean gbox_film_append (GboxFilm *self, GboxFrame *frame);
guint gbox_film_get_length (const GboxFilm *self);
GboxFrame *gbox_film_get_frame (const GboxFilm *self, guint i); /* transfer none */
/* (nullable) (transfer none): the newest frame of no more than @step steps. */
GboxFrame *gbox_film_find (const GboxFilm *self, guint step);

/**
 * gbox_film_select:
 * @n: how many at most, 2 or more
 *
 * Returns: (transfer full) (element-type GboxFrame): frames evenly over the film, the first and the last
 * among them
 */
GPtrArray *gbox_film_select (const GboxFilm *self, guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxFilm, gbox_film_unref)

G_END_DECLS
