/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which photograph a network is to look at, and what one wants to know of it. */
#pragma once

#include "runtime/spec.h"
#include "vision/attribution.h"

G_BEGIN_DECLS

/**
 * GboxPhotoLookSpec:
 *
 * Properties, with their defaults: `model` (string "": a name from the list of models, or a file), `path`
 * (string: the photograph), `side` (int 224: what its shorter side becomes), `layer` (string: the layer whose
 * map is told), `unit` (int 0: the unit of it), `class-id` (int −1: the class whose reasons are told instead
 * of all else, −1 for none), `method` (#GboxAttributionMethod integrated: how they are found).
 */
#define GBOX_TYPE_PHOTO_LOOK_SPEC (gbox_photo_look_spec_get_type ())
G_DECLARE_FINAL_TYPE (GboxPhotoLookSpec, gbox_photo_look_spec, GBOX, PHOTO_LOOK_SPEC, GboxSpec)

GboxPhotoLookSpec *gbox_photo_look_spec_new (void);

/* The properties as plain fields. Strings are never %NULL. */
typedef struct
{
  char *model;
  char *path;
  int side;
  char *layer;
  int unit;
  int class_id;
  GboxAttributionMethod method;
} GboxPhotoLookValues;

/* Transfer none; changes as the properties do. */
const GboxPhotoLookValues *gbox_photo_look_spec_get_values (GboxPhotoLookSpec *spec);

G_END_DECLS
