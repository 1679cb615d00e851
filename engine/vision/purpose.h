/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What random numbers are drawn for: one stream each, so that no draw depends on how many another took. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Values are part of what makes a saved picture again: never change or reuse one. */
typedef enum
{
  GBOX_PURPOSE_START = 0x100,     /* the parameters before the first step */
  GBOX_PURPOSE_TRANSFORM = 0x101, /* the transforms of a step */
  GBOX_PURPOSE_NOISE = 0x102,     /* what is added to the network's input, by step and row */
} GboxPurpose;

G_END_DECLS
