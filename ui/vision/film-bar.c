/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goes back to any moment of how a picture grew: a filmstrip, a slider, and what to do with the film. */
#include "vision/film-bar.h"

#include "vision/filmstrip.h"

/* As fast as the animation that is saved of it. */
#define REPLAY_MS 50

struct _GboxFilmBar
{
  AdwBin parent_instance;

  GboxFilmstrip *strip;
  GtkButton *replay_button;
  GtkScale *scale;
  GtkAdjustment *adjustment;

  GboxVisionTile *tile;
  GSignalGroup *tile_signals;
  GSignalGroup *run_signals;
  int index; /* the frame that is looked at; −1: what there is now */
  guint replay_source;
  gboolean is_following; /* the film leads, not the user */
};

enum
{
  SIGNAL_MOVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxFilmBar, gbox_film_bar, ADW_TYPE_BIN)

static GboxFilm *
get_film (GboxFilmBar *self)
{
  return self->tile ? gbox_vision_tile_get_film (self->tile) : NULL;
}

static guint
get_length (GboxFilmBar *self)
{
  return self->tile ? gbox_film_get_length (get_film (self)) : 0;
}

/* How many frames there will be. */
static guint
count_frames (GboxFilmBar *self)
{
  const guint length = get_length (self);
  GboxRun *run = self->tile ? gbox_vision_tile_get_run (self->tile) : NULL;

  if (!run || length == 0 || gbox_run_is_final (run))
    return length;
  return MAX (length, gbox_film_count_steps (gbox_film_get_frame (get_film (self), 0)->step,
                                             gbox_run_get_n_steps (run)));
}

static void
update (GboxFilmBar *self)
{
  const guint length = get_length (self), n_frames = count_frames (self);
  const guint current = self->index >= 0 ? (guint) self->index : MAX (length, 1) - 1;

  self->is_following = TRUE;
  gtk_adjustment_set_upper (self->adjustment, MAX (n_frames, 2) - 1);
  gtk_adjustment_set_value (self->adjustment, current);
  self->is_following = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->scale), length > 1);
  gtk_widget_set_sensitive (GTK_WIDGET (self->replay_button), length > 1);
  gbox_filmstrip_show (self->strip, get_film (self), n_frames, current);
}

static void
go_to (GboxFilmBar *self, int index)
{
  const int length = (int) get_length (self);
  const int next = index >= length - 1 ? -1 : MAX (index, 0);

  if (next != self->index)
    {
      self->index = next;
      g_signal_emit (self, signals[SIGNAL_MOVED], 0,
                     next < 0 ? -1 : (int) gbox_film_get_frame (get_film (self), (guint) next)->step);
    }
  update (self);
}

static void
stop_replay (GboxFilmBar *self)
{
  g_clear_handle_id (&self->replay_source, g_source_remove);
  gtk_button_set_icon_name (self->replay_button, "glassbox-play-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->replay_button), "Replay How It Grew");
}

static gboolean
on_replay (gpointer user_data)
{
  GboxFilmBar *self = user_data;

  go_to (self, self->index + 1);
  if (self->index >= 0)
    return G_SOURCE_CONTINUE;
  self->replay_source = 0;
  stop_replay (self);
  return G_SOURCE_REMOVE;
}

static void
on_replay_clicked (GboxFilmBar *self)
{
  if (self->replay_source)
    {
      stop_replay (self);
      return;
    }
  if (self->index < 0)
    go_to (self, 0);
  self->replay_source = g_timeout_add (REPLAY_MS, on_replay, self);
  gtk_button_set_icon_name (self->replay_button, "glassbox-pause-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->replay_button), "Pause the Replay");
}

static void
on_value_changed (GboxFilmBar *self)
{
  if (self->is_following)
    return;
  stop_replay (self);
  go_to (self, (int) (gtk_adjustment_get_value (self->adjustment) + 0.5));
}

static void
on_picked (GboxFilmBar *self, guint index)
{
  stop_replay (self);
  go_to (self, (int) index);
}

/* Where one was in the film before says nothing of this one. */
static void
follow_run (GboxFilmBar *self)
{
  g_signal_group_set_target (self->run_signals, self->tile ? gbox_vision_tile_get_run (self->tile) : NULL);
  stop_replay (self);
  if (self->index >= 0)
    {
      self->index = -1;
      g_signal_emit (self, signals[SIGNAL_MOVED], 0, -1);
    }
  update (self);
}

static void
gbox_film_bar_dispose (GObject *object)
{
  GboxFilmBar *self = GBOX_FILM_BAR (object);

  g_clear_handle_id (&self->replay_source, g_source_remove);
  g_clear_object (&self->tile_signals);
  g_clear_object (&self->run_signals);
  g_clear_object (&self->tile);
  G_OBJECT_CLASS (gbox_film_bar_parent_class)->dispose (object);
}

static void
gbox_film_bar_class_init (GboxFilmBarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_film_bar_dispose;
  g_type_ensure (GBOX_TYPE_FILMSTRIP);
  signals[SIGNAL_MOVED] = g_signal_new ("moved", GBOX_TYPE_FILM_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_INT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/film-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxFilmBar, strip);
  gtk_widget_class_bind_template_child (widget_class, GboxFilmBar, replay_button);
  gtk_widget_class_bind_template_child (widget_class, GboxFilmBar, scale);
  gtk_widget_class_bind_template_child (widget_class, GboxFilmBar, adjustment);
  gtk_widget_class_bind_template_callback (widget_class, on_replay_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_value_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
}

static void
gbox_film_bar_init (GboxFilmBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->index = -1;
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "notify::n-steps", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (update), self);
  self->tile_signals = g_signal_group_new (GBOX_TYPE_VISION_TILE);
  g_signal_group_connect_swapped (self->tile_signals, "notify::run", G_CALLBACK (follow_run), self);
  g_signal_group_connect_swapped (self->tile_signals, "filmed", G_CALLBACK (update), self);
}

void
gbox_film_bar_set_tile (GboxFilmBar *self, GboxVisionTile *tile)
{
  g_return_if_fail (GBOX_IS_FILM_BAR (self));

  if (self->tile == tile)
    return;
  g_set_object (&self->tile, tile);
  g_signal_group_set_target (self->tile_signals, tile);
  follow_run (self);
}

void
gbox_film_bar_move (GboxFilmBar *self, int n_frames)
{
  const int length = (int) get_length (self);
  const int from = self->index >= 0 ? self->index : length - 1;

  g_return_if_fail (GBOX_IS_FILM_BAR (self));

  stop_replay (self);
  go_to (self, n_frames < -from ? 0 : n_frames >= length - from ? length : from + n_frames);
}

void
gbox_film_bar_set_start (GboxFilmBar *self, int start)
{
  g_return_if_fail (GBOX_IS_FILM_BAR (self));

  gtk_widget_set_margin_start (GTK_WIDGET (self->strip), start);
}
