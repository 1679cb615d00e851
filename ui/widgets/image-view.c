/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A square tile that shows the newest frame of a run. */
#include "widgets/image-view.h"

#include "widgets/frame-scale.h"

#define MINIMUM_SIDE  160
#define NATURAL_SIDE  380
#define CORNER_RADIUS 12
#define BAR_HEIGHT    4

struct _GboxImageView
{
  GtkWidget parent_instance;
  GboxFrame *frame;        /* nullable */
  GdkTexture *texture;     /* nullable: the frame at its full size, made when asked for */
  GdkTexture *drawn;       /* nullable: the frame as drawn at drawn_side */
  int drawn_side;          /* device pixels */
  GdkPaintable *paintable; /* nullable */
  double progress;
  gboolean pickable;
};

enum
{
  PROP_FRAME = 1,
  PROP_PAINTABLE,
  PROP_PROGRESS,
  PROP_PICKABLE,
  PROP_TEXTURE,
  N_PROPS
};

enum
{
  SIGNAL_POSITION_PICKED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxImageView, gbox_image_view, GTK_TYPE_WIDGET)

static double
get_aspect (GboxImageView *self)
{
  double aspect = 1;

  if (self->frame != NULL)
    aspect = (double) self->frame->width / self->frame->height;
  else if (self->paintable != NULL)
    aspect = gdk_paintable_get_intrinsic_aspect_ratio (self->paintable);
  return aspect > 0 ? aspect : 1;
}

/* Where the picture is, in whole pixels so that two tiles of one size look alike. */
static void
get_picture_area (GboxImageView *self, graphene_rect_t *area)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int height = gtk_widget_get_height (GTK_WIDGET (self));
  double aspect = get_aspect (self);
  int w = MIN (width, (int) (height * aspect));
  int h = MIN (height, (int) (width / aspect));
  int x = (width - w) / 2;
  int y = (height - h) / 2;

  graphene_rect_init (area, x, y, w, h);
}

static void
snapshot_picture (GboxImageView *self, GtkSnapshot *snapshot, const graphene_rect_t *area)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  int side = scale * (int) MAX (area->size.width, area->size.height);

  if (self->frame != NULL)
    {
      if (self->drawn == NULL || self->drawn_side != side)
        {
          g_clear_object (&self->drawn);
          self->drawn = gbox_frame_scale_texture (self->frame, side);
          self->drawn_side = side;
        }
      gtk_snapshot_append_texture (snapshot, self->drawn, area);
    }
  else if (self->paintable != NULL)
    {
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &area->origin);
      gdk_paintable_snapshot (self->paintable, snapshot, area->size.width, area->size.height);
      gtk_snapshot_restore (snapshot);
    }
  else
    {
      GdkRGBA ground;

      gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &ground);
      ground.alpha *= 0.06f;
      gtk_snapshot_append_color (snapshot, &ground, area);
    }
}

static void
snapshot_progress (GboxImageView *self, GtkSnapshot *snapshot, const graphene_rect_t *area)
{
  const GdkRGBA track = { 0.f, 0.f, 0.f, 0.45f };
  const GdkRGBA fill = { 0x62 / 255.f, 0xa0 / 255.f, 0xea / 255.f, 1.f };
  graphene_rect_t bar = *area;
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  bar.origin.y += bar.size.height - BAR_HEIGHT;
  bar.size.height = BAR_HEIGHT;
  gtk_snapshot_append_color (snapshot, &track, &bar);
  bar.size.width *= self->progress;
  if (rtl)
    bar.origin.x += area->size.width - bar.size.width;
  gtk_snapshot_append_color (snapshot, &fill, &bar);
}

static void
gbox_image_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GboxImageView *self = GBOX_IMAGE_VIEW (widget);
  graphene_rect_t area;
  GskRoundedRect tile;

  get_picture_area (self, &area);
  if (area.size.width < 1 || area.size.height < 1)
    return;
  gsk_rounded_rect_init_from_rect (&tile, &area, CORNER_RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &tile);
  snapshot_picture (self, snapshot, &area);
  if (self->progress >= 0)
    snapshot_progress (self, snapshot, &area);
  gtk_snapshot_pop (snapshot);
}

static GtkSizeRequestMode
gbox_image_view_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
gbox_image_view_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  *minimum = MINIMUM_SIDE;
  *natural
    = orientation == GTK_ORIENTATION_VERTICAL && for_size >= 0 ? MAX (for_size, MINIMUM_SIDE) : NATURAL_SIDE;
}

static void
on_released (GboxImageView *self, int n_press, double x, double y, GtkGestureClick *click)
{
  graphene_rect_t area;
  double u, v;

  get_picture_area (self, &area);
  if (!self->pickable || area.size.width < 1 || area.size.height < 1)
    return;
  u = (x - area.origin.x) / area.size.width;
  v = (y - area.origin.y) / area.size.height;
  if (u >= 0 && u <= 1 && v >= 0 && v <= 1)
    g_signal_emit (self, signals[SIGNAL_POSITION_PICKED], 0, u, v);
}

static void
gbox_image_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxImageView *self = GBOX_IMAGE_VIEW (object);

  switch (id)
    {
    case PROP_FRAME:
      g_value_set_boxed (value, self->frame);
      break;
    case PROP_PAINTABLE:
      g_value_set_object (value, self->paintable);
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, self->progress);
      break;
    case PROP_PICKABLE:
      g_value_set_boolean (value, self->pickable);
      break;
    case PROP_TEXTURE:
      g_value_set_object (value, gbox_image_view_get_texture (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_image_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxImageView *self = GBOX_IMAGE_VIEW (object);

  switch (id)
    {
    case PROP_FRAME:
      gbox_image_view_set_frame (self, g_value_get_boxed (value));
      break;
    case PROP_PAINTABLE:
      gbox_image_view_set_paintable (self, g_value_get_object (value));
      break;
    case PROP_PROGRESS:
      gbox_image_view_set_progress (self, g_value_get_double (value));
      break;
    case PROP_PICKABLE:
      gbox_image_view_set_pickable (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_image_view_dispose (GObject *object)
{
  GboxImageView *self = GBOX_IMAGE_VIEW (object);

  gbox_image_view_set_frame (self, NULL);
  gbox_image_view_set_paintable (self, NULL);
  G_OBJECT_CLASS (gbox_image_view_parent_class)->dispose (object);
}

static void
gbox_image_view_class_init (GboxImageViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_image_view_get_property;
  object_class->set_property = gbox_image_view_set_property;
  object_class->dispose = gbox_image_view_dispose;
  widget_class->snapshot = gbox_image_view_snapshot;
  widget_class->get_request_mode = gbox_image_view_get_request_mode;
  widget_class->measure = gbox_image_view_measure;

  properties[PROP_FRAME] = g_param_spec_boxed ("frame", NULL, NULL, GBOX_TYPE_FRAME, flags);
  properties[PROP_PAINTABLE] = g_param_spec_object ("paintable", NULL, NULL, GDK_TYPE_PAINTABLE, flags);
  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, -1, 1, -1, flags);
  properties[PROP_PICKABLE] = g_param_spec_boolean ("pickable", NULL, NULL, FALSE, flags);
  properties[PROP_TEXTURE] = g_param_spec_object ("texture", NULL, NULL, GDK_TYPE_TEXTURE,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_POSITION_PICKED]
    = g_signal_new ("position-picked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  gtk_widget_class_set_css_name (widget_class, "imageview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
gbox_image_view_init (GboxImageView *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  self->progress = -1;
  g_signal_connect_swapped (click, "released", G_CALLBACK (on_released), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

GtkWidget *
gbox_image_view_new (void)
{
  return g_object_new (GBOX_TYPE_IMAGE_VIEW, NULL);
}

void
gbox_image_view_set_frame (GboxImageView *self, GboxFrame *frame)
{
  g_return_if_fail (GBOX_IS_IMAGE_VIEW (self));
  if (self->frame == frame)
    return;
  g_clear_pointer (&self->frame, gbox_frame_unref);
  g_clear_object (&self->texture);
  g_clear_object (&self->drawn);
  self->frame = frame != NULL ? gbox_frame_ref (frame) : NULL;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRAME]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXTURE]);
}

GboxFrame *
gbox_image_view_get_frame (GboxImageView *self)
{
  g_return_val_if_fail (GBOX_IS_IMAGE_VIEW (self), NULL);
  return self->frame;
}

void
gbox_image_view_set_paintable (GboxImageView *self, GdkPaintable *paintable)
{
  g_return_if_fail (GBOX_IS_IMAGE_VIEW (self));
  if (self->paintable == paintable)
    return;
  if (self->paintable != NULL)
    g_signal_handlers_disconnect_by_data (self->paintable, self);
  g_set_object (&self->paintable, paintable);
  if (paintable != NULL)
    {
      g_signal_connect_swapped (paintable, "invalidate-contents", G_CALLBACK (gtk_widget_queue_draw), self);
      g_signal_connect_swapped (paintable, "invalidate-size", G_CALLBACK (gtk_widget_queue_draw), self);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAINTABLE]);
}

GdkPaintable *
gbox_image_view_get_paintable (GboxImageView *self)
{
  g_return_val_if_fail (GBOX_IS_IMAGE_VIEW (self), NULL);
  return self->paintable;
}

void
gbox_image_view_set_progress (GboxImageView *self, double progress)
{
  g_return_if_fail (GBOX_IS_IMAGE_VIEW (self));
  progress = progress >= 0 ? MIN (progress, 1) : -1;
  if (self->progress == progress)
    return;
  self->progress = progress;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
}

double
gbox_image_view_get_progress (GboxImageView *self)
{
  g_return_val_if_fail (GBOX_IS_IMAGE_VIEW (self), -1);
  return self->progress;
}

void
gbox_image_view_set_pickable (GboxImageView *self, gboolean pickable)
{
  g_return_if_fail (GBOX_IS_IMAGE_VIEW (self));
  pickable = pickable != FALSE;
  if (self->pickable == pickable)
    return;
  self->pickable = pickable;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), pickable ? "crosshair" : NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PICKABLE]);
}

gboolean
gbox_image_view_get_pickable (GboxImageView *self)
{
  g_return_val_if_fail (GBOX_IS_IMAGE_VIEW (self), FALSE);
  return self->pickable;
}

GdkTexture *
gbox_image_view_get_texture (GboxImageView *self)
{
  g_return_val_if_fail (GBOX_IS_IMAGE_VIEW (self), NULL);
  if (self->texture == NULL && self->frame != NULL)
    self->texture = gbox_frame_scale_texture (self->frame, MAX (self->frame->width, self->frame->height));
  return self->texture;
}
