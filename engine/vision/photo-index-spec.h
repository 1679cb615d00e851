/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which photographs a network is to look at, and with which layers. */
#pragma once

#include "runtime/spec.h"

G_BEGIN_DECLS

/**
 * GboxPhotoIndexSpec:
 *
 * Properties, with their defaults: `model` (string "": a name from the list of models, or a file), `layers`
 * (string "all": names with commas between them), `scales` (int 2: at how many scales a large photograph is
 * cut into patches, 1 … 3), `database` (string "": the file, else that of gbox_photo_index_open()), `folders`
 * (string "": paths, one a line).
 */
#define GBOX_TYPE_PHOTO_INDEX_SPEC (gbox_photo_index_spec_get_type ())
G_DECLARE_FINAL_TYPE (GboxPhotoIndexSpec, gbox_photo_index_spec, GBOX, PHOTO_INDEX_SPEC, GboxSpec)

GboxPhotoIndexSpec *gbox_photo_index_spec_new (void);

/* The properties as plain fields. Strings are never %NULL. */
typedef struct
{
  char *model;
  char *layers;
  int scales;
  char *database;
  char *folders;
} GboxPhotoIndexValues;

/* Transfer none; changes as the properties do. */
const GboxPhotoIndexValues *gbox_photo_index_spec_get_values (GboxPhotoIndexSpec *spec);

G_END_DECLS
