/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An agent at work: its board, its last move, and how well it does. */
#pragma once

#include "learning/grid-board.h"
#include "learning/gridworld-session.h"

G_BEGIN_DECLS

#define GBOX_TYPE_GRIDWORLD_CARD (gbox_gridworld_card_get_type ())
G_DECLARE_FINAL_TYPE (GboxGridworldCard, gbox_gridworld_card, GBOX, GRIDWORLD_CARD, GtkBox)

GtkWidget *gbox_gridworld_card_new (GboxGridworldSession *session, GboxGridworldAgent *agent);

/* The colour that an algorithm has on the page. */
GboxSeriesRole gbox_gridworld_card_get_role (GboxTabularAlgorithm algorithm);

G_END_DECLS
