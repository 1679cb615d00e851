/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A few units of each layer as thumbnails. */
#include "vision/photo-units.h"

#include "vision/target.h"
#include "vision/unit-painter.h"
#include "widgets/axis.h"

#include <stdlib.h>

#define PICTURE_SIDE 40

typedef struct
{
  guint layer;
  GtkWidget *button;
  GtkPicture *picture;
  GtkLabel *caption;
} Cell;

struct _GboxPhotoUnits
{
  AdwBin parent_instance;

  GtkGrid *grid;
  GboxNetwork *network;
  char *model;
  GboxUnitThumbnails *thumbnails; /* (nullable): until it is set */
  GHashTable *missing;            /* of char *: keys that have no thumbnail */
  guint n_cells;
  Cell *cells; /* (n layers, GBOX_STRONGEST_N) */
  GboxUnitPainter *painter;
  gboolean is_painting; /* whether one is asked for */
};

G_DEFINE_FINAL_TYPE (GboxPhotoUnits, gbox_photo_units, ADW_TYPE_BIN)

enum
{
  UNIT_CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void make_next (GboxPhotoUnits *self);

/* What a picture is to show, and a lookup is for. */
static const char *
get_key (GtkPicture *picture)
{
  return g_object_get_data (G_OBJECT (picture), "key");
}

typedef struct
{
  GboxPhotoUnits *self;
  GtkPicture *picture;
  char *key;
} Lookup;

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Lookup *lookup = user_data;
  g_autoptr (GdkTexture) texture
    = gbox_thumbnail_cache_lookup_finish (GBOX_THUMBNAIL_CACHE (source), result, NULL);

  if (texture == NULL && lookup->self->missing != NULL)
    {
      g_hash_table_add (lookup->self->missing, g_strdup (lookup->key));
      make_next (lookup->self);
    }
  else if (texture != NULL && g_strcmp0 (get_key (lookup->picture), lookup->key) == 0)
    gtk_picture_set_paintable (lookup->picture, GDK_PAINTABLE (texture));
  g_object_unref (lookup->picture);
  g_object_unref (lookup->self);
  g_free (lookup->key);
  g_free (lookup);
}

/* Many units pass by while the pointer moves: what is known of a thumbnail is not looked up again. */
static void
show_thumbnail (GboxPhotoUnits *self, GtkPicture *picture, const char *layer, int unit)
{
  GboxThumbnailCache *cache = gbox_unit_thumbnails_get_cache (self->thumbnails);
  char *key = gbox_unit_thumbnails_make_unit_key (self->model, layer, unit);
  GdkTexture *texture = gbox_thumbnail_cache_peek (cache, key);
  Lookup *lookup;

  gtk_picture_set_paintable (picture, texture != NULL ? GDK_PAINTABLE (texture) : NULL);
  g_object_set_data_full (G_OBJECT (picture), "key", key, g_free);
  if (texture != NULL || g_hash_table_contains (self->missing, key))
    return;
  lookup = g_new (Lookup, 1);
  *lookup = (Lookup){ .self = g_object_ref (self), .picture = g_object_ref (picture), .key = g_strdup (key) };
  gbox_thumbnail_cache_lookup_async (cache, key, NULL, on_looked_up, lookup);
}

/* (nullable): the first whose picture there is not, of the deepest layer the strongest unit. */
static Cell *
find_missing (GboxPhotoUnits *self)
{
  for (guint i = 0; i < self->n_cells; i++)
    {
      const guint layer = self->n_cells / GBOX_STRONGEST_N - 1 - i / GBOX_STRONGEST_N;
      Cell *cell = &self->cells[layer * GBOX_STRONGEST_N + i % GBOX_STRONGEST_N];
      const char *key = get_key (cell->picture);

      if (key != NULL
          && !g_str_equal (gbox_network_get_layer (self->network, layer)->name, GBOX_TARGET_CLASS_LAYER)
          && g_hash_table_contains (self->missing, key))
        return cell;
    }
  return NULL;
}

/* One at a time, as what is shown changes with each move of the pointer. */
static void
make_next (GboxPhotoUnits *self)
{
  Cell *cell = self->is_painting ? NULL : find_missing (self);

  if (cell == NULL)
    return;
  self->is_painting = TRUE;
  gbox_unit_painter_paint (self->painter, self->model,
                           gbox_network_get_layer (self->network, cell->layer)->name,
                           atoi (gtk_label_get_label (cell->caption)));
}

static void
on_painted (GboxPhotoUnits *self, const char *layer, int unit, GdkTexture *texture)
{
  g_autofree char *key = gbox_unit_thumbnails_make_unit_key (self->model, layer, unit);

  self->is_painting = FALSE;
  g_hash_table_remove (self->missing, key);
  for (guint i = 0; texture != NULL && i < self->n_cells; i++)
    if (g_strcmp0 (get_key (self->cells[i].picture), key) == 0)
      gtk_picture_set_paintable (self->cells[i].picture, GDK_PAINTABLE (texture));
  make_next (self);
}

/* Nothing is tried again until other units are shown. */
static void
on_failed (GboxPhotoUnits *self)
{
  self->is_painting = FALSE;
  g_hash_table_remove_all (self->missing);
}

static void
on_clicked (GboxPhotoUnits *self, GtkWidget *button)
{
  g_signal_emit (self, signals[UNIT_CHOSEN], 0, g_object_get_data (G_OBJECT (button), "target"));
}

static void
make_cell (GboxPhotoUnits *self, Cell *cell, guint layer)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1);
  GtkWidget *picture = gtk_picture_new ();
  GtkWidget *caption = gtk_label_new ("");

  gtk_widget_set_size_request (picture, PICTURE_SIDE, PICTURE_SIDE);
  gtk_widget_set_overflow (picture, GTK_OVERFLOW_HIDDEN);
  gtk_widget_add_css_class (picture, "example-picture");
  gtk_widget_add_css_class (caption, "caption");
  gtk_widget_add_css_class (caption, "numeric");
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), caption);
  *cell = (Cell){ .layer = layer,
                  .button = gtk_button_new (),
                  .picture = GTK_PICTURE (picture),
                  .caption = GTK_LABEL (caption) };
  gtk_button_set_child (GTK_BUTTON (cell->button), box);
  gtk_widget_add_css_class (cell->button, "flat");
  gtk_widget_add_css_class (cell->button, "example-button");
  gtk_widget_set_sensitive (cell->button, FALSE);
  g_signal_connect_object (cell->button, "clicked", G_CALLBACK (on_clicked), self, G_CONNECT_SWAPPED);
}

static void
show_unit (GboxPhotoUnits *self, Cell *cell, const char *layer, int unit, double value, const char *meaning)
{
  g_autofree char *number = g_strdup_printf ("%d", unit);
  const char *label = g_str_equal (layer, GBOX_TARGET_CLASS_LAYER)
                        ? gbox_network_get_class_label (self->network, unit)
                        : NULL;
  g_autofree char *name = label != NULL ? g_strdup (label) : g_strdup_printf ("%s · %d", layer, unit);
  g_autofree char *figure = gbox_axis_format_value (value);
  g_autofree char *tooltip = g_strdup_printf ("%s: %s %s. See what excites it.", name, figure, meaning);

  gtk_widget_set_tooltip_text (cell->button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (cell->button), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip, -1);
  if (g_str_equal (gtk_label_get_label (cell->caption), number))
    return;
  gtk_label_set_label (cell->caption, number);
  g_object_set_data_full (G_OBJECT (cell->button), "target",
                          g_strdup_printf ("%s/%s/%d", self->model, layer, unit), g_free);
  show_thumbnail (self, cell->picture, layer, unit);
}

static void
clear_cell (Cell *cell)
{
  gtk_label_set_label (cell->caption, "");
  gtk_widget_set_tooltip_text (cell->button, NULL);
  gtk_picture_set_paintable (cell->picture, NULL);
  g_object_set_data (G_OBJECT (cell->picture), "key", NULL);
}

static void
gbox_photo_units_dispose (GObject *object)
{
  GboxPhotoUnits *self = GBOX_PHOTO_UNITS (object);

  g_clear_object (&self->painter);
  g_clear_object (&self->thumbnails);
  g_clear_pointer (&self->network, gbox_network_unref);
  g_clear_pointer (&self->missing, g_hash_table_unref);
  g_clear_pointer (&self->cells, g_free);
  self->n_cells = 0;
  g_clear_pointer (&self->model, g_free);
  G_OBJECT_CLASS (gbox_photo_units_parent_class)->dispose (object);
}

static void
gbox_photo_units_class_init (GboxPhotoUnitsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = gbox_photo_units_dispose;
  signals[UNIT_CHOSEN] = g_signal_new ("unit-chosen", GBOX_TYPE_PHOTO_UNITS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
gbox_photo_units_init (GboxPhotoUnits *self)
{
  self->missing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->grid = GTK_GRID (gtk_grid_new ());
  gtk_grid_set_row_spacing (self->grid, 6);
  gtk_grid_set_column_spacing (self->grid, 4);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->grid));
}

static void
add_row (GboxPhotoUnits *self, guint layer, int row)
{
  const char *name = gbox_network_get_layer (self->network, layer)->name;
  GtkWidget *label = gtk_label_new (g_str_equal (name, GBOX_TARGET_CLASS_LAYER) ? "Classes" : name);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_grid_attach (self->grid, label, 0, row, 1, 1);
  for (int i = 0; i < GBOX_STRONGEST_N; i++)
    {
      Cell *cell = &self->cells[layer * GBOX_STRONGEST_N + (guint) i];

      make_cell (self, cell, layer);
      gtk_grid_attach (self->grid, cell->button, 1 + i, row, 1, 1);
    }
}

void
gbox_photo_units_set_session (GboxPhotoUnits *self,
                              GboxVisionSession *session,
                              GboxUnitThumbnails *thumbnails)
{
  guint n_layers;

  g_return_if_fail (GBOX_IS_PHOTO_UNITS (self) && self->thumbnails == NULL);

  self->thumbnails = g_object_ref (thumbnails);
  self->network = gbox_network_ref (gbox_vision_session_get_network (session));
  self->model = g_strdup (gbox_visualization_spec_get_values (gbox_vision_session_get_spec (session))->model);
  n_layers = gbox_network_get_n_layers (self->network);
  self->n_cells = n_layers * GBOX_STRONGEST_N;
  self->cells = g_new0 (Cell, self->n_cells);
  for (guint row = 0; row < n_layers; row++)
    add_row (self, n_layers - 1 - row, (int) row);
  self->painter = gbox_unit_painter_new (session, thumbnails);
  g_signal_connect_object (self->painter, "painted", G_CALLBACK (on_painted), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->painter, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);
}

void
gbox_photo_units_show (GboxPhotoUnits *self, guint layer, const GboxStrongest *units, const char *meaning)
{
  g_return_if_fail (GBOX_IS_PHOTO_UNITS (self) && self->thumbnails != NULL);

  for (guint i = 0; i < GBOX_STRONGEST_N; i++)
    {
      Cell *cell = &self->cells[layer * GBOX_STRONGEST_N + i];
      const gboolean is_there = units != NULL && units->units[i] >= 0;

      gtk_widget_set_sensitive (cell->button, is_there);
      gtk_widget_set_opacity (cell->button, is_there ? 1.0 : 0.0);
      if (is_there)
        show_unit (self, cell, gbox_network_get_layer (self->network, layer)->name, units->units[i],
                   (double) units->values[i], meaning);
      else
        clear_cell (cell);
    }
  make_next (self);
}
