/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where files of models are looked for and kept. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The folder fetched models are kept in, `glassbox/models` of the user data folder; transfer full. */
char *gbox_models_folder_get_user (void);

/**
 * gbox_models_folder_find:
 * @file_name: a name without folders
 *
 * Looks in the folders of `GBOX_MODEL_PATH` (colon-separated), then in the user's.
 *
 * Returns: (transfer full) (nullable): the path of an ordinary file that can be read
 */
char *gbox_models_folder_find (const char *file_name);

G_END_DECLS
