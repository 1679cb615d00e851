/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What “bench language” times. */
#include "bench-language-case.h"

#include <string.h>

#include "base/error.h"

static const BenchLanguageCase cases[] = {
  { "decode/int8", GBOX_LANGUAGE_DECODE, 1, GBOX_PRECISION_INT8, TRUE },
  { "decode/int16", GBOX_LANGUAGE_DECODE, 1, GBOX_PRECISION_INT16, FALSE },
  { "prompt-64/int8", GBOX_LANGUAGE_PROMPT, 64, GBOX_PRECISION_INT8, FALSE },
  { "prompt-64/int16", GBOX_LANGUAGE_PROMPT, 64, GBOX_PRECISION_INT16, FALSE },
  { "prompt-64/float32", GBOX_LANGUAGE_PROMPT, 64, GBOX_PRECISION_FLOAT32, FALSE },
  { "prompt-256/int8", GBOX_LANGUAGE_PROMPT, 256, GBOX_PRECISION_INT8, TRUE },
  { "prompt-256/int16", GBOX_LANGUAGE_PROMPT, 256, GBOX_PRECISION_INT16, FALSE },
  { "prompt-256/float32", GBOX_LANGUAGE_PROMPT, 256, GBOX_PRECISION_FLOAT32, FALSE },
  { "sequences-8/int8", GBOX_LANGUAGE_SEQUENCES, 8, GBOX_PRECISION_INT8, FALSE },
  { "sequences-8/int16", GBOX_LANGUAGE_SEQUENCES, 8, GBOX_PRECISION_INT16, FALSE },
  { "sequences-32/int8", GBOX_LANGUAGE_SEQUENCES, 32, GBOX_PRECISION_INT8, FALSE },
  { "sequences-32/int16", GBOX_LANGUAGE_SEQUENCES, 32, GBOX_PRECISION_INT16, FALSE },
  { "sequences-64/int8", GBOX_LANGUAGE_SEQUENCES, 64, GBOX_PRECISION_INT8, TRUE },
  { "sequences-64/int16", GBOX_LANGUAGE_SEQUENCES, 64, GBOX_PRECISION_INT16, FALSE },
};

guint
bench_language_get_n_cases (void)
{
  return G_N_ELEMENTS (cases);
}

const BenchLanguageCase *
bench_language_get_case (guint i)
{
  g_return_val_if_fail (i < G_N_ELEMENTS (cases), NULL);

  return &cases[i];
}

gboolean
bench_language_is_wanted (const char *name, char **only)
{
  if (only == NULL)
    return TRUE;
  for (; *only != NULL; only++)
    if (strstr (name, *only) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
is_in_a_name (const char *part)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    if (strstr (cases[i].name, part) != NULL)
      return TRUE;
  return strstr (BENCH_LANGUAGE_LOAD, part) != NULL || strstr (BENCH_LANGUAGE_LOGITS, part) != NULL;
}

gboolean
bench_language_check_names (char **only, GError **error)
{
  g_autoptr (GString) names = NULL;

  for (; only != NULL && *only != NULL; only++)
    if (!is_in_a_name (*only))
      break;
  if (only == NULL || *only == NULL)
    return TRUE;
  names = g_string_new (BENCH_LANGUAGE_LOAD ", " BENCH_LANGUAGE_LOGITS);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_string_append_printf (names, ", %s", cases[i].name);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "nothing timed is called “%s”; there is %s.",
               *only, names->str);
  return FALSE;
}

const char *
bench_precision_get_name (GboxPrecision precision)
{
  static const char *const names[] = {
    [GBOX_PRECISION_INT8] = "int8",
    [GBOX_PRECISION_INT16] = "int16",
    [GBOX_PRECISION_FLOAT32] = "float32",
  };

  return names[precision];
}
