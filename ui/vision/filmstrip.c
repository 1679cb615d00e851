/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small pictures of how an image grew, from left to right. */
#include "vision/filmstrip.h"

#include "widgets/frame-scale.h"

#define MAX_SIDE 48
/* Nothing can be seen on less: where there is so little room, there is no filmstrip. */
#define MIN_SIDE      16
#define MIN_PLACES    4
#define MAX_PLACES    14
#define SPACING       5
#define CORNER_RADIUS 5
#define MARK_WIDTH    2

typedef struct
{
  GboxFrame *frame;    /* nullable */
  GdkTexture *texture; /* of it, as large as it is drawn */
} Place;

struct _GboxFilmstrip
{
  GtkWidget parent_instance;

  GboxFilm *film; /* nullable */
  guint n_frames;
  guint current;
  Place places[MAX_PLACES];
  int drawn_side; /* of the textures, in device pixels */
};

enum
{
  SIGNAL_PICKED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxFilmstrip, gbox_filmstrip, GTK_TYPE_WIDGET)

static guint
count_places (GboxFilmstrip *self)
{
  const int width = gtk_widget_get_width (GTK_WIDGET (self));
  const guint room = (guint) CLAMP ((width + SPACING) / (MAX_SIDE + SPACING), MIN_PLACES, MAX_PLACES);

  return MIN (room, MAX (self->n_frames, 2));
}

static int
get_side (GboxFilmstrip *self, guint n_places)
{
  const int width = gtk_widget_get_width (GTK_WIDGET (self));

  return MIN (MIN (MAX_SIDE, gtk_widget_get_height (GTK_WIDGET (self))),
              (width - ((int) n_places - 1) * SPACING) / (int) n_places);
}

/* The frame of a place: the first has the first one, the last the last one. */
static guint
get_index (GboxFilmstrip *self, guint place, guint n_places)
{
  return self->n_frames > 0 ? place * (self->n_frames - 1) / (n_places - 1) : 0;
}

static guint
find_current (GboxFilmstrip *self, guint n_places)
{
  guint place = n_places - 1;

  while (place > 0 && get_index (self, place, n_places) > self->current)
    place--;
  return place;
}

static void
get_area (GboxFilmstrip *self, guint place, guint n_places, graphene_rect_t *area)
{
  const int side = get_side (self, n_places);
  const int room = gtk_widget_get_width (GTK_WIDGET (self)) - side;
  const int x = (int) place * room / (int) (n_places - 1);
  const gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  graphene_rect_init (area, (float) (rtl ? room - x : x), 0, (float) side, (float) side);
}

static void
clear_place (Place *place)
{
  g_clear_pointer (&place->frame, gbox_frame_unref);
  g_clear_object (&place->texture);
}

static GdkTexture *
get_texture (GboxFilmstrip *self, guint i, guint index)
{
  Place *place = &self->places[i];
  GboxFrame *frame = gbox_film_get_frame (self->film, index);

  if (place->frame != frame)
    {
      clear_place (place);
      place->frame = gbox_frame_ref (frame);
      place->texture = gbox_frame_scale_texture (frame, self->drawn_side);
    }
  return place->texture;
}

static void
draw_border (GtkSnapshot *snapshot, const graphene_rect_t *area, const GdkRGBA *colour, float width)
{
  const float widths[4] = { width, width, width, width };
  const GdkRGBA colours[4] = { *colour, *colour, *colour, *colour };
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (&outline, area, CORNER_RADIUS);
  gtk_snapshot_append_border (snapshot, &outline, widths, colours);
}

/* The middle of a place, as large as the frame's shape allows. */
static void
fit_area (graphene_rect_t *area, GdkTexture *texture)
{
  const float w = (float) gdk_texture_get_width (texture), h = (float) gdk_texture_get_height (texture);
  const float longer = MAX (w, h);

  graphene_rect_inset (area, area->size.width * (1 - w / longer) / 2,
                       area->size.height * (1 - h / longer) / 2);
}

static void
snapshot_place (GboxFilmstrip *self, GtkSnapshot *snapshot, guint i, guint n_places)
{
  const guint index = get_index (self, i, n_places);
  GdkRGBA faint;
  graphene_rect_t area;
  GskRoundedRect clip;
  GdkTexture *texture;

  get_area (self, i, n_places, &area);
  if (!self->film || index >= gbox_film_get_length (self->film))
    {
      gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &faint);
      faint.alpha *= 0.2f;
      draw_border (snapshot, &area, &faint, 1);
      return;
    }
  texture = get_texture (self, i, index);
  fit_area (&area, texture);
  gsk_rounded_rect_init_from_rect (&clip, &area, CORNER_RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &clip);
  gtk_snapshot_append_texture (snapshot, texture, &area);
  gtk_snapshot_pop (snapshot);
}

static void
gbox_filmstrip_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GboxFilmstrip *self = GBOX_FILMSTRIP (widget);
  const guint n_places = count_places (self);
  const int side = get_side (self, n_places) * gtk_widget_get_scale_factor (widget);
  GdkRGBA accent = { 0.2f, 0.5f, 0.9f, 1.0f };
  graphene_rect_t area;

  if (side < MIN_SIDE)
    return;
  if (side != self->drawn_side)
    for (guint i = 0; i < MAX_PLACES; i++)
      clear_place (&self->places[i]);
  self->drawn_side = side;
  for (guint i = 0; i < n_places; i++)
    snapshot_place (self, snapshot, i, n_places);
  if (!self->film || gbox_film_get_length (self->film) == 0)
    return;
  gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), "accent_bg_color", &accent);
  get_area (self, find_current (self, n_places), n_places, &area);
  draw_border (snapshot, &area, &accent, MARK_WIDTH);
}

static void
gbox_filmstrip_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  const gboolean is_horizontal = orientation == GTK_ORIENTATION_HORIZONTAL;

  *minimum = is_horizontal ? MIN_PLACES * (MAX_SIDE / 2) : 0;
  *natural = is_horizontal ? MAX_PLACES * (MAX_SIDE + SPACING) : MAX_SIDE;
}

static void
on_pressed (GboxFilmstrip *self, int n_press, double x, double y)
{
  const guint n_places = count_places (self);

  for (guint i = 0; self->film && i < n_places; i++)
    {
      const guint index = get_index (self, i, n_places);
      graphene_rect_t area;

      get_area (self, i, n_places, &area);
      if (x >= area.origin.x && x < area.origin.x + area.size.width
          && index < gbox_film_get_length (self->film))
        g_signal_emit (self, signals[SIGNAL_PICKED], 0, index);
    }
}

static void
gbox_filmstrip_dispose (GObject *object)
{
  GboxFilmstrip *self = GBOX_FILMSTRIP (object);

  for (guint i = 0; i < MAX_PLACES; i++)
    clear_place (&self->places[i]);
  g_clear_pointer (&self->film, gbox_film_unref);
  G_OBJECT_CLASS (gbox_filmstrip_parent_class)->dispose (object);
}

static void
gbox_filmstrip_class_init (GboxFilmstripClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_filmstrip_dispose;
  widget_class->snapshot = gbox_filmstrip_snapshot;
  widget_class->measure = gbox_filmstrip_measure;
  signals[SIGNAL_PICKED] = g_signal_new ("picked", GBOX_TYPE_FILMSTRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  gtk_widget_class_set_css_name (widget_class, "filmstrip");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
gbox_filmstrip_init (GboxFilmstrip *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect_swapped (click, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

void
gbox_filmstrip_show (GboxFilmstrip *self, GboxFilm *film, guint n_frames, guint current)
{
  g_return_if_fail (GBOX_IS_FILMSTRIP (self));

  if (film)
    gbox_film_ref (film);
  g_clear_pointer (&self->film, gbox_film_unref);
  self->film = film;
  self->n_frames = n_frames;
  self->current = current;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
