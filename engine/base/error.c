/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain shared by every room of the engine. */
#include "base/error.h"

GQuark
gbox_error_quark (void)
{
  return g_quark_from_static_string ("gbox-error-quark");
}
