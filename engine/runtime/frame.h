/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture on its way from the engine to whoever shows it. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * GboxFrame:
 * @width: columns
 * @height: rows
 * @step: the step after which it was taken
 * @pixels: (transfer none): RGB of 8 bits, rows tight, width·height·3 bytes; immutable once posted
 *
 * Reference counted, thread-safe.
 */
typedef struct
{
  int width;
  int height;
  guint step;
  guint8 *pixels;
} GboxFrame;

/**
 * GboxFramePool:
 *
 * Gives out frames of one size and takes them back when the last reference goes, on whatever thread that is:
 * a run that is drawn as fast as it steps allocates no pixels after its first frames.
 */
typedef struct _GboxFramePool GboxFramePool;

#define GBOX_TYPE_FRAME (gbox_frame_get_type ())
GType gbox_frame_get_type (void);
GboxFrame *gbox_frame_ref (GboxFrame *frame);
void gbox_frame_unref (GboxFrame *frame);
/* The pixels as bytes that keep the frame alive. */
GBytes *gbox_frame_get_bytes (GboxFrame *frame);

GboxFramePool *gbox_frame_pool_new (int width, int height);
GboxFrame *gbox_frame_pool_acquire (GboxFramePool *pool, guint step);
/* Frames still out stay valid. */
void gbox_frame_pool_free (GboxFramePool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxFrame, gbox_frame_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxFramePool, gbox_frame_pool_free)

G_END_DECLS
