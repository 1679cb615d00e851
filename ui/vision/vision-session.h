/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the Vision page is about: the model at hand, the spec being edited and the run that goes on. */
#pragma once

#include "runtime/engine.h"
#include "shell/settings.h"
#include "models/model-choice.h"
#include "vision/vision-tile.h"
#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * GboxVisionSession:
 *
 * Implements #GboxModelChoice. Has no widgets; the panes show it and tell it what the user wants. Main thread
 * only.
 *
 * There are one to %GBOX_VISION_SESSION_MAX_TILES pictures side by side (#GboxVisionTile), one of which is
 * selected: the session's spec and run are its. The others follow what they have in common with it, unless
 * they are pinned.
 *
 * Properties, read-only: `model` (#GboxModelItem, the one at hand), `network` (pointer to #GboxNetwork,
 * nullable), `run` (#GboxRun, nullable), `needs-restart` (boolean: the spec differs from the run's in what
 * cannot change while it goes on), `problem` (string, nullable: why the model could not be loaded),
 * `selected` (#GboxVisionTile). Writable: `lockstep` (boolean, %TRUE: whether pausing, single steps and
 * restarts concern all tiles that are not pinned, or only the selected one).
 *
 * Signals: `target-changed` (): another unit, layer or objective. `message` (string): something to tell the
 * user once.
 *
 * A property of the spec that may change live is applied to the run at once when it is set; any other sets
 * `needs-restart`.
 */
#define GBOX_TYPE_VISION_SESSION      (gbox_vision_session_get_type ())
#define GBOX_VISION_SESSION_MAX_TILES 4

G_DECLARE_FINAL_TYPE (GboxVisionSession, gbox_vision_session, GBOX, VISION_SESSION, GObject)

/* Takes the last spec from @settings; nothing is loaded yet. */
GboxVisionSession *gbox_vision_session_new (GboxEngine *engine, GboxSettings *settings);
/* Loads the model at hand and starts; before this the session only takes note of what is chosen. */
void gbox_vision_session_begin (GboxVisionSession *self);
/* Stops the run and what is being fetched or loaded, and remembers the spec. */
void gbox_vision_session_end (GboxVisionSession *self);

GboxEngine *gbox_vision_session_get_engine (GboxVisionSession *self);
/* Whether it has begun and not ended. */
gboolean gbox_vision_session_has_begun (GboxVisionSession *self);
GListModel *gbox_vision_session_get_models (GboxVisionSession *self); /* of GboxModelItem */
GboxModelItem *gbox_vision_session_get_model (GboxVisionSession *self);
/* The same object for life: rows bind to its properties. */
GboxVisualizationSpec *gbox_vision_session_get_spec (GboxVisionSession *self);
GboxNetwork *gbox_vision_session_get_network (GboxVisionSession *self); /* nullable */
GboxRun *gbox_vision_session_get_run (GboxVisionSession *self);         /* nullable */
/* Positions along an axis of the map of the layer at hand, 0 while there is none. */
int gbox_vision_session_get_map_side (GboxVisionSession *self);
gboolean gbox_vision_session_get_needs_restart (GboxVisionSession *self);
const char *gbox_vision_session_get_problem (GboxVisionSession *self);

/* Of #GboxVisionTile; at least one. */
GListModel *gbox_vision_session_get_tiles (GboxVisionSession *self);
GboxVisionTile *gbox_vision_session_get_selected (GboxVisionSession *self); /* transfer none */
/* Its spec becomes the one that is edited; nothing starts or stops. */
void gbox_vision_session_select_tile (GboxVisionSession *self, GboxVisionTile *tile);
/* Whether there is more than one tile. On: puts the same unit in the other basis beside the picture that is
 * there; off: only the selected one stays. */
gboolean gbox_vision_session_get_comparing (GboxVisionSession *self);
void gbox_vision_session_set_comparing (GboxVisionSession *self, gboolean comparing);
/* Another tile that begins as the selected one with another seed, and is selected; the others are pinned.
 * Returns: %FALSE where there are as many as there can be. */
gboolean gbox_vision_session_add_tile (GboxVisionSession *self);
/* Not the last one. */
void gbox_vision_session_remove_tile (GboxVisionSession *self, GboxVisionTile *tile);
/* Pinning the selected tile selects one that is not, if there is one. */
void gbox_vision_session_set_pinned (GboxVisionSession *self, GboxVisionTile *tile, gboolean pinned);

/* Goes to a model: loads and starts it if it is here. The unit stays where the model has it. */
void gbox_vision_session_choose_model (GboxVisionSession *self, GboxModelItem *model);
/* The same by name: of the catalogue, or the path of a weights file, which joins the models. */
void gbox_vision_session_choose_model_name (GboxVisionSession *self, const char *name);

/* Makes what a recipe says: its model, which must be here or in the catalogue, its unit and all parameters.
 */
void gbox_vision_session_open (GboxVisionSession *self, GboxVisualizationSpec *spec);

/* Goes to a unit and starts a run of it, in place of the one that goes on. */
void gbox_vision_session_visualize (GboxVisionSession *self, const char *layer, int unit);
/* As text: "inceptionv1/4b/100" or "4b/100". */
gboolean gbox_vision_session_visualize_text (GboxVisionSession *self, const char *text, GError **error);
/* Goes to the same unit of another layer, or its first one. */
void gbox_vision_session_choose_layer (GboxVisionSession *self, const char *layer);
void gbox_vision_session_set_objective (GboxVisionSession *self, GboxObjectiveKind kind);
/* The position of a neuron in the layer's map; −1 for the middle. */
void gbox_vision_session_set_position (GboxVisionSession *self, int y, int x);
/* A combination of channels, "12:1,40:-0.5"; spaces are fine. */
void gbox_vision_session_set_direction (GboxVisionSession *self, const char *direction);
/* What the photo @path has in the layer at hand, and the photo @minus (nullable) lacks. */
void gbox_vision_session_set_photo_direction (GboxVisionSession *self, const char *path, const char *minus);
/**
 * gbox_vision_session_interpolate:
 * @self: a session
 * @text: another channel or class that a row of pictures goes over to, "4c:20" or "class:488"; empty for none
 * @error: return location for an error
 *
 * Starts it. Pictures are then not made unlike each other.
 *
 * Returns: %FALSE with %GBOX_ERROR_INVALID_ARGUMENT or %GBOX_ERROR_NOT_FOUND
 */
gboolean gbox_vision_session_interpolate (GboxVisionSession *self, const char *text, GError **error);
/* Changes how, not which unit, and starts again. */
gboolean gbox_vision_session_apply_preset (GboxVisionSession *self, const char *preset, GError **error);
/* The file that the picture begins with, "" for noise, and starts again. */
void gbox_vision_session_set_start (GboxVisionSession *self, const char *path);

void gbox_vision_session_restart (GboxVisionSession *self);
/* Pauses or resumes; starts again what is over. */
void gbox_vision_session_play_pause (GboxVisionSession *self);
void gbox_vision_session_step (GboxVisionSession *self);
void gbox_vision_session_stop (GboxVisionSession *self);
/* As many steps more than the run has now, also where it is done. */
void gbox_vision_session_go_on (GboxVisionSession *self, guint n_steps);

G_END_DECLS
