/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads photographs ahead on threads of its own, so that the network never waits for one. */
#include "vision/photo-reader.h"

#include "base/team.h"

#define WAIT_MICROSECONDS 5000
/* A photograph that each thread works at, and what lies ready. */
#define AHEAD_PER_THREAD 2

struct _GboxPhotoReader
{
  GboxPhotoCut cut;
  GThreadPool *threads;
  GAsyncQueue *readings; /* of GboxPhotoReading */
  guint n_out;           /* asked for and not taken yet */
  guint limit;
};

typedef struct
{
  guint id;
  char *path;
} Request;

static void
free_request (gpointer data)
{
  Request *request = data;

  g_free (request->path);
  g_free (request);
}

void
gbox_photo_reading_free (GboxPhotoReading *reading)
{
  if (reading == NULL)
    return;

  gbox_photo_patches_free (reading->patches);
  g_clear_error (&reading->error);
  g_free (reading);
}

static void
free_reading (gpointer data)
{
  gbox_photo_reading_free (data);
}

static void
read_photo (gpointer data, gpointer user_data)
{
  Request *request = data;
  GboxPhotoReader *self = user_data;
  GboxPhotoReading *reading = g_new0 (GboxPhotoReading, 1);

  gbox_team_lower_priority ();
  reading->id = request->id;
  reading->patches = gbox_photo_patches_load (request->path, &self->cut, &reading->error);
  g_async_queue_push (self->readings, reading);
  free_request (request);
}

GboxPhotoReader *
gbox_photo_reader_new (const GboxPhotoCut *cut, guint n_threads)
{
  GboxPhotoReader *self = g_new0 (GboxPhotoReader, 1);

  self->cut = *cut;
  self->limit = AHEAD_PER_THREAD * n_threads + 1;
  self->readings = g_async_queue_new_full (free_reading);
  /* Exclusive threads: other users of shared ones would inherit the low priority. */
  self->threads = g_thread_pool_new_full (read_photo, self, free_request, (int) n_threads, TRUE, NULL);
  return self;
}

void
gbox_photo_reader_free (GboxPhotoReader *self)
{
  if (self == NULL)
    return;

  g_thread_pool_free (self->threads, TRUE, TRUE);
  g_async_queue_unref (self->readings);
  g_free (self);
}

gboolean
gbox_photo_reader_has_room (const GboxPhotoReader *self)
{
  return self->n_out < self->limit;
}

void
gbox_photo_reader_push (GboxPhotoReader *self, guint id, const char *path)
{
  Request *request = g_new (Request, 1);

  *request = (Request){ .id = id, .path = g_strdup (path) };
  self->n_out++;
  g_thread_pool_push (self->threads, request, NULL);
}

GboxPhotoReading *
gbox_photo_reader_pop (GboxPhotoReader *self)
{
  GboxPhotoReading *reading = g_async_queue_timeout_pop (self->readings, WAIT_MICROSECONDS);

  if (reading != NULL)
    self->n_out--;
  return reading;
}
