/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzz target: the structure of image files. */
#include "fuzz-target.h"

#include "models/image-end.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gbox_image_ends_early (data, size);
  return 0;
}
