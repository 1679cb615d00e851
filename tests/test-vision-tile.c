/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a picture follows of the one beside it, and how they are told apart. */
#include "vision/vision-tile.h"

static GboxVisualizationSpec *
make_spec (void)
{
  GboxVisualizationSpec *spec = gbox_visualization_spec_new ();

  g_object_set (spec, "model", "m", "layer", "4b", "unit", 100, "steps", 50u, NULL);
  return spec;
}

static const GboxVisualizationValues *
get_values (GboxVisionTile *tile)
{
  return gbox_visualization_spec_get_values (gbox_vision_tile_get_spec (tile));
}

/* What was the same goes along; what was its own stays. */
static void
test_follows (void)
{
  g_autoptr (GboxVisualizationSpec) from = make_spec ();
  g_autoptr (GboxVisionTile) tile = gbox_vision_tile_new (from);
  g_autoptr (GboxVisualizationSpec) to = make_spec ();

  g_object_set (gbox_vision_tile_get_spec (tile), "basis", GBOX_BASIS_PIXEL, "seed", 3u, NULL);
  g_object_set (to, "unit", 7, "layer", "4c", "seed", 9u, "size", 128, "schedule", "3:rotate=0", NULL);
  gbox_vision_tile_follow (tile, from, to);
  g_assert_cmpint (get_values (tile)->unit, ==, 7);
  g_assert_cmpstr (get_values (tile)->layer, ==, "4c");
  g_assert_cmpint (get_values (tile)->size, ==, 128);
  g_assert_cmpint (get_values (tile)->basis, ==, GBOX_BASIS_PIXEL);
  g_assert_cmpuint (get_values (tile)->seed, ==, 3);
  g_assert_cmpstr (get_values (tile)->schedule, ==, "");
}

/* Half a target would be a unit that nobody chose. */
static void
test_own_target (void)
{
  g_autoptr (GboxVisualizationSpec) from = make_spec ();
  g_autoptr (GboxVisionTile) tile = gbox_vision_tile_new (from);
  g_autoptr (GboxVisualizationSpec) to = make_spec ();

  g_object_set (gbox_vision_tile_get_spec (tile), "unit", 5, NULL);
  g_object_set (to, "unit", 7, "layer", "4c", "model", "n", "steps", 60u, NULL);
  gbox_vision_tile_follow (tile, from, to);
  g_assert_cmpint (get_values (tile)->unit, ==, 5);
  g_assert_cmpstr (get_values (tile)->layer, ==, "4b");
  g_assert_cmpstr (get_values (tile)->model, ==, "m");
  g_assert_cmpuint (get_values (tile)->steps, ==, 60);
}

static void
assert_names (GListStore *tiles, const char *const *names)
{
  for (guint i = 0; names[i]; i++)
    {
      g_autoptr (GboxVisionTile) tile = g_list_model_get_item (G_LIST_MODEL (tiles), i);
      g_autofree char *name = gbox_vision_tile_describe (tile, G_LIST_MODEL (tiles));

      g_assert_cmpstr (name, ==, names[i]);
    }
}

static GboxVisionTile *
append (GListStore *tiles)
{
  g_autoptr (GboxVisualizationSpec) spec = make_spec ();
  g_autoptr (GboxVisionTile) tile = gbox_vision_tile_new (spec);

  g_list_store_append (tiles, tile);
  return tile;
}

static void
test_names (void)
{
  static const char *const alone[] = { "Fourier", NULL };
  static const char *const bases[] = { "Fourier", "Pixel", NULL };
  static const char *const seeds[] = { "Fourier · Seed 0", "Pixel · Seed 0", "Fourier · Seed 4", NULL };
  static const char *const units[] = { "4b:100 · Fourier", "4b:100 · Pixel", "4b:3 · Fourier", NULL };
  static const char *const moves[] = { "4b:100 · Fourier · Transforms on", "4b:100 · Pixel · Transforms on",
                                       "4b:3 · Fourier · Transforms off", NULL };
  g_autoptr (GListStore) tiles = g_list_store_new (GBOX_TYPE_VISION_TILE);
  GboxVisionTile *last;

  append (tiles);
  assert_names (tiles, alone);
  last = append (tiles);
  g_object_set (gbox_vision_tile_get_spec (last), "basis", GBOX_BASIS_PIXEL, NULL);
  assert_names (tiles, bases);
  last = append (tiles);
  g_object_set (gbox_vision_tile_get_spec (last), "seed", 4u, NULL);
  assert_names (tiles, seeds);
  g_object_set (gbox_vision_tile_get_spec (last), "unit", 3, NULL);
  assert_names (tiles, units);
  g_object_set (gbox_vision_tile_get_spec (last), "transforms", FALSE, NULL);
  assert_names (tiles, moves);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vision-tile/follows", test_follows);
  g_test_add_func ("/vision-tile/own-target", test_own_target);
  g_test_add_func ("/vision-tile/names", test_names);
  return g_test_run ();
}
