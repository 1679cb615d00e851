/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens to a sum before it is stored. */
#pragma once

#include "base/tensor.h"

G_BEGIN_DECLS

/**
 * GboxFinish:
 * @bias: (nullable): added, one for each channel, padded with zeros to a multiple of 16
 * @floor: what smaller values are raised to
 * @ceiling: what larger values are lowered to
 * @accumulate: whether what was there before is added
 * @mask: of the shape of the output; no data where nothing is masked
 * @mask_ceiling: see @mask
 *
 * y ← min (max (sum + bias, floor), ceiling), or where there is no bias y ← sum + (accumulate ? y : 0); then
 * 0 where not 0 < mask < mask_ceiling, which is what a rectifier does to a gradient.
 */
typedef struct
{
  const float *bias;
  float floor;
  float ceiling;
  gboolean accumulate;
  GboxTensor mask;
  float mask_ceiling;
} GboxFinish;

G_END_DECLS
