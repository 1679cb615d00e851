/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A spec with a parameter of every type. */
#pragma once

#include "runtime/spec.h"

G_BEGIN_DECLS

typedef enum
{
  COLOUR_RED,
  COLOUR_DARK_BLUE,
} Colour;

GType colour_get_type (void);

G_DECLARE_FINAL_TYPE (ToySpec, toy_spec, TOY, SPEC, GboxSpec)

struct _ToySpec
{
  GboxSpec parent_instance;

  gboolean decorate, plain;
  int offset;
  guint steps;
  gint64 big;
  guint64 seed;
  double rate, free;
  Colour colour;
  char *title;
};

GboxSpec *toy_spec_new (void);

G_END_DECLS
