/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bar for a part of a whole, with a mark to compare it with. */
#include "widgets/share-bar.h"

struct _GboxShareBar
{
  GtkWidget parent_instance;

  double share;
  double mark;
};

G_DEFINE_FINAL_TYPE (GboxShareBar, gbox_share_bar, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SHARE,
  PROP_MARK,
  N_PROPS
};

#define HEIGHT      11
#define MIN_WIDTH   40
#define RADIUS      3
#define MARK_WIDTH  2
#define TRACK_ALPHA 0.16f
/* What is not nothing is seen. */
#define LEAST_LENGTH 3

static GParamSpec *properties[N_PROPS];

static void
gbox_share_bar_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxShareBar *self = GBOX_SHARE_BAR (object);

  switch (id)
    {
    case PROP_SHARE:
      g_value_set_double (value, self->share);
      break;
    case PROP_MARK:
      g_value_set_double (value, self->mark);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_share_bar_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxShareBar *self = GBOX_SHARE_BAR (object);

  switch (id)
    {
    case PROP_SHARE:
      gbox_share_bar_set (self, g_value_get_double (value), self->mark);
      break;
    case PROP_MARK:
      gbox_share_bar_set (self, self->share, g_value_get_double (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
append_bar (GtkSnapshot *snapshot, float y, float length, const GdkRGBA *color)
{
  const graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, y, length, HEIGHT);
  GskRoundedRect rounded;

  gsk_rounded_rect_init_from_rect (&rounded, &bounds, MIN (RADIUS, length / 2));
  gtk_snapshot_push_rounded_clip (snapshot, &rounded);
  gtk_snapshot_append_color (snapshot, color, &bounds);
  gtk_snapshot_pop (snapshot);
}

static void
gbox_share_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GboxShareBar *self = GBOX_SHARE_BAR (widget);
  const float width = (float) gtk_widget_get_width (widget);
  const int above = (gtk_widget_get_height (widget) - HEIGHT) / 2;
  const float y = (float) above;
  const float length = width * (float) self->share;
  GdkRGBA color, track;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  track = color;
  track.alpha *= TRACK_ALPHA;
  append_bar (snapshot, y, width, &track);
  if (self->share > 0)
    append_bar (snapshot, y, MAX (length, LEAST_LENGTH), &color);
  if (self->mark >= 0)
    {
      const float x = CLAMP (width * (float) self->mark, 0, width - MARK_WIDTH);

      gtk_snapshot_append_color (snapshot, &color,
                                 &GRAPHENE_RECT_INIT (x, y - MARK_WIDTH, MARK_WIDTH,
                                                      HEIGHT + 2 * MARK_WIDTH));
    }
}

static void
gbox_share_bar_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN_WIDTH : HEIGHT + 2 * MARK_WIDTH;
}

static void
gbox_share_bar_class_init (GboxShareBarClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_share_bar_get_property;
  object_class->set_property = gbox_share_bar_set_property;
  widget_class->snapshot = gbox_share_bar_snapshot;
  widget_class->measure = gbox_share_bar_measure;
  properties[PROP_SHARE] = g_param_spec_double ("share", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_MARK] = g_param_spec_double ("mark", NULL, NULL, -1, 1, -1, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_css_name (widget_class, "sharebar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
gbox_share_bar_init (GboxShareBar *self)
{
  self->mark = -1;
}

GtkWidget *
gbox_share_bar_new (void)
{
  return g_object_new (GBOX_TYPE_SHARE_BAR, NULL);
}

void
gbox_share_bar_set (GboxShareBar *self, double share, double mark)
{
  g_return_if_fail (GBOX_IS_SHARE_BAR (self));

  share = CLAMP (share, 0, 1);
  mark = CLAMP (mark, -1, 1);
  if (self->share >= share && self->share <= share && self->mark >= mark && self->mark <= mark)
    return;
  self->share = share;
  self->mark = mark;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHARE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MARK]);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
