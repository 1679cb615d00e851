/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tensors of a language model are called. */
#pragma once

#include "models/language-config.h"

G_BEGIN_DECLS

typedef enum
{
  GBOX_SLOT_EMBEDDING,
  GBOX_SLOT_POSITIONS,
  GBOX_SLOT_FINAL_NORM,
  GBOX_SLOT_HEAD,
  GBOX_SLOT_ATTENTION_NORM, /* from here on of a layer */
  GBOX_SLOT_QUERY,
  GBOX_SLOT_KEY,
  GBOX_SLOT_VALUE,
  GBOX_SLOT_QKV, /* the three in one */
  GBOX_SLOT_QUERY_NORM,
  GBOX_SLOT_KEY_NORM,
  GBOX_SLOT_OUTPUT,
  GBOX_SLOT_AFTER_ATTENTION_NORM,
  GBOX_SLOT_FF_NORM,
  GBOX_SLOT_GATE,
  GBOX_SLOT_UP,
  GBOX_SLOT_DOWN,
  GBOX_SLOT_AFTER_FF_NORM,
  GBOX_N_TENSOR_SLOTS,
} GboxTensorSlot;

/**
 * gbox_tensor_slot_get_name:
 * @config: which model, and whose names
 * @file: its tensors, among which a prefix is looked for
 * @slot: what is wanted
 * @layer: of which layer
 * @suffix: "weight" or "bias"
 *
 * Returns: (transfer full): the tensor's name
 */
char *gbox_tensor_slot_get_name (const GboxLanguageConfig *config,
                                 const GboxTensorFile *file,
                                 GboxTensorSlot slot,
                                 int layer,
                                 const char *suffix);

G_END_DECLS
