/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small tokenizers that several tests use. */
#pragma once

#include "fixture.h"
#include "models/tokenizer.h"

static inline GboxTokenizer *
load_json (const char *name)
{
  g_autoptr (GBytes) bytes = fixture_load (name);
  g_autoptr (GError) error = NULL;
  GboxTokenizer *tokenizer = gbox_tokenizer_new_from_json (bytes, name, &error);

  g_assert_no_error (error);
  return tokenizer;
}

/* A SentencePiece model. */
static inline GboxTokenizer *
load_pieces (void)
{
  g_autoptr (GboxTensorFile) file = fixture_open ("tokenizer-pieces.gguf");
  g_autoptr (GError) error = NULL;
  GboxTokenizer *tokenizer = gbox_tokenizer_new_from_gguf (file, &error);

  g_assert_no_error (error);
  return tokenizer;
}
