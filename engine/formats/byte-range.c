/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where in a file a tensor's data are. */
#include "formats/byte-range.h"

int
gbox_byte_range_compare (gconstpointer a, gconstpointer b)
{
  const GboxByteRange *first = a, *second = b;

  if (first->begin != second->begin)
    return first->begin < second->begin ? -1 : 1;
  return (first->end > second->end) - (first->end < second->end);
}
