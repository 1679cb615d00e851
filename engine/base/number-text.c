/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as text, in no more digits than they need. */
#include "base/number-text.h"

#include <math.h>

/* Digits after which a double has no other reading. */
#define DOUBLE_DIGITS 17

char *
gbox_number_to_text (double value)
{
  const int n_whole = fabs (value) >= 1 && fabs (value) <= 1e6 ? (int) log10 (fabs (value)) + 1 : 1;
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  /* "-0" would be read as a whole number, which has no negative zero. */
  if (value == 0 && signbit (value))
    return g_strdup ("-0.0");

  for (int digits = n_whole; digits <= DOUBLE_DIGITS; digits++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, sizeof text, format, value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }

  return g_strdup (text);
}
