/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thumbnail with a number beneath: one cell of the unit grid. */
#include "widgets/unit-tile.h"

#define SIDE          70
#define CORNER_RADIUS 6
#define LABEL_GAP     2
#define DOT           10

struct _GboxUnitTile
{
  GtkWidget parent_instance;
  GboxUnitItem *item; /* nullable */
  GtkWidget *label;
};

G_DEFINE_FINAL_TYPE (GboxUnitTile, gbox_unit_tile, GTK_TYPE_WIDGET)

static void
gbox_unit_tile_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  GboxUnitTile *self = GBOX_UNIT_TILE (widget);
  int label_minimum, label_natural;

  gtk_widget_measure (self->label, orientation, -1, &label_minimum, &label_natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = *natural = MAX (SIDE, label_minimum);
  else
    *minimum = *natural = SIDE + LABEL_GAP + label_natural;
}

static void
gbox_unit_tile_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  GboxUnitTile *self = GBOX_UNIT_TILE (widget);
  const GtkAllocation beneath = { 0, SIDE + LABEL_GAP, width, height - SIDE - LABEL_GAP };

  gtk_widget_size_allocate (self->label, &beneath, -1);
}

static void
snapshot_dot (GtkSnapshot *snapshot, const graphene_rect_t *thumbnail, const GdkRGBA *accent)
{
  const GdkRGBA ring = { 1.f, 1.f, 1.f, 0.9f };
  graphene_rect_t dot
    = GRAPHENE_RECT_INIT (thumbnail->origin.x + SIDE - DOT - 5, thumbnail->origin.y + 5, DOT, DOT);
  GskRoundedRect outer, inner;

  gsk_rounded_rect_init_from_rect (&outer, &dot, DOT / 2.f);
  graphene_rect_inset (&dot, 1.5f, 1.5f);
  gsk_rounded_rect_init_from_rect (&inner, &dot, DOT / 2.f);
  gtk_snapshot_push_rounded_clip (snapshot, &outer);
  gtk_snapshot_append_color (snapshot, &ring, &outer.bounds);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_push_rounded_clip (snapshot, &inner);
  gtk_snapshot_append_color (snapshot, accent, &inner.bounds);
  gtk_snapshot_pop (snapshot);
}

static void
gbox_unit_tile_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GboxUnitTile *self = GBOX_UNIT_TILE (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  GdkTexture *texture = self->item != NULL ? gbox_unit_item_get_texture (self->item) : NULL;
  int x = (gtk_widget_get_width (widget) - SIDE) / 2;
  graphene_rect_t thumbnail = GRAPHENE_RECT_INIT (x, 0, SIDE, SIDE);
  GskRoundedRect tile;
  GdkRGBA ground, accent;

  gsk_rounded_rect_init_from_rect (&tile, &thumbnail, CORNER_RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &tile);
  if (texture != NULL)
    gtk_snapshot_append_texture (snapshot, texture, &thumbnail);
  else
    {
      gtk_style_context_get_color (context, &ground);
      ground.alpha *= 0.08f;
      gtk_snapshot_append_color (snapshot, &ground, &thumbnail);
    }
  gtk_snapshot_pop (snapshot);
  if (self->item != NULL && gbox_unit_item_get_active (self->item)
      && gtk_style_context_lookup_color (context, "accent_bg_color", &accent))
    snapshot_dot (snapshot, &thumbnail, &accent);
  gtk_widget_snapshot_child (widget, self->label, snapshot);
}

static void
gbox_unit_tile_dispose (GObject *object)
{
  GboxUnitTile *self = GBOX_UNIT_TILE (object);

  gbox_unit_tile_set_item (self, NULL);
  g_clear_pointer (&self->label, gtk_widget_unparent);
  G_OBJECT_CLASS (gbox_unit_tile_parent_class)->dispose (object);
}

static void
gbox_unit_tile_class_init (GboxUnitTileClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gbox_unit_tile_dispose;
  widget_class->measure = gbox_unit_tile_measure;
  widget_class->size_allocate = gbox_unit_tile_size_allocate;
  widget_class->snapshot = gbox_unit_tile_snapshot;
  gtk_widget_class_set_css_name (widget_class, "unittile");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
gbox_unit_tile_init (GboxUnitTile *self)
{
  self->label = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->label, "caption");
  gtk_widget_add_css_class (self->label, "numeric");
  gtk_widget_set_parent (self->label, GTK_WIDGET (self));
}

GtkWidget *
gbox_unit_tile_new (void)
{
  return g_object_new (GBOX_TYPE_UNIT_TILE, NULL);
}

void
gbox_unit_tile_set_item (GboxUnitTile *self, GboxUnitItem *item)
{
  g_return_if_fail (GBOX_IS_UNIT_TILE (self));
  if (self->item == item)
    return;
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_set_object (&self->item, item);
  if (item == NULL)
    return;
  g_signal_connect_swapped (item, "notify", G_CALLBACK (gtk_widget_queue_draw), self);
  gtk_label_set_text (GTK_LABEL (self->label), gbox_unit_item_get_label (item));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gbox_unit_item_get_label (item), -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
