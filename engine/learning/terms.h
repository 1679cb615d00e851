/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words and signs of a text. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether a character is part of words: letters, marks, digits and apostrophes. */
gboolean gbox_terms_is_word_character (gunichar character);

/**
 * gbox_terms_list:
 * @text: UTF-8
 * @n_words: 1 for terms, 2 for pairs of neighbours, with a space between
 *
 * A term is a run of word characters with a letter or digit in it, in lower case, or any other sign that is
 * no white space.
 *
 * Returns: (transfer full) (element-type utf8): in order; frees what it holds
 */
GPtrArray *gbox_terms_list (const char *text, guint n_words);

/* The same without signs. */
GPtrArray *gbox_terms_list_words (const char *text, guint n_words);

/* A term's first byte, and the byte after its last. */
typedef struct
{
  gsize begin;
  gsize end;
  gboolean is_word;
} GboxTermRange;

/* (transfer full) (element-type GboxTermRange): where the single terms of either list stand, one for each. */
GArray *gbox_terms_locate (const char *text, gboolean with_signs);

G_END_DECLS
