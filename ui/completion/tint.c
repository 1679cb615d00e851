/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The colours that say how probable a token was. */
#include "completion/tint.h"

#include <math.h>

/* Shades on either side of none. */
#define N_SHADES 8
#define N_TAGS   (2 * N_SHADES + 1)

/* Text stays legible on the strongest: above this an orange keyword is lost on orange. */
#define MAX_ALPHA_UNLIKELY 0.30f
#define MAX_ALPHA_CERTAIN  0.22f

/* What a head looks at a little has to be seen too: the shade grows with the square root. */
#define N_ATTENTION_SHADES  10
#define MAX_ALPHA_ATTENTION 0.55f

struct _GboxTint
{
  GtkTextBuffer *buffer;
  GtkTextTag *tags[N_TAGS];                      /* unlikely first; NULL in the middle */
  GtkTextTag *attention[N_ATTENTION_SHADES + 1]; /* none first */
  GtkTextTag *looked_at;
  gboolean is_dark;
  gboolean is_visible;
};

GboxTint *
gbox_tint_new (GtkTextBuffer *buffer)
{
  GboxTint *tint = g_new0 (GboxTint, 1);

  tint->buffer = g_object_ref (buffer);
  tint->is_visible = TRUE;
  for (int i = 0; i < N_TAGS; i++)
    if (i != N_SHADES)
      tint->tags[i] = gtk_text_buffer_create_tag (buffer, NULL, NULL);
  for (int i = 1; i <= N_ATTENTION_SHADES; i++)
    tint->attention[i] = gtk_text_buffer_create_tag (buffer, NULL, NULL);
  tint->looked_at = gtk_text_buffer_create_tag (buffer, NULL, NULL);
  gbox_tint_set_dark (tint, FALSE);
  return tint;
}

void
gbox_tint_free (GboxTint *tint)
{
  if (tint == NULL)
    return;
  g_object_unref (tint->buffer);
  g_free (tint);
}

static void
color_tags (GboxTint *tint)
{
  GdkRGBA unlikely, certain, attention;

  gdk_rgba_parse (&unlikely, tint->is_dark ? "#ffa348" : "#e66100");
  gdk_rgba_parse (&certain, tint->is_dark ? "#62a0ea" : "#1c71d8");
  for (int i = 0; i < N_TAGS; i++)
    {
      const float strength = (float) ABS (i - N_SHADES) / N_SHADES;
      GdkRGBA color = i < N_SHADES ? unlikely : certain;

      color.alpha = strength * (i < N_SHADES ? MAX_ALPHA_UNLIKELY : MAX_ALPHA_CERTAIN);
      if (tint->tags[i] != NULL)
        g_object_set (tint->tags[i], "background-rgba", tint->is_visible ? &color : NULL, NULL);
    }
  gdk_rgba_parse (&attention, tint->is_dark ? "#c061cb" : "#813d9c");
  for (int i = 1; i <= N_ATTENTION_SHADES; i++)
    {
      attention.alpha = MAX_ALPHA_ATTENTION * (float) i / N_ATTENTION_SHADES;
      g_object_set (tint->attention[i], "background-rgba", &attention, NULL);
    }
  g_object_set (tint->looked_at, "background", tint->is_dark ? "#3584e4" : "#1c71d8", "foreground", "#ffffff",
                NULL);
}

void
gbox_tint_set_dark (GboxTint *tint, gboolean is_dark)
{
  tint->is_dark = is_dark;
  color_tags (tint);
}

void
gbox_tint_set_visible (GboxTint *tint, gboolean is_visible)
{
  tint->is_visible = is_visible;
  color_tags (tint);
}

GtkTextTag *
gbox_tint_get_tag (GboxTint *tint, double probability)
{
  const int shade = (int) (CLAMP (probability, 0, 1) * (N_TAGS - 1) + 0.5);

  return tint->tags[shade];
}

GtkTextTag *
gbox_tint_get_attention (GboxTint *tint, double attention)
{
  return tint->attention[(int) (sqrt (CLAMP (attention, 0, 1)) * N_ATTENTION_SHADES + 0.5)];
}

GtkTextTag *
gbox_tint_get_looked_at (GboxTint *tint)
{
  return tint->looked_at;
}

void
gbox_tint_clear (GboxTint *tint)
{
  GtkTextIter begin, end;

  gtk_text_buffer_get_bounds (tint->buffer, &begin, &end);
  for (int i = 0; i < N_TAGS; i++)
    if (tint->tags[i] != NULL)
      gtk_text_buffer_remove_tag (tint->buffer, tint->tags[i], &begin, &end);
  gtk_text_buffer_remove_tag (tint->buffer, tint->looked_at, &begin, &end);
  gbox_tint_clear_attention (tint);
}

void
gbox_tint_clear_attention (GboxTint *tint)
{
  GtkTextIter begin, end;

  gtk_text_buffer_get_bounds (tint->buffer, &begin, &end);
  for (int i = 1; i <= N_ATTENTION_SHADES; i++)
    gtk_text_buffer_remove_tag (tint->buffer, tint->attention[i], &begin, &end);
}
