/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a completed program works: it is called in a sandbox, and what it answers compared. */
#pragma once

#include "language/code-checks.h"
#include "language/code-sandbox.h"

G_BEGIN_DECLS

typedef enum
{
  GBOX_CODE_PASS,
  GBOX_CODE_WRONG, /* an answer is another than expected */
  GBOX_CODE_RAISED,
  GBOX_CODE_OUT_OF_TIME,
  GBOX_CODE_OUT_OF_MEMORY,
  GBOX_CODE_SILENT, /* a call ended without an answer */
} GboxCodeVerdict;

/**
 * GboxCodeResult:
 * @verdict: of the call that ended the checking early, or the first that did not pass
 * @passed: calls that answered as expected
 * @of: all calls
 * @exception: (nullable): type that @verdict %GBOX_CODE_RAISED means, the program's own word
 *
 * After a syntax error, a time-out, memory that ran out, or a call without an answer no other call is tried.
 */
typedef struct
{
  GboxCodeVerdict verdict;
  guint passed;
  guint of;
  char *exception;
} GboxCodeResult;

void gbox_code_result_free (GboxCodeResult *result);

/* (transfer full): in some words, such as "passes 8 of 8 checks" or "SyntaxError". */
char *gbox_code_result_describe (const GboxCodeResult *result);

/**
 * gbox_code_join:
 * @prompt: a program whose last function is not finished
 * @completion: what goes on from it
 *
 * The completion ends before its first line, blank ones aside, that is indented no further than the line of
 * the prompt's last "def": what a model writes after the function does not count. Lines that go on with a
 * statement, in brackets, in a text over several lines or after a backslash, do not end it. A tab goes to the
 * next multiple of 8.
 *
 * Returns: (transfer full): a Python module
 */
char *gbox_code_join (const char *prompt, const char *completion);

/**
 * GboxCodeChecker:
 *
 * Checks programs in the order in which they are given, two at a time at most, each call in a process of its
 * own. Reference counted; for one thread.
 */
typedef struct _GboxCodeChecker GboxCodeChecker;

GboxCodeChecker *gbox_code_checker_new (GboxCodeSandbox *sandbox);
GboxCodeChecker *gbox_code_checker_ref (GboxCodeChecker *checker);
void gbox_code_checker_unref (GboxCodeChecker *checker);

/**
 * gbox_code_checker_check_async:
 * @checker: a checker
 * @checks: what to call
 * @source: a Python module; UTF-8
 * @cancellable: (nullable): ends the program
 * @callback: called on the caller's main context
 * @user_data: for @callback
 *
 * Expected values are compared here and never enter the sandbox.
 */
void gbox_code_checker_check_async (GboxCodeChecker *checker,
                                    GboxCodeChecks *checks,
                                    const char *source,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/* Transfer full, nullable: %NULL with an error where the program could not be run, or was cancelled. */
GboxCodeResult *gbox_code_checker_check_finish (GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxCodeChecker, gbox_code_checker_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxCodeResult, gbox_code_result_free)

G_END_DECLS
