/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of the Vision page as actions of its window. */
#pragma once

#include "vision/vision-page.h"

G_BEGIN_DECLS

/**
 * GboxVisionActions:
 *
 * `visualize` ('inceptionv1/4b/100' or '4b/100'), `objective` ('neuron', 'channel', 'layer', 'class' or
 * 'direction'), `preset` ('naive', 'fourier' or 'default'), `set` (('size', '128'): any parameter by name),
 * `play-pause`, `step`, `restart`, `stop`, `save-to` (a path), `search-units`, `circuit`, `compare`,
 * `lockstep` and `atlas` (toggles), `add-tile`, `more-steps` (how many), `film-first`, `film-previous`,
 * `film-next`, `film-latest`, `save-animation`, `save-animation-to` (a path), `save-contact-sheet`,
 * `save-contact-sheet-to` (a path), and what #GboxPageActions are on this page: `vision-open`,
 * `vision-open-file` (a catalogue name or a path), `vision-save`, `vision-copy`, `vision-left-pane`,
 * `vision-right-pane`. They are enabled while they make sense, and do nothing any more once this object is
 * dropped.
 */
#define GBOX_TYPE_VISION_ACTIONS (gbox_vision_actions_get_type ())
G_DECLARE_FINAL_TYPE (GboxVisionActions, gbox_vision_actions, GBOX, VISION_ACTIONS, GObject)

/**
 * gbox_vision_actions_new:
 * @page: (transfer none): a page that has a session; must outlive the object, which it owns
 * @map: gets the actions
 */
GboxVisionActions *gbox_vision_actions_new (GboxVisionPage *page, GActionMap *map);

G_END_DECLS
