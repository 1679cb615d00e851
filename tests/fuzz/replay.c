/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a fuzz target over files instead of under libFuzzer: replay FILE… */
#include "fuzz-target.h"

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *content = NULL;
      g_autofree guint8 *exact = NULL;
      gsize size;

      if (!g_file_get_contents (argv[i], &content, &size, &error))
        {
          g_printerr ("%s\n", error->message);
          return 1;
        }
      /* Of exactly that size, so that a sanitizer sees any step beyond. */
      exact = g_memdup2 (content, size);
      LLVMFuzzerTestOneInput (exact, size);
    }
  return 0;
}
