/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the lists one chooses from: units, classes and layers. */
#include "widgets/unit-grid.h"

#include "widget-testing.h"
#include "widgets/choice.h"
#include "widgets/class-list.h"
#include "widgets/layer-list.h"
#include "widgets/receptive-field-glyph.h"
#include "widgets/unit-tile.h"

/* What was chosen, and how often. */
typedef struct
{
  int last;
  int n;
} Chosen;

static void
on_chosen (gpointer source, int unit, Chosen *chosen)
{
  chosen->last = unit;
  chosen->n++;
}

static void
check_chosen (Chosen *chosen, int n, int last)
{
  g_assert_cmpint (chosen->n, ==, n);
  g_assert_cmpint (chosen->last, ==, last);
}

static void
test_choice_filters (void)
{
  g_autoptr (GboxChoice) choice = gbox_choice_new ();
  const char *const labels[]
    = { "tench, Tinca tinca", "Goldfish", "great white shark", "Ågren's fish", NULL };

  gbox_choice_set_items (choice, 1280, NULL);
  g_assert_cmpuint (gbox_choice_get_n_visible (choice), ==, 1280);
  gbox_choice_set_filter_text (choice, "12");
  g_assert_cmpuint (gbox_choice_get_n_visible (choice), ==, 1 + 10 + 80); /* 12, 120 … 129, 1200 … 1279 */
  g_assert_cmpint (gbox_choice_find_position (choice, 12), ==, 0);
  g_assert_cmpint (gbox_choice_find_position (choice, 120), ==, 1);
  g_assert_cmpint (gbox_choice_find_position (choice, 112), ==, -1);
  gbox_choice_set_filter_text (choice, "  12 ");
  g_assert_cmpstr (gbox_choice_get_filter_text (choice), ==, "12");
  gbox_choice_set_filter_text (choice, "99999");
  g_assert_cmpuint (gbox_choice_get_n_visible (choice), ==, 0);
  gbox_choice_set_filter_text (choice, NULL);
  g_assert_cmpuint (gbox_choice_get_n_visible (choice), ==, 1280);

  gbox_choice_set_items (choice, 4, labels);
  gbox_choice_set_filter_text (choice, "FISH");
  g_assert_cmpuint (gbox_choice_get_n_visible (choice), ==, 2);
  gbox_choice_set_filter_text (choice, "white sh");
  g_assert_cmpint (gbox_choice_find_position (choice, 2), ==, 0);
  gbox_choice_set_filter_text (choice, "åGREN");
  g_assert_cmpint (gbox_choice_find_position (choice, 3), ==, 0);
  gbox_choice_set_filter_text (choice, "2");
  g_assert_cmpint (gbox_choice_find_position (choice, 2), ==, 0);
  g_assert_cmpuint (gbox_choice_get_n_visible (choice), ==, 1);
}

static void
test_choice_tells_user_from_program (void)
{
  g_autoptr (GboxChoice) choice = gbox_choice_new ();
  GtkSelectionModel *model = gbox_choice_get_model (choice);
  Chosen chosen = { -1, 0 };

  g_signal_connect (choice, "activated", G_CALLBACK (on_chosen), &chosen);
  gbox_choice_set_items (choice, 200, NULL);
  g_assert_cmpint (gbox_choice_get_selected (choice), ==, -1);
  gbox_choice_set_selected (choice, 100);
  g_assert_true (gtk_selection_model_is_selected (model, 100));
  check_chosen (&chosen, 0, -1);
  gtk_selection_model_select_item (model, 50, TRUE); /* as a click does */
  check_chosen (&chosen, 1, 50);
  g_assert_cmpint (gbox_choice_get_selected (choice), ==, 50);
  gbox_choice_activate_position (choice, 50); /* again */
  check_chosen (&chosen, 2, 50);
  gbox_choice_activate_position (choice, 51);
  check_chosen (&chosen, 3, 51);
  gbox_choice_activate_position (choice, 7000);
  gbox_choice_set_selected (choice, 7000); /* none */
  g_assert_cmpint (gbox_choice_get_selected (choice), ==, -1);
  check_chosen (&chosen, 3, 51);
}

static void
test_choice_outlasts_filter (void)
{
  g_autoptr (GboxChoice) choice = gbox_choice_new ();
  GtkSelectionModel *model = gbox_choice_get_model (choice);
  Chosen chosen = { -1, 0 };

  g_signal_connect (choice, "activated", G_CALLBACK (on_chosen), &chosen);
  gbox_choice_set_items (choice, 200, NULL);
  gbox_choice_set_selected (choice, 100);
  gbox_choice_set_filter_text (choice, "10");
  g_assert_true (gtk_selection_model_is_selected (model, 1)); /* 10, 100 */
  gbox_choice_set_filter_text (choice, "5");
  g_assert_cmpint (gbox_choice_get_selected (choice), ==, 100); /* hidden */
  gbox_choice_set_filter_text (choice, "");
  g_assert_true (gtk_selection_model_is_selected (model, 100));
  check_chosen (&chosen, 0, -1);
  gbox_choice_set_items (choice, 20, NULL); /* another layer */
  g_assert_cmpint (gbox_choice_get_selected (choice), ==, -1);
  check_chosen (&chosen, 0, -1);
}

static void
test_choice_steps (void)
{
  g_autoptr (GboxChoice) choice = gbox_choice_new ();
  Chosen chosen = { -1, 0 };

  g_signal_connect (choice, "activated", G_CALLBACK (on_chosen), &chosen);
  g_assert_false (gbox_choice_step (choice, 1)); /* nothing there */
  gbox_choice_set_items (choice, 200, NULL);
  g_assert_true (gbox_choice_step (choice, 1));
  check_chosen (&chosen, 1, 0);
  g_assert_false (gbox_choice_step (choice, -1));
  g_assert_true (gbox_choice_step (choice, 3));
  check_chosen (&chosen, 2, 3);
  gbox_choice_set_selected (choice, 198);
  g_assert_true (gbox_choice_step (choice, 3));
  check_chosen (&chosen, 3, 199);
  g_assert_false (gbox_choice_step (choice, 1));
  gbox_choice_set_filter_text (choice, "19");
  g_assert_true (gbox_choice_step (choice, -10)); /* 190 … 199 after 19 */
  check_chosen (&chosen, 4, 19);
}

static void
on_wanted (GboxUnitGrid *grid, GboxUnitItem *item, GHashTable *wanted)
{
  g_hash_table_add (wanted, GINT_TO_POINTER (gbox_unit_item_get_unit (item)));
}

static void
test_asks_for_thumbnails_in_view (void)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new (NULL, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("rgb", 3);
  g_autoptr (GdkTexture) texture = NULL;
  GtkWidget *grid, *window;
  GboxUnitItem *item;

  if (!widget_testing_has_display ())
    return;
  texture = gdk_memory_texture_new (1, 1, GDK_MEMORY_R8G8B8, bytes, 3);
  grid = gbox_unit_grid_new ();
  g_signal_connect (grid, "thumbnail-wanted", G_CALLBACK (on_wanted), wanted);
  gbox_unit_grid_set_units (GBOX_UNIT_GRID (grid), 1280);
  window = widget_testing_show (grid, 280, 400);
  g_assert_true (g_hash_table_contains (wanted, GINT_TO_POINTER (0)));
  g_assert_true (g_hash_table_contains (wanted, GINT_TO_POINTER (11)));
  g_assert_cmpuint (g_hash_table_size (wanted), <, 300); /* GTK readies some rows beyond the view */
  g_assert_false (g_hash_table_contains (wanted, GINT_TO_POINTER (1000)));
  item = gbox_unit_grid_get_item (GBOX_UNIT_GRID (grid), 7); /* GTK keeps the one with the focus, 0 */
  gbox_unit_item_set_texture (item, texture);

  gbox_unit_grid_scroll_to (GBOX_UNIT_GRID (grid), 1000);
  widget_testing_settle ();
  g_assert_true (g_hash_table_contains (wanted, GINT_TO_POINTER (1000)));
  g_assert_false (g_hash_table_contains (wanted, GINT_TO_POINTER (600)));
  g_assert_null (gbox_unit_item_get_texture (item)); /* far from the view */
  g_hash_table_remove_all (wanted);
  gbox_unit_grid_scroll_to (GBOX_UNIT_GRID (grid), 0);
  widget_testing_settle ();
  g_assert_true (g_hash_table_contains (wanted, GINT_TO_POINTER (7)));
  widget_testing_close (window);
}

/* Where the selected tile is drawn, in the grid's pixels; −1 if it is not in view. */
static int
find_selected_row (GtkWidget *grid)
{
  GtkWidget *view = widget_testing_find_descendant (grid, GTK_TYPE_GRID_VIEW);

  for (GtkWidget *cell = gtk_widget_get_first_child (view); cell != NULL;
       cell = gtk_widget_get_next_sibling (cell))
    {
      graphene_rect_t bounds;

      if ((gtk_widget_get_state_flags (cell) & GTK_STATE_FLAG_SELECTED) && gtk_widget_get_child_visible (cell)
          && gtk_widget_compute_bounds (cell, grid, &bounds))
        return (int) bounds.origin.y;
    }
  return -1;
}

static void
test_scrolls_to_selected (void)
{
  GtkWidget *grid, *window;
  const int far_units[] = { 1279, 0, 640, 3 };

  if (!widget_testing_has_display ())
    return;
  grid = gbox_unit_grid_new ();
  gbox_unit_grid_set_units (GBOX_UNIT_GRID (grid), 100);
  gbox_unit_grid_set_selected (GBOX_UNIT_GRID (grid), 50); /* before it has a size */
  window = widget_testing_show (grid, 280, 400);
  g_assert_cmpint (find_selected_row (grid), >=, 50); /* with neighbours above */
  g_assert_cmpint (find_selected_row (grid), <=, 400 - 150);
  gbox_unit_grid_set_units (GBOX_UNIT_GRID (grid), 1280); /* another layer, at once */
  for (guint i = 0; i < G_N_ELEMENTS (far_units); i++)
    {
      gbox_unit_grid_set_selected (GBOX_UNIT_GRID (grid), far_units[i]);
      widget_testing_settle ();
      g_assert_cmpint (find_selected_row (grid), >=, 0);
      g_assert_cmpint (find_selected_row (grid), <=, 400 - 90);
    }
  gbox_unit_grid_set_filter_text (GBOX_UNIT_GRID (grid), "12");
  gbox_unit_grid_scroll_to (GBOX_UNIT_GRID (grid), 3); /* hidden */
  gbox_unit_grid_set_selected (GBOX_UNIT_GRID (grid), 1279);
  widget_testing_settle ();
  g_assert_cmpint (find_selected_row (grid), >=, 0);
  widget_testing_close (window);
}

/* Cells drawn at least in part. */
static int
count_cells_in_view (GtkWidget *grid)
{
  GtkWidget *view = widget_testing_find_descendant (grid, GTK_TYPE_GRID_VIEW);
  int n = 0;

  for (GtkWidget *cell = gtk_widget_get_first_child (view); cell != NULL;
       cell = gtk_widget_get_next_sibling (cell))
    {
      graphene_rect_t bounds;

      if (gtk_widget_get_child_visible (cell) && gtk_widget_compute_bounds (cell, grid, &bounds))
        n += bounds.origin.y < gtk_widget_get_height (grid) && bounds.origin.y + bounds.size.height > 0;
    }
  return n;
}

static void
check_view_is_filled (GtkWidget *grid)
{
  int height = gtk_widget_get_height (grid);

  g_assert_cmpint (find_selected_row (grid), >=, 0);
  g_assert_cmpint (find_selected_row (grid), <=, height - 90);
  g_assert_cmpint (count_cells_in_view (grid), >=, height / 100 * 3);
}

/* A network comes some time after the window: the empty lists are filled and scrolled in one go, and one
 * takes room from the other. */
static void
test_fills_view_around_selected (void)
{
  if (!widget_testing_has_display ())
    return;
  for (int unit = 0; unit < 512; unit += 100)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
      GtkWidget *layers = gbox_layer_list_new (), *grid = gbox_unit_grid_new (), *window;

      gtk_widget_set_vexpand (grid, TRUE);
      gtk_box_append (GTK_BOX (box), layers);
      gtk_box_append (GTK_BOX (box), grid);
      window = widget_testing_show (box, 280, 800);
      for (int i = 0; i < 12; i++)
        gbox_layer_list_append (GBOX_LAYER_LIST (layers), "4b", NULL, 235, 224);
      gbox_unit_grid_set_units (GBOX_UNIT_GRID (grid), 512);
      gbox_unit_grid_set_filter_text (GBOX_UNIT_GRID (grid), "");
      gbox_unit_grid_set_selected (GBOX_UNIT_GRID (grid), unit);
      widget_testing_settle ();
      g_assert_cmpint (gtk_widget_get_height (grid), <, 600);
      check_view_is_filled (grid);
      widget_testing_close (window);
    }
}

/* Scroll bars fade for a second or two; then no more frames are drawn. */
static gboolean
comes_to_rest (GtkWidget *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);

  for (int i = 0; i < 50; i++)
    {
      gint64 counter = gdk_frame_clock_get_frame_counter (clock);

      widget_testing_settle ();
      if (gdk_frame_clock_get_frame_counter (clock) == counter)
        return TRUE;
    }
  return FALSE;
}

/* Scrolling waits for a hidden view, and neither then nor afterwards keeps the frame clock going. */
static void
test_scrolls_when_shown (void)
{
  GtkWidget *stack, *page, *grid, *window;

  if (!widget_testing_has_display ())
    return;
  stack = gtk_stack_new ();
  page = gtk_label_new ("the other page");
  grid = gbox_unit_grid_new ();
  gtk_stack_add_child (GTK_STACK (stack), page);
  gtk_stack_add_child (GTK_STACK (stack), grid);
  window = widget_testing_show (stack, 280, 400);
  gbox_unit_grid_set_units (GBOX_UNIT_GRID (grid), 512);
  gbox_unit_grid_set_selected (GBOX_UNIT_GRID (grid), 300);
  widget_testing_settle ();
  g_assert_true (comes_to_rest (window));
  gtk_stack_set_visible_child (GTK_STACK (stack), grid);
  widget_testing_settle ();
  check_view_is_filled (grid);
  g_assert_true (comes_to_rest (window));
  gbox_unit_grid_set_filter_text (GBOX_UNIT_GRID (grid), "4");
  widget_testing_settle ();
  gbox_unit_grid_set_filter_text (GBOX_UNIT_GRID (grid), "");
  widget_testing_settle ();
  check_view_is_filled (grid); /* back where it was */
  widget_testing_close (window);
}

static void
test_activates_units (void)
{
  GtkWidget *grid, *view, *window;
  Chosen chosen = { -1, 0 };

  if (!widget_testing_has_display ())
    return;
  grid = gbox_unit_grid_new ();
  g_signal_connect (grid, "unit-activated", G_CALLBACK (on_chosen), &chosen);
  gbox_unit_grid_set_units (GBOX_UNIT_GRID (grid), 512);
  window = widget_testing_show (grid, 280, 400);
  view = widget_testing_find_descendant (grid, GTK_TYPE_GRID_VIEW);
  gbox_unit_grid_set_selected (GBOX_UNIT_GRID (grid), 4);
  check_chosen (&chosen, 0, -1);
  g_assert_true (gtk_widget_activate_action (view, "list.select-item", "(ubb)", 5u, FALSE, FALSE));
  check_chosen (&chosen, 1, 5);
  g_assert_true (gtk_widget_activate_action (view, "list.activate-item", "u", 5u));
  check_chosen (&chosen, 2, 5);
  g_assert_true (gbox_unit_grid_step (GBOX_UNIT_GRID (grid), 3));
  check_chosen (&chosen, 3, 8);
  g_object_set (grid, "selected", 100, "filter-text", "9", NULL);
  check_chosen (&chosen, 3, 8);
  g_assert_cmpuint (gbox_unit_grid_get_n_visible (GBOX_UNIT_GRID (grid)), ==, 11);
  g_assert_true (gtk_widget_activate_action (view, "list.select-item", "(ubb)", 0u, FALSE, FALSE));
  check_chosen (&chosen, 4, 9);
  widget_testing_close (window);
}

static void
test_click_on_selected_counts (void)
{
  GtkWidget *grid, *tile, *window;
  GtkEventController *click;
  Chosen chosen = { -1, 0 };

  if (!widget_testing_has_display ())
    return;
  grid = gbox_unit_grid_new ();
  g_signal_connect (grid, "unit-activated", G_CALLBACK (on_chosen), &chosen);
  gbox_unit_grid_set_units (GBOX_UNIT_GRID (grid), 1);
  window = widget_testing_show (grid, 280, 400);
  tile = widget_testing_find_descendant (grid, GBOX_TYPE_UNIT_TILE);
  click = widget_testing_find_controller (tile, GTK_TYPE_GESTURE_CLICK);
  g_signal_emit_by_name (click, "pressed", 1, 10.0, 10.0);
  g_signal_emit_by_name (click, "released", 1, 10.0, 10.0);
  check_chosen (&chosen, 0, -1); /* the list itself selects it */
  gbox_unit_grid_set_selected (GBOX_UNIT_GRID (grid), 0);
  g_signal_emit_by_name (click, "pressed", 1, 10.0, 10.0);
  g_signal_emit_by_name (click, "released", 1, 10.0, 10.0);
  check_chosen (&chosen, 1, 0);
  g_signal_emit_by_name (click, "pressed", 2, 10.0, 10.0);
  g_signal_emit_by_name (click, "released", 2, 10.0, 10.0);
  check_chosen (&chosen, 1, 0);
  widget_testing_close (window);
}

static void
test_tile_draws_thumbnail (void)
{
  const guint8 pixel[] = { 0x00, 0xff, 0x00 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (pixel, 3);
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GboxUnitItem) item = gbox_unit_item_new (12, "12");
  cairo_surface_t *plain, *active;
  GtkWidget *tile, *window;

  if (!widget_testing_has_display ())
    return;
  texture = gdk_memory_texture_new (1, 1, GDK_MEMORY_R8G8B8, bytes, 3);
  tile = gbox_unit_tile_new ();
  gbox_unit_tile_set_item (GBOX_UNIT_TILE (tile), item);
  window = widget_testing_show (tile, 100, 100);
  plain = widget_testing_draw (tile);
  g_assert_cmphex (widget_testing_get_pixel (plain, 50, 35) >> 24, <, 0x40);
  cairo_surface_destroy (plain);
  gbox_unit_item_set_texture (item, texture);
  plain = widget_testing_draw (tile);
  g_assert_cmphex (widget_testing_get_pixel (plain, 50, 35), ==, 0xff00ff00);
  g_assert_cmphex (widget_testing_get_pixel (plain, 10, 35), ==, 0); /* 70 wide, in the middle */
  gbox_unit_item_set_active (item, TRUE);
  active = widget_testing_draw (tile);
  g_assert_cmphex (widget_testing_get_pixel (active, 75, 10), !=, widget_testing_get_pixel (plain, 75, 10));
  cairo_surface_destroy (active);
  cairo_surface_destroy (plain);
  widget_testing_close (window);
}

static void
test_class_list (void)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);
  GtkWidget *list, *view, *window;
  Chosen chosen = { -1, 0 };

  if (!widget_testing_has_display ())
    return;
  for (int i = 0; i < 1000; i++)
    g_ptr_array_add (labels, i == 488 ? g_strdup ("Chain") : g_strdup_printf ("thing %c", 'a' + i % 26));
  g_ptr_array_add (labels, NULL);
  list = gbox_class_list_new ();
  g_signal_connect (list, "class-activated", G_CALLBACK (on_chosen), &chosen);
  gbox_class_list_set_labels (GBOX_CLASS_LIST (list), (const char *const *) labels->pdata);
  window = widget_testing_show (list, 260, 400);
  view = widget_testing_find_descendant (list, GTK_TYPE_LIST_VIEW);
  g_assert_cmpuint (gbox_class_list_get_n_visible (GBOX_CLASS_LIST (list)), ==, 1000);
  g_object_set (list, "filter-text", "chai", NULL);
  g_assert_cmpuint (gbox_class_list_get_n_visible (GBOX_CLASS_LIST (list)), ==, 1);
  g_assert_true (gtk_widget_activate_action (view, "list.activate-item", "u", 0u));
  check_chosen (&chosen, 1, 488);
  gbox_class_list_set_filter_text (GBOX_CLASS_LIST (list), "48");
  g_assert_cmpuint (gbox_class_list_get_n_visible (GBOX_CLASS_LIST (list)), ==, 11);
  g_assert_true (gbox_class_list_step (GBOX_CLASS_LIST (list), 1));
  check_chosen (&chosen, 2, 489);
  gbox_class_list_set_filter_text (GBOX_CLASS_LIST (list), "");
  gbox_class_list_set_selected (GBOX_CLASS_LIST (list), 999);
  widget_testing_settle ();
  check_chosen (&chosen, 2, 489);
  g_assert_cmpint (gbox_class_list_get_selected (GBOX_CLASS_LIST (list)), ==, 999);
  gbox_class_list_set_labels (GBOX_CLASS_LIST (list), NULL);
  g_assert_cmpuint (gbox_class_list_get_n_visible (GBOX_CLASS_LIST (list)), ==, 0);
  g_assert_cmpint (gbox_class_list_get_selected (GBOX_CLASS_LIST (list)), ==, -1);
  widget_testing_close (window);
}

static void
on_layer (GboxLayerList *list, const char *name, GString *names)
{
  g_string_append_printf (names, "%s ", name);
}

static void
test_layer_list (void)
{
  g_autoptr (GString) names = g_string_new (NULL);
  GtkWidget *list, *window;
  GtkListBox *box;
  GboxReceptiveFieldGlyph *glyph;

  if (!widget_testing_has_display ())
    return;
  list = gbox_layer_list_new ();
  g_signal_connect (list, "layer-activated", G_CALLBACK (on_layer), names);
  gbox_layer_list_append (GBOX_LAYER_LIST (list), "3a", NULL, 56, 224);
  gbox_layer_list_append (GBOX_LAYER_LIST (list), "5b", NULL, 715, 224);
  gbox_layer_list_append (GBOX_LAYER_LIST (list), "class", "Classes", 0, 224);
  window = widget_testing_show (list, 260, 200);
  box = GTK_LIST_BOX (widget_testing_find_descendant (list, GTK_TYPE_LIST_BOX));
  glyph = GBOX_RECEPTIVE_FIELD_GLYPH (widget_testing_find_descendant (list, GBOX_TYPE_RECEPTIVE_FIELD_GLYPH));
  g_assert_cmpfloat (gbox_receptive_field_glyph_get_fraction (glyph), ==, 0.25);
  gbox_layer_list_set_input_side (GBOX_LAYER_LIST (list), 112);
  g_assert_cmpfloat (gbox_receptive_field_glyph_get_fraction (glyph), ==, 0.5);
  g_assert_null (gbox_layer_list_get_selected (GBOX_LAYER_LIST (list)));
  gbox_layer_list_set_selected (GBOX_LAYER_LIST (list), "class");
  g_assert_cmpstr (names->str, ==, "");
  gtk_list_box_select_row (box, gtk_list_box_get_row_at_index (box, 1)); /* as a click does */
  g_assert_cmpstr (names->str, ==, "5b ");
  g_assert_cmpstr (gbox_layer_list_get_selected (GBOX_LAYER_LIST (list)), ==, "5b");
  gtk_list_box_unselect_all (box); /* as Ctrl+click does */
  g_assert_true (gtk_list_box_get_selected_row (box) == gtk_list_box_get_row_at_index (box, 1));
  gbox_layer_list_set_selected (GBOX_LAYER_LIST (list), "no such layer");
  g_assert_null (gbox_layer_list_get_selected (GBOX_LAYER_LIST (list)));
  g_assert_null (gtk_list_box_get_selected_row (box));
  gtk_list_box_select_row (box, gtk_list_box_get_row_at_index (box, 0));
  gbox_layer_list_clear (GBOX_LAYER_LIST (list));
  g_assert_cmpstr (names->str, ==, "5b 3a ");
  g_assert_null (gbox_layer_list_get_selected (GBOX_LAYER_LIST (list)));
  widget_testing_close (window);
}

int
main (int argc, char **argv)
{
  widget_testing_init (&argc, &argv);
  g_test_add_func ("/choice/filters", test_choice_filters);
  g_test_add_func ("/choice/tells-user-from-program", test_choice_tells_user_from_program);
  g_test_add_func ("/choice/outlasts-filter", test_choice_outlasts_filter);
  g_test_add_func ("/choice/steps", test_choice_steps);
  g_test_add_func ("/unit-grid/asks-for-thumbnails-in-view", test_asks_for_thumbnails_in_view);
  g_test_add_func ("/unit-grid/scrolls-to-selected", test_scrolls_to_selected);
  g_test_add_func ("/unit-grid/fills-view-around-selected", test_fills_view_around_selected);
  g_test_add_func ("/unit-grid/scrolls-when-shown", test_scrolls_when_shown);
  g_test_add_func ("/unit-grid/activates-units", test_activates_units);
  g_test_add_func ("/unit-grid/click-on-selected-counts", test_click_on_selected_counts);
  g_test_add_func ("/unit-grid/tile-draws-thumbnail", test_tile_draws_thumbnail);
  g_test_add_func ("/unit-grid/class-list", test_class_list);
  g_test_add_func ("/unit-grid/layer-list", test_layer_list);
  return g_test_run ();
}
