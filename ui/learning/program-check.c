/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs one completed program in a sandbox, the newest that was asked about. */
#include "learning/program-check.h"

#include "language/code-check.h"

/* Nobody is answered between two keys. */
#define PATIENCE 400 /* milliseconds */

#define NO_CHECKS                                                                                            \
  "There are no checks for this prompt: take one of the Python prompts from the menu beside it, or another " \
  "reward."

struct _GboxProgramCheck
{
  GObject parent_instance;

  char *prompt;
  char *completion;
  guint timer;
  GCancellable *cancellable; /* of the sandbox or the program that is waited for */
  GboxCodeChecker *checker;  /* NULL before the sandbox is open */
  double share;
  char *words;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxProgramCheck, gbox_program_check, G_TYPE_OBJECT)

void
gbox_program_check_cancel (GboxProgramCheck *self)
{
  g_return_if_fail (GBOX_IS_PROGRAM_CHECK (self));

  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->prompt, g_free);
}

static void
gbox_program_check_dispose (GObject *object)
{
  GboxProgramCheck *self = GBOX_PROGRAM_CHECK (object);

  gbox_program_check_cancel (self);
  g_clear_pointer (&self->checker, gbox_code_checker_unref);
  G_OBJECT_CLASS (gbox_program_check_parent_class)->dispose (object);
}

static void
gbox_program_check_finalize (GObject *object)
{
  GboxProgramCheck *self = GBOX_PROGRAM_CHECK (object);

  g_free (self->completion);
  g_free (self->words);
  G_OBJECT_CLASS (gbox_program_check_parent_class)->finalize (object);
}

static void
gbox_program_check_class_init (GboxProgramCheckClass *class)
{
  G_OBJECT_CLASS (class)->dispose = gbox_program_check_dispose;
  G_OBJECT_CLASS (class)->finalize = gbox_program_check_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
gbox_program_check_init (GboxProgramCheck *self)
{
  self->share = -1;
}

GboxProgramCheck *
gbox_program_check_new (void)
{
  return g_object_new (GBOX_TYPE_PROGRAM_CHECK, NULL);
}

/* Takes @words. */
static void
know (GboxProgramCheck *self, double share, char *words)
{
  g_clear_object (&self->cancellable);
  self->share = share;
  g_free (self->words);
  self->words = words;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
on_checked (GObject *source, GAsyncResult *task, gpointer user_data)
{
  g_autoptr (GboxProgramCheck) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxCodeResult) result = gbox_code_checker_check_finish (task, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (result != NULL)
    know (self, (double) result->passed / result->of, gbox_code_result_describe (result));
  else
    know (self, -1, g_strdup (error->message));
}

static void
run (GboxProgramCheck *self, GboxCodeChecks *checks)
{
  g_autofree char *program = gbox_code_join (self->prompt, self->completion);

  self->cancellable = g_cancellable_new ();
  gbox_code_checker_check_async (self->checker, checks, program, self->cancellable, on_checked,
                                 g_object_ref (self));
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GboxProgramCheck) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxCodeSandbox) sandbox = gbox_code_sandbox_open_finish (result, &error);
  g_autoptr (GboxCodeChecks) checks = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->cancellable);
  if (sandbox == NULL)
    {
      know (self, -1, g_strdup (error->message));
      return;
    }
  self->checker = gbox_code_checker_new (sandbox);
  checks = gbox_code_checks_find (self->prompt);
  run (self, checks);
}

static gboolean
on_time (gpointer user_data)
{
  GboxProgramCheck *self = user_data;
  g_autoptr (GboxCodeChecks) checks = gbox_code_checks_find (self->prompt);

  self->timer = 0;
  if (checks == NULL)
    know (self, -1, g_strdup (NO_CHECKS));
  else if (self->checker != NULL)
    run (self, checks);
  else
    {
      self->cancellable = g_cancellable_new ();
      gbox_code_sandbox_open_async (self->cancellable, on_opened, g_object_ref (self));
    }
  return G_SOURCE_REMOVE;
}

void
gbox_program_check_ask (GboxProgramCheck *self, const char *prompt, const char *completion)
{
  g_return_if_fail (GBOX_IS_PROGRAM_CHECK (self));

  if (g_strcmp0 (self->prompt, prompt) == 0 && g_strcmp0 (self->completion, completion) == 0)
    return;
  gbox_program_check_cancel (self);
  self->prompt = g_strdup (prompt);
  g_free (self->completion);
  self->completion = g_strdup (completion);
  self->share = -1;
  g_clear_pointer (&self->words, g_free);
  self->timer = g_timeout_add (PATIENCE, on_time, self);
}

double
gbox_program_check_get_share (GboxProgramCheck *self)
{
  return self->share;
}

const char *
gbox_program_check_get_words (GboxProgramCheck *self)
{
  return self->words;
}
