/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzz target: the pickled object of a PyTorch file, without the archive and its checksums around it. */
#include "fuzz-target.h"

#include "formats/tensor-file-private.h"
#include "formats/torch-object.h"

/* Every storage of up to 64 KiB is there, and full of zeros. */
static void
fill_storages (const GboxTorchObject *object, const guint8 *zeros, gsize n_zeros)
{
  for (guint i = 0; i < 16; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);
      GboxTorchStorage *storage = gbox_torch_object_find (object, key);

      if (storage != NULL && storage->n_bytes <= n_zeros)
        storage->data = zeros;
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const gsize n_zeros = 65536;
  g_autofree guint8 *zeros = g_malloc0 (n_zeros);
  GError *error = NULL;
  gsize n_consumed = 0;
  g_autoptr (GboxTorchObject) object = gbox_torch_object_parse (data, size, "fuzz", &n_consumed, &error);
  GboxTensorFile *file;
  gboolean success;

  fuzz_check (object != NULL, error);
  g_assert (n_consumed <= size);
  if (object == NULL)
    return 0;
  error = NULL;
  file = gbox_tensor_file_new ("torch", "fuzz");
  fill_storages (object, zeros, n_zeros);
  success = gbox_torch_object_get_tensors (object, 1 << 20, file, &error);
  fuzz_check (success, error);
  if (success)
    fuzz_use_and_unref (file);
  else
    gbox_tensor_file_unref (file);
  return 0;
}
