/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation of a vision network, and the geometry that follows from it. */
#include "models/operation.h"

GboxSlice
gbox_slice (GboxSlice slice, int first, int n)
{
  g_return_val_if_fail (first >= 0 && n > 0 && first + n <= slice.n, slice);

  return (GboxSlice){ .value = slice.value, .first = slice.first + first, .n = n };
}

static int
ceil_div (int a, int b)
{
  return (a + b - 1) / b;
}

gboolean
gbox_operation_get_extent (const GboxOperation *operation, int n_in, int *n_out, int *pad_before)
{
  const GboxWindowShape *window = &operation->window;
  const int room = n_in + 2 * window->pad - window->kernel;

  *pad_before = window->pad;
  if (operation->kind == GBOX_OPERATION_GLOBAL_AVERAGE)
    {
      *n_out = 1;
      return TRUE;
    }

  switch (window->padding)
    {
    case GBOX_PADDING_FLOOR:
      *n_out = room < 0 ? 0 : room / window->stride + 1;
      break;
    case GBOX_PADDING_CEIL:
      *n_out = room < 0 ? 1 : ceil_div (room, window->stride) + 1;
      if ((*n_out - 1) * window->stride >= n_in + window->pad)
        *n_out -= 1;
      break;
    case GBOX_PADDING_SAME:
      *n_out = ceil_div (n_in, window->stride);
      *pad_before = MAX ((*n_out - 1) * window->stride + window->kernel - n_in, 0) / 2;
      break;
    }

  return *n_out > 0;
}
