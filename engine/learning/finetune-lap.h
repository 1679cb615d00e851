/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of a training step, for who measures them. */
#pragma once

#include "base/lap-clock.h"

G_BEGIN_DECLS

typedef enum
{
  GBOX_FINETUNE_LAP_LAYERS,        /* all before the head */
  GBOX_FINETUNE_LAP_REFERENCE,     /* the starting head */
  GBOX_FINETUNE_LAP_HEAD,          /* the trained one */
  GBOX_FINETUNE_LAP_DISTRIBUTIONS, /* probabilities, divergence, draws */
  GBOX_FINETUNE_LAP_TEXT,          /* of completions, and their rewards */
  GBOX_FINETUNE_LAP_GRADIENT,
  GBOX_FINETUNE_LAP_UPDATE, /* clipping and Adam */
  GBOX_N_FINETUNE_LAPS,
} GboxFinetuneLap;

G_END_DECLS
