/* SPDX-License-Identifier: GPL-3.0-or-later */
/* InceptionV1 (GoogLeNet; Szegedy et al. 2015) as trained with Caffe and as trained for torchvision. */
#pragma once

#include "formats/tensor-file.h"
#include "models/network.h"

G_BEGIN_DECLS

/* Whether the names of the tensors are those of BVLC's Caffe model. */
gboolean gbox_inceptionv1_recognises (const GboxTensorFile *file);

/**
 * gbox_inceptionv1_new:
 * @file: weights of BVLC GoogLeNet, with or without its auxiliary heads
 * @error: return location for an error
 *
 * BGR minus (104, 117, 123), local response normalisation, pooling in ceil mode. Layers conv1, conv2 (both
 * before pooling and normalisation), 3a … 5b, class.
 *
 * Returns: (transfer full) (nullable): the network, or %NULL with an error naming the tensor that does not
 * fit
 */
GboxNetwork *gbox_inceptionv1_new (const GboxTensorFile *file, GError **error);

/* Whether the names of the tensors are those of torchvision's model. */
gboolean gbox_inceptionv1_torchvision_recognises (const GboxTensorFile *file);

/**
 * gbox_inceptionv1_torchvision_new:
 * @file: weights of torchvision's `googlenet`, with or without its auxiliary heads
 * @error: return location for an error
 *
 * RGB as 2x/255 − 1, batch normalisation (ε = 1e-3, folded), the “5×5” branches of 3×3, the last pooling of
 * stride 2 of 2×2. Layers as above.
 *
 * Returns: (transfer full) (nullable): the network
 */
GboxNetwork *gbox_inceptionv1_torchvision_new (const GboxTensorFile *file, GError **error);

G_END_DECLS
