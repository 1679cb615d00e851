/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening and saving what the Completion page is about: texts and language models. */
#pragma once

#include "completion/completion-page.h"

G_BEGIN_DECLS

/* Larger files are no texts to complete: no model reads that much. */
#define GBOX_TEXT_FILE_MAX_BYTES (1 << 20)

/* Whether it is, by its name, a text or language model of the Completion page. */
gboolean gbox_text_file_is_for_completion (const GboxCatalogue *catalogue, const char *name);

/**
 * gbox_text_file_open:
 * @page: a page
 * @name: a text file, the file or folder of a language model, or the name of one of the catalogue
 *
 * Reads a text on a worker thread and makes it the prompt, or goes to the model. What cannot be opened is
 * told in a dialog, and the page stays as it is.
 */
void gbox_text_file_open (GboxCompletionPage *page, const char *name);
/* Asks which. */
void gbox_text_file_choose_open (GboxCompletionPage *page);

/* Writes the whole text, what a model wrote included, and says that it is done or why not. */
void gbox_text_file_save (GboxCompletionPage *page, const char *path);
/* Asks where to. */
void gbox_text_file_choose_save (GboxCompletionPage *page);

G_END_DECLS
