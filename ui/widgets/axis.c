/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Round tick values for a range of numbers, and numbers as text. */
#include "widgets/axis.h"

#include <math.h>

/* The smallest 1, 2 or 5 times a power of ten that is not below @least. */
static double
get_round_step (double least)
{
  double power = pow (10, floor (log10 (least)));
  double mantissa = least / power;

  /* The margin keeps a mantissa of 2.0000001 at 2. */
  if (mantissa <= 1 + 1e-9)
    return power;
  if (mantissa <= 2 + 1e-9)
    return 2 * power;
  if (mantissa <= 5 + 1e-9)
    return 5 * power;
  return 10 * power;
}

void
gbox_axis_fit_values (GboxAxis *axis, double min, double max, int max_ticks)
{
  double room, half;

  if (!(max - min > 1e-9 * fmax (fabs (min), fabs (max))))
    {
      double pad = min != 0 ? 0.1 * fabs (min) : 1;

      min -= min != 0 ? pad : 0;
      max += pad;
    }
  room = 0.03 * (max - min);
  axis->low = min - room;
  axis->high = max + room;
  if (min >= 0 && min <= 0.5 * max)
    axis->low = 0;
  else if (max <= 0 && max >= 0.5 * min)
    axis->high = 0;
  axis->step = get_round_step ((axis->high - axis->low) / max_ticks);
  half = axis->step / 2;
  axis->low = half * floor (axis->low / half + 1e-9);
  axis->high = half * ceil (axis->high / half - 1e-9);
}

void
gbox_axis_fit_steps (GboxAxis *axis, double max, int max_ticks)
{
  axis->low = 0;
  axis->high = max;
  for (int parts = 4; parts > 1; parts /= 2)
    if (parts < max_ticks && fmod (max, parts) == 0)
      {
        axis->step = max / parts;
        return;
      }
  axis->step = MAX (1, get_round_step (max / MAX (max_ticks - 1, 1)));
}

static double
get_first_index (const GboxAxis *axis)
{
  return ceil (axis->low / axis->step - 1e-6);
}

int
gbox_axis_get_n_ticks (const GboxAxis *axis)
{
  return (int) (floor (axis->high / axis->step + 1e-6) - get_first_index (axis)) + 1;
}

double
gbox_axis_get_tick (const GboxAxis *axis, int i)
{
  double index = get_first_index (axis) + i;

  return index == 0 ? 0 : axis->step * index;
}

static char *
format_fixed (double value, int decimals, const char *suffix)
{
  char digits[64];
  char format[8];
  GString *text = g_string_new (NULL);
  gsize whole;

  g_snprintf (format, sizeof format, "%%.%df", CLAMP (decimals, 0, 9));
  g_ascii_formatd (digits, sizeof digits, format, fabs (value));
  whole = strcspn (digits, ".");
  if (value < 0 && strspn (digits, "0.") < strlen (digits))
    g_string_append (text, "−");
  for (gsize i = 0; i < whole; i++)
    {
      if (i > 0 && (whole - i) % 3 == 0)
        g_string_append_c (text, ',');
      g_string_append_c (text, digits[i]);
    }
  g_string_append (text, digits + whole);
  g_string_append (text, suffix);
  return g_string_free (text, FALSE);
}

static char *
format_scientific (double value)
{
  char digits[64];

  return g_strdup (g_ascii_formatd (digits, sizeof digits, "%.3g", value));
}

static int
get_decimals (double step)
{
  return MAX (0, (int) ceil (-log10 (step) - 1e-9));
}

char *
gbox_axis_format_tick (const GboxAxis *axis, double value)
{
  double largest = fmax (fabs (axis->low), fabs (axis->high));

  if (largest >= 1e12 || axis->step < 1e-4)
    return value == 0 ? g_strdup ("0") : format_scientific (value);
  if (largest >= 1e9)
    return format_fixed (value / 1e9, get_decimals (axis->step / 1e9), value == 0 ? "" : "G");
  if (largest >= 1e6)
    return format_fixed (value / 1e6, get_decimals (axis->step / 1e6), value == 0 ? "" : "M");
  if (largest >= 1e4 && axis->step >= 1e3)
    return format_fixed (value / 1e3, 0, value == 0 ? "" : "k");
  return format_fixed (value, get_decimals (axis->step), "");
}

char *
gbox_axis_format_value (double value)
{
  double size = fabs (value);

  if (!isfinite (value))
    return g_strdup ("–");
  if (size >= 1e9 || (size > 0 && size < 1e-3))
    return format_scientific (value);
  if (size >= 99.95 || size == 0)
    return format_fixed (value, 0, "");
  if (size >= 9.995)
    return format_fixed (value, 1, "");
  return format_fixed (value, size >= 0.9995 ? 2 : 3, "");
}

char *
gbox_axis_format_constant (double value)
{
  char *text = gbox_axis_format_value (value);
  gsize length = strlen (text);

  if (strchr (text, '.') == NULL || strchr (text, 'e') != NULL)
    return text;
  while (text[length - 1] == '0')
    length--;
  if (text[length - 1] == '.')
    length--;
  text[length] = '\0';
  return text;
}
