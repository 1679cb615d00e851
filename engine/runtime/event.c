/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a job tells its run. */
#include "runtime/event-private.h"

GType
gbox_run_state_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GBOX_RUN_WAITING, "GBOX_RUN_WAITING", "waiting" },
    { GBOX_RUN_RUNNING, "GBOX_RUN_RUNNING", "running" },
    { GBOX_RUN_PAUSED, "GBOX_RUN_PAUSED", "paused" },
    { GBOX_RUN_FINISHED, "GBOX_RUN_FINISHED", "finished" },
    { GBOX_RUN_STOPPED, "GBOX_RUN_STOPPED", "stopped" },
    { GBOX_RUN_FAILED, "GBOX_RUN_FAILED", "failed" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GboxRunState", values));

  return type;
}

GboxEvent *
gbox_event_new (GboxEventKind kind)
{
  GboxEvent *event = g_new0 (GboxEvent, 1);

  event->kind = kind;

  return event;
}

void
gbox_event_free (GboxEvent *event)
{
  switch (event->kind)
    {
    case GBOX_EVENT_STATE:
      g_clear_error (&event->state.error);
      break;
    case GBOX_EVENT_NOTICE:
      g_free (event->notice.id);
      g_free (event->notice.text);
      break;
    case GBOX_EVENT_FRAME:
      g_clear_pointer (&event->frame, gbox_frame_unref);
      break;
    case GBOX_EVENT_SAVED:
      g_clear_error (&event->saved.error);
      break;
    case GBOX_EVENT_RECORD:
      g_boxed_free (event->record.type, event->record.value);
      break;
    case GBOX_EVENT_POINT:
    case GBOX_EVENT_LENGTH:
    case GBOX_EVENT_RATE:
      break;
    }
  g_free (event);
}
