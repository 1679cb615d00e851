/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a picture looked like on the way: frames of a run, denser where it changes fast. */
#include "vision/film.h"

#include <string.h>

/* A frame a step at first, then one each time that 1/25 of the steps done is done again. */
#define STEPS_PER_FRAME 25

struct _GboxFilm
{
  gatomicrefcount references;
  GPtrArray *frames; /* of GboxFrame */
};

/* From each frame on the next one is a 25th of its steps away, at least one step. */
static guint64
get_next (guint64 step)
{
  return step + MAX (step / STEPS_PER_FRAME, 1);
}

gboolean
gbox_film_has_step (guint step)
{
  guint64 at = 0;

  while (at < step)
    at = get_next (at);
  return at == step;
}

static void
average_square (const GboxFrame *frame, int x, int y, int side, guint8 *pixel)
{
  for (int channel = 0; channel < 3; channel++)
    {
      const int n = side * side;
      int sum = n / 2;

      for (int i = 0; i < n; i++)
        {
          const int row = y * side + i / side, column = x * side + i % side;

          sum += frame->pixels[3 * (row * frame->width + column) + channel];
        }
      pixel[channel] = (guint8) (sum / n);
    }
}

static GboxFrame *
shrink_by (GboxFrame *frame, int factor)
{
  g_autoptr (GboxFramePool) pool = NULL;
  GboxFrame *shrunk;

  if (factor <= 1)
    return gbox_frame_ref (frame);
  pool = gbox_frame_pool_new (frame->width / factor, frame->height / factor);
  shrunk = gbox_frame_pool_acquire (pool, frame->step);
  for (int y = 0; y < shrunk->height; y++)
    for (int x = 0; x < shrunk->width; x++)
      average_square (frame, x, y, factor,
                      shrunk->pixels + 3 * ((gsize) y * (gsize) shrunk->width + (gsize) x));
  return shrunk;
}

GboxFrame *
gbox_film_shrink (GboxFrame *frame, int max_side)
{
  const int side = MAX (frame->width, frame->height);

  return shrink_by (frame, MIN ((side + max_side - 1) / max_side, MIN (frame->width, frame->height)));
}

GboxFrame *
gbox_film_shrink_to_keep (GboxFrame *frame)
{
  const int most = GBOX_FILM_MAX_SIDE * GBOX_FILM_MAX_SIDE;
  int factor = 1;

  while ((frame->width / factor) * (frame->height / factor) > most)
    factor++;
  return shrink_by (frame, factor);
}

guint
gbox_film_count_steps (guint first, guint last)
{
  guint n = last > first ? 2 : 1;

  for (guint64 at = 0; at < last; at = get_next (at))
    n += at > first;
  return n;
}

GboxFilm *
gbox_film_new (void)
{
  GboxFilm *self = g_new0 (GboxFilm, 1);

  g_atomic_ref_count_init (&self->references);
  self->frames = g_ptr_array_new_with_free_func ((GDestroyNotify) gbox_frame_unref);
  return self;
}

GboxFilm *
gbox_film_ref (GboxFilm *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
gbox_film_unref (GboxFilm *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_ptr_array_unref (self->frames);
  g_free (self);
}

GboxFilm *
gbox_film_copy (const GboxFilm *self)
{
  GboxFilm *copy = gbox_film_new ();

  for (guint i = 0; i < self->frames->len; i++)
    gbox_film_append (copy, gbox_film_get_frame (self, i));
  return copy;
}

gboolean
gbox_film_append (GboxFilm *self, GboxFrame *frame)
{
  const guint n = self->frames->len;

  if (n > 0 && gbox_film_get_frame (self, n - 1)->step >= frame->step)
    return FALSE;
  g_ptr_array_add (self->frames, gbox_frame_ref (frame));
  return TRUE;
}

guint
gbox_film_get_length (const GboxFilm *self)
{
  return self->frames->len;
}

GboxFrame *
gbox_film_get_frame (const GboxFilm *self, guint i)
{
  return g_ptr_array_index (self->frames, i);
}

GboxFrame *
gbox_film_find (const GboxFilm *self, guint step)
{
  for (guint i = self->frames->len; i > 0; i--)
    if (gbox_film_get_frame (self, i - 1)->step <= step)
      return gbox_film_get_frame (self, i - 1);
  return NULL;
}

GPtrArray *
gbox_film_select (const GboxFilm *self, guint n)
{
  GPtrArray *frames = g_ptr_array_new_with_free_func ((GDestroyNotify) gbox_frame_unref);
  const guint length = self->frames->len;

  n = MIN (n, length);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (frames,
                     gbox_frame_ref (gbox_film_get_frame (self, n > 1 ? i * (length - 1) / (n - 1) : 0)));
  return frames;
}
