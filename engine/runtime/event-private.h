/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages of a run's mailbox. Every run has a mailbox of its own, which it closes when it goes: an event
 * cannot reach another run. */
#pragma once

#include "runtime/event.h"

G_BEGIN_DECLS

typedef enum
{
  GBOX_EVENT_STATE,
  GBOX_EVENT_POINT,
  GBOX_EVENT_LENGTH,
  GBOX_EVENT_NOTICE,
  GBOX_EVENT_FRAME, /* coalesces */
  GBOX_EVENT_RATE,  /* coalesces */
  GBOX_EVENT_SAVED,
  GBOX_EVENT_RECORD,
} GboxEventKind;

/* Slots of gbox_mailbox_post_latest(). */
enum
{
  GBOX_SLOT_FRAME,
  GBOX_SLOT_RATE,
};

typedef struct
{
  GboxEventKind kind;
  union
  {
    struct
    {
      GboxRunState value;
      GError *error; /* of GBOX_RUN_FAILED */
    } state;
    GboxPoint point;
    guint n_steps;
    struct
    {
      char *id;
      char *text;
    } notice;
    GboxFrame *frame;
    double rate; /* steps a second */
    struct
    {
      guint serial;  /* which call of gbox_run_save_async() is answered */
      GError *error; /* (nullable) */
    } saved;
    struct
    {
      GType type; /* boxed */
      gpointer value;
    } record;
  };
} GboxEvent;

GboxEvent *gbox_event_new (GboxEventKind kind);
void gbox_event_free (GboxEvent *event);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxEvent, gbox_event_free)

G_END_DECLS
