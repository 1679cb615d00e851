/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a colour role is in light and in dark. */
#include "widgets/palette.h"

static const guint32 colours[][2] = {
  [GBOX_SERIES_BLUE] = { 0x1c71d8, 0x62a0ea },  [GBOX_SERIES_ORANGE] = { 0xe66100, 0xffa348 },
  [GBOX_SERIES_GREEN] = { 0x26a269, 0x57e389 }, [GBOX_SERIES_PURPLE] = { 0x813d9c, 0xc061cb },
  [GBOX_SERIES_RED] = { 0xc01c28, 0xf66151 },
};

void
gbox_palette_lookup (GboxSeriesRole role, gboolean dark, GdkRGBA *rgba)
{
  guint32 rgb;

  g_return_if_fail ((guint) role < G_N_ELEMENTS (colours));
  rgb = colours[role][dark ? 1 : 0];
  rgba->red = (rgb >> 16) / 255.f;
  rgba->green = (rgb >> 8 & 0xff) / 255.f;
  rgba->blue = (rgb & 0xff) / 255.f;
  rgba->alpha = 1.f;
}

gboolean
gbox_palette_is_dark (GtkWidget *widget)
{
  GdkRGBA text;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &text);
  return text.red * 0.299f + text.green * 0.587f + text.blue * 0.114f > 0.5f;
}
