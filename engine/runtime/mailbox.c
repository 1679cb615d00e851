/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages from any thread to a main context: pushed under a lock, one wake-up, stolen whole, dispatched
 * unlocked. */
#include "runtime/mailbox.h"

#include <pthread.h>
#include <stdatomic.h>

#define DISPATCH_MICROSECONDS 4000
#define REST_MICROSECONDS     2000
#define KEEP_CAPACITY         4096

typedef struct
{
  GSource source;
  GboxMailbox *mailbox; /* a reference, until the mailbox is closed */
} MailboxSource;

struct _GboxMailbox
{
  atomic_uint n_references;
  GboxMailboxFunc func;
  GboxMailboxDone done;
  GDestroyNotify free_message;
  gpointer user_data;
  GSource *source;

  pthread_mutex_t lock; /* over the next five */
  GPtrArray *incoming;
  gpointer latest[GBOX_MAILBOX_N_SLOTS];
  gint64 not_before; /* monotonic time of the end of the rest after the last dispatch */
  gboolean awake;    /* the source has been told, or is dispatching: no need to tell it again */
  gboolean closed;   /* written on the mailbox's thread only */

  /* The mailbox's thread only: */
  GPtrArray *batch; /* what was stolen; elements before next are NULL */
  guint next;
};

static void
free_messages (GboxMailbox *self, GPtrArray *messages)
{
  for (guint i = 0; i < messages->len; i++)
    if (messages->pdata[i] != NULL)
      self->free_message (messages->pdata[i]);
  g_ptr_array_set_size (messages, 0);
}

/* A flood leaves a large array behind: not to be kept for the trickle that follows. */
static void
reset_batch (GboxMailbox *self)
{
  self->next = 0;
  if (self->batch->len > KEEP_CAPACITY)
    {
      g_ptr_array_unref (self->batch);
      self->batch = g_ptr_array_new ();
    }
  g_ptr_array_set_size (self->batch, 0);
}

/* With the lock held. */
static void
take_latest (GboxMailbox *self, GPtrArray *messages)
{
  for (guint slot = 0; slot < GBOX_MAILBOX_N_SLOTS; slot++)
    if (self->latest[slot] != NULL)
      g_ptr_array_add (messages, g_steal_pointer (&self->latest[slot]));
}

static void
steal_batch (GboxMailbox *self)
{
  GPtrArray *empty = self->batch;

  pthread_mutex_lock (&self->lock);
  self->batch = self->incoming;
  self->incoming = empty;
  take_latest (self, self->batch);
  pthread_mutex_unlock (&self->lock);
}

/* With the lock held. */
static gboolean
has_waiting (const GboxMailbox *self)
{
  gboolean waiting = self->incoming->len > 0 || self->next < self->batch->len;

  for (guint slot = 0; slot < GBOX_MAILBOX_N_SLOTS; slot++)
    waiting |= self->latest[slot] != NULL;

  return waiting;
}

/* Whatever came meanwhile has to wait for the end of a short rest, so that sources of lower priority get a
 * turn. */
static void
rest (GboxMailbox *self)
{
  gint64 ready_time;
  gboolean again;

  pthread_mutex_lock (&self->lock);
  ready_time = self->not_before = g_get_monotonic_time () + REST_MICROSECONDS;
  again = self->awake = has_waiting (self);
  pthread_mutex_unlock (&self->lock);

  if (again)
    g_source_set_ready_time (self->source, ready_time);
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_autoptr (GboxMailbox) self = gbox_mailbox_ref (((MailboxSource *) source)->mailbox);
  const gint64 end = g_get_monotonic_time () + DISPATCH_MICROSECONDS;

  /* Before stealing: a message pushed after this sets it anew, one pushed before is stolen. */
  g_source_set_ready_time (source, -1);
  if (self->batch->len == 0)
    steal_batch (self);

  while (self->next < self->batch->len)
    {
      self->func (g_steal_pointer (&self->batch->pdata[self->next++]), self->user_data);
      if (self->closed)
        return G_SOURCE_REMOVE;
      if (g_get_monotonic_time () >= end)
        break;
    }

  if (self->batch->len > 0 && self->next == self->batch->len)
    {
      reset_batch (self);
      if (self->done != NULL)
        self->done (self->user_data);
      if (self->closed)
        return G_SOURCE_REMOVE;
    }
  rest (self);

  return G_SOURCE_CONTINUE;
}

GboxMailbox *
gbox_mailbox_new (GMainContext *context,
                  GboxMailboxFunc func,
                  GboxMailboxDone done,
                  GDestroyNotify free_message,
                  gpointer user_data)
{
  static GSourceFuncs funcs = { .dispatch = dispatch };
  GboxMailbox *self;

  g_return_val_if_fail (func != NULL && free_message != NULL, NULL);

  self = g_new0 (GboxMailbox, 1);
  atomic_init (&self->n_references, 2); /* the caller's and the source's */
  self->func = func;
  self->done = done;
  self->free_message = free_message;
  self->user_data = user_data;
  pthread_mutex_init (&self->lock, NULL);
  self->incoming = g_ptr_array_new ();
  self->batch = g_ptr_array_new ();

  self->source = g_source_new (&funcs, sizeof (MailboxSource));
  ((MailboxSource *) self->source)->mailbox = self;
  g_source_set_static_name (self->source, "GboxMailbox");
  g_source_set_priority (self->source, GBOX_MAILBOX_PRIORITY);
  g_source_attach (self->source, context != NULL ? context : g_main_context_get_thread_default ());

  return self;
}

GboxMailbox *
gbox_mailbox_ref (GboxMailbox *self)
{
  atomic_fetch_add_explicit (&self->n_references, 1, memory_order_relaxed);

  return self;
}

void
gbox_mailbox_unref (GboxMailbox *self)
{
  if (atomic_fetch_sub_explicit (&self->n_references, 1, memory_order_acq_rel) != 1)
    return;

  g_ptr_array_unref (self->incoming);
  g_ptr_array_unref (self->batch);
  g_source_unref (self->source);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

/* Puts the message into a slot, or into the queue if @slot is %NULL. */
static void
post (GboxMailbox *self, gpointer *slot, gpointer message)
{
  gpointer unwanted = NULL;
  gboolean tell = FALSE;
  gint64 ready_time;

  pthread_mutex_lock (&self->lock);
  ready_time = self->not_before;
  if (self->closed)
    unwanted = message;
  else
    {
      tell = !self->awake;
      self->awake = TRUE;
      if (slot == NULL)
        g_ptr_array_add (self->incoming, message);
      else
        {
          unwanted = *slot;
          *slot = message;
        }
    }
  pthread_mutex_unlock (&self->lock);

  if (tell)
    g_source_set_ready_time (self->source, ready_time);
  if (unwanted != NULL)
    self->free_message (unwanted);
}

void
gbox_mailbox_post (GboxMailbox *self, gpointer message)
{
  g_return_if_fail (message != NULL);

  post (self, NULL, message);
}

void
gbox_mailbox_post_latest (GboxMailbox *self, guint slot, gpointer message)
{
  g_return_if_fail (slot < GBOX_MAILBOX_N_SLOTS);
  g_return_if_fail (message != NULL);

  post (self, &self->latest[slot], message);
}

void
gbox_mailbox_close (GboxMailbox *self)
{
  g_autoptr (GPtrArray) waiting = g_ptr_array_new ();

  if (self->closed)
    return;

  pthread_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_ptr_array_extend_and_steal (waiting, g_steal_pointer (&self->incoming));
  self->incoming = g_ptr_array_new ();
  take_latest (self, waiting);
  pthread_mutex_unlock (&self->lock);

  g_source_destroy (self->source);
  free_messages (self, self->batch);
  free_messages (self, waiting);
  gbox_mailbox_unref (self);
}
