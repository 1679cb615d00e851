/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the samples of a session in a sandbox, and says on each whether it works. */
#include "completion/sample-checks.h"

#include "language/code-check.h"

struct _GboxSampleChecks
{
  GObject parent_instance;

  GboxCompletionSession *session;
  GboxCodeChecker *checker; /* NULL while there is no sandbox */
  GCancellable *opening;    /* NULL before it was asked for */
  GCancellable *checking;   /* of the samples at hand */
  GPtrArray *asked;         /* of GboxBranch: given to the checker */
  guint n_checked;
  guint n_passed;
  gboolean is_on;
  gboolean has_ended;
  char *problem;
  char *summary;
};

G_DEFINE_FINAL_TYPE (GboxSampleChecks, gbox_sample_checks, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_IS_ON,
  PROP_PROBLEM,
  PROP_SUMMARY,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* What one check is about. */
typedef struct
{
  GboxSampleChecks *checks;
  GboxBranch *branch;
} Asked;

static void
asked_free (Asked *asked)
{
  g_object_unref (asked->checks);
  g_object_unref (asked->branch);
  g_free (asked);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asked, asked_free)

static void
update_summary (GboxSampleChecks *self)
{
  g_autofree char *summary = NULL;

  if (self->n_checked > 0)
    summary = g_strdup_printf ("%u of %u pass · run in a sandbox, %d s and %d MB each", self->n_passed,
                               self->n_checked, GBOX_SANDBOX_CPU_SECONDS, GBOX_SANDBOX_MEGABYTES);
  else if (self->asked->len > 0)
    summary = g_strdup ("running in a sandbox…");
  if (g_strcmp0 (self->summary, summary) == 0)
    return;
  g_free (self->summary);
  self->summary = g_steal_pointer (&summary);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUMMARY]);
}

static void
set_badge (GboxBranch *branch, const char *words, const char *style, const char *tip)
{
  g_object_set (branch, "badge-style", style, "badge-tip", tip, "badge", words, NULL);
}

static char *
describe_at_length (const GboxCodeResult *result)
{
  g_autofree char *words = gbox_code_result_describe (result);

  if (result->verdict == GBOX_CODE_PASS || result->verdict == GBOX_CODE_WRONG)
    return g_strdup_printf ("It %s.", words);
  return g_strdup_printf ("It passes %u of %u checks: %s.", result->passed, result->of,
                          result->exception != NULL ? result->exception : words);
}

static void
on_checked (GObject *source, GAsyncResult *task, gpointer user_data)
{
  g_autoptr (Asked) asked = user_data;
  GboxSampleChecks *self = asked->checks;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxCodeResult) result = gbox_code_checker_check_finish (task, &error);
  g_autofree char *words = NULL;
  g_autofree char *tip = NULL;

  if (result == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        set_badge (asked->branch, "not run", "warning", error->message);
      return;
    }
  words = gbox_code_result_describe (result);
  tip = describe_at_length (result);
  self->n_checked++;
  self->n_passed += result->verdict == GBOX_CODE_PASS;
  set_badge (asked->branch, words, result->verdict == GBOX_CODE_PASS ? "success" : "error", tip);
  update_summary (self);
}

static void
check (GboxSampleChecks *self, GboxBranch *branch)
{
  const char *prompt = gbox_branch_get_prompt (branch);
  g_autoptr (GboxCodeChecks) checks = NULL;
  g_autofree char *completion = NULL;
  g_autofree char *source = NULL;
  Asked *asked;

  if (!self->is_on || self->checker == NULL || gbox_branch_get_ending (branch) == NULL
      || g_ptr_array_find (self->asked, branch, NULL) || prompt == NULL
      || (checks = gbox_code_checks_find (prompt)) == NULL)
    return;
  completion = gbox_branch_get_text (branch);
  source = gbox_code_join (prompt, completion);
  asked = g_new (Asked, 1);
  asked->checks = g_object_ref (self);
  asked->branch = g_object_ref (branch);
  g_ptr_array_add (self->asked, g_object_ref (branch));
  gbox_code_checker_check_async (self->checker, checks, source, self->checking, on_checked, asked);
  update_summary (self);
}

static void
on_ending (GboxSampleChecks *self, GParamSpec *pspec, GboxBranch *branch)
{
  check (self, branch);
}

static void
check_all (GboxSampleChecks *self)
{
  GListModel *samples = gbox_completion_session_get_samples (self->session);

  for (guint i = 0; i < g_list_model_get_n_items (samples); i++)
    {
      g_autoptr (GboxBranch) branch = g_list_model_get_item (samples, i);

      check (self, branch);
    }
}

static void
forget (GboxSampleChecks *self)
{
  g_cancellable_cancel (self->checking);
  g_object_unref (self->checking);
  self->checking = g_cancellable_new ();
  for (guint i = 0; i < self->asked->len; i++)
    set_badge (g_ptr_array_index (self->asked, i), NULL, NULL, NULL);
  g_ptr_array_set_size (self->asked, 0);
  self->n_checked = self->n_passed = 0;
  update_summary (self);
}

static void
on_samples_changed (GboxSampleChecks *self, guint position, guint removed, guint added, GListModel *samples)
{
  forget (self);
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (GboxBranch) branch = g_list_model_get_item (samples, i);

      g_signal_connect_object (branch, "notify::ending", G_CALLBACK (on_ending), self, G_CONNECT_SWAPPED);
    }
  check_all (self);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GboxSampleChecks) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxCodeSandbox) sandbox = gbox_code_sandbox_open_finish (result, &error);

  if (self->has_ended)
    return;
  if (sandbox == NULL)
    {
      self->problem = g_strdup (error->message);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
      return;
    }
  self->checker = gbox_code_checker_new (sandbox);
  check_all (self);
}

static void
set_is_on (GboxSampleChecks *self, gboolean is_on)
{
  if (self->is_on == is_on)
    return;
  self->is_on = is_on;
  if (is_on)
    check_all (self);
  else
    forget (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_ON]);
}

static void
gbox_sample_checks_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  const GboxSampleChecks *self = GBOX_SAMPLE_CHECKS (object);

  switch (id)
    {
    case PROP_IS_ON:
      g_value_set_boolean (value, self->is_on);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    case PROP_SUMMARY:
      g_value_set_string (value, self->summary);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_sample_checks_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_IS_ON)
    set_is_on (GBOX_SAMPLE_CHECKS (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gbox_sample_checks_finalize (GObject *object)
{
  GboxSampleChecks *self = GBOX_SAMPLE_CHECKS (object);

  g_clear_pointer (&self->checker, gbox_code_checker_unref);
  g_clear_object (&self->opening);
  g_clear_object (&self->checking);
  g_clear_object (&self->session);
  g_ptr_array_unref (self->asked);
  g_free (self->problem);
  g_free (self->summary);
  G_OBJECT_CLASS (gbox_sample_checks_parent_class)->finalize (object);
}

static void
gbox_sample_checks_class_init (GboxSampleChecksClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_sample_checks_get_property;
  object_class->set_property = gbox_sample_checks_set_property;
  object_class->finalize = gbox_sample_checks_finalize;

  properties[PROP_IS_ON]
    = g_param_spec_boolean ("is-on", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, flags);
  properties[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gbox_sample_checks_init (GboxSampleChecks *self)
{
  self->checking = g_cancellable_new ();
  self->asked = g_ptr_array_new_with_free_func (g_object_unref);
}

GboxSampleChecks *
gbox_sample_checks_new (GboxCompletionSession *session)
{
  GboxSampleChecks *self = g_object_new (GBOX_TYPE_SAMPLE_CHECKS, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (gbox_completion_session_get_samples (session), "items-changed",
                           G_CALLBACK (on_samples_changed), self, G_CONNECT_SWAPPED);
  return self;
}

void
gbox_sample_checks_open (GboxSampleChecks *self)
{
  g_return_if_fail (GBOX_IS_SAMPLE_CHECKS (self));

  if (self->opening != NULL || self->has_ended)
    return;
  self->opening = g_cancellable_new ();
  gbox_code_sandbox_open_async (self->opening, on_opened, g_object_ref (self));
}

void
gbox_sample_checks_end (GboxSampleChecks *self)
{
  g_return_if_fail (GBOX_IS_SAMPLE_CHECKS (self));

  self->has_ended = TRUE;
  if (self->opening != NULL)
    g_cancellable_cancel (self->opening);
  g_clear_pointer (&self->checker, gbox_code_checker_unref);
  forget (self);
}
