/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The left pane of the gridworld: which world, which agents, and how they learn. */
#pragma once

#include <adwaita.h>

#include "learning/gridworld-session.h"

G_BEGIN_DECLS

#define GBOX_TYPE_GRIDWORLD_PANE (gbox_gridworld_pane_get_type ())
G_DECLARE_FINAL_TYPE (GboxGridworldPane, gbox_gridworld_pane, GBOX, GRIDWORLD_PANE, AdwBin)

/* Once. */
void gbox_gridworld_pane_set_session (GboxGridworldPane *self, GboxGridworldSession *session);

G_END_DECLS
