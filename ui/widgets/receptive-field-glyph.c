/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A square within a square: how much of the input one unit sees. */
#include "widgets/receptive-field-glyph.h"

#include "widgets/palette.h"

#define SIDE 14

struct _GboxReceptiveFieldGlyph
{
  GtkWidget parent_instance;
  double fraction;
};

enum
{
  PROP_FRACTION = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GboxReceptiveFieldGlyph, gbox_receptive_field_glyph, GTK_TYPE_WIDGET)

static void
gbox_receptive_field_glyph_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_FRACTION)
    g_value_set_double (value, GBOX_RECEPTIVE_FIELD_GLYPH (object)->fraction);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gbox_receptive_field_glyph_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_FRACTION)
    gbox_receptive_field_glyph_set_fraction (GBOX_RECEPTIVE_FIELD_GLYPH (object), g_value_get_double (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gbox_receptive_field_glyph_measure (GtkWidget *widget,
                                    GtkOrientation orientation,
                                    int for_size,
                                    int *minimum,
                                    int *natural,
                                    int *minimum_baseline,
                                    int *natural_baseline)
{
  *minimum = *natural = SIDE;
}

static void
gbox_receptive_field_glyph_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GboxReceptiveFieldGlyph *self = GBOX_RECEPTIVE_FIELD_GLYPH (widget);
  const float widths[4] = { 1, 1, 1, 1 };
  int x = (gtk_widget_get_width (widget) - SIDE) / 2;
  int y = (gtk_widget_get_height (widget) - SIDE) / 2;
  float room = SIDE - 4; /* within the frame and a pixel of ground on each side */
  /* Whole pixels of the frame's parity, so that the inner square stays crisp and centred. */
  float inner = CLAMP (2 * (int) (self->fraction * room / 2 + 0.5), 2, room);
  float inset = (SIDE - inner) / 2;
  GskRoundedRect frame;
  GdkRGBA border, fill;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &border);
  border.alpha *= 0.55f;
  gbox_palette_lookup (GBOX_SERIES_BLUE, gbox_palette_is_dark (widget), &fill);
  gsk_rounded_rect_init_from_rect (&frame, &GRAPHENE_RECT_INIT (x, y, SIDE, SIDE), 1);
  gtk_snapshot_append_border (snapshot, &frame, widths, (GdkRGBA[4]){ border, border, border, border });
  gtk_snapshot_append_color (snapshot, &fill, &GRAPHENE_RECT_INIT (x + inset, y + inset, inner, inner));
}

static void
gbox_receptive_field_glyph_class_init (GboxReceptiveFieldGlyphClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = gbox_receptive_field_glyph_get_property;
  object_class->set_property = gbox_receptive_field_glyph_set_property;
  widget_class->measure = gbox_receptive_field_glyph_measure;
  widget_class->snapshot = gbox_receptive_field_glyph_snapshot;

  properties[PROP_FRACTION]
    = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
gbox_receptive_field_glyph_init (GboxReceptiveFieldGlyph *self)
{
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

GtkWidget *
gbox_receptive_field_glyph_new (double fraction)
{
  return g_object_new (GBOX_TYPE_RECEPTIVE_FIELD_GLYPH, "fraction", CLAMP (fraction, 0, 1), NULL);
}

void
gbox_receptive_field_glyph_set_fraction (GboxReceptiveFieldGlyph *self, double fraction)
{
  g_return_if_fail (GBOX_IS_RECEPTIVE_FIELD_GLYPH (self));
  fraction = CLAMP (fraction, 0, 1);
  if (self->fraction == fraction)
    return;
  self->fraction = fraction;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
}

double
gbox_receptive_field_glyph_get_fraction (GboxReceptiveFieldGlyph *self)
{
  g_return_val_if_fail (GBOX_IS_RECEPTIVE_FIELD_GLYPH (self), 0);
  return self->fraction;
}
