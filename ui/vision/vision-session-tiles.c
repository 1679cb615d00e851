/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pictures side by side of a session: which there are, which is selected, and what is done to all. */
#include "vision/vision-session-private.h"

typedef void (*TileFunc) (GboxVisionSession *self, GboxVisionTile *tile);

void
gbox_vision_session_init_tiles (GboxVisionSession *self)
{
  self->tiles = g_list_store_new (GBOX_TYPE_VISION_TILE);
  self->selected = gbox_vision_tile_new (self->spec);
  self->synced = GBOX_VISUALIZATION_SPEC (gbox_spec_copy (GBOX_SPEC (self->spec)));
  g_list_store_append (self->tiles, self->selected);
}

/* For each tile but the selected one that is not pinned. */
static void
visit_others (GboxVisionSession *self, TileFunc func)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->tiles)); i++)
    {
      g_autoptr (GboxVisionTile) tile = g_list_model_get_item (G_LIST_MODEL (self->tiles), i);

      if (tile != self->selected && !gbox_vision_tile_get_pinned (tile))
        func (self, tile);
    }
}

/* The same, where what is done to one is done to all. */
static void
visit_led (GboxVisionSession *self, TileFunc func)
{
  if (self->lockstep)
    visit_others (self, func);
}

static void
stop_tile (GboxVisionSession *self, GboxVisionTile *tile)
{
  if (gbox_vision_tile_get_run (tile))
    gbox_run_stop (gbox_vision_tile_get_run (tile));
}

void
gbox_vision_session_end_tiles (GboxVisionSession *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->tiles)); i++)
    {
      g_autoptr (GboxVisionTile) tile = g_list_model_get_item (G_LIST_MODEL (self->tiles), i);

      if (tile != self->selected)
        gbox_vision_tile_set_run (tile, NULL);
    }
  gbox_vision_session_set_run (self, NULL);
}

static void
follow_tile (GboxVisionSession *self, GboxVisionTile *tile)
{
  gbox_vision_tile_follow (tile, self->synced, self->spec);
}

static void
sync_others (GboxVisionSession *self)
{
  visit_others (self, follow_tile);
  gbox_spec_assign (GBOX_SPEC (self->synced), GBOX_SPEC (self->spec));
}

static void
start_tile (GboxVisionSession *self, GboxVisionTile *tile)
{
  g_autoptr (GboxRun) run = gbox_engine_start (self->engine, GBOX_SPEC (gbox_vision_tile_get_spec (tile)));

  gbox_vision_tile_set_run (tile, run);
}

void
gbox_vision_session_start_others (GboxVisionSession *self)
{
  if (!self->network)
    return;
  sync_others (self);
  visit_others (self, start_tile);
}

static void
adjust_tile (GboxVisionSession *self, GboxVisionTile *tile)
{
  GboxRun *run = gbox_vision_tile_get_run (tile);
  g_autoptr (GboxSpec) adjusted = run ? gbox_spec_copy (gbox_run_get_spec (run)) : NULL;
  g_autoptr (GError) error = NULL;

  if (!run)
    return;
  gbox_visualization_spec_adjust (GBOX_VISUALIZATION_SPEC (adjusted), gbox_vision_tile_get_spec (tile));
  if (!gbox_run_adjust (run, adjusted, &error))
    g_info ("A picture did not follow: %s", error->message);
}

void
gbox_vision_session_adjust_others (GboxVisionSession *self)
{
  sync_others (self);
  visit_others (self, adjust_tile);
}

GListModel *
gbox_vision_session_get_tiles (GboxVisionSession *self)
{
  return G_LIST_MODEL (self->tiles);
}

GboxVisionTile *
gbox_vision_session_get_selected (GboxVisionSession *self)
{
  return self->selected;
}

void
gbox_vision_session_select_tile (GboxVisionSession *self, GboxVisionTile *tile)
{
  GboxModelItem *model;

  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  if (tile == self->selected)
    return;
  gbox_spec_assign (GBOX_SPEC (gbox_vision_tile_get_spec (self->selected)), GBOX_SPEC (self->spec));
  g_set_object (&self->selected, tile);
  self->is_changing = TRUE;
  gbox_spec_assign (GBOX_SPEC (self->spec), GBOX_SPEC (gbox_vision_tile_get_spec (tile)));
  self->is_changing = FALSE;
  gbox_spec_assign (GBOX_SPEC (self->synced), GBOX_SPEC (self->spec));
  model = gbox_vision_session_find_model (self, gbox_visualization_spec_get_values (self->spec)->model);
  if (model != self->model)
    {
      self->is_adopting = TRUE;
      gbox_vision_session_set_model (self, model);
      gbox_vision_session_load_model (self);
    }
  gbox_vision_session_tell_selected (self);
}

gboolean
gbox_vision_session_get_comparing (GboxVisionSession *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->tiles)) > 1;
}

/* So that both begin together. */
static void
start_comparison (GboxVisionSession *self)
{
  const gboolean is_pixel = gbox_visualization_spec_get_values (self->spec)->basis == GBOX_BASIS_PIXEL;
  g_autoptr (GboxVisionTile) tile = gbox_vision_tile_new (self->spec);

  g_object_set (gbox_vision_tile_get_spec (tile), "basis", is_pixel ? GBOX_BASIS_FOURIER : GBOX_BASIS_PIXEL,
                "start-digest", "", "schedule", "", "checkpoint", "", NULL);
  gbox_spec_assign (GBOX_SPEC (self->synced), GBOX_SPEC (self->spec));
  g_list_store_append (self->tiles, tile);
  gbox_vision_session_start_run (self);
  gbox_vision_session_start_others (self);
}

void
gbox_vision_session_set_comparing (GboxVisionSession *self, gboolean comparing)
{
  GListModel *tiles = G_LIST_MODEL (self->tiles);

  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  if (!comparing == !gbox_vision_session_get_comparing (self))
    return;
  if (comparing)
    {
      start_comparison (self);
      return;
    }
  for (guint i = g_list_model_get_n_items (tiles); i > 0; i--)
    {
      g_autoptr (GboxVisionTile) tile = g_list_model_get_item (tiles, i - 1);

      if (tile != self->selected)
        gbox_vision_session_remove_tile (self, tile);
    }
  gbox_vision_tile_set_pinned (self->selected, FALSE);
}

static void
pin_tile (GboxVisionSession *self, GboxVisionTile *tile)
{
  gbox_vision_tile_set_pinned (tile, TRUE);
}

gboolean
gbox_vision_session_add_tile (GboxVisionSession *self)
{
  const guint seed = gbox_visualization_spec_get_values (self->spec)->seed;
  g_autoptr (GboxVisionTile) tile = NULL;

  g_return_val_if_fail (GBOX_IS_VISION_SESSION (self), FALSE);

  if (!self->network
      || g_list_model_get_n_items (G_LIST_MODEL (self->tiles)) >= GBOX_VISION_SESSION_MAX_TILES)
    return FALSE;
  tile = gbox_vision_tile_new (self->spec);
  g_object_set (gbox_vision_tile_get_spec (tile), "seed", seed + 1, "start-digest", "", "schedule", "",
                "checkpoint", "", NULL);
  visit_others (self, pin_tile);
  gbox_vision_tile_set_pinned (self->selected, TRUE);
  g_list_store_append (self->tiles, tile);
  start_tile (self, tile);
  gbox_vision_session_select_tile (self, tile);
  return TRUE;
}

/* A tile other than @but, one that is not pinned if there is one. */
static GboxVisionTile *
find_other (GboxVisionSession *self, GboxVisionTile *but)
{
  g_autoptr (GboxVisionTile) found = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->tiles)); i++)
    {
      g_autoptr (GboxVisionTile) tile = g_list_model_get_item (G_LIST_MODEL (self->tiles), i);

      if (tile != but
          && (!found || (gbox_vision_tile_get_pinned (found) && !gbox_vision_tile_get_pinned (tile))))
        g_set_object (&found, tile);
    }
  return g_steal_pointer (&found);
}

void
gbox_vision_session_remove_tile (GboxVisionSession *self, GboxVisionTile *tile)
{
  g_autoptr (GboxVisionTile) other = NULL;
  guint position;

  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  other = find_other (self, tile);
  if (!other || !g_list_store_find (self->tiles, tile, &position))
    return;
  if (tile == self->selected)
    gbox_vision_session_select_tile (self, other);
  stop_tile (self, tile);
  g_list_store_remove (self->tiles, position);
}

void
gbox_vision_session_set_pinned (GboxVisionSession *self, GboxVisionTile *tile, gboolean pinned)
{
  g_autoptr (GboxVisionTile) other = NULL;

  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  gbox_vision_tile_set_pinned (tile, pinned);
  if (!pinned || tile != self->selected)
    return;
  other = find_other (self, tile);
  if (other && !gbox_vision_tile_get_pinned (other))
    gbox_vision_session_select_tile (self, other);
}

void
gbox_vision_session_restart (GboxVisionSession *self)
{
  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  gbox_vision_session_start_run (self);
  if (self->lockstep)
    gbox_vision_session_start_others (self);
  else
    sync_others (self);
}

static gboolean
is_over (GboxRun *run)
{
  return !run || gbox_run_is_final (run);
}

static void
pause_tile (GboxVisionSession *self, GboxVisionTile *tile)
{
  if (gbox_vision_tile_get_run (tile))
    gbox_run_pause (gbox_vision_tile_get_run (tile));
}

static void
resume_tile (GboxVisionSession *self, GboxVisionTile *tile)
{
  if (gbox_vision_tile_get_run (tile))
    gbox_run_resume (gbox_vision_tile_get_run (tile));
}

static void
step_tile (GboxVisionSession *self, GboxVisionTile *tile)
{
  GboxRun *run = gbox_vision_tile_get_run (tile);

  if (run && (!gbox_run_is_final (run) || gbox_run_get_state (run) == GBOX_RUN_FINISHED))
    gbox_run_step (run);
}

void
gbox_vision_session_play_pause (GboxVisionSession *self)
{
  GboxRun *run;
  TileFunc func;

  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  run = gbox_vision_session_get_run (self);
  if (is_over (run))
    {
      gbox_vision_session_restart (self);
      return;
    }
  func = gbox_run_get_state (run) == GBOX_RUN_PAUSED ? resume_tile : pause_tile;
  func (self, self->selected);
  visit_led (self, func);
}

void
gbox_vision_session_step (GboxVisionSession *self)
{
  GboxRun *run;

  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  run = gbox_vision_session_get_run (self);
  if (!run || (gbox_run_is_final (run) && gbox_run_get_state (run) != GBOX_RUN_FINISHED))
    gbox_vision_session_restart (self);
  step_tile (self, self->selected);
  visit_led (self, step_tile);
}

void
gbox_vision_session_stop (GboxVisionSession *self)
{
  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  stop_tile (self, self->selected);
  visit_led (self, stop_tile);
}

void
gbox_vision_session_go_on (GboxVisionSession *self, guint n_steps)
{
  GboxRun *run;

  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  run = gbox_vision_session_get_run (self);
  if (run)
    g_object_set (self->spec, "steps", gbox_run_get_n_steps (run) + n_steps, NULL);
}
