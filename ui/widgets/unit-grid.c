/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The units of a layer as a scrolling grid of thumbnails. */
#include "widgets/unit-grid.h"

#include "widgets/choice.h"
#include "widgets/unit-tile.h"

#define N_COLUMNS 3

struct _GboxUnitGrid
{
  GtkWidget parent_instance;
  GboxChoice *choice;
  GtkWidget *scrolled;
};

enum
{
  PROP_SELECTED = 1,
  PROP_FILTER_TEXT,
  PROP_N_VISIBLE,
  N_PROPS
};

enum
{
  SIGNAL_UNIT_ACTIVATED,
  SIGNAL_THUMBNAIL_WANTED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxUnitGrid, gbox_unit_grid, GTK_TYPE_WIDGET)

static void
on_setup (GboxUnitGrid *self, GtkListItem *list_item)
{
  gtk_list_item_set_child (list_item, gbox_unit_tile_new ());
  gbox_choice_watch_clicks (self->choice, list_item);
}

static void
on_bind (GboxUnitGrid *self, GtkListItem *list_item)
{
  GboxUnitItem *item = gtk_list_item_get_item (list_item);

  gbox_unit_tile_set_item (GBOX_UNIT_TILE (gtk_list_item_get_child (list_item)), item);
  if (gbox_unit_item_get_texture (item) == NULL)
    g_signal_emit (self, signals[SIGNAL_THUMBNAIL_WANTED], 0, item);
}

static void
on_unbind (GboxUnitGrid *self, GtkListItem *list_item)
{
  gbox_unit_tile_set_item (GBOX_UNIT_TILE (gtk_list_item_get_child (list_item)), NULL);
  /* A layer has up to 1280 units: only those near the view hold a texture. */
  gbox_unit_item_set_texture (gtk_list_item_get_item (list_item), NULL);
}

static void
on_activated (GboxUnitGrid *self, int unit)
{
  g_signal_emit (self, signals[SIGNAL_UNIT_ACTIVATED], 0, unit);
}

static void
on_notify (GboxUnitGrid *self, GParamSpec *pspec)
{
  g_object_notify (G_OBJECT (self), pspec->name);
}

static void
gbox_unit_grid_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_object_get_property (G_OBJECT (GBOX_UNIT_GRID (object)->choice), pspec->name, value);
}

static void
gbox_unit_grid_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxUnitGrid *self = GBOX_UNIT_GRID (object);

  if (id == PROP_SELECTED)
    gbox_unit_grid_set_selected (self, g_value_get_int (value));
  else
    gbox_unit_grid_set_filter_text (self, g_value_get_string (value));
}

static void
gbox_unit_grid_dispose (GObject *object)
{
  GboxUnitGrid *self = GBOX_UNIT_GRID (object);

  g_signal_handlers_disconnect_by_data (self->choice, self);
  g_clear_pointer (&self->scrolled, gtk_widget_unparent);
  G_OBJECT_CLASS (gbox_unit_grid_parent_class)->dispose (object);
}

static void
gbox_unit_grid_finalize (GObject *object)
{
  g_object_unref (GBOX_UNIT_GRID (object)->choice);
  G_OBJECT_CLASS (gbox_unit_grid_parent_class)->finalize (object);
}

static void
gbox_unit_grid_class_init (GboxUnitGridClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_unit_grid_get_property;
  object_class->set_property = gbox_unit_grid_set_property;
  object_class->dispose = gbox_unit_grid_dispose;
  object_class->finalize = gbox_unit_grid_finalize;

  properties[PROP_SELECTED] = g_param_spec_int ("selected", NULL, NULL, -1, G_MAXINT, -1, flags);
  properties[PROP_FILTER_TEXT] = g_param_spec_string ("filter-text", NULL, NULL, "", flags);
  properties[PROP_N_VISIBLE]
    = g_param_spec_uint ("n-visible", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_UNIT_ACTIVATED]
    = g_signal_new ("unit-activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_INT);
  signals[SIGNAL_THUMBNAIL_WANTED]
    = g_signal_new ("thumbnail-wanted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, GBOX_TYPE_UNIT_ITEM);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
gbox_unit_grid_init (GboxUnitGrid *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkSelectionModel *model;
  GtkWidget *view;

  self->choice = gbox_choice_new ();
  g_signal_connect_swapped (self->choice, "activated", G_CALLBACK (on_activated), self);
  g_signal_connect_swapped (self->choice, "notify", G_CALLBACK (on_notify), self);
  g_signal_connect_object (factory, "setup", G_CALLBACK (on_setup), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_bind), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (on_unbind), self, G_CONNECT_SWAPPED);

  model = g_object_ref (gbox_choice_get_model (self->choice));
  view = gtk_grid_view_new (model, factory);
  gtk_grid_view_set_min_columns (GTK_GRID_VIEW (view), N_COLUMNS);
  gtk_grid_view_set_max_columns (GTK_GRID_VIEW (view), N_COLUMNS);
  gtk_widget_add_css_class (view, "unit-grid");
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, "Units", -1);
  gbox_choice_set_view (self->choice, view);

  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), view);
  gtk_widget_set_parent (self->scrolled, GTK_WIDGET (self));
}

GtkWidget *
gbox_unit_grid_new (void)
{
  return g_object_new (GBOX_TYPE_UNIT_GRID, NULL);
}

void
gbox_unit_grid_set_units (GboxUnitGrid *self, guint n_units)
{
  g_return_if_fail (GBOX_IS_UNIT_GRID (self));
  gbox_choice_set_items (self->choice, n_units, NULL);
}

guint
gbox_unit_grid_get_n_units (GboxUnitGrid *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_GRID (self), 0);
  return gbox_choice_get_n_items (self->choice);
}

GboxUnitItem *
gbox_unit_grid_get_item (GboxUnitGrid *self, int unit)
{
  g_return_val_if_fail (GBOX_IS_UNIT_GRID (self), NULL);
  return gbox_choice_get_item (self->choice, unit);
}

void
gbox_unit_grid_set_selected (GboxUnitGrid *self, int unit)
{
  g_return_if_fail (GBOX_IS_UNIT_GRID (self));
  if (gbox_choice_get_selected (self->choice) == unit)
    return; /* what the user clicked stays under the pointer */
  gbox_choice_set_selected (self->choice, unit);
  gbox_unit_grid_scroll_to (self, unit);
}

int
gbox_unit_grid_get_selected (GboxUnitGrid *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_GRID (self), -1);
  return gbox_choice_get_selected (self->choice);
}

void
gbox_unit_grid_set_filter_text (GboxUnitGrid *self, const char *text)
{
  g_return_if_fail (GBOX_IS_UNIT_GRID (self));
  gbox_choice_set_filter_text (self->choice, text);
}

const char *
gbox_unit_grid_get_filter_text (GboxUnitGrid *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_GRID (self), NULL);
  return gbox_choice_get_filter_text (self->choice);
}

guint
gbox_unit_grid_get_n_visible (GboxUnitGrid *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_GRID (self), 0);
  return gbox_choice_get_n_visible (self->choice);
}

void
gbox_unit_grid_scroll_to (GboxUnitGrid *self, int unit)
{
  g_return_if_fail (GBOX_IS_UNIT_GRID (self));
  gbox_choice_scroll (self->choice, unit);
}

gboolean
gbox_unit_grid_step (GboxUnitGrid *self, int delta)
{
  g_return_val_if_fail (GBOX_IS_UNIT_GRID (self), FALSE);
  if (!gbox_choice_step (self->choice, delta))
    return FALSE;
  gbox_unit_grid_scroll_to (self, gbox_unit_grid_get_selected (self));
  return TRUE;
}
