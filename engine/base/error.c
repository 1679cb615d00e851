/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain shared by every room of the engine. */
#include "base/error.h"

G_DEFINE_QUARK (gbox - error - quark, gbox_error)
