/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The texts to complete that come with the program. */
#include "completion/prompts.h"

#include <gio/gio.h>
#include <string.h>

/* The beginning says what a text is; this is asked with every key. */
#define LOOKED_AT_BYTES 16384

#define FOLDER "/org/glassbox/Glassbox/prompts/"

const GboxPrompt *
gbox_prompts_get (guint *n)
{
  static const GboxPrompt prompts[] = {
    { "smallest-equal", "Smallest Index (Python)", "smallest-equal.py" },
    { "is-palindrome", "Palindrome (Python)", "is-palindrome.py" },
    { "good-morning", "Good Morning", "good-morning.txt" },
    { "capital", "The Capital of France", "capital.txt" },
    { "story", "A Story", "story.txt" },
    { "shopping-list", "A Shopping List", "shopping-list.txt" },
  };

  *n = G_N_ELEMENTS (prompts);
  return prompts;
}

char *
gbox_prompt_load (const char *name)
{
  guint n;
  const GboxPrompt *prompts = gbox_prompts_get (&n);

  for (guint i = 0; i < n; i++)
    if (g_str_equal (prompts[i].name, name))
      {
        g_autofree char *path = g_strconcat (FOLDER, prompts[i].file_name, NULL);
        g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

        return bytes != NULL ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) : NULL;
      }
  return NULL;
}

gboolean
gbox_prompt_is_python (const char *text)
{
  g_autoptr (GRegex) regex
    = g_regex_new ("^[ \\t]*(?:(?:async )?def \\w+ *\\(|class \\w+.*: *$"
                   "|import \\w[\\w.]*(?: as \\w+)? *$|from \\w[\\w.]* import |#!.*python|>>> )",
                   G_REGEX_MULTILINE | G_REGEX_RAW, 0, NULL);

  return g_regex_match_full (regex, text, (gssize) strnlen (text, LOOKED_AT_BYTES), 0, 0, NULL, NULL);
}
