/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which characters of a text are which token's. */
#include "completion/token-map.h"

struct _GboxTokenMap
{
  GArray *ends; /* of int: where each token ends */
};

GboxTokenMap *
gbox_token_map_new (void)
{
  GboxTokenMap *map = g_new0 (GboxTokenMap, 1);

  map->ends = g_array_new (FALSE, FALSE, sizeof (int));
  return map;
}

void
gbox_token_map_free (GboxTokenMap *map)
{
  if (map == NULL)
    return;
  g_array_unref (map->ends);
  g_free (map);
}

void
gbox_token_map_append (GboxTokenMap *map, const char *text)
{
  const int end = gbox_token_map_get_end (map) + (int) g_utf8_strlen (text, -1);

  g_array_append_val (map->ends, end);
}

void
gbox_token_map_truncate (GboxTokenMap *map, guint n)
{
  g_return_if_fail (n <= map->ends->len);

  g_array_set_size (map->ends, n);
}

guint
gbox_token_map_get_n_tokens (const GboxTokenMap *map)
{
  return map->ends->len;
}

int
gbox_token_map_get_end (const GboxTokenMap *map)
{
  return map->ends->len > 0 ? g_array_index (map->ends, int, map->ends->len - 1) : 0;
}

void
gbox_token_map_get_range (const GboxTokenMap *map, guint token, int *begin, int *end)
{
  g_return_if_fail (token < map->ends->len);

  *begin = token > 0 ? g_array_index (map->ends, int, token - 1) : 0;
  *end = g_array_index (map->ends, int, token);
}

int
gbox_token_map_find (const GboxTokenMap *map, int offset)
{
  guint low = 0, high = map->ends->len;

  if (offset < 0 || offset >= gbox_token_map_get_end (map))
    return -1;
  /* The first token that ends after the character. */
  while (low < high)
    {
      const guint middle = low + (high - low) / 2;

      if (g_array_index (map->ends, int, middle) > offset)
        high = middle;
      else
        low = middle + 1;
    }
  return (int) low;
}

gboolean
gbox_token_find_visible (const char *text, int *begin, int *end)
{
  int at = 0;
  gunichar before = 0;

  *begin = *end = -1;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p), at++)
    {
      const gunichar c = g_utf8_get_char (p);

      if (!g_unichar_isspace (c))
        {
          if (*begin < 0)
            *begin = before == ' ' ? at - 1 : at;
          *end = at + 1;
        }
      before = c;
    }
  return *begin >= 0;
}
