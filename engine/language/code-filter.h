/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which system calls a program in the sandbox is refused. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gbox_code_filter_new:
 *
 * A seccomp filter (a classic BPF program, as bubblewrap's --seccomp reads it) that lets a process begin
 * threads but no process, and keeps it from what widens the kernel's attack surface or takes memory that no
 * limit counts: namespaces, mounts, tracing, keys, sockets, io_uring, shared segments, files in memory.
 *
 * RLIMIT_NPROC cannot do the first: it counts all processes of a user, and does not hold for root.
 *
 * Returns: (transfer full) (nullable): the filter; %NULL on a machine it is not written for
 */
GBytes *gbox_code_filter_new (void);

G_END_DECLS
