/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session starts, and what its runs tell. */
#include "completion/completion-session-private.h"

#include "language/completion-job.h"

/* Prompts that are remembered with what was written after them. */
#define MAX_ROOTS 32

static void
set_count (GboxCompletionSession *self, guint *count, guint value, const char *property)
{
  if (*count == value)
    return;
  *count = value;
  g_object_notify (G_OBJECT (self), property);
}

void
gbox_completion_session_set_counts (GboxCompletionSession *self, guint n_context, guint n_reused)
{
  set_count (self, &self->n_context, n_context, "n-context");
  set_count (self, &self->n_reused, n_reused, "n-reused");
}

/* Of the text at hand, not of the longest that is being written; not known before the prompt is in tokens. */
void
gbox_completion_session_update_n_used (GboxCompletionSession *self)
{
  guint n_prompt = 0;

  if (self->branch != NULL)
    gbox_branch_get_prompt_ids (self->branch, &n_prompt);
  set_count (self, &self->n_used, n_prompt > 0 ? n_prompt + self->tokens->len : 0, "n-used");
}

static GboxBranch *
get_written (GboxCompletionSession *self, guint sequence)
{
  return sequence < self->writing->len ? g_ptr_array_index (self->writing, sequence) : NULL;
}

static void
take_prompt (GboxCompletionSession *self, const GboxCompletionPrompt *prompt)
{
  GboxBranch *branch = get_written (self, 0);
  const guint n_kept = gbox_branch_get_fork (branch);

  gbox_branch_set_prompt_ids (branch, prompt->ids, prompt->n_ids - MIN (n_kept, prompt->n_ids),
                              prompt->n_vocab);
  gbox_completion_session_update_n_used (self);
}

static void
take_token (GboxCompletionSession *self, const GboxCompletionToken *token)
{
  GboxBranch *branch = get_written (self, token->sequence);

  gbox_branch_append (branch, token);
  if (branch != self->branch)
    return;
  gbox_completion_session_add_token (self, gbox_branch_get_own (branch, gbox_branch_get_n_own (branch) - 1));
  gbox_completion_session_update_n_used (self);
  g_signal_emit_by_name (self, "token-added", self->tokens->len - 1);
  gbox_completion_session_update_looked_at (self);
}

static void
on_record (GboxCompletionSession *self, GType type, gconstpointer record)
{
  if (type == GBOX_TYPE_COMPLETION_PROMPT)
    take_prompt (self, record);
  else if (type == GBOX_TYPE_COMPLETION_TOKEN)
    take_token (self, record);
  else if (type == GBOX_TYPE_COMPLETION_END)
    {
      const GboxCompletionEnd *end = record;
      GboxBranch *branch = get_written (self, end->sequence);

      gbox_branch_end (branch, end);
      if (branch == self->branch && *end->text != '\0')
        g_signal_emit_by_name (self, "text-changed");
    }
}

static void
set_reading (GboxCompletionSession *self, double reading)
{
  if (self->reading >= reading && self->reading <= reading)
    return;
  self->reading = reading;
  g_object_notify (G_OBJECT (self), "reading");
}

static void
on_point (GboxCompletionSession *self, const GboxPoint *point)
{
  const double *values = point->values;
  const double written = values[GBOX_COMPLETION_WRITTEN];
  const double seconds = point->seconds - self->read_seconds;

  gbox_completion_session_set_counts (self, (guint) values[GBOX_COMPLETION_CONTEXT],
                                      (guint) values[GBOX_COMPLETION_REUSED]);
  if (written < 1)
    {
      set_reading (self, values[GBOX_COMPLETION_PROMPT_READ] / values[GBOX_COMPLETION_PROMPT]);
      return;
    }
  set_reading (self, -1);
  if (self->read_written < 1)
    {
      self->read_seconds = point->seconds;
      self->read_written = written;
      return;
    }
  self->rate = seconds > 0 ? (written - self->read_written) / seconds : 0;
  g_object_notify (G_OBJECT (self), "rate");
}

static void
interrupt (GboxCompletionSession *self, const char *words)
{
  for (guint i = 0; i < self->writing->len; i++)
    gbox_branch_interrupt (g_ptr_array_index (self->writing, i), words);
}

/* Of the prompt at hand and the model; the newest stands first. */
static GboxBranch *
ensure_root (GboxCompletionSession *self)
{
  const char *model = gbox_model_item_get_name (self->model);
  g_autoptr (GboxBranch) root = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->roots)); i++)
    {
      g_autoptr (GboxBranch) old = g_list_model_get_item (G_LIST_MODEL (self->roots), i);

      if (g_str_equal (gbox_branch_get_prompt (old), self->prompt)
          && g_str_equal (gbox_branch_get_model (old), model))
        return old;
    }
  root = gbox_branch_new_root (self->prompt, model);
  g_list_store_insert (self->roots, 0, root);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->roots)) > MAX_ROOTS)
    g_list_store_remove (self->roots, MAX_ROOTS);
  return root;
}

static char *
format_kept (GboxBranch *parent, guint fork)
{
  g_autoptr (GPtrArray) tokens = gbox_branch_collect (parent);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; i < fork; i++)
    g_array_append_val (ids, ((GboxCompletionToken *) g_ptr_array_index (tokens, i))->sample.chosen.id);
  return gbox_completion_format_tokens ((const int *) (gpointer) ids->data, ids->len);
}

/* Starts a run that goes on from the first tokens of a branch, with the model whose they are, and shows the
 * first of its samples. */
static void
start (GboxCompletionSession *self, GboxBranch *parent, guint fork, int first_token, guint n_samples)
{
  g_autoptr (GboxSpec) spec = gbox_spec_copy (GBOX_SPEC (self->spec));
  g_autofree char *kept = format_kept (parent, fork);
  const guint seed = gbox_completion_spec_get_values (self->spec)->seed;

  g_clear_pointer (&self->other_model, g_free);
  gbox_completion_session_choose_model (self, gbox_branch_get_model (parent));
  gbox_completion_session_stop (self);
  gbox_completion_session_set_error (self, NULL);
  g_object_set (spec, "prompt", gbox_branch_get_prompt (parent), "model", gbox_branch_get_model (parent),
                "continuation", kept, "first-token", first_token, "samples", n_samples, NULL);
  g_ptr_array_set_size (self->writing, 0);
  for (guint i = 0; i < n_samples; i++)
    g_ptr_array_add (self->writing, g_object_ref (gbox_branch_new (parent, fork, seed, i)));
  self->read_seconds = self->read_written = 0;
  self->rate = 0;
  g_object_notify (G_OBJECT (self), "rate");
  gbox_completion_session_set_counts (self, self->n_context, 0);
  g_clear_object (&self->run);
  self->run = gbox_engine_start (self->engine, spec);
  g_signal_group_set_target (self->run_signals, self->run);
  g_object_notify (G_OBJECT (self), "run");
  gbox_completion_session_set_branch (self, g_ptr_array_index (self->writing, 0));
  g_signal_emit_by_name (self, "text-changed");
  set_reading (self, 0);
  g_object_notify (G_OBJECT (self), "is-running");
}

/* Once all samples of the one model are whole, those of the other are written. */
static void
go_on_with_other (GboxCompletionSession *self)
{
  g_autofree char *model = g_steal_pointer (&self->other_model);

  if (model == NULL || gbox_run_get_state (self->run) != GBOX_RUN_FINISHED)
    return;
  gbox_completion_session_choose_model (self, model);
  start (self, ensure_root (self), 0, -1, self->writing->len);
  for (guint i = 0; i < self->writing->len; i++)
    g_list_store_insert (self->samples, 2 * i + 1, g_ptr_array_index (self->writing, i));
}

static void
on_state (GboxCompletionSession *self)
{
  if (gbox_run_is_final (self->run))
    {
      set_reading (self, -1);
      if (gbox_run_get_state (self->run) == GBOX_RUN_FAILED)
        {
          interrupt (self, "failed");
          gbox_completion_session_set_error (self, gbox_run_get_error (self->run)->message);
        }
      else
        interrupt (self, "by you");
      go_on_with_other (self);
    }
  g_object_notify (G_OBJECT (self), "is-running");
}

static void
on_notice (GboxCompletionSession *self, const char *id, const char *text)
{
  g_signal_emit_by_name (self, "message", text);
}

void
gbox_completion_session_connect_run (GboxCompletionSession *self)
{
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "record", G_CALLBACK (on_record), self);
  g_signal_group_connect_swapped (self->run_signals, "point", G_CALLBACK (on_point), self);
  g_signal_group_connect_swapped (self->run_signals, "notice-posted", G_CALLBACK (on_notice), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (on_state), self);
}

static void
write_samples (GboxCompletionSession *self)
{
  self->pinned = -1;
  start (self, ensure_root (self), 0, -1, gbox_completion_spec_get_values (self->spec)->samples);
  g_list_store_splice (self->samples, 0, g_list_model_get_n_items (G_LIST_MODEL (self->samples)),
                       self->writing->pdata, self->writing->len);
}

void
gbox_completion_session_complete (GboxCompletionSession *self)
{
  g_return_if_fail (GBOX_IS_COMPLETION_SESSION (self));

  if (!gbox_model_item_get_present (self->model))
    return;
  self->is_comparing = FALSE;
  write_samples (self);
}

void
gbox_completion_session_compare (GboxCompletionSession *self, const char *model, const char *other)
{
  g_return_if_fail (GBOX_IS_COMPLETION_SESSION (self));

  gbox_completion_session_choose_model (self, model);
  if (!gbox_model_item_get_present (self->model))
    return;
  self->is_comparing = TRUE;
  write_samples (self);
  self->other_model = g_strdup (other);
}

gboolean
gbox_completion_session_is_comparing (GboxCompletionSession *self)
{
  return self->is_comparing;
}

gboolean
gbox_completion_session_can_continue (GboxCompletionSession *self)
{
  return self->branch != NULL && !gbox_completion_session_is_running (self)
         && gbox_branch_can_continue (self->branch);
}

void
gbox_completion_session_continue (GboxCompletionSession *self)
{
  g_return_if_fail (GBOX_IS_COMPLETION_SESSION (self));

  if (gbox_completion_session_can_continue (self))
    start (self, self->branch, self->tokens->len, -1, 1);
}

void
gbox_completion_session_stop (GboxCompletionSession *self)
{
  g_return_if_fail (GBOX_IS_COMPLETION_SESSION (self));

  if (gbox_completion_session_is_running (self))
    gbox_run_stop (self->run);
}

/* The branch that the token before this one is of, so that alternatives are siblings. */
static GboxBranch *
find_parent (GboxBranch *branch, guint token)
{
  while (gbox_branch_get_parent (branch) != NULL && gbox_branch_get_fork (branch) >= token)
    branch = gbox_branch_get_parent (branch);
  return branch;
}

/* Of what is being written. */
static guint
count_unfinished (GboxCompletionSession *self)
{
  guint n = 0;

  for (guint i = 0; i < self->writing->len; i++)
    n += gbox_branch_get_ending (g_ptr_array_index (self->writing, i)) == NULL;
  return n;
}

/* A branch has the model to itself. */
static void
tell_stopped (GboxCompletionSession *self, guint n)
{
  g_autofree char *text
    = g_strdup_printf ("%u samples were stopped for this branch. Choose one and Continue to finish it.", n);

  g_signal_emit_by_name (self, "message", text);
}

void
gbox_completion_session_branch (GboxCompletionSession *self, guint token, int id)
{
  GboxBranch *parent, *old;
  guint n_unfinished;

  g_return_if_fail (GBOX_IS_COMPLETION_SESSION (self));

  if (token >= self->tokens->len || gbox_completion_session_get_token (self, token)->sample.chosen.id == id)
    return;
  parent = find_parent (self->branch, token);
  old = gbox_branch_find_child (parent, token, id);
  self->pinned = (int) token;
  n_unfinished = gbox_completion_session_is_running (self) ? count_unfinished (self) : 0;
  if (old != NULL)
    gbox_completion_session_show (self, old);
  else
    start (self, parent, token, id, 1);
  if (n_unfinished > 1 && (old == NULL || !gbox_completion_session_is_running (self)))
    tell_stopped (self, n_unfinished);
}

/* Which of the tokens it could have been a token is. */
static guint
find_rank (const GboxSample *sample)
{
  guint rank = 0;

  while (rank < sample->n_top && sample->top[rank].id != sample->chosen.id)
    rank++;
  return rank;
}

void
gbox_completion_session_walk (GboxCompletionSession *self, int by)
{
  const GboxSample *sample;
  int rank;

  g_return_if_fail (GBOX_IS_COMPLETION_SESSION (self));

  if (self->looked_at < 0)
    return;
  sample = &gbox_completion_session_get_token (self, (guint) self->looked_at)->sample;
  rank = (int) find_rank (sample) + by;
  if (rank >= 0 && rank < (int) sample->n_top)
    gbox_completion_session_branch (self, (guint) self->looked_at, sample->top[rank].id);
}
