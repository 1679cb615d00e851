/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What finetuning is about: the model at hand, what it is to learn, and the run that goes on. */
#include "learning/finetune-session.h"

#include "learning/warning-list.h"
#include "models/model-list.h"

/* What is asked for the first time. */
#define FIRST_PROMPT "Good morning"

struct _GboxFinetuneSession
{
  GObject parent_instance;

  GboxEngine *engine;
  GboxSettings *settings;
  GListStore *models;
  GboxModelItem *model;
  GboxFinetuneSpec *spec;
  GboxRun *run;
  GSignalGroup *run_signals;
  gboolean is_running; /* as the user wants it; the run follows */

  GboxReward *reward; /* the run's */
  GListStore *pairs;
  GboxFinetunePhase phase;
  guint text_step;
  GboxWarningList *warnings;
  char *warning; /* all of them */
  char *error;
};

enum
{
  PROP_0,
  PROP_MODEL,
  PROP_PROBLEM,
  PROP_RUN,
  PROP_IS_RUNNING,
  PROP_WARNING,
  PROP_ERROR,
  N_PROPS
};

enum
{
  SIGNAL_POINT,
  SIGNAL_ADJUSTED,
  SIGNAL_TEXTS_CHANGED,
  SIGNAL_CLEARED,
  SIGNAL_MESSAGE,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void init_model_choice (GboxModelChoiceInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GboxFinetuneSession,
                               gbox_finetune_session,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GBOX_TYPE_MODEL_CHOICE, init_model_choice))

static void
notify (GboxFinetuneSession *self, guint id)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[id]);
}

static void
set_text (GboxFinetuneSession *self, char **field, const char *text, guint id)
{
  if (g_strcmp0 (*field, text) == 0)
    return;
  g_free (*field);
  *field = g_strdup (text);
  notify (self, id);
}

static void
set_running (GboxFinetuneSession *self, gboolean is_running)
{
  if (self->is_running == is_running)
    return;
  self->is_running = is_running;
  notify (self, PROP_IS_RUNNING);
}

static void
gbox_finetune_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxFinetuneSession *self = GBOX_FINETUNE_SESSION (object);

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
      g_value_set_boolean (value, self->is_running);
      break;
    case PROP_WARNING:
      g_value_set_string (value, self->warning);
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_finetune_session_dispose (GObject *object)
{
  GboxFinetuneSession *self = GBOX_FINETUNE_SESSION (object);

  gbox_finetune_session_end (self);
  g_clear_object (&self->run_signals);
  g_clear_object (&self->run);
  g_clear_object (&self->pairs);
  g_clear_object (&self->model);
  g_clear_object (&self->models);
  g_clear_object (&self->spec);
  g_clear_object (&self->settings);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (gbox_finetune_session_parent_class)->dispose (object);
}

static void
gbox_finetune_session_finalize (GObject *object)
{
  GboxFinetuneSession *self = GBOX_FINETUNE_SESSION (object);

  g_clear_pointer (&self->reward, gbox_reward_free);
  gbox_warning_list_free (self->warnings);
  g_free (self->warning);
  g_free (self->error);
  G_OBJECT_CLASS (gbox_finetune_session_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *class)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  properties[PROP_MODEL] = g_param_spec_object ("model", NULL, NULL, GBOX_TYPE_MODEL_ITEM, flags);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, flags);
  properties[PROP_RUN] = g_param_spec_object ("run", NULL, NULL, GBOX_TYPE_RUN, flags);
  properties[PROP_IS_RUNNING] = g_param_spec_boolean ("is-running", NULL, NULL, FALSE, flags);
  properties[PROP_WARNING] = g_param_spec_string ("warning", NULL, NULL, NULL, flags);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  g_object_class_install_properties (class, N_PROPS, properties);
}

static guint
add_signal (const char *name, guint n, GType type)
{
  return g_signal_new (name, GBOX_TYPE_FINETUNE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                       n, type);
}

static void
gbox_finetune_session_class_init (GboxFinetuneSessionClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = gbox_finetune_session_get_property;
  object_class->dispose = gbox_finetune_session_dispose;
  object_class->finalize = gbox_finetune_session_finalize;
  install_properties (object_class);
  signals[SIGNAL_POINT] = add_signal ("point", 1, G_TYPE_POINTER);
  signals[SIGNAL_ADJUSTED] = add_signal ("adjusted", 1, G_TYPE_STRING);
  signals[SIGNAL_TEXTS_CHANGED] = add_signal ("texts-changed", 0, G_TYPE_NONE);
  signals[SIGNAL_CLEARED] = add_signal ("cleared", 0, G_TYPE_NONE);
  signals[SIGNAL_MESSAGE] = add_signal ("message", 1, G_TYPE_STRING);
}

static void
on_point (GboxFinetuneSession *self, const GboxPoint *point)
{
  g_signal_emit (self, signals[SIGNAL_POINT], 0, point);
}

static GboxFinetunePair *
get_pair (GboxFinetuneSession *self, guint i)
{
  /* The list holds it. */
  g_autoptr (GboxFinetunePair) pair = g_list_model_get_item (G_LIST_MODEL (self->pairs), i);

  return pair;
}

static void
set_phase (GboxFinetuneSession *self, GboxFinetunePhase phase, guint step)
{
  if (self->phase == phase && self->text_step == step)
    return;
  self->phase = phase;
  self->text_step = step;
  if (phase == GBOX_FINETUNE_TRAINING)
    for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->pairs)); i++)
      gbox_finetune_pair_begin_now (get_pair (self, i));
  g_signal_emit (self, signals[SIGNAL_TEXTS_CHANGED], 0);
}

static void
on_piece (GboxFinetuneSession *self, const GboxFinetunePiece *piece)
{
  GboxFinetunePair *pair = get_pair (self, piece->sequence);

  set_phase (self, GBOX_FINETUNE_TRAINING, piece->step);
  if (pair != NULL)
    gbox_finetune_pair_append_now (pair, piece->text);
}

static void
on_completion (GboxFinetuneSession *self, const GboxFinetuneCompletion *completion)
{
  GboxFinetunePair *pair = get_pair (self, completion->sequence);

  if (completion->phase != GBOX_FINETUNE_BEFORE)
    set_phase (self, completion->phase, completion->step);
  if (pair == NULL)
    return;
  if (completion->phase == GBOX_FINETUNE_BEFORE)
    gbox_finetune_pair_set_before (pair, completion->text, completion->reward);
  else
    gbox_finetune_pair_set_now (pair, completion->text, completion->reward);
  g_signal_emit (self, signals[SIGNAL_TEXTS_CHANGED], 0);
}

static void
on_record (GboxFinetuneSession *self, GType type, gconstpointer record)
{
  if (type == GBOX_TYPE_FINETUNE_PIECE)
    on_piece (self, record);
  else if (type == GBOX_TYPE_FINETUNE_COMPLETION)
    on_completion (self, record);
}

static void
follow_warnings (GboxFinetuneSession *self)
{
  g_autofree char *all = gbox_warning_list_describe (self->warnings);

  set_text (self, &self->warning, all, PROP_WARNING);
}

static void
on_notice (GboxFinetuneSession *self, const char *id, const char *text)
{
  if (g_str_equal (id, "adjust"))
    {
      g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, text);
      return;
    }
  gbox_warning_list_set (self->warnings, id, text);
  follow_warnings (self);
}

static void
on_state (GboxFinetuneSession *self)
{
  if (gbox_run_get_error (self->run) != NULL)
    set_text (self, &self->error, gbox_run_get_error (self->run)->message, PROP_ERROR);
  if (gbox_run_is_final (self->run))
    set_running (self, FALSE);
  notify (self, PROP_RUN);
}

static void
gbox_finetune_session_init (GboxFinetuneSession *self)
{
  self->pairs = g_list_store_new (GBOX_TYPE_FINETUNE_PAIR);
  self->warnings = gbox_warning_list_new ();
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "point", G_CALLBACK (on_point), self);
  g_signal_group_connect_swapped (self->run_signals, "record", G_CALLBACK (on_record), self);
  g_signal_group_connect_swapped (self->run_signals, "notice-posted", G_CALLBACK (on_notice), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (on_state), self);
}

/* "learning rate 0.001" */
static char *
describe_change (GboxFinetuneSession *self, GParamSpec *pspec)
{
  g_autofree char *value = gbox_spec_get_as_string (GBOX_SPEC (self->spec), pspec->name);
  g_autofree char *nick = g_strdup (g_param_spec_get_nick (pspec));

  /* "KL coefficient" keeps its capitals. */
  if (g_ascii_islower (nick[1]))
    nick[0] = g_ascii_tolower (nick[0]);
  return g_strdup_printf ("%s %s", nick, value);
}

/* The run's own spec but for this: what else has changed waits for the next start. */
static void
adjust (GboxFinetuneSession *self, GParamSpec *pspec)
{
  g_autoptr (GboxSpec) adjusted = gbox_spec_copy (gbox_run_get_spec (self->run));
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree char *change = describe_change (self, pspec);
  g_autoptr (GError) error = NULL;

  g_object_get_property (G_OBJECT (self->spec), pspec->name, &value);
  g_object_set_property (G_OBJECT (adjusted), pspec->name, &value);
  if (gbox_run_adjust (self->run, adjusted, &error))
    g_signal_emit (self, signals[SIGNAL_ADJUSTED], 0, change);
  else
    g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, error->message);
}

static void
on_spec_notify (GboxFinetuneSession *self, GParamSpec *pspec)
{
  g_autofree char *json = gbox_spec_to_json (GBOX_SPEC (self->spec));

  gbox_settings_set_finetune (self->settings, json);
  if ((pspec->flags & GBOX_PARAM_LIVE) && gbox_finetune_session_has_begun (self))
    adjust (self, pspec);
}

static void
restore_spec (GboxFinetuneSession *self)
{
  const char *json = gbox_settings_get_finetune (self->settings);
  g_autoptr (GError) error = NULL;
  GboxSpec *spec = NULL;

  if (*json != '\0')
    spec = gbox_spec_new_from_json (GBOX_TYPE_FINETUNE_SPEC, json, &error);
  if (error != NULL)
    g_info ("The last parameters are not taken up: %s", error->message);
  self->spec = spec != NULL ? GBOX_FINETUNE_SPEC (spec) : gbox_finetune_spec_new ();
  if (spec == NULL)
    g_object_set (self->spec, "prompt", FIRST_PROMPT, NULL);
  g_object_set (self->spec, "checkpoint", "", "resume", "", NULL);
  g_signal_connect_object (self->spec, "notify", G_CALLBACK (on_spec_notify), self, G_CONNECT_SWAPPED);
}

/* The model of the last time if it is still here, else the default one. */
static void
restore_model (GboxFinetuneSession *self)
{
  const GboxCatalogue *catalogue = gbox_model_store_get_catalogue (gbox_engine_get_store (self->engine));
  const char *name = gbox_finetune_spec_get_values (self->spec)->model;
  g_autofree char *path = *name != '\0' ? gbox_catalogue_locate (catalogue, name, NULL) : NULL;

  gbox_finetune_session_choose_model (self, path != NULL ? name : "");
}

GboxFinetuneSession *
gbox_finetune_session_new (GboxEngine *engine, GboxSettings *settings)
{
  GboxFinetuneSession *self = g_object_new (GBOX_TYPE_FINETUNE_SESSION, NULL);

  self->engine = g_object_ref (engine);
  self->settings = g_object_ref (settings);
  self->models = gbox_model_list_new (engine, GBOX_MODEL_LANGUAGE);
  restore_spec (self);
  restore_model (self);
  return self;
}

static void
set_run (GboxFinetuneSession *self, GboxRun *run)
{
  g_signal_group_set_target (self->run_signals, run);
  if (self->run != NULL)
    gbox_run_stop (self->run);
  g_set_object (&self->run, run);
  notify (self, PROP_RUN);
}

void
gbox_finetune_session_end (GboxFinetuneSession *self)
{
  g_return_if_fail (GBOX_IS_FINETUNE_SESSION (self));

  if (self->run != NULL)
    set_run (self, NULL);
  set_running (self, FALSE);
  if (self->models != NULL)
    gbox_model_list_cancel (self->models);
}

GboxModelItem *
gbox_finetune_session_get_model (GboxFinetuneSession *self)
{
  return self->model;
}

static void
choose (GboxFinetuneSession *self, GboxModelItem *model)
{
  if (model == self->model)
    return;
  gbox_finetune_session_reset (self);
  g_set_object (&self->model, model);
  g_object_set (self->spec, "model", gbox_model_item_get_name (model), NULL);
  notify (self, PROP_MODEL);
}

void
gbox_finetune_session_choose_model (GboxFinetuneSession *self, const char *name)
{
  g_return_if_fail (GBOX_IS_FINETUNE_SESSION (self));

  if (*name == '\0')
    name = gbox_catalogue_get_default (gbox_model_store_get_catalogue (gbox_engine_get_store (self->engine)),
                                       GBOX_MODEL_LANGUAGE);
  choose (self, gbox_model_list_find (self->models, self->engine, name));
}

GboxFinetuneSpec *
gbox_finetune_session_get_spec (GboxFinetuneSession *self)
{
  return self->spec;
}

const GboxFinetuneValues *
gbox_finetune_session_get_values (GboxFinetuneSession *self)
{
  return gbox_finetune_spec_get_values (self->run != NULL ? GBOX_FINETUNE_SPEC (gbox_run_get_spec (self->run))
                                                          : self->spec);
}

GboxRun *
gbox_finetune_session_get_run (GboxFinetuneSession *self)
{
  return self->run;
}

gboolean
gbox_finetune_session_is_running (GboxFinetuneSession *self)
{
  return self->is_running;
}

gboolean
gbox_finetune_session_has_begun (GboxFinetuneSession *self)
{
  return self->run != NULL && !gbox_run_is_final (self->run);
}

gboolean
gbox_finetune_session_can_save (GboxFinetuneSession *self)
{
  GboxRunState state;

  if (self->run == NULL || gbox_run_get_step (self->run) == 0)
    return FALSE;
  state = gbox_run_get_state (self->run);
  return state != GBOX_RUN_STOPPED && state != GBOX_RUN_FAILED;
}

static void
clear (GboxFinetuneSession *self)
{
  set_run (self, NULL);
  g_list_store_remove_all (self->pairs);
  self->phase = GBOX_FINETUNE_BEFORE;
  self->text_step = 0;
  gbox_warning_list_clear (self->warnings);
  follow_warnings (self);
  set_text (self, &self->error, NULL, PROP_ERROR);
  g_signal_emit (self, signals[SIGNAL_CLEARED], 0);
}

static void
begin (GboxFinetuneSession *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxRun) run = NULL;
  GboxReward *reward = gbox_reward_parse (gbox_finetune_spec_get_values (self->spec)->reward, &error);

  if (reward == NULL)
    {
      g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, error->message);
      return;
    }
  clear (self);
  g_clear_pointer (&self->reward, gbox_reward_free);
  self->reward = reward;
  for (guint i = 0; i < gbox_finetune_spec_get_values (self->spec)->samples; i++)
    {
      g_autoptr (GboxFinetunePair) pair = gbox_finetune_pair_new ();

      g_list_store_append (self->pairs, pair);
    }
  run = gbox_engine_start (self->engine, GBOX_SPEC (self->spec));
  set_run (self, run);
  set_running (self, TRUE);
}

void
gbox_finetune_session_start (GboxFinetuneSession *self)
{
  g_return_if_fail (GBOX_IS_FINETUNE_SESSION (self));

  if (!gbox_finetune_session_has_begun (self))
    {
      begin (self);
      return;
    }
  gbox_run_resume (self->run);
  set_running (self, TRUE);
}

void
gbox_finetune_session_pause (GboxFinetuneSession *self)
{
  g_return_if_fail (GBOX_IS_FINETUNE_SESSION (self));

  if (self->run != NULL)
    gbox_run_pause (self->run);
  set_running (self, FALSE);
}

void
gbox_finetune_session_reset (GboxFinetuneSession *self)
{
  g_return_if_fail (GBOX_IS_FINETUNE_SESSION (self));

  clear (self);
  set_running (self, FALSE);
}

GListModel *
gbox_finetune_session_get_pairs (GboxFinetuneSession *self)
{
  return G_LIST_MODEL (self->pairs);
}

GboxFinetunePhase
gbox_finetune_session_get_phase (GboxFinetuneSession *self)
{
  return self->phase;
}

guint
gbox_finetune_session_get_text_step (GboxFinetuneSession *self)
{
  return self->text_step;
}

const GboxReward *
gbox_finetune_session_get_reward (GboxFinetuneSession *self)
{
  return self->reward;
}

static GListModel *
choice_get_models (GboxModelChoice *choice)
{
  return G_LIST_MODEL (GBOX_FINETUNE_SESSION (choice)->models);
}

static GboxModelItem *
choice_get_model (GboxModelChoice *choice)
{
  return GBOX_FINETUNE_SESSION (choice)->model;
}

/* What goes wrong goes wrong in a run, which says so itself. */
static const char *
choice_get_problem (GboxModelChoice *choice)
{
  return NULL;
}

static void
choice_choose (GboxModelChoice *choice, GboxModelItem *model)
{
  choose (GBOX_FINETUNE_SESSION (choice), model);
}

static void
init_model_choice (GboxModelChoiceInterface *interface)
{
  interface->get_models = choice_get_models;
  interface->get_model = choice_get_model;
  interface->get_problem = choice_get_problem;
  interface->choose = choice_choose;
}
