/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the Completion page is about: a text, what a model made of it, and the run that goes on. */
#include "completion/completion-session-private.h"

#include "models/model-list.h"

static void init_model_choice (GboxModelChoiceInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GboxCompletionSession,
                               gbox_completion_session,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GBOX_TYPE_MODEL_CHOICE, init_model_choice))

enum
{
  PROP_0,
  PROP_MODEL,
  PROP_PROBLEM,
  PROP_RUN,
  PROP_IS_RUNNING,
  PROP_BRANCH,
  PROP_TOKEN,
  PROP_ERROR,
  PROP_READING,
  PROP_RATE,
  PROP_N_CONTEXT,
  PROP_N_USED,
  PROP_N_REUSED,
  N_PROPS
};

enum
{
  SIGNAL_TEXT_CHANGED,
  SIGNAL_TOKEN_ADDED,
  SIGNAL_SHADES_CHANGED,
  SIGNAL_MESSAGE,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
notify (GboxCompletionSession *self, guint id)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[id]);
}

static void
gbox_completion_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxCompletionSession *self = GBOX_COMPLETION_SESSION (object);

  switch (id)
    {
    case PROP_MODEL:
      g_value_set_object (value, self->model);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, NULL);
      break;
    case PROP_RUN:
      g_value_set_object (value, self->run);
      break;
    case PROP_IS_RUNNING:
      g_value_set_boolean (value, gbox_completion_session_is_running (self));
      break;
    case PROP_BRANCH:
      g_value_set_object (value, self->branch);
      break;
    case PROP_TOKEN:
      g_value_set_int (value, self->looked_at);
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    case PROP_READING:
      g_value_set_double (value, self->reading);
      break;
    case PROP_RATE:
      g_value_set_double (value, self->rate);
      break;
    case PROP_N_CONTEXT:
      g_value_set_uint (value, self->n_context);
      break;
    case PROP_N_USED:
      g_value_set_uint (value, self->n_used);
      break;
    case PROP_N_REUSED:
      g_value_set_uint (value, self->n_reused);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_completion_session_dispose (GObject *object)
{
  GboxCompletionSession *self = GBOX_COMPLETION_SESSION (object);

  gbox_completion_session_end (self);
  g_clear_object (&self->run_signals);
  g_clear_object (&self->run);
  g_clear_object (&self->branch);
  g_clear_object (&self->samples);
  g_clear_object (&self->roots);
  g_clear_object (&self->model);
  g_clear_object (&self->models);
  g_clear_object (&self->spec);
  g_clear_object (&self->settings);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (gbox_completion_session_parent_class)->dispose (object);
}

static void
gbox_completion_session_finalize (GObject *object)
{
  GboxCompletionSession *self = GBOX_COMPLETION_SESSION (object);

  g_ptr_array_unref (self->writing);
  g_ptr_array_unref (self->tokens);
  g_array_unref (self->shades);
  gbox_token_map_free (self->map);
  g_free (self->prompt);
  g_free (self->error);
  g_free (self->other_model);
  G_OBJECT_CLASS (gbox_completion_session_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *class)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  properties[PROP_MODEL] = g_param_spec_object ("model", NULL, NULL, GBOX_TYPE_MODEL_ITEM, flags);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, flags);
  properties[PROP_RUN] = g_param_spec_object ("run", NULL, NULL, GBOX_TYPE_RUN, flags);
  properties[PROP_IS_RUNNING] = g_param_spec_boolean ("is-running", NULL, NULL, FALSE, flags);
  properties[PROP_BRANCH] = g_param_spec_object ("branch", NULL, NULL, GBOX_TYPE_BRANCH, flags);
  properties[PROP_TOKEN] = g_param_spec_int ("token", NULL, NULL, -1, G_MAXINT, -1, flags);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  properties[PROP_READING] = g_param_spec_double ("reading", NULL, NULL, -1, 1, -1, flags);
  properties[PROP_RATE] = g_param_spec_double ("rate", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_N_CONTEXT] = g_param_spec_uint ("n-context", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_USED] = g_param_spec_uint ("n-used", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_REUSED] = g_param_spec_uint ("n-reused", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (class, N_PROPS, properties);
}

static void
gbox_completion_session_class_init (GboxCompletionSessionClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = gbox_completion_session_get_property;
  object_class->dispose = gbox_completion_session_dispose;
  object_class->finalize = gbox_completion_session_finalize;
  install_properties (object_class);

  signals[SIGNAL_TEXT_CHANGED] = g_signal_new ("text-changed", GBOX_TYPE_COMPLETION_SESSION,
                                               G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_TOKEN_ADDED] = g_signal_new ("token-added", GBOX_TYPE_COMPLETION_SESSION, G_SIGNAL_RUN_LAST,
                                              0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_SHADES_CHANGED] = g_signal_new ("shades-changed", GBOX_TYPE_COMPLETION_SESSION,
                                                 G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_MESSAGE] = g_signal_new ("message", GBOX_TYPE_COMPLETION_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

void
gbox_completion_session_update_looked_at (GboxCompletionSession *self)
{
  const int last = (int) self->tokens->len - 1;
  const int token = self->hovered >= 0 ? self->hovered : self->pinned >= 0 ? self->pinned : last;
  const int looked_at = MIN (token, last);

  if (looked_at == self->looked_at)
    return;
  self->looked_at = looked_at;
  notify (self, PROP_TOKEN);
}

void
gbox_completion_session_set_error (GboxCompletionSession *self, const char *error)
{
  if (g_strcmp0 (self->error, error) == 0)
    return;
  g_free (self->error);
  self->error = g_strdup (error);
  notify (self, PROP_ERROR);
}

static void
set_prompt (GboxCompletionSession *self, const char *prompt)
{
  char *copy = g_strdup (prompt);

  g_free (self->prompt);
  self->prompt = copy;
}

void
gbox_completion_session_add_token (GboxCompletionSession *self, const GboxCompletionToken *token)
{
  g_ptr_array_add (self->tokens, (gpointer) token);
  gbox_token_map_append (self->map, token->text);
}

/* The branch at hand is another: its tokens are what the text has after the prompt. */
void
gbox_completion_session_set_branch (GboxCompletionSession *self, GboxBranch *branch)
{
  g_autoptr (GPtrArray) tokens = branch != NULL ? gbox_branch_collect (branch) : g_ptr_array_new ();

  gbox_completion_session_set_shades (self, NULL, 0);
  g_set_object (&self->branch, branch);
  g_ptr_array_set_size (self->tokens, 0);
  gbox_token_map_truncate (self->map, 0);
  for (guint i = 0; i < tokens->len; i++)
    gbox_completion_session_add_token (self, g_ptr_array_index (tokens, i));
  if (branch != NULL)
    set_prompt (self, gbox_branch_get_prompt (branch));
  self->hovered = -1;
  self->looked_at = -2; /* it is another, even with the same number */
  gbox_completion_session_update_looked_at (self);
  gbox_completion_session_update_n_used (self);
  notify (self, PROP_BRANCH);
}

static void
remember_spec (GboxCompletionSession *self)
{
  g_autofree char *json = gbox_spec_to_json (GBOX_SPEC (self->spec));

  gbox_settings_set_completion (self->settings, json);
}

/* What runs takes over what it can; a longer text than was asked for first needs a new run. */
static void
on_spec_notify (GboxCompletionSession *self, GParamSpec *pspec)
{
  g_autoptr (GboxSpec) adjusted = NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  guint before, after;

  remember_spec (self);
  if (!(pspec->flags & GBOX_PARAM_LIVE) || !gbox_completion_session_is_running (self))
    return;
  adjusted = gbox_spec_copy (gbox_run_get_spec (self->run));
  before = gbox_completion_spec_get_values (GBOX_COMPLETION_SPEC (adjusted))->max_tokens;
  g_object_get_property (G_OBJECT (self->spec), pspec->name, &value);
  g_object_set_property (G_OBJECT (adjusted), pspec->name, &value);
  after = gbox_completion_spec_get_values (GBOX_COMPLETION_SPEC (adjusted))->max_tokens;
  if (after <= before)
    gbox_run_adjust (self->run, adjusted, NULL);
}

static void
gbox_completion_session_init (GboxCompletionSession *self)
{
  self->writing = g_ptr_array_new_with_free_func (g_object_unref);
  self->tokens = g_ptr_array_new ();
  self->shades = g_array_new (FALSE, FALSE, sizeof (GboxShade));
  self->map = gbox_token_map_new ();
  self->roots = g_list_store_new (GBOX_TYPE_BRANCH);
  self->samples = g_list_store_new (GBOX_TYPE_BRANCH);
  self->prompt = g_strdup ("");
  self->pinned = self->hovered = self->looked_at = -1;
  self->reading = -1;
  gbox_completion_session_connect_run (self);
}

static void
restore_spec (GboxCompletionSession *self)
{
  const char *json = gbox_settings_get_completion (self->settings);
  g_autoptr (GError) error = NULL;
  GboxSpec *spec = NULL;

  if (*json != '\0')
    spec = gbox_spec_new_from_json (GBOX_TYPE_COMPLETION_SPEC, json, &error);
  if (error != NULL)
    g_info ("The last parameters are not taken up: %s", error->message);
  self->spec = spec != NULL ? GBOX_COMPLETION_SPEC (spec) : gbox_completion_spec_new ();
  g_object_set (self->spec, "prompt", "", "continuation", "", "first-token", -1, NULL);
  g_signal_connect_object (self->spec, "notify", G_CALLBACK (on_spec_notify), self, G_CONNECT_SWAPPED);
}

static const GboxCatalogue *
get_catalogue (GboxCompletionSession *self)
{
  return gbox_model_store_get_catalogue (gbox_engine_get_store (self->engine));
}

/* The model of the last time if it is still here, else the default one. */
static void
restore_model (GboxCompletionSession *self)
{
  const char *name = gbox_completion_spec_get_values (self->spec)->model;
  g_autofree char *path = *name != '\0' ? gbox_catalogue_locate (get_catalogue (self), name, NULL) : NULL;

  if (path == NULL)
    name = gbox_catalogue_get_default (get_catalogue (self), GBOX_MODEL_LANGUAGE);
  gbox_completion_session_choose_model (self, name);
}

GboxCompletionSession *
gbox_completion_session_new (GboxEngine *engine, GboxSettings *settings)
{
  GboxCompletionSession *self = g_object_new (GBOX_TYPE_COMPLETION_SESSION, NULL);

  self->engine = g_object_ref (engine);
  self->settings = g_object_ref (settings);
  self->models = gbox_model_list_new (engine, GBOX_MODEL_LANGUAGE);
  restore_spec (self);
  restore_model (self);
  return self;
}

void
gbox_completion_session_end (GboxCompletionSession *self)
{
  g_return_if_fail (GBOX_IS_COMPLETION_SESSION (self));

  if (self->run != NULL)
    gbox_completion_session_stop (self);
  if (self->models != NULL)
    gbox_model_list_cancel (self->models);
}

GboxEngine *
gbox_completion_session_get_engine (GboxCompletionSession *self)
{
  return self->engine;
}

GboxModelItem *
gbox_completion_session_get_model (GboxCompletionSession *self)
{
  return self->model;
}

GboxCompletionSpec *
gbox_completion_session_get_spec (GboxCompletionSession *self)
{
  return self->spec;
}

GboxRun *
gbox_completion_session_get_run (GboxCompletionSession *self)
{
  return self->run;
}

gboolean
gbox_completion_session_is_running (GboxCompletionSession *self)
{
  return self->run != NULL && !gbox_run_is_final (self->run);
}

const char *
gbox_completion_session_get_error (GboxCompletionSession *self)
{
  return self->error;
}

static void
choose (GboxCompletionSession *self, GboxModelItem *model)
{
  if (model == self->model)
    return;
  gbox_completion_session_stop (self);
  g_set_object (&self->model, model);
  g_object_set (self->spec, "model", gbox_model_item_get_name (model), NULL);
  gbox_completion_session_set_error (self, NULL);
  gbox_completion_session_set_counts (self, 0, 0);
  notify (self, PROP_MODEL);
}

void
gbox_completion_session_choose_model (GboxCompletionSession *self, const char *name)
{
  g_return_if_fail (GBOX_IS_COMPLETION_SESSION (self));

  choose (self, gbox_model_list_find (self->models, self->engine, name));
}

void
gbox_completion_session_add_model (GboxCompletionSession *self, const char *path, const char *title)
{
  g_return_if_fail (GBOX_IS_COMPLETION_SESSION (self));

  gbox_model_item_set_title (gbox_model_list_find (self->models, self->engine, path), title);
}

const char *
gbox_completion_session_get_model_title (GboxCompletionSession *self, GboxBranch *branch)
{
  return gbox_model_item_get_title (
    gbox_model_list_find (self->models, self->engine, gbox_branch_get_model (branch)));
}

const char *
gbox_completion_session_get_prompt (GboxCompletionSession *self)
{
  return self->prompt;
}

char *
gbox_completion_session_get_text (GboxCompletionSession *self)
{
  g_autofree char *tokens = self->branch != NULL ? gbox_branch_get_text (self->branch) : NULL;

  return g_strconcat (self->prompt, tokens, NULL);
}

void
gbox_completion_session_edit (GboxCompletionSession *self, const char *text)
{
  g_return_if_fail (GBOX_IS_COMPLETION_SESSION (self));

  gbox_completion_session_stop (self);
  set_prompt (self, text);
  gbox_completion_session_set_error (self, NULL);
  gbox_completion_session_set_counts (self, self->n_context, 0);
  self->pinned = -1;
  gbox_completion_session_set_branch (self, NULL);
}

void
gbox_completion_session_set_text (GboxCompletionSession *self, const char *text)
{
  gbox_completion_session_edit (self, text);
  g_signal_emit (self, signals[SIGNAL_TEXT_CHANGED], 0);
}

GboxBranch *
gbox_completion_session_get_branch (GboxCompletionSession *self)
{
  return self->branch;
}

guint
gbox_completion_session_get_n_tokens (GboxCompletionSession *self)
{
  return self->tokens->len;
}

const GboxCompletionToken *
gbox_completion_session_get_token (GboxCompletionSession *self, guint i)
{
  return g_ptr_array_index (self->tokens, i);
}

const GboxTokenMap *
gbox_completion_session_get_map (GboxCompletionSession *self)
{
  return self->map;
}

GArray *
gbox_completion_session_get_ids (GboxCompletionSession *self, guint *n_prompt)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (int));
  const int *ids;

  *n_prompt = 0;
  if (self->branch == NULL)
    return all;
  ids = gbox_branch_get_prompt_ids (self->branch, n_prompt);
  if (*n_prompt == 0)
    return all;
  g_array_append_vals (all, ids, *n_prompt);
  for (guint i = 0; i < self->tokens->len; i++)
    g_array_append_val (all, ((GboxCompletionToken *) g_ptr_array_index (self->tokens, i))->sample.chosen.id);
  return all;
}

GListModel *
gbox_completion_session_get_roots (GboxCompletionSession *self)
{
  return G_LIST_MODEL (self->roots);
}

GListModel *
gbox_completion_session_get_samples (GboxCompletionSession *self)
{
  return G_LIST_MODEL (self->samples);
}

static gboolean
is_written (GboxCompletionSession *self, GboxBranch *branch)
{
  return g_ptr_array_find (self->writing, branch, NULL);
}

void
gbox_completion_session_show (GboxCompletionSession *self, GboxBranch *branch)
{
  g_return_if_fail (GBOX_IS_COMPLETION_SESSION (self) && GBOX_IS_BRANCH (branch));

  if (branch == self->branch || gbox_branch_get_prompt (branch) == NULL)
    return;
  if (!is_written (self, branch))
    {
      gbox_completion_session_stop (self);
      gbox_completion_session_set_counts (self, self->n_context, 0);
    }
  gbox_completion_session_choose_model (self, gbox_branch_get_model (branch));
  gbox_completion_session_set_error (self, NULL);
  gbox_completion_session_set_branch (self, branch);
  g_signal_emit (self, signals[SIGNAL_TEXT_CHANGED], 0);
}

int
gbox_completion_session_get_looked_at (GboxCompletionSession *self)
{
  return self->looked_at;
}

void
gbox_completion_session_look_at (GboxCompletionSession *self, int token)
{
  g_return_if_fail (GBOX_IS_COMPLETION_SESSION (self));

  self->pinned = token;
  gbox_completion_session_update_looked_at (self);
}

void
gbox_completion_session_hover (GboxCompletionSession *self, int token)
{
  g_return_if_fail (GBOX_IS_COMPLETION_SESSION (self));

  self->hovered = token;
  gbox_completion_session_update_looked_at (self);
}

void
gbox_completion_session_set_shades (GboxCompletionSession *self, const GboxShade *shades, guint n)
{
  g_return_if_fail (GBOX_IS_COMPLETION_SESSION (self));

  if (n == 0 && self->shades->len == 0)
    return;
  g_array_set_size (self->shades, 0);
  if (n > 0)
    g_array_append_vals (self->shades, shades, n);
  g_signal_emit (self, signals[SIGNAL_SHADES_CHANGED], 0);
}

const GboxShade *
gbox_completion_session_get_shades (GboxCompletionSession *self, guint *n)
{
  *n = self->shades->len;
  return (const GboxShade *) (gpointer) self->shades->data;
}

static GListModel *
choice_get_models (GboxModelChoice *choice)
{
  return G_LIST_MODEL (GBOX_COMPLETION_SESSION (choice)->models);
}

static GboxModelItem *
choice_get_model (GboxModelChoice *choice)
{
  return GBOX_COMPLETION_SESSION (choice)->model;
}

static const char *
choice_get_problem (GboxModelChoice *choice)
{
  return NULL;
}

static void
choice_choose (GboxModelChoice *choice, GboxModelItem *model)
{
  choose (GBOX_COMPLETION_SESSION (choice), model);
}

static void
init_model_choice (GboxModelChoiceInterface *interface)
{
  interface->get_models = choice_get_models;
  interface->get_model = choice_get_model;
  interface->get_problem = choice_get_problem;
  interface->choose = choice_choose;
}
