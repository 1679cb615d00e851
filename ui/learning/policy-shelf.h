/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where policies are kept that nobody has given a file. */
#pragma once

#include "learning/finetune-session.h"

G_BEGIN_DECLS

/**
 * GboxPolicyShelf:
 *
 * Saves what a session has trained in the user's cache folder, `glassbox/policies`, where the newest few
 * stay. What is there already is not saved again. Main thread only.
 */
#define GBOX_TYPE_POLICY_SHELF (gbox_policy_shelf_get_type ())
G_DECLARE_FINAL_TYPE (GboxPolicyShelf, gbox_policy_shelf, GBOX, POLICY_SHELF, GObject)

GboxPolicyShelf *gbox_policy_shelf_new (GboxFinetuneSession *session);

/* Whether there is something to save that does not change meanwhile: training is paused or over. */
gboolean gbox_policy_shelf_can_put (GboxPolicyShelf *self);

/* "SmolLM2 135M, finetuned: full stops, 60 steps". Free with g_free(). */
char *gbox_policy_shelf_describe (GboxPolicyShelf *self);

/**
 * gbox_policy_shelf_put_async:
 * @self: a shelf for which gbox_policy_shelf_can_put()
 * @cancellable: (nullable)
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Saves the policy at hand.
 */
void gbox_policy_shelf_put_async (GboxPolicyShelf *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/* (transfer full) (nullable): the path of a checkpoint, or %NULL with the error of saving. */
char *gbox_policy_shelf_put_finish (GboxPolicyShelf *self, GAsyncResult *result, GError **error);

G_END_DECLS
