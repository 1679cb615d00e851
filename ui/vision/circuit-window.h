/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What excites and what inhibits a unit, as a graph to walk through. */
#pragma once

#include <adwaita.h>

#include "vision/circuit-walk.h"
#include "vision/unit-thumbnails.h"
#include "vision/vision-session.h"

G_BEGIN_DECLS

/**
 * GboxCircuitWindow:
 *
 * Property: `rank` (#GboxCircuitRank: what makes an input strong). Actions: `circuit.back`,
 * `circuit.visualize` (the unit at hand, on the Vision page), `circuit.rank` ('sum' or 'norm').
 */
#define GBOX_TYPE_CIRCUIT_WINDOW (gbox_circuit_window_get_type ())
G_DECLARE_FINAL_TYPE (GboxCircuitWindow, gbox_circuit_window, GBOX, CIRCUIT_WINDOW, AdwWindow)

/**
 * gbox_circuit_window_new:
 * @parent: (nullable): over which it appears
 * @session: what it is about, and what visualizes
 * @thumbnails: the pictures of units
 *
 * Returns: (transfer none): the window, to be presented after gbox_circuit_window_begin()
 */
GtkWidget *
gbox_circuit_window_new (GtkWindow *parent, GboxVisionSession *session, GboxUnitThumbnails *thumbnails);

/* Walks from the session's unit, of a network that is loaded. Returns: %FALSE where it has no such unit. */
gboolean gbox_circuit_window_begin (GboxCircuitWindow *self, GError **error);
/* (transfer none): where one is. */
GboxCircuitWalk *gbox_circuit_window_get_walk (GboxCircuitWindow *self);

G_END_DECLS
