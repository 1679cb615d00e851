/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of the 1000 ImageNet classes. */
#include "models/imagenet.h"

#include "models/models-resources.h"

typedef struct
{
  int first;
  int last;
  const char *name;
} Range;

static const char birds[] = "birds", fish[] = "fish";

static const Range ranges[] = {
  { 0, 6, fish },
  { 7, 24, birds },
  { 25, 29, "salamanders" },
  { 30, 32, "frogs" },
  { 33, 37, "turtles" },
  { 38, 48, "lizards" },
  { 49, 50, "crocodiles" },
  { 52, 68, "snakes" },
  { 72, 77, "spiders" },
  { 80, 100, birds },
  { 127, 146, birds },
  { 151, 268, "dogs" },
  { 269, 275, "wild dogs" },
  { 277, 280, "foxes" },
  { 281, 285, "cats" },
  { 286, 293, "wild cats" },
  { 294, 297, "bears" },
  { 300, 326, "insects" },
  { 365, 382, "apes and monkeys" },
  { 385, 386, "elephants" },
  { 389, 397, fish },
};

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

const char *
gbox_imagenet_group (int id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    if (id >= ranges[i].first && id <= ranges[i].last)
      return ranges[i].name;
  return NULL;
}
