/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saving how the selected picture grew. */
#pragma once

#include "vision/vision-page.h"

G_BEGIN_DECLS

typedef enum
{
  GBOX_FILM_FILE_ANIMATION,     /* WebP */
  GBOX_FILM_FILE_CONTACT_SHEET, /* PNG */
} GboxFilmFile;

/* Asks where to. */
void gbox_film_file_choose (GboxVisionPage *page, GboxFilmFile kind);
/* Returns at once; the page tells the outcome. */
void gbox_film_file_save (GboxVisionPage *page, GboxFilmFile kind, const char *path);

G_END_DECLS
