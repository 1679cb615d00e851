/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Brings an item of a list or grid view into view, with its neighbours. */
#include "widgets/list-scroll.h"

/* A list squeezed to nothing shall not keep the frame clock going for ever. */
#define MAX_FRAMES 300
/* After which the view is asked once more. */
#define FRAMES_TO_SCROLL 10

/* What a view is to be scrolled to; kept with it. */
typedef struct
{
  guint position;
  gboolean pending;
  guint tick;
  int n_frames; /* since it was asked for */
  int n_asked;  /* of them, since the view was first told */
} Scroll;

static guint
get_n_columns (GtkWidget *view)
{
  return GTK_IS_GRID_VIEW (view) ? gtk_grid_view_get_max_columns (GTK_GRID_VIEW (view)) : 1;
}

static guint
get_n_items (GtkWidget *view)
{
  GtkSelectionModel *model = GTK_IS_GRID_VIEW (view) ? gtk_grid_view_get_model (GTK_GRID_VIEW (view))
                                                     : gtk_list_view_get_model (GTK_LIST_VIEW (view));

  return model != NULL ? g_list_model_get_n_items (G_LIST_MODEL (model)) : 0;
}

/* All are equally high; those out of view may not have been laid out. */
static int
get_row_height (GtkWidget *view)
{
  int height = 0;

  for (GtkWidget *cell = gtk_widget_get_first_child (view); cell != NULL && height == 0;
       cell = gtk_widget_get_next_sibling (cell))
    height = gtk_widget_get_height (cell);
  return height;
}

/* Whether the view is as long as its items make it, rather than those before them. */
static gboolean
is_laid_out (GtkWidget *view, int row_height)
{
  GtkAdjustment *vertical = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (view));
  guint n_columns = get_n_columns (view);
  guint n_rows = (get_n_items (view) + n_columns - 1) / n_columns;
  double length = MAX ((double) n_rows * row_height, gtk_widget_get_height (view));

  return row_height > 0 && gtk_widget_get_height (view) > 0
         && ABS (gtk_adjustment_get_upper (vertical) - length) <= row_height;
}

/* The view scrolls no further than needed; neighbours should be seen too. Returns: whether the row is in
 * view. */
static gboolean
centre_row (GtkWidget *view, double top, double height)
{
  GtkAdjustment *vertical = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (view));
  double value = gtk_adjustment_get_value (vertical);
  double page = gtk_adjustment_get_page_size (vertical);

  if (top + height < value || top > value + page)
    return FALSE;
  if (top < value + height / 2 || top + height > value + page - height / 2)
    gtk_adjustment_set_value (vertical, top - (page - height) / 2);
  return TRUE;
}

/* A view has to be laid out before it can scroll and once more to have scrolled, which may take several
 * frames. */
static gboolean
scroll_on (GtkWidget *view, GdkFrameClock *clock, gpointer user_data)
{
  Scroll *scroll = user_data;
  int height = get_row_height (view);

  if (!gtk_widget_get_mapped (view))
    {
      scroll->tick = 0; /* goes on when it is mapped */
      return G_SOURCE_REMOVE;
    }
  scroll->pending = scroll->position < get_n_items (view) && scroll->n_frames++ < MAX_FRAMES;
  /* In the first frame it may be laid out for as many items of before. */
  if (scroll->pending && scroll->n_frames > 1 && is_laid_out (view, height))
    {
      guint row = scroll->position / get_n_columns (view);

      if (scroll->n_asked > 0 && centre_row (view, (double) row * height, height))
        scroll->pending = FALSE;
      else if (scroll->n_asked++ % FRAMES_TO_SCROLL == 0)
        gtk_widget_activate_action (view, "list.scroll-to-item", "u", scroll->position);
    }
  if (scroll->pending)
    return G_SOURCE_CONTINUE;
  scroll->tick = 0;
  return G_SOURCE_REMOVE;
}

static void
start (GtkWidget *view, Scroll *scroll)
{
  scroll->n_frames = 0;
  scroll->n_asked = 0;
  if (scroll->pending && scroll->tick == 0 && gtk_widget_get_mapped (view))
    scroll->tick = gtk_widget_add_tick_callback (view, scroll_on, scroll, NULL);
}

void
gbox_list_scroll_to (GtkWidget *view, guint position)
{
  Scroll *scroll;

  g_return_if_fail (GTK_IS_GRID_VIEW (view) || GTK_IS_LIST_VIEW (view));
  scroll = g_object_get_data (G_OBJECT (view), "gbox-scroll");
  if (scroll == NULL)
    {
      scroll = g_new0 (Scroll, 1);
      g_object_set_data_full (G_OBJECT (view), "gbox-scroll", scroll, g_free);
      g_signal_connect_after (view, "map", G_CALLBACK (start), scroll);
    }
  scroll->position = position;
  scroll->pending = TRUE;
  start (view, scroll);
}

void
gbox_list_scroll_cancel (GtkWidget *view)
{
  Scroll *scroll = g_object_get_data (G_OBJECT (view), "gbox-scroll");

  if (scroll != NULL)
    scroll->pending = FALSE;
}
