/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What “bench” was asked for. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BenchOptions:
 * @model: (nullable): time only this one, a catalogue name or a file
 * @only: (nullable): time only what has one of these in its name; NULL-terminated
 * @repeats: how often each is timed
 * @threads: for us and for the peer
 * @json: whether to print a JSON object a line
 * @no_peer: whether to leave the other program out
 * @parts: whether to say of everything timed what its parts take
 */
typedef struct
{
  char *model;
  char **only;
  int repeats;
  int threads;
  gboolean json;
  gboolean no_peer;
  gboolean parts;
} BenchOptions;

G_END_DECLS
