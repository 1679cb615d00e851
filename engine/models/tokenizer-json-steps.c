/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a `tokenizer.json` does to text before and after it merges. */
#include "models/tokenizer-json-steps.h"

#define QWEN2_PATTERN                                                                                        \
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"         \
  "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

/* SentencePiece's sign for a space. */
#define ESCAPED_SPACE "\xe2\x96\x81"

/* What was found in the chain before merging. */
typedef struct
{
  gboolean digits;  /* each digit is split off */
  gboolean qwen2;   /* Qwen2's pattern */
  gboolean bytes;   /* bytes instead of characters */
  gboolean pattern; /* with GPT-2's pattern */
} Steps;

/* Calls a function for a step, or for each of a sequence of them. */
typedef const char *(*StepFunc) (JsonObject *step, const char *type, Steps *steps, GboxTokenizerParts *parts);

static const char *
read_pre_tokenizer (JsonObject *step, const char *type, Steps *steps, GboxTokenizerParts *parts)
{
  if (g_str_equal (type, "Digits"))
    {
      gbox_json_get_boolean (step, "individual_digits", &steps->digits);
      return steps->digits && !steps->bytes ? NULL : "Digits, of more than one digit";
    }
  if (g_str_equal (type, "ByteLevel"))
    {
      steps->bytes = steps->pattern = TRUE;
      gbox_json_get_boolean (step, "use_regex", &steps->pattern);
      gbox_json_get_boolean (step, "add_prefix_space", &parts->adds_space);
      return NULL;
    }
  if (g_str_equal (type, "Split"))
    {
      JsonObject *pattern = gbox_json_get_object (step, "pattern");
      const char *regex = gbox_json_get_string (pattern, "Regex");

      steps->qwen2 = g_strcmp0 (regex, QWEN2_PATTERN) == 0;
      /* Gemma's, which finds nothing: its spaces are escaped by then. */
      return steps->qwen2 || g_strcmp0 (gbox_json_get_string (pattern, "String"), " ") == 0
               ? NULL
               : "Split by an unknown pattern";
    }
  if (g_str_equal (type, "Metaspace"))
    {
      gboolean split = TRUE;
      const char *scheme = gbox_json_get_string (step, "prepend_scheme");

      gbox_json_get_boolean (step, "split", &split);
      parts->adds_space = g_strcmp0 (scheme, "never") != 0;
      return split ? "Metaspace that splits" : NULL;
    }
  return type;
}

static const char *
read_normalizer (JsonObject *step, const char *type, Steps *steps, GboxTokenizerParts *parts)
{
  /* Text is not normalized, so that what is typed comes back as it was. */
  if (g_str_equal (type, "NFC"))
    return NULL;
  if (g_str_equal (type, "Prepend"))
    {
      parts->adds_space = TRUE;
      return g_strcmp0 (gbox_json_get_string (step, "prepend"), ESCAPED_SPACE) == 0 ? NULL : type;
    }
  if (g_str_equal (type, "Replace"))
    return g_strcmp0 (gbox_json_get_string (gbox_json_get_object (step, "pattern"), "String"), " ") == 0
               && g_strcmp0 (gbox_json_get_string (step, "content"), ESCAPED_SPACE) == 0
             ? NULL
             : "Replace of something other than spaces";
  return type;
}

/* Returns NULL, or the step that is not known. */
static const char *
walk (JsonObject *step, const char *list, StepFunc func, Steps *steps, GboxTokenizerParts *parts)
{
  const char *type = gbox_json_get_string (step, "type");
  JsonArray *array = gbox_json_get_array (step, list);

  if (step == NULL)
    return NULL;
  if (g_strcmp0 (type, "Sequence") != 0)
    return func (step, type != NULL ? type : "?", steps, parts);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *inner = gbox_json_node_get_object (json_array_get_element (array, i));
      const char *inner_type = gbox_json_get_string (inner, "type");
      const char *unknown = func (inner, inner_type != NULL ? inner_type : "?", steps, parts);

      if (unknown != NULL)
        return unknown;
    }
  return NULL;
}

static gboolean
choose_split (const Steps *steps, GboxSplit *split)
{
  if (!steps->bytes)
    *split = GBOX_SPLIT_NONE;
  else if (steps->qwen2)
    *split = GBOX_SPLIT_QWEN2;
  else
    *split = steps->digits ? GBOX_SPLIT_SMOLLM : GBOX_SPLIT_GPT2;
  if (steps->bytes)
    return steps->pattern != steps->qwen2 && !(steps->digits && steps->qwen2);
  return !steps->qwen2 && !steps->digits;
}

gboolean
gbox_tokenizer_json_read_steps (JsonObject *root,
                                const char *display_name,
                                GboxTokenizerParts *parts,
                                GError **error)
{
  Steps steps = { 0 };
  const char *unknown
    = walk (gbox_json_get_object (root, "normalizer"), "normalizers", read_normalizer, &steps, parts);

  if (unknown == NULL)
    unknown = walk (gbox_json_get_object (root, "pre_tokenizer"), "pretokenizers", read_pre_tokenizer, &steps,
                    parts);
  if (unknown != NULL)
    return gbox_tokenizer_fail (error, GBOX_ERROR_UNSUPPORTED, display_name,
                                "it has a step that is not known, “%.60s”", unknown);
  parts->bytes = steps.bytes;
  if (!choose_split (&steps, &parts->split))
    return gbox_tokenizer_fail (error, GBOX_ERROR_UNSUPPORTED, display_name,
                                "it splits text in a way that is not known");
  return TRUE;
}

static const char *
get_template_begin (JsonObject *processor)
{
  JsonArray *single = gbox_json_get_array (processor, "single");
  JsonObject *first;

  if (single == NULL || json_array_get_length (single) == 0)
    return NULL;
  first = gbox_json_node_get_object (json_array_get_element (single, 0));
  return gbox_json_get_string (gbox_json_get_object (first, "SpecialToken"), "id");
}

const char *
gbox_tokenizer_json_get_begin (JsonObject *root)
{
  JsonObject *processor = gbox_json_get_object (root, "post_processor");
  JsonArray *several = gbox_json_get_array (processor, "processors");
  const char *begin = get_template_begin (processor);

  for (guint i = 0; begin == NULL && several != NULL && i < json_array_get_length (several); i++)
    begin = get_template_begin (gbox_json_node_get_object (json_array_get_element (several, i)));
  return begin;
}
