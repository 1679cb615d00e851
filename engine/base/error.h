/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain shared by every room of the engine. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GBOX_ERROR:
 *
 * Error domain of the engine. Every message is one sentence a user can read: what happened, and what to do.
 */
#define GBOX_ERROR (gbox_error_quark ())

/**
 * GboxError:
 * @GBOX_ERROR_INVALID_FILE: a file is truncated, damaged or hostile
 * @GBOX_ERROR_UNSUPPORTED: the file or request is valid but of a kind Glassbox does not handle
 * @GBOX_ERROR_NOT_FOUND: a model, layer, unit or file does not exist
 * @GBOX_ERROR_INVALID_ARGUMENT: a parameter is out of range or contradicts another
 * @GBOX_ERROR_MEMORY: the work needs more memory than can be had
 * @GBOX_ERROR_NETWORK: a download failed
 * @GBOX_ERROR_CHECKSUM: a download arrived but is not the expected file
 * @GBOX_ERROR_IO: reading or writing failed (disk full, permission)
 * @GBOX_ERROR_NUMERIC: a computation left the finite numbers
 */
typedef enum
{
  GBOX_ERROR_INVALID_FILE,
  GBOX_ERROR_UNSUPPORTED,
  GBOX_ERROR_NOT_FOUND,
  GBOX_ERROR_INVALID_ARGUMENT,
  GBOX_ERROR_MEMORY,
  GBOX_ERROR_NETWORK,
  GBOX_ERROR_CHECKSUM,
  GBOX_ERROR_IO,
  GBOX_ERROR_NUMERIC,
} GboxError;

GQuark gbox_error_quark (void);

G_END_DECLS
