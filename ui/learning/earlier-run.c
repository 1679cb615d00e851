/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An earlier run in the legend of the charts, with a button to remove it. */
#include "learning/earlier-run.h"

#include "widgets/palette.h"

#define SWATCH_WIDTH  16
#define SWATCH_HEIGHT 3

static void
draw_swatch (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer role)
{
  GdkRGBA colour;

  gbox_palette_lookup (GPOINTER_TO_UINT (role), gbox_palette_is_dark (GTK_WIDGET (area)), &colour);
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_paint (cr);
}

static GtkWidget *
make_swatch (GboxSeriesRole role)
{
  GtkWidget *swatch = gtk_drawing_area_new ();

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (swatch), SWATCH_WIDTH);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (swatch), SWATCH_HEIGHT);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (swatch), draw_swatch, GUINT_TO_POINTER (role), NULL);
  gtk_widget_set_valign (swatch, GTK_ALIGN_CENTER);
  return swatch;
}

static GtkWidget *
make_button (GboxFinetuneRecord *record)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("window-close-symbolic");
  g_autofree char *tooltip = g_strdup_printf ("Remove %s", gbox_finetune_record_get_name (record));

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_add_css_class (button, "flat");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.finetune-remove-run");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "u", gbox_finetune_record_get_number (record));
  return button;
}

GtkWidget *
gbox_earlier_run_new (GboxFinetuneRecord *record)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *name = gtk_label_new (gbox_finetune_record_get_name (record));
  GtkWidget *child = gtk_flow_box_child_new ();

  gtk_widget_add_css_class (box, "earlier-run");
  gtk_widget_add_css_class (name, "caption");
  gtk_widget_set_tooltip_text (box, gbox_finetune_record_get_title (record));
  gtk_box_append (GTK_BOX (box), make_swatch (gbox_finetune_record_get_role (record)));
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), make_button (record));
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), box);
  gtk_widget_set_focusable (child, FALSE);
  return child;
}
