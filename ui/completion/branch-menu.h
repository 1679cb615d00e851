/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The button that shows what was written before, as a tree, and returns to it. */
#pragma once

#include <adwaita.h>

#include "completion/completion-session.h"

G_BEGIN_DECLS

#define GBOX_TYPE_BRANCH_MENU (gbox_branch_menu_get_type ())
G_DECLARE_FINAL_TYPE (GboxBranchMenu, gbox_branch_menu, GBOX, BRANCH_MENU, AdwBin)

/* Once. */
void gbox_branch_menu_set_session (GboxBranchMenu *self, GboxCompletionSession *session);

G_END_DECLS
