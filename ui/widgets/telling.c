/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a page tells the user something once. */
#include "widgets/telling.h"

/* Of a line of what is said in passing. */
#define TOAST_CHARS 48

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

void
gbox_tell (AdwToastOverlay *overlay, const char *text)
{
  AdwToast *toast = adw_toast_new (text);

  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  adw_toast_set_custom_title (toast, make_words (text));
  adw_toast_overlay_add_toast (overlay, toast);
}

void
gbox_tell_problem (GtkWidget *widget, const char *heading, const char *text)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (widget)), heading, text);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", "_Close");
  gtk_window_present (GTK_WINDOW (dialog));
}
