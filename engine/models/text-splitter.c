/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cutting text into the pieces inside which a tokenizer merges. */
#include "models/text-splitter.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* White space as Unicode has it; PCRE2's \s has U+180E too. */
#define SPACE "\\p{Z}\\x09-\\x0d\\x{85}"

/* SmolLM's two steps as one: the end of the text, where white space does not leave its last sign to the next
 * word, is before a digit too. */
static const char *const patterns[] = {
  [GBOX_SPLIT_NONE] = NULL,
  [GBOX_SPLIT_GPT2] = "'(?:s|t|re|ve|m|ll|d)| ?\\p{L}+| ?\\p{N}+| ?[^" SPACE "\\p{L}\\p{N}]+"
                      "|[" SPACE "]+(?![^" SPACE "])|[" SPACE "]+",
  [GBOX_SPLIT_SMOLLM] = "\\p{N}|'(?:s|t|re|ve|m|ll|d)| ?\\p{L}+| ?[^" SPACE "\\p{L}\\p{N}]+"
                        "|[" SPACE "]+(?![^" SPACE "\\p{N}])|[" SPACE "]+",
  [GBOX_SPLIT_QWEN2] = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
                       "| ?[^" SPACE "\\p{L}\\p{N}]+[\\r\\n]*|[" SPACE "]*[\\r\\n]+"
                       "|[" SPACE "]+(?![^" SPACE "])|[" SPACE "]+",
};

struct _GboxTextSplitter
{
  pcre2_code *code; /* (nullable): NULL for one piece */
  pcre2_match_context *limits;
};

GboxTextSplitter *
gbox_text_splitter_new (GboxSplit split)
{
  GboxTextSplitter *splitter = g_new0 (GboxTextSplitter, 1);
  int code;
  PCRE2_SIZE offset;

  if (patterns[split] == NULL)
    return splitter;
  splitter->code = pcre2_compile ((PCRE2_SPTR) patterns[split], PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP,
                                  &code, &offset, NULL);
  splitter->limits = pcre2_match_context_create (NULL);
  g_assert (splitter->code != NULL && splitter->limits != NULL);
  /* A run of spaces is given back one by one, which counts as one attempt each but nests no deeper. */
  pcre2_set_match_limit (splitter->limits, G_MAXUINT32);
  return splitter;
}

void
gbox_text_splitter_free (GboxTextSplitter *splitter)
{
  pcre2_match_context_free (splitter->limits);
  pcre2_code_free (splitter->code);
  g_free (splitter);
}

/* Bytes of UTF-8 at the beginning of @text. GLib stops at U+0000, which is a character here. */
static gsize
count_valid (const char *text, gsize length)
{
  gsize at = 0;

  while (at < length)
    {
      const char *end;

      g_utf8_validate_len (text + at, length - at, &end);
      at = (gsize) (end - text);
      if (at < length && text[at] != '\0')
        break;
      at += at < length;
    }
  return at;
}

static void
split_valid (const GboxTextSplitter *splitter,
             pcre2_match_data *match,
             const char *text,
             gsize length,
             GboxPieceFunc func,
             gpointer user_data)
{
  for (gsize at = 0; at < length;)
    {
      const int n = pcre2_match (splitter->code, (PCRE2_SPTR) text, length, at,
                                 PCRE2_ANCHORED | PCRE2_NO_UTF_CHECK, match, splitter->limits);
      /* The patterns leave nothing out; should one fail, for want of memory, a character is a piece. */
      const gsize end
        = n > 0 ? pcre2_get_ovector_pointer (match)[1] : (gsize) (g_utf8_next_char (text + at) - text);

      func (text + at, end - at, user_data);
      at = end;
    }
}

void
gbox_text_splitter_split (
  const GboxTextSplitter *splitter, const char *text, gsize length, GboxPieceFunc func, gpointer user_data)
{
  pcre2_match_data *match;

  if (splitter->code == NULL)
    {
      func (text, length, user_data);
      return;
    }
  match = pcre2_match_data_create_from_pattern (splitter->code, NULL);
  for (gsize at = 0; at < length;)
    {
      const gsize n_valid = count_valid (text + at, length - at);

      split_valid (splitter, match, text + at, n_valid, func, user_data);
      at += n_valid;
      if (at < length)
        func (text + at++, 1, user_data);
    }
  pcre2_match_data_free (match);
}
