/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named tensors read from a file of weights, whatever its format. */
#pragma once

#include "formats/metadata.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  GBOX_DTYPE_F32,
  GBOX_DTYPE_F16,
  GBOX_DTYPE_BF16,
  GBOX_DTYPE_F64,
  GBOX_DTYPE_I64,
  GBOX_DTYPE_I32,
  GBOX_DTYPE_I16,
  GBOX_DTYPE_I8,
  GBOX_DTYPE_U8,
  GBOX_DTYPE_BOOL,
  /* Quantized in blocks along the last dimension, as GGUF does: formats/quantized.h. */
  GBOX_DTYPE_Q4_0,
  GBOX_DTYPE_Q4_1,
  GBOX_DTYPE_Q5_0,
  GBOX_DTYPE_Q5_1,
  GBOX_DTYPE_Q8_0,
  GBOX_DTYPE_Q4_K,
  GBOX_DTYPE_Q5_K,
  GBOX_DTYPE_Q6_K,
} GboxDtype;

#define GBOX_MAX_DIMS 8

/**
 * GboxNamedTensor:
 * @name: unique in its file
 * @dtype: type of an element
 * @n_dims: number of dimensions, 0 for a scalar
 * @dims: sizes, slowest first
 * @data: row-major and contiguous, valid as long as the file object; may be unaligned
 * @n_bytes: size of @data; checked to be the product of @dims times the element's size. Quantized rows are
 * whole blocks
 */
typedef struct
{
  const char *name;
  GboxDtype dtype;
  guint n_dims;
  guint64 dims[GBOX_MAX_DIMS];
  const void *data;
  gsize n_bytes;
} GboxNamedTensor;

/**
 * GboxTensorFile:
 *
 * An opened file: an immutable set of named tensors. Reference counted, thread-safe.
 */
typedef struct _GboxTensorFile GboxTensorFile;

/**
 * gbox_tensor_file_open:
 * @path: a file
 * @error: return location for an error
 *
 * Recognises the format by the content: Caffe (`.caffemodel`, V1 and newer layers; a tensor is named
 * LAYER.BLOB, "conv1/7x7_s2.0" the weights and ".1" the bias; layers without blobs are dropped), PyTorch
 * (`.pth`, zip and legacy; only tensors and containers are understood, nothing is executed), safetensors,
 * GGUF, llama2.c (`.bin`; tensors and metadata get the names they would have in GGUF).
 * Every offset and size is checked against the file, which is read, not mapped: what happens to it afterwards
 * does not matter.
 *
 * Returns: (transfer full) (nullable): the file, or %NULL with %GBOX_ERROR_INVALID_FILE,
 * %GBOX_ERROR_UNSUPPORTED, %GBOX_ERROR_IO or %GBOX_ERROR_NOT_FOUND
 */
GboxTensorFile *gbox_tensor_file_open (const char *path, GError **error);
GboxTensorFile *gbox_tensor_file_open_bytes (GBytes *bytes, const char *display_name, GError **error);
GboxTensorFile *gbox_tensor_file_ref (GboxTensorFile *file);
void gbox_tensor_file_unref (GboxTensorFile *file);

/**
 * gbox_tensor_file_release:
 * @file: a file
 * @tensor: one of its tensors
 *
 * Gives the memory of a large tensor back while the others are still used. Its data, and those of tensors
 * that share bytes with it, are undefined from then on; they may be read and are not looked at. Any thread.
 */
void gbox_tensor_file_release (GboxTensorFile *file, const GboxNamedTensor *tensor);

/* "caffe", "torch", "safetensors", "gguf" or "llama2.c". */
const char *gbox_tensor_file_get_format (const GboxTensorFile *file);
guint gbox_tensor_file_get_n_tensors (const GboxTensorFile *file);
const GboxNamedTensor *gbox_tensor_file_get_nth (const GboxTensorFile *file, guint i);
const GboxNamedTensor *gbox_tensor_file_lookup (const GboxTensorFile *file, const char *name);
/* How messages call the file. */
const char *gbox_tensor_file_get_display_name (const GboxTensorFile *file);
/* What the file says beside its tensors: safetensors' `__metadata__`, all of it strings, or GGUF's keys.
 * Lives as long as @file. */
const GboxMetadata *gbox_tensor_file_get_all_metadata (const GboxTensorFile *file);
/* (nullable): the string under @key there. */
const char *gbox_tensor_file_get_metadata (const GboxTensorFile *file, const char *key);

/**
 * gbox_tensor_file_get_floats:
 * @file: a file
 * @name: name of a tensor
 * @n_dims: how many dimensions it must have
 * @dims: (array length=n_dims): the sizes it must have
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the values converted to float32; free with g_free(). %NULL with an
 * error naming the tensor and what was expected, also where a value is not finite
 */
float *gbox_tensor_file_get_floats (
  const GboxTensorFile *file, const char *name, guint n_dims, const guint64 *dims, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTensorFile, gbox_tensor_file_unref)

G_END_DECLS
