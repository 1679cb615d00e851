/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages from any thread to a main context: pushed under a lock, one wake-up, stolen whole, dispatched
 * unlocked. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GboxMailbox GboxMailbox;

#define GBOX_MAILBOX_N_SLOTS 8

/**
 * GBOX_MAILBOX_PRIORITY:
 *
 * The priority of a mailbox on its main context: below input, and equal to GDK's redraw
 * (GDK_PRIORITY_REDRAW). Sources of equal priority take turns, so neither can starve the other, however long
 * drawing takes or however many messages come. Lower ones (idle work) get their turn because a mailbox
 * dispatches for at most 4 ms and then rests for 2.
 */
#define GBOX_MAILBOX_PRIORITY (G_PRIORITY_HIGH_IDLE + 20)

/**
 * GboxMailboxFunc:
 * @message: (transfer full): a message
 *
 * Called on the mailbox's main context, for each message in the order of posting.
 */
typedef void (*GboxMailboxFunc) (gpointer message, gpointer user_data);

/* Called once when a batch of messages has been dispatched: all that waited when it was begun. */
typedef void (*GboxMailboxDone) (gpointer user_data);

/**
 * gbox_mailbox_new:
 * @context: (nullable): where to dispatch, the thread's default if %NULL
 * @func: takes each message
 * @done: (nullable): called after each batch
 * @free_message: frees messages that are replaced, or never dispatched because the mailbox was closed; on the
 * thread that replaces or closes
 * @user_data: for @func and @done
 *
 * A mailbox lives until it is closed, whatever references there are.
 *
 * Returns: (transfer full): a mailbox; reference counted
 */
GboxMailbox *gbox_mailbox_new (GMainContext *context,
                               GboxMailboxFunc func,
                               GboxMailboxDone done,
                               GDestroyNotify free_message,
                               gpointer user_data);
GboxMailbox *gbox_mailbox_ref (GboxMailbox *mailbox);
void gbox_mailbox_unref (GboxMailbox *mailbox);

/* Any thread. Takes the message. On a closed mailbox the message is freed. */
void gbox_mailbox_post (GboxMailbox *mailbox, gpointer message);

/**
 * gbox_mailbox_post_latest:
 * @slot: 0 … %GBOX_MAILBOX_N_SLOTS − 1
 * @message: (transfer full): replaces a message of the same slot that has not been dispatched yet; dispatched
 * after the others of its batch, so never before a message that was posted before it
 *
 * Any thread. For pictures and progress, of which only the newest counts.
 */
void gbox_mailbox_post_latest (GboxMailbox *mailbox, guint slot, gpointer message);

/* On the mailbox's own thread, also from inside its functions: nothing is dispatched after this returns; what
 * waits is freed. Idempotent. */
void gbox_mailbox_close (GboxMailbox *mailbox);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxMailbox, gbox_mailbox_unref)

G_END_DECLS
