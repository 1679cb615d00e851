/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which characters are which token's, what is seen of one, and what is code. */
#include "completion/token-map.h"

#include "completion/prompts.h"
#include "completion/visible-text.h"

/* Two tokens with no text before the one that completes "€", and one that ends the text. */
static const char *const texts[] = { "ab", "", "", "€", "\n    x", "" };

static void
assert_range (const GboxTokenMap *map, guint token, int begin, int end)
{
  int from, to;

  gbox_token_map_get_range (map, token, &from, &to);
  g_assert_cmpint (from, ==, begin);
  g_assert_cmpint (to, ==, end);
}

static void
test_map (void)
{
  g_autoptr (GboxTokenMap) map = gbox_token_map_new ();

  g_assert_cmpint (gbox_token_map_find (map, 0), ==, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    gbox_token_map_append (map, texts[i]);
  g_assert_cmpuint (gbox_token_map_get_n_tokens (map), ==, 6);
  g_assert_cmpint (gbox_token_map_get_end (map), ==, 9);
  assert_range (map, 0, 0, 2);
  assert_range (map, 1, 2, 2);
  assert_range (map, 3, 2, 3);
  assert_range (map, 4, 3, 9);
  assert_range (map, 5, 9, 9);
  g_assert_cmpint (gbox_token_map_find (map, -1), ==, -1);
  g_assert_cmpint (gbox_token_map_find (map, 0), ==, 0);
  g_assert_cmpint (gbox_token_map_find (map, 1), ==, 0);
  g_assert_cmpint (gbox_token_map_find (map, 2), ==, 3);
  g_assert_cmpint (gbox_token_map_find (map, 3), ==, 4);
  g_assert_cmpint (gbox_token_map_find (map, 8), ==, 4);
  g_assert_cmpint (gbox_token_map_find (map, 9), ==, -1);
  gbox_token_map_truncate (map, 1);
  g_assert_cmpint (gbox_token_map_get_end (map), ==, 2);
  g_assert_cmpint (gbox_token_map_find (map, 2), ==, -1);
}

static void
test_seen (void)
{
  static const struct
  {
    const char *text;
    int begin; /* −1 for nothing */
    int end;
  } cases[] = {
    { "", -1, -1 },       { "  \n", -1, -1 },       { "for", 0, 3 },     { " for", 0, 4 },
    { "   for", 2, 6 },   { "\n    for", 4, 8 },    { "\nfor", 1, 4 },   { "a b \n", 0, 3 },
    { "\n\n  é…", 3, 6 }, { "):\n        ", 0, 2 }, { "\u00a0x", 1, 2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int begin, end;

      g_assert_true (gbox_token_find_visible (cases[i].text, &begin, &end) == (cases[i].begin >= 0));
      g_assert_cmpint (begin, ==, cases[i].begin);
      g_assert_cmpint (end, ==, cases[i].end);
    }
}

static void
test_visible_text (void)
{
  g_autofree char *token = gbox_visible_text_new (" a\tb\n\x01€");
  g_autofree char *indent = gbox_visible_text_new ("\n       ");
  g_autofree char *spaces = gbox_visible_text_new ("    x");
  g_autoptr (GString) line = g_string_new (NULL);

  g_assert_cmpstr (indent, ==, "↵·×7");
  g_assert_cmpstr (spaces, ==, "····x");
  g_assert_cmpstr (token, ==, "·a⇥b↵U+0001€");
  gbox_visible_text_append_line (line, "\n\n  for i");
  gbox_visible_text_append_line (line, " in x:\n\n        ");
  gbox_visible_text_append_line (line, "return\x02");
  g_assert_cmpstr (line->str, ==, "for i in x: ↵ return\ufffd");
}

static void
test_python (void)
{
  static const char *const code[] = {
    "def f(x):",
    "class A:\n    def g(self):",
    "import numpy as np\n",
    "from typing import List\n\nx = 3",
    "\"\"\"\n>>> f(3)\n\"\"\"",
    "#!/usr/bin/python3",
  };
  static const char *const prose[] = {
    "Good morning",
    "from the beginning they import goods",
    "The class was over.\nClass dismissed:",
    "We define a function (of time):",
    "",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (code); i++)
    g_assert_true (gbox_prompt_is_python (code[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (prose); i++)
    g_assert_false (gbox_prompt_is_python (prose[i]));
}

/* All that the menu offers is there, and the files' names say whether they are code. */
static void
test_prompts (void)
{
  guint n;
  const GboxPrompt *prompts = gbox_prompts_get (&n);

  g_assert_cmpuint (n, >, 0);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = gbox_prompt_load (prompts[i].name);

      g_assert_nonnull (text);
      g_assert_true (g_utf8_validate (text, -1, NULL));
      g_assert_false (g_str_has_suffix (text, "\n"));
      g_assert_true (gbox_prompt_is_python (text) == g_str_has_suffix (prompts[i].file_name, ".py"));
    }
  g_assert_null (gbox_prompt_load ("no-such-prompt"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token-map/map", test_map);
  g_test_add_func ("/token-map/seen", test_seen);
  g_test_add_func ("/token-map/visible-text", test_visible_text);
  g_test_add_func ("/token-map/python", test_python);
  g_test_add_func ("/token-map/prompts", test_prompts);
  return g_test_run ();
}
