/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Element types of stored tensors: sizes, names, and conversion to float32. */
#pragma once

#include "formats/tensor-file.h"

G_BEGIN_DECLS

/* Bytes of one element, or of one block. */
gsize gbox_dtype_get_size (GboxDtype dtype);

/* Elements that are stored together: 1, or the block's length of a quantized type. */
gsize gbox_dtype_get_block (GboxDtype dtype);

/* The name safetensors or GGUF uses: "F32", "BF16", "Q4_K" … */
const char *gbox_dtype_get_name (GboxDtype dtype);

/**
 * gbox_dtype_from_name:
 * @name: a safetensors name
 * @dtype: (out): the type
 *
 * Returns: %FALSE if the name is unknown; safetensors has no quantized types
 */
gboolean gbox_dtype_from_name (const char *name, GboxDtype *dtype);

/**
 * gbox_dtype_count_bytes:
 * @dtype: type of an element
 * @n_dims: number of dimensions
 * @dims: (array length=n_dims): sizes
 * @n_bytes: (out): product of the sizes times the element's size
 *
 * Returns: %FALSE if the product does not fit a gsize, or the rows are no whole blocks
 */
gboolean gbox_dtype_count_bytes (GboxDtype dtype, guint n_dims, const guint64 *dims, gsize *n_bytes);

/**
 * gbox_dtype_to_floats:
 * @dtype: F32, F16, BF16, F64 or a quantized type
 * @data: @n elements, in any alignment
 * @n: how many; whole blocks
 * @out: (out) (array length=n): the values rounded to float32
 *
 * Returns: %FALSE if @dtype is no floating-point type; then @out is untouched
 */
gboolean gbox_dtype_to_floats (GboxDtype dtype, const void *data, gsize n, float *out);

G_END_DECLS
