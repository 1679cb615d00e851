/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A film on one sheet: small pictures with their steps beneath. */
#include "vision/contact-sheet.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "models/network.h"
#include "vision/picture.h"

#define COLUMNS  4
#define MAX_ROWS 4
#define GAP      8

#define PAPER 0xff
#define INK   0x50

/* Digits of 3 × 5 dots, each drawn as a square of DOT pixels. */
#define DIGIT_WIDTH  3
#define DIGIT_HEIGHT 5
#define DOT          2
#define LABEL_HEIGHT (DIGIT_HEIGHT * DOT + GAP)
/* So that the sheet is no larger than a picture can be, which is what can be opened again. */
#define MAX_SIDE ((GBOX_NETWORK_MAX_SIZE - GAP) / MAX_ROWS - LABEL_HEIGHT - GAP)

/* Rows from the top, three bits each, the highest on the left. */
static const guint16 digits[10]
  = { 075557, 026227, 071747, 071717, 055711, 074717, 074757, 071222, 075757, 075717 };

typedef struct
{
  guint8 *pixels;
  int width;
  int height;
} Sheet;

static void
fill_dot (const Sheet *sheet, int x, int y)
{
  for (int i = 0; i < DOT; i++)
    memset (sheet->pixels + 3 * ((gsize) (y + i) * (gsize) sheet->width + (gsize) x), INK, 3 * DOT);
}

static void
draw_number (const Sheet *sheet, guint number, int x, int y)
{
  char text[16];

  g_snprintf (text, sizeof text, "%u", number);
  for (const char *c = text; *c != '\0'; c++, x += (DIGIT_WIDTH + 1) * DOT)
    for (int dot = 0; dot < DIGIT_WIDTH * DIGIT_HEIGHT; dot++)
      if (digits[*c - '0'] >> (DIGIT_WIDTH * DIGIT_HEIGHT - 1 - dot) & 1)
        fill_dot (sheet, x + dot % DIGIT_WIDTH * DOT, y + dot / DIGIT_WIDTH * DOT);
}

static void
draw_frame (const Sheet *sheet, const GboxFrame *frame, int x, int y)
{
  const gsize n = 3 * (gsize) frame->width;

  for (int row = 0; row < frame->height; row++)
    memcpy (sheet->pixels + 3 * ((gsize) (y + row) * (gsize) sheet->width + (gsize) x),
            frame->pixels + (gsize) row * n, n);
  draw_number (sheet, frame->step, x, y + frame->height + GAP / 2);
}

gboolean
gbox_contact_sheet_save (const char *path, const GboxFilm *film, GboxVisualizationSpec *spec, GError **error)
{
  g_autoptr (GPtrArray) frames = gbox_film_select (film, COLUMNS * MAX_ROWS);
  g_autoptr (GboxFrame) sample = NULL;
  g_autofree guint8 *pixels = NULL;
  Sheet sheet;
  int columns, rows;

  if (frames->len == 0)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "There is nothing to show before the first step.");
      return FALSE;
    }
  sample = gbox_film_shrink (g_ptr_array_index (frames, 0), MAX_SIDE);
  columns = MIN (COLUMNS, (int) frames->len);
  rows = ((int) frames->len + columns - 1) / columns;
  sheet.width = GAP + columns * (sample->width + GAP);
  sheet.height = GAP + rows * (sample->height + LABEL_HEIGHT + GAP);
  sheet.pixels = pixels = g_malloc (3 * (gsize) sheet.width * (gsize) sheet.height);
  memset (pixels, PAPER, 3 * (gsize) sheet.width * (gsize) sheet.height);
  for (int i = 0; i < (int) frames->len; i++)
    {
      g_autoptr (GboxFrame) frame = gbox_film_shrink (g_ptr_array_index (frames, (guint) i), MAX_SIDE);

      draw_frame (&sheet, frame, GAP + i % columns * (frame->width + GAP),
                  GAP + i / columns * (frame->height + LABEL_HEIGHT + GAP));
    }
  return gbox_picture_save (path, pixels, sheet.width, sheet.height, GBOX_SPEC (spec),
                            gbox_film_get_frame (film, gbox_film_get_length (film) - 1)->step, error);
}
