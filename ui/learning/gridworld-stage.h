/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The middle of the gridworld: the agents' boards, and what they get an episode. */
#pragma once

#include <adwaita.h>

#include "learning/gridworld-session.h"

G_BEGIN_DECLS

#define GBOX_TYPE_GRIDWORLD_STAGE (gbox_gridworld_stage_get_type ())
G_DECLARE_FINAL_TYPE (GboxGridworldStage, gbox_gridworld_stage, GBOX, GRIDWORLD_STAGE, AdwBin)

/* Once. */
void gbox_gridworld_stage_set_session (GboxGridworldStage *self, GboxGridworldSession *session);

G_END_DECLS
