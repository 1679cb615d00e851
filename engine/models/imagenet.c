/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of the 1000 ImageNet classes. */
#include "models/imagenet.h"

#include "models/models-resources.h"

#define PATH "/org/glassbox/Glassbox/engine/imagenet-classes.txt"

static char **
read_labels (void)
{
  g_autoptr (GBytes) bytes
    = g_resource_lookup_data (gbox_models_get_resource (), PATH, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_auto (GStrv) lines = NULL;
  gsize size;
  const char *text;

  /* The file is part of the program. */
  g_assert (bytes != NULL);
  text = g_bytes_get_data (bytes, &size);
  lines = g_strsplit (text, "\n", -1);
  g_assert (g_strv_length (lines) >= GBOX_N_IMAGENET_CLASSES);
  return g_steal_pointer (&lines);
}

const char *
gbox_imagenet_label (int id)
{
  static char **labels;

  if (g_once_init_enter (&labels))
    g_once_init_leave (&labels, read_labels ());
  return id >= 0 && id < GBOX_N_IMAGENET_CLASSES ? labels[id] : NULL;
}
