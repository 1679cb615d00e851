/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One photograph, decoded on a thread of its own. */
#include "vision/photo-decoding.h"

#define WAIT_MICROSECONDS 5000

struct _GboxPhotoDecoding
{
  GThread *thread;
  char *path;
  int min_side;
  GMutex lock;
  GCond changed;
  gboolean done;    /* under the lock */
  GboxImage *image; /* (nullable): the thread's until it is done */
  GError *error;    /* (nullable): as well */
};

static gpointer
decode (gpointer data)
{
  GboxPhotoDecoding *self = data;
  int width, height;

  self->image = gbox_image_load_reduced (self->path, self->min_side, &width, &height, &self->error);
  g_mutex_lock (&self->lock);
  self->done = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  return NULL;
}

GboxPhotoDecoding *
gbox_photo_decoding_new (const char *path, int min_side)
{
  GboxPhotoDecoding *self = g_new0 (GboxPhotoDecoding, 1);

  self->path = g_strdup (path);
  self->min_side = min_side;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->thread = g_thread_new ("gbox-decoding", decode, self);
  return self;
}

void
gbox_photo_decoding_free (GboxPhotoDecoding *self)
{
  if (self == NULL)
    return;

  g_thread_join (self->thread);
  g_clear_pointer (&self->image, gbox_image_free);
  g_clear_error (&self->error);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->path);
  g_free (self);
}

gboolean
gbox_photo_decoding_wait (GboxPhotoDecoding *self, GboxImage **image, GError **error)
{
  gboolean done;

  *image = NULL;
  g_mutex_lock (&self->lock);
  if (!self->done)
    g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + WAIT_MICROSECONDS);
  done = self->done;
  g_mutex_unlock (&self->lock);
  if (!done)
    return TRUE;
  *image = g_steal_pointer (&self->image);
  if (self->error != NULL)
    g_propagate_error (error, g_steal_pointer (&self->error));
  return *image != NULL;
}
