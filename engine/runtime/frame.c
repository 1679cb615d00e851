/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture on its way from the engine to whoever shows it. */
#include "runtime/frame.h"

#include <pthread.h>
#include <stdatomic.h>

/* One being drawn, one waiting to be, one being filled; more than that are not kept. */
#define MAX_SPARE 3

typedef struct
{
  GboxFrame frame;
  atomic_uint n_references;
  GboxFramePool *pool; /* a reference while the frame is out */
  guint8 pixels[];
} PooledFrame;

struct _GboxFramePool
{
  atomic_uint n_references; /* the owner's and one for each frame that is out */
  int width, height;
  pthread_mutex_t lock; /* over the next two */
  PooledFrame *spare[MAX_SPARE];
  guint n_spare;
};

G_DEFINE_BOXED_TYPE (GboxFrame, gbox_frame, gbox_frame_ref, gbox_frame_unref)

static gsize
n_bytes (int width, int height)
{
  return (gsize) width * (gsize) height * 3;
}

static void
pool_unref (GboxFramePool *pool)
{
  if (atomic_fetch_sub_explicit (&pool->n_references, 1, memory_order_acq_rel) != 1)
    return;

  for (guint i = 0; i < pool->n_spare; i++)
    g_free (pool->spare[i]);
  pthread_mutex_destroy (&pool->lock);
  g_free (pool);
}

GboxFrame *
gbox_frame_ref (GboxFrame *frame)
{
  atomic_fetch_add_explicit (&((PooledFrame *) frame)->n_references, 1, memory_order_relaxed);

  return frame;
}

void
gbox_frame_unref (GboxFrame *frame)
{
  PooledFrame *self = (PooledFrame *) frame;
  GboxFramePool *pool;

  if (atomic_fetch_sub_explicit (&self->n_references, 1, memory_order_acq_rel) != 1)
    return;

  pool = self->pool;
  pthread_mutex_lock (&pool->lock);
  if (pool->n_spare < MAX_SPARE)
    pool->spare[pool->n_spare++] = g_steal_pointer (&self);
  pthread_mutex_unlock (&pool->lock);

  g_free (self);
  pool_unref (pool);
}

GBytes *
gbox_frame_get_bytes (GboxFrame *frame)
{
  return g_bytes_new_with_free_func (frame->pixels, n_bytes (frame->width, frame->height),
                                     (GDestroyNotify) gbox_frame_unref, gbox_frame_ref (frame));
}

GboxFramePool *
gbox_frame_pool_new (int width, int height)
{
  GboxFramePool *pool;

  g_return_val_if_fail (width > 0 && height > 0, NULL);

  pool = g_new0 (GboxFramePool, 1);
  atomic_init (&pool->n_references, 1);
  pool->width = width;
  pool->height = height;
  pthread_mutex_init (&pool->lock, NULL);

  return pool;
}

GboxFrame *
gbox_frame_pool_acquire (GboxFramePool *pool, guint step)
{
  PooledFrame *self = NULL;

  pthread_mutex_lock (&pool->lock);
  if (pool->n_spare > 0)
    self = pool->spare[--pool->n_spare];
  pthread_mutex_unlock (&pool->lock);

  if (self == NULL)
    self = g_malloc (sizeof (PooledFrame) + n_bytes (pool->width, pool->height));
  atomic_init (&self->n_references, 1);
  self->pool = pool;
  self->frame
    = (GboxFrame){ .width = pool->width, .height = pool->height, .step = step, .pixels = self->pixels };
  atomic_fetch_add_explicit (&pool->n_references, 1, memory_order_relaxed);

  return &self->frame;
}

void
gbox_frame_pool_free (GboxFramePool *pool)
{
  if (pool != NULL)
    pool_unref (pool);
}
