/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where Python that nobody has read may run: bubblewrap's namespaces, limits, and a filter of system calls.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a program may use, and what the window says about that. */
#define GBOX_SANDBOX_CPU_SECONDS  2
#define GBOX_SANDBOX_WALL_SECONDS 5
#define GBOX_SANDBOX_MEGABYTES    256

/**
 * GboxCodeSandbox:
 *
 * A bubblewrap that was seen to work. A program in it has no network, no home, no processes but its own one,
 * an empty read-only file system with nothing but the system's libraries and Python's, a /tmp of 16 MiB, an
 * empty environment, 256 MiB of addresses, 2 s of processor time and 5 s by the clock. It may begin no
 * process, mount nothing, and make no namespace: a filter refuses those calls, which holds for root too.
 *
 * What remains possible: a hole in the kernel or in bubblewrap; using two seconds of a processor; and
 * learning what the kernel tells any program, such as the time and the machine's name as uname() has it.
 *
 * Reference counted, immutable. For a thread that lives as long as what it starts: a program ends with the
 * thread that began it.
 */
typedef struct _GboxCodeSandbox GboxCodeSandbox;

/**
 * gbox_code_sandbox_open_async:
 * @cancellable: (nullable)
 * @callback: called on the caller's main context
 * @user_data: for @callback
 *
 * Tries by evaluating something in it, for as long as a program may take. Never blocks.
 */
void
gbox_code_sandbox_open_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/* Transfer full, nullable: %GBOX_ERROR_UNSUPPORTED says why code cannot be run here. */
GboxCodeSandbox *gbox_code_sandbox_open_finish (GAsyncResult *result, GError **error);

GboxCodeSandbox *gbox_code_sandbox_ref (GboxCodeSandbox *sandbox);
void gbox_code_sandbox_unref (GboxCodeSandbox *sandbox);

typedef enum
{
  GBOX_CODE_VALUE,     /* text is what repr() makes of the value */
  GBOX_CODE_EXCEPTION, /* text is the exception's type */
  GBOX_CODE_TIME_OUT,
  GBOX_CODE_MEMORY,
  GBOX_CODE_NO_ANSWER, /* it ended, or wrote so much, that there is no value */
} GboxCodeAnswerKind;

/**
 * gbox_code_sandbox_evaluate_async:
 * @sandbox: a sandbox
 * @source: a Python module; UTF-8
 * @call: a Python expression, evaluated in it
 * @cancellable: (nullable): ends the program
 * @callback: called on the caller's main context
 * @user_data: for @callback
 *
 * Each evaluation is a process of its own.
 */
void gbox_code_sandbox_evaluate_async (GboxCodeSandbox *sandbox,
                                       const char *source,
                                       const char *call,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

/**
 * gbox_code_sandbox_evaluate_finish:
 * @result: what the callback was given
 * @kind: (out): what came of it
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): a text of at most some thousand characters, the program's own words;
 * "" where @kind has none; %NULL with an error where it could not be run
 */
char *gbox_code_sandbox_evaluate_finish (GAsyncResult *result, GboxCodeAnswerKind *kind, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxCodeSandbox, gbox_code_sandbox_unref)

G_END_DECLS
