/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pickled object of a PyTorch file: which tensors it names, and in which storages they lie. */
#pragma once

#include "formats/pickle.h"
#include "formats/tensor-file.h"

G_BEGIN_DECLS

/**
 * GboxTorchStorage:
 * @key: its name in the file
 * @dtype: type of its elements
 * @n_elements: how many
 * @n_bytes: size, checked not to overflow
 * @used: whether a tensor lies in it
 * @data: (nullable): its content, to be filled in by the reader of the container
 */
typedef struct
{
  char *key;
  GboxDtype dtype;
  guint64 n_elements;
  gsize n_bytes;
  gboolean used;
  const guint8 *data;
} GboxTorchStorage;

typedef struct _GboxTorchObject GboxTorchObject;

/**
 * gbox_torch_object_parse:
 * @data: a pickle
 * @size: bytes of @data
 * @display_name: how messages call the file
 * @n_consumed: (out) (optional): bytes of the pickle
 * @error: return location for an error
 *
 * Finds the state dictionary, which may lie under "state_dict" or "model". What is no tensor is passed over.
 *
 * Returns: (transfer full) (nullable): the tensors and storages
 */
GboxTorchObject *gbox_torch_object_parse (
  const guint8 *data, gsize size, const char *display_name, gsize *n_consumed, GError **error);
void gbox_torch_object_free (GboxTorchObject *object);

/* (nullable): the storage called @key. */
GboxTorchStorage *gbox_torch_object_find (const GboxTorchObject *object, const char *key);

/**
 * gbox_torch_object_get_tensors:
 * @object: an object whose storages in use have their data
 * @budget: bytes that copies may take
 * @file: what to add the tensors to
 * @error: return location for an error
 *
 * Contiguous tensors stay where they are; others are copied to memory that @file keeps.
 */
gboolean gbox_torch_object_get_tensors (const GboxTorchObject *object,
                                        gsize budget,
                                        GboxTensorFile *file,
                                        GError **error);

/* Bytes that unpacked storages and copies of a file of @size bytes may take together. */
gsize gbox_torch_get_budget (gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTorchObject, gbox_torch_object_free)

G_END_DECLS
