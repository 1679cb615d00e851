/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation of a vision network, and the geometry that follows from it. */
#pragma once

#include "kernels/activation.h"
#include "kernels/lrn.h"

G_BEGIN_DECLS

typedef enum
{
  GBOX_OPERATION_CONV,           /* a linear layer is one of 1×1 on a plane of 1×1 */
  GBOX_OPERATION_DEPTHWISE,      /* every channel by itself */
  GBOX_OPERATION_MAX_POOL,       /* what lies outside counts as −∞ */
  GBOX_OPERATION_LRN,            /* across channels */
  GBOX_OPERATION_ADD,            /* output = input + addend */
  GBOX_OPERATION_GLOBAL_AVERAGE, /* over all positions, to a plane of 1×1 */
} GboxOperationKind;

/**
 * GboxPadding:
 * @GBOX_PADDING_FLOOR: `pad` pixels on every side; only windows that lie inside
 * @GBOX_PADDING_CEIL: `pad` pixels on every side; one window more where pixels would be left over, unless it
 * would start in the padding (Caffe's pooling, PyTorch's `ceil_mode`)
 * @GBOX_PADDING_SAME: TensorFlow's SAME: ⌈n / stride⌉ windows, what is missing divided between the sides, the
 * odd pixel after
 */
typedef enum
{
  GBOX_PADDING_FLOOR,
  GBOX_PADDING_CEIL,
  GBOX_PADDING_SAME,
} GboxPadding;

typedef struct
{
  int kernel; /* square */
  int stride;
  GboxPadding padding;
  int pad; /* not for SAME */
} GboxWindowShape;

/**
 * GboxSlice:
 *
 * The channels @first … @first + @n − 1 of a value of the network. Several operations may write slices of one
 * value (a concatenation), and several may read them.
 */
typedef struct
{
  guint value;
  int first;
  int n;
} GboxSlice;

/* The channels @first … @first + @n − 1 of @slice. */
GboxSlice gbox_slice (GboxSlice slice, int first, int n);

static inline gboolean
gbox_slice_overlaps (const GboxSlice *a, const GboxSlice *b)
{
  return a->value == b->value && a->first < b->first + b->n && b->first < a->first + a->n;
}

/* How many convolutions may be merged into one operation. */
#define GBOX_OPERATION_MAX_PARTS 4

/**
 * GboxOperation:
 * @kind: which
 * @input: what it reads
 * @addend: what an addition also reads
 * @output: what it writes
 * @window: kernel, stride and padding; 1×1 where there is none
 * @activation: the rectifier after it
 * @n_parts: how many rectifiers of the original network this one stands for: 1, or more where convolutions
 * that share an input are merged
 * @parts: (array length=n_parts): output channels of each, in order
 * @weights: (nullable): (O, I, K, K) of a convolution, (K, K, C) of a depthwise one; owned by the network
 * @bias: (nullable): (O), owned by the network
 * @lrn: the normalisation
 * @receptive_field: input pixels that one output sees along an axis; 0 for the whole image
 * @input_stride: input pixels from one output to the next; 0 for the whole image
 */
typedef struct
{
  GboxOperationKind kind;
  GboxSlice input;
  GboxSlice addend;
  GboxSlice output;
  GboxWindowShape window;
  GboxActivation activation;
  guint n_parts;
  int parts[GBOX_OPERATION_MAX_PARTS];
  float *weights;
  float *bias;
  GboxLrnShape lrn;
  int receptive_field;
  int input_stride;
} GboxOperation;

/**
 * gbox_operation_get_extent:
 * @operation: an operation
 * @n_in: rows or columns of its input
 * @n_out: (out): rows or columns of its output
 * @pad_before: (out): pixels of padding above or to the left of the input; those on the other side follow
 * from @n_out
 *
 * Returns: %FALSE where the input is too small for a single window
 */
gboolean gbox_operation_get_extent (const GboxOperation *operation, int n_in, int *n_out, int *pad_before);

G_END_DECLS
