/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers and names of files as text. */
#include "base/number-text.h"
#include "base/path-text.h"

static void
test_numbers (void)
{
  static const struct
  {
    double value;
    const char *text;
  } cases[] = {
    { 0.0, "0" },
    { -0.0, "-0.0" },
    { 3.356118, "3.356118" },
    { 0.1, "0.1" },
    { 0.1 + 0.2, "0.30000000000000004" },
    { 512.0, "512" },
    { -1e-300, "-1e-300" },
    { 1e6, "1000000" },
    { (double) 0.1f, "0.10000000149011612" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = gbox_number_to_text (cases[i].value);

      g_assert_cmpstr (text, ==, cases[i].text);
      g_assert_cmpfloat (g_ascii_strtod (text, NULL), ==, cases[i].value);
    }
}

static void
test_paths (void)
{
  static const char *const cases[][2] = {
    { "/photos/a “dog”.jpg", "/photos/a “dog”.jpg" },
    { "two\nlines\tand.jpg", "two\\nlines\\tand.jpg" },
    { "red\033[31m.jpg", "red\\u001b[31m.jpg" },
    { "del\x7f.jpg", "del\\u007f.jpg" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = gbox_path_to_text (cases[i][0]);

      g_assert_cmpstr (text, ==, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/numbers", test_numbers);
  g_test_add_func ("/text/paths", test_paths);
  return g_test_run ();
}
