/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The texts to complete that come with the program. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxPrompt:
 * @name: what the action takes
 * @title: what the menu shows
 * @file_name: in the program's resources
 */
typedef struct
{
  const char *name;
  const char *title;
  const char *file_name;
} GboxPrompt;

/* (array length=n): in the order of the menu. */
const GboxPrompt *gbox_prompts_get (guint *n);

/* (transfer full) (nullable): the text of the one of that name. */
char *gbox_prompt_load (const char *name);

/* Whether a text looks like a program in Python, and not like prose. */
gboolean gbox_prompt_is_python (const char *text);

G_END_DECLS
