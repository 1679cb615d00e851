/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which characters of a text are which token's. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxTokenMap:
 *
 * Tokens stand for whole characters, one or more or none: those that are a part of a character or special
 * have no text, and where several make up one character it belongs to the last. All offsets are in
 * characters from the first token on.
 */
typedef struct _GboxTokenMap GboxTokenMap;

GboxTokenMap *gbox_token_map_new (void);
void gbox_token_map_free (GboxTokenMap *map);

/* Adds a token that stands for @text: UTF-8, perhaps empty. */
void gbox_token_map_append (GboxTokenMap *map, const char *text);
/* Leaves the first @n tokens. */
void gbox_token_map_truncate (GboxTokenMap *map, guint n);
guint gbox_token_map_get_n_tokens (const GboxTokenMap *map);
/* Where the last token ends. */
int gbox_token_map_get_end (const GboxTokenMap *map);
/* Where a token begins and ends; the same for one without text. */
void gbox_token_map_get_range (const GboxTokenMap *map, guint token, int *begin, int *end);

/**
 * gbox_token_map_find:
 * @map: a map
 * @offset: of a character
 *
 * Returns: the token that stands for the character, or −1 where there is none
 */
int gbox_token_map_find (const GboxTokenMap *map, int offset);

/**
 * gbox_token_find_visible:
 * @text: what a token stands for
 * @begin: (out): first character to be coloured
 * @end: (out): the one after the last
 *
 * Tokens are often a line break and an indent with little else, which coloured would be large blocks. What
 * one sees of a token goes from its first sign that is no white space to its last, with a space before it if
 * there is one.
 *
 * Returns: whether anything is visible
 */
gboolean gbox_token_find_visible (const char *text, int *begin, int *end);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTokenMap, gbox_token_map_free)

G_END_DECLS
