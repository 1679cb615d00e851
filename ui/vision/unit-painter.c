/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes pictures of units in the background. */
#include "vision/unit-painter.h"

#include "vision/target.h"

/* Enough to tell what a unit is about at the size of a thumbnail. */
#define SIZE    128
#define N_STEPS 128u

struct _GboxUnitPainter
{
  GObject parent_instance;

  GboxVisionSession *session;
  GboxUnitThumbnails *thumbnails;
  GSignalGroup *shown_signals; /* of the run that is selected */
  GSignalGroup *run_signals;   /* of ours */
  GCancellable *cancellable;   /* of what is asked of the disk */
  GQueue orders;               /* of GboxTarget; the first is at hand */
  GboxVisualizationSpec *spec; /* of the one at hand */
  GboxRun *run;                /* nullable */
  gboolean is_asking;          /* whether the disk has a picture, or to keep one */
  gboolean is_paused;          /* by the user */
};

enum
{
  SIGNAL_PAINTED,
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxUnitPainter, gbox_unit_painter, G_TYPE_OBJECT)

static void advance (GboxUnitPainter *self);

static void
free_order (gpointer order)
{
  gbox_target_free (order);
}

static void
set_run (GboxUnitPainter *self, GboxRun *run)
{
  if (self->run)
    gbox_run_stop (self->run);
  g_set_object (&self->run, run);
  g_signal_group_set_target (self->run_signals, run);
}

/* The order at hand is done with. */
static void
take_next (GboxUnitPainter *self, GdkTexture *texture)
{
  g_autoptr (GboxTarget) order = g_queue_pop_head (&self->orders);

  set_run (self, NULL);
  if (texture)
    gbox_unit_thumbnails_show (self->thumbnails, self->spec, texture);
  g_signal_emit (self, signals[SIGNAL_PAINTED], 0, order->layer, order->unit, texture);
  advance (self);
}

/* What the user wants or looks at comes first. */
static gboolean
must_wait (GboxUnitPainter *self)
{
  GboxRun *shown = gbox_vision_session_get_run (self->session);
  const GboxRunState state = shown ? gbox_run_get_state (shown) : GBOX_RUN_STOPPED;

  return self->is_paused || state == GBOX_RUN_RUNNING || state == GBOX_RUN_WAITING
         || !gbox_vision_session_has_begun (self->session);
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GboxUnitPainter) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture
    = gbox_thumbnail_cache_lookup_finish (GBOX_THUMBNAIL_CACHE (source), result, &error);
  g_autoptr (GboxRun) run = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->is_asking = FALSE;
  if (texture)
    {
      take_next (self, texture);
      return;
    }
  run = gbox_engine_start (gbox_vision_session_get_engine (self->session), GBOX_SPEC (self->spec));
  set_run (self, run);
  advance (self);
}

static void
on_stored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GboxUnitPainter) self = user_data;
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GError) error = NULL;

  if (!gbox_thumbnail_cache_store_finish (GBOX_THUMBNAIL_CACHE (source), result, &texture, &error))
    g_info ("The picture of a unit was not kept: %s", error->message);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->is_asking = FALSE;
  take_next (self, texture);
}

/* One thing at a time: asks for a picture, makes it, keeps it. */
static void
advance (GboxUnitPainter *self)
{
  const GboxTarget *order = g_queue_peek_head (&self->orders);
  g_autofree char *key = NULL;

  if (!order || self->is_asking)
    return;
  if (self->run)
    {
      if (must_wait (self))
        gbox_run_pause (self->run);
      else
        gbox_run_resume (self->run);
      return;
    }
  if (must_wait (self))
    return;
  g_object_set (self->spec, "model", order->model, "layer", order->layer, "unit", order->unit, NULL);
  self->is_asking = TRUE;
  key = gbox_unit_thumbnails_make_key (self->spec);
  gbox_thumbnail_cache_lookup_async (gbox_unit_thumbnails_get_cache (self->thumbnails), key,
                                     self->cancellable, on_looked_up, g_object_ref (self));
}

static void
on_run_changed (GboxUnitPainter *self)
{
  const GboxRunState state = gbox_run_get_state (self->run);
  GboxFrame *frame = gbox_run_get_frame (self->run);
  g_autofree char *key = NULL;

  if (state == GBOX_RUN_FAILED)
    {
      g_autofree char *message = g_strdup (gbox_run_get_error (self->run)->message);

      gbox_unit_painter_clear (self);
      g_signal_emit (self, signals[SIGNAL_FAILED], 0, message);
      return;
    }
  if (state != GBOX_RUN_FINISHED || !frame || frame->step < gbox_run_get_n_steps (self->run)
      || self->is_asking)
    return;
  self->is_asking = TRUE;
  key = gbox_unit_thumbnails_make_key (self->spec);
  gbox_thumbnail_cache_store_async (gbox_unit_thumbnails_get_cache (self->thumbnails), key, frame,
                                    self->cancellable, on_stored, g_object_ref (self));
}

static void
follow_shown (GboxUnitPainter *self)
{
  g_signal_group_set_target (self->shown_signals, gbox_vision_session_get_run (self->session));
  advance (self);
}

static void
gbox_unit_painter_dispose (GObject *object)
{
  GboxUnitPainter *self = GBOX_UNIT_PAINTER (object);

  if (self->cancellable)
    gbox_unit_painter_clear (self);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->run_signals);
  g_clear_object (&self->shown_signals);
  g_clear_object (&self->spec);
  g_clear_object (&self->thumbnails);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_unit_painter_parent_class)->dispose (object);
}

static void
gbox_unit_painter_class_init (GboxUnitPainterClass *class)
{
  G_OBJECT_CLASS (class)->dispose = gbox_unit_painter_dispose;
  signals[SIGNAL_PAINTED]
    = g_signal_new ("painted", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                    3, G_TYPE_STRING, G_TYPE_INT, GDK_TYPE_TEXTURE);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
gbox_unit_painter_init (GboxUnitPainter *self)
{
  self->cancellable = g_cancellable_new ();
  g_queue_init (&self->orders);
  self->spec = gbox_visualization_spec_new ();
  g_object_set (self->spec, "size", SIZE, "steps", N_STEPS, NULL);
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (on_run_changed), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::frame", G_CALLBACK (on_run_changed), self);
  self->shown_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->shown_signals, "notify::state", G_CALLBACK (advance), self);
}

GboxUnitPainter *
gbox_unit_painter_new (GboxVisionSession *session, GboxUnitThumbnails *thumbnails)
{
  GboxUnitPainter *self = g_object_new (GBOX_TYPE_UNIT_PAINTER, NULL);

  self->session = g_object_ref (session);
  self->thumbnails = g_object_ref (thumbnails);
  g_signal_connect_object (session, "notify::run", G_CALLBACK (follow_shown), self, G_CONNECT_SWAPPED);
  follow_shown (self);
  return self;
}

void
gbox_unit_painter_paint (GboxUnitPainter *self, const char *model, const char *layer, int unit)
{
  GboxTarget *order;

  g_return_if_fail (GBOX_IS_UNIT_PAINTER (self));

  order = g_new (GboxTarget, 1);
  *order = (GboxTarget){ .model = g_strdup (model), .layer = g_strdup (layer), .unit = unit };
  g_queue_push_tail (&self->orders, order);
  advance (self);
}

void
gbox_unit_painter_clear (GboxUnitPainter *self)
{
  g_return_if_fail (GBOX_IS_UNIT_PAINTER (self));

  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->is_asking = FALSE;
  set_run (self, NULL);
  g_queue_clear_full (&self->orders, free_order);
}

void
gbox_unit_painter_set_paused (GboxUnitPainter *self, gboolean paused)
{
  g_return_if_fail (GBOX_IS_UNIT_PAINTER (self));

  self->is_paused = paused;
  advance (self);
}

gboolean
gbox_unit_painter_get_paused (GboxUnitPainter *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_PAINTER (self), FALSE);

  return self->is_paused;
}
