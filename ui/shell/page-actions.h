/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that every page has its own of: they go to the page that is shown. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * GboxPageActions:
 *
 * `open`, `save`, `copy`, `toggle-left-pane` and `toggle-right-pane` (boolean states). Where the page
 * “vision” is shown, `open` is its action `vision-open`, `toggle-left-pane` its `vision-left-pane`, and so
 * on. What the page has no such action for, or has disabled, is disabled.
 */
#define GBOX_TYPE_PAGE_ACTIONS (gbox_page_actions_get_type ())
G_DECLARE_FINAL_TYPE (GboxPageActions, gbox_page_actions, GBOX, PAGE_ACTIONS, GObject)

/* @map: (transfer none): a #GActionGroup too; has the actions of the pages and gets these; must outlive the
 * object, which it owns. */
GboxPageActions *gbox_page_actions_new (GActionMap *map);
void gbox_page_actions_set_page (GboxPageActions *self, const char *page);

G_END_DECLS
