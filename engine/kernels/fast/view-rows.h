/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Some rows of an image, for kernels that take a plane band by band. */
#pragma once

#include "base/tensor.h"

/* Rows @row … of an image, as a tensor of one image; nothing where there is no data. */
static inline GboxTensor
view_rows (const GboxTensor *tensor, int image, int row, int n_rows)
{
  GboxTensor view = *tensor;

  view.batch = 1;
  view.height = n_rows;
  if (tensor->data != NULL)
    view.data = gbox_tensor_pixel (tensor, image, row, 0);

  return view;
}
