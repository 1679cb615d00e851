/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What libFuzzer calls, and what is common to the targets of the weight readers. */
#pragma once

#include "formats/tensor-file.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Touches every byte of what a reader returned, and converts it; the sum is only there to be asked for. */
static inline guint8
fuzz_use_and_unref (GboxTensorFile *file)
{
  guint8 sum = 0;

  if (file == NULL)
    return 0;
  for (guint i = 0; i < gbox_tensor_file_get_n_tensors (file); i++)
    {
      const GboxNamedTensor *tensor = gbox_tensor_file_get_nth (file, i);

      for (gsize j = 0; j < tensor->n_bytes; j++)
        sum ^= ((const guint8 *) tensor->data)[j];
      g_free (gbox_tensor_file_get_floats (file, tensor->name, tensor->n_dims, tensor->dims, NULL));
      g_assert (gbox_tensor_file_lookup (file, tensor->name) == tensor);
    }
  gbox_tensor_file_unref (file);
  return sum;
}

/* A failure has to come with an error, and a success without one. */
static inline void
fuzz_check (gboolean success, GError *error)
{
  g_assert (success == (error == NULL));
  g_assert (error == NULL || g_utf8_validate (error->message, -1, NULL));
  g_clear_error (&error);
}
