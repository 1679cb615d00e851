/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of a session share. */
#pragma once

#include "vision/vision-session.h"

G_BEGIN_DECLS

struct _GboxVisionSession
{
  GObject parent_instance;

  GboxEngine *engine;
  GboxSettings *settings;
  GListStore *models;
  GboxModelItem *model;
  GboxVisualizationSpec *spec;
  GboxNetwork *network;
  GCancellable *loading;         /* of the model at hand */
  GListStore *tiles;             /* of GboxVisionTile */
  GboxVisionTile *selected;      /* one of them, whose run and spec are at hand */
  GboxVisualizationSpec *synced; /* the spec as the other tiles have followed it */
  gboolean lockstep;
  gboolean is_adopting; /* the network is loaded for a run that goes on */
  char *problem;
  char *layer; /* where to return to from the classes */
  int unit;
  int class_id; /* where to return to from the layers */
  gboolean has_begun;
  gboolean needs_restart;
  gboolean is_changing; /* several properties of the spec at once */
};

/* Several properties of the spec at once: nothing follows them until start_target() or start_run(). What was
 * opened is left behind, as it is about another picture. */
void gbox_vision_session_begin_change (GboxVisionSession *self);
void gbox_vision_session_end_change (GboxVisionSession *self);

/* Returns: (transfer none): the item of that name. */
GboxModelItem *gbox_vision_session_find_model (GboxVisionSession *self, const char *name);
void gbox_vision_session_set_model (GboxVisionSession *self, GboxModelItem *model);
/* Loads the model at hand if it is here, and then starts; not before the session has begun. */
void gbox_vision_session_load_model (GboxVisionSession *self);

/* The target has been changed: whoever shows it is told, and a run of it starts. */
void gbox_vision_session_start_target (GboxVisionSession *self);
void gbox_vision_session_start_run (GboxVisionSession *self);

/* The selected tile's, nullable. */
void gbox_vision_session_set_run (GboxVisionSession *self, GboxRun *run);
/* Tells what depends on which tile is selected. */
void gbox_vision_session_tell_selected (GboxVisionSession *self);
/* Makes the first tile. */
void gbox_vision_session_init_tiles (GboxVisionSession *self);
/* Stops all runs. */
void gbox_vision_session_end_tiles (GboxVisionSession *self);
/* The other tiles that are not pinned take over what changed; then their runs start anew, or what is live of
 * it is applied to them. */
void gbox_vision_session_start_others (GboxVisionSession *self);
void gbox_vision_session_adjust_others (GboxVisionSession *self);

G_END_DECLS
