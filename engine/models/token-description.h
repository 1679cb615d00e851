/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a token alone stands for, as text to show. */
#pragma once

#include "models/tokenizer.h"

G_BEGIN_DECLS

/**
 * gbox_token_describe:
 * @tokenizer: a tokenizer
 * @id: a number; may be none of its tokens'
 *
 * Characters as they are, and bytes that are a part of one, or U+0000, like "\xe2"; of a special token its
 * name; nothing for a number that is no token's.
 *
 * Returns: (transfer full): UTF-8
 */
char *gbox_token_describe (const GboxTokenizer *tokenizer, int id);

G_END_DECLS
