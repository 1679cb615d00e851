/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where files of models are looked for and kept. */
#include "models/models-folder.h"

#include <glib/gstdio.h>
#include <unistd.h>

char *
gbox_models_folder_get_user (void)
{
  return g_build_filename (g_get_user_data_dir (), "glassbox", "models", NULL);
}

static char *
find_in (const char *folder, const char *file_name)
{
  g_autofree char *path = g_build_filename (folder, file_name, NULL);

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) || g_access (path, R_OK) != 0)
    return NULL;
  return g_steal_pointer (&path);
}

char *
gbox_models_folder_find (const char *file_name)
{
  const char *variable = g_getenv ("GBOX_MODEL_PATH");
  g_auto (GStrv) folders = g_strsplit (variable != NULL ? variable : "", ":", -1);
  g_autofree char *user = gbox_models_folder_get_user ();

  for (guint i = 0; folders[i] != NULL; i++)
    {
      char *path = *folders[i] != '\0' ? find_in (folders[i], file_name) : NULL;

      if (path != NULL)
        return path;
    }
  return find_in (user, file_name);
}
