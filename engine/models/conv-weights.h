/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weights of a convolution on their way from a file into a network. */
#pragma once

#include "formats/tensor-file.h"
#include "models/operation.h"

G_BEGIN_DECLS

/**
 * GboxConvWeights:
 * @n_out: output channels
 * @n_in: input channels of each (1 for a depthwise convolution)
 * @kernel: rows and columns of the kernel
 * @weights: (O, I, K, K), owned
 * @bias: (O), owned
 * @n_parts: convolutions merged into this one, at least 1
 * @parts: (array length=n_parts): output channels of each
 */
typedef struct
{
  int n_out;
  int n_in;
  int kernel;
  float *weights;
  float *bias;
  guint n_parts;
  int parts[GBOX_OPERATION_MAX_PARTS];
} GboxConvWeights;

/* Takes @weights and @bias (nullable: zeros). */
void
gbox_conv_weights_init (GboxConvWeights *self, int n_out, int n_in, int kernel, float *weights, float *bias);
void gbox_conv_weights_clear (GboxConvWeights *self);

/**
 * gbox_conv_weights_read:
 * @self: (out): the weights, to be cleared
 * @file: a file of weights
 * @weights_name: name of the tensor (O, I, K, K); leading dimensions of 1 may be added and trailing ones may
 * be missing
 * @bias_name: (nullable): name of the tensor (O)
 * @n_out: output channels expected
 * @n_in: input channels expected
 * @kernel: kernel expected
 * @error: return location for an error
 *
 * Returns: %FALSE with an error naming the tensor that is missing or of another shape; @self is empty then
 */
gboolean gbox_conv_weights_read (GboxConvWeights *self,
                                 const GboxTensorFile *file,
                                 const char *weights_name,
                                 const char *bias_name,
                                 int n_out,
                                 int n_in,
                                 int kernel,
                                 GError **error);

/**
 * gbox_conv_weights_fold:
 * @self: weights without a bias
 * @file: a PyTorch file
 * @prefix: of the tensors `weight`, `bias`, `running_mean` and `running_var` of a batch normalisation (Ioffe
 * and Szegedy 2015)
 * @epsilon: what it adds to the variance
 * @error: return location for an error
 *
 * Makes the normalisation part of the convolution: g = weight / √(running_var + ε), w ← w·g, b ← (b −
 * running_mean)·g + bias; in double precision.
 *
 * Returns: %FALSE with an error naming the tensor
 */
gboolean gbox_conv_weights_fold (
  GboxConvWeights *self, const GboxTensorFile *file, const char *prefix, double epsilon, GError **error);

/* Appends the outputs of @other, a convolution of the same input and kernel, as a part of its own; @self may
 * be all zeros to begin with; @other is empty afterwards. */
void gbox_conv_weights_append (GboxConvWeights *self, GboxConvWeights *other);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GboxConvWeights, gbox_conv_weights_clear)

G_END_DECLS
