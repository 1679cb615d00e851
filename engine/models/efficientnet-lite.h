/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EfficientNet-Lite0 (Tan and Le 2019, without squeeze-excitation, with ReLU6) as the package
 * efficientnet_lite_pytorch names it. */
#pragma once

#include "formats/tensor-file.h"
#include "models/network.h"

G_BEGIN_DECLS

/* Whether the names of the tensors are those of an EfficientNet-Lite of the size 0. */
gboolean gbox_efficientnet_lite_recognises (const GboxTensorFile *file);

/**
 * gbox_efficientnet_lite_new:
 * @file: weights of EfficientNet-Lite0
 * @error: return location for an error
 *
 * RGB as (x − 127)/128, TensorFlow's SAME padding, batch normalisation (ε = 1e-3, folded). Layers stem,
 * block0 … block15 (linear), head, class.
 *
 * Returns: (transfer full) (nullable): the network, or %NULL with an error naming the tensor that does not
 * fit
 */
GboxNetwork *gbox_efficientnet_lite_new (const GboxTensorFile *file, GError **error);

G_END_DECLS
