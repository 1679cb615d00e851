/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a page tells the user something once. */
#include "widgets/telling.h"

/* Of a line of what is said in passing. */
#define TOAST_CHARS 48
/* That it can be read for, as of libadwaita's own. */
#define TOAST_SECONDS 5

#define TELLER_KEY "gbox-teller"

/* A toast's own title is cut to one line. */
static GtkWidget *
make_words (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), TOAST_CHARS);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  return label;
}

/* What an overlay shows in passing. */
typedef struct
{
  GtkWidget *overlay; /* owns this */
  AdwToast *toast;    /* (nullable): until it begins to go */
  GtkWidget *words;   /* its */
  guint timer;        /* of its end */
  guint tick;         /* callback of the frame that it ends with, when its time is over */
} Teller;

static void
keep (Teller *teller)
{
  g_clear_handle_id (&teller->timer, g_source_remove);
  if (teller->tick != 0)
    gtk_widget_remove_tick_callback (teller->overlay, teller->tick);
  teller->tick = 0;
}

static void
forget (Teller *teller)
{
  keep (teller);
  if (teller->toast != NULL)
    g_signal_handlers_disconnect_by_data (teller->toast, teller);
  g_clear_object (&teller->toast);
  teller->words = NULL;
}

/* With the overlay, whose callbacks have gone before. */
static void
teller_free (gpointer data)
{
  Teller *teller = data;

  teller->tick = 0;
  forget (teller);
  g_free (teller);
}

static Teller *
get_teller (AdwToastOverlay *overlay)
{
  Teller *teller = g_object_get_data (G_OBJECT (overlay), TELLER_KEY);

  if (teller == NULL)
    {
      teller = g_new0 (Teller, 1);
      teller->overlay = GTK_WIDGET (overlay);
      g_object_set_data_full (G_OBJECT (overlay), TELLER_KEY, teller, teller_free);
    }
  return teller;
}

static gboolean
on_frame (GtkWidget *overlay, GdkFrameClock *clock, gpointer data)
{
  Teller *teller = data;

  teller->tick = 0;
  adw_toast_dismiss (teller->toast);
  return G_SOURCE_REMOVE;
}

/* What the pointer is on is being read. A toast goes with a frame, in which it has wholly come, too: where
 * all is slow, there may have been none since it was shown. */
static gboolean
on_time_over (gpointer data)
{
  Teller *teller = data;

  if (gtk_widget_get_state_flags (gtk_widget_get_parent (teller->words)) & GTK_STATE_FLAG_PRELIGHT)
    return G_SOURCE_CONTINUE;
  teller->timer = 0;
  teller->tick = gtk_widget_add_tick_callback (teller->overlay, on_frame, teller, NULL);
  return G_SOURCE_REMOVE;
}

static void
show (Teller *teller, AdwToastOverlay *overlay, const char *text)
{
  teller->toast = adw_toast_new (text);
  teller->words = make_words (text);
  adw_toast_set_timeout (teller->toast, 0);
  adw_toast_set_custom_title (teller->toast, teller->words);
  g_signal_connect_swapped (teller->toast, "dismissed", G_CALLBACK (forget), teller);
  adw_toast_overlay_add_toast (overlay, g_object_ref (teller->toast));
}

/* While a toast is there, its words change. Another may not take its place: of two that follow each other
 * quickly libadwaita 1.2 frees the first before it has ceased to move it. */
void
gbox_tell (AdwToastOverlay *overlay, const char *text)
{
  Teller *teller = get_teller (overlay);

  keep (teller);
  if (teller->toast == NULL)
    show (teller, overlay, text);
  else
    gtk_label_set_label (GTK_LABEL (teller->words), text);
  teller->timer = g_timeout_add_seconds (TOAST_SECONDS, on_time_over, teller);
}

void
gbox_tell_problem (GtkWidget *widget, const char *heading, const char *text)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (widget)), heading, text);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", "_Close");
  gtk_window_present (GTK_WINDOW (dialog));
}
