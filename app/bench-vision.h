/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times the vision side, beside PyTorch where that is installed. */
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
 * @no_peer: whether to leave PyTorch out
 * @parts: whether to say of every step what its parts take
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

/* Prints as it goes. Models that are missing are said to be, unless one was asked for. Returns an exit code.
 */
int bench_vision (const BenchOptions *options);

G_END_DECLS
