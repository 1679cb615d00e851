/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the Vision page is about: the model at hand, the spec being edited and the run that goes on. */
#include "vision/vision-session-private.h"

#include "models/model-list.h"
#include "vision/target.h"

static void init_model_choice (GboxModelChoiceInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GboxVisionSession,
                               gbox_vision_session,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GBOX_TYPE_MODEL_CHOICE, init_model_choice))

enum
{
  PROP_0,
  PROP_MODEL,
  PROP_NETWORK,
  PROP_RUN,
  PROP_NEEDS_RESTART,
  PROP_PROBLEM,
  PROP_SELECTED,
  PROP_LOCKSTEP,
  N_PROPS
};

enum
{
  SIGNAL_TARGET_CHANGED,
  SIGNAL_MESSAGE,
  N_SIGNALS
};

/* "chain", which the first pictures of the field made known. */
#define FIRST_CLASS 488

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
gbox_vision_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxVisionSession *self = GBOX_VISION_SESSION (object);

  switch (id)
    {
    case PROP_MODEL:
      g_value_set_object (value, self->model);
      break;
    case PROP_NETWORK:
      g_value_set_pointer (value, self->network);
      break;
    case PROP_RUN:
      g_value_set_object (value, gbox_vision_session_get_run (self));
      break;
    case PROP_NEEDS_RESTART:
      g_value_set_boolean (value, self->needs_restart);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    case PROP_SELECTED:
      g_value_set_object (value, self->selected);
      break;
    case PROP_LOCKSTEP:
      g_value_set_boolean (value, self->lockstep);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_vision_session_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxVisionSession *self = GBOX_VISION_SESSION (object);

  switch (id)
    {
    case PROP_LOCKSTEP:
      self->lockstep = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_vision_session_dispose (GObject *object)
{
  GboxVisionSession *self = GBOX_VISION_SESSION (object);

  gbox_vision_session_end (self);
  g_clear_pointer (&self->network, gbox_network_unref);
  g_clear_object (&self->model);
  g_clear_object (&self->models);
  g_clear_object (&self->selected);
  g_clear_object (&self->tiles);
  g_clear_object (&self->synced);
  g_clear_object (&self->spec);
  g_clear_object (&self->settings);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (gbox_vision_session_parent_class)->dispose (object);
}

static void
gbox_vision_session_finalize (GObject *object)
{
  GboxVisionSession *self = GBOX_VISION_SESSION (object);

  g_free (self->problem);
  g_free (self->layer);
  G_OBJECT_CLASS (gbox_vision_session_parent_class)->finalize (object);
}

static void
gbox_vision_session_class_init (GboxVisionSessionClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_vision_session_get_property;
  object_class->set_property = gbox_vision_session_set_property;
  object_class->dispose = gbox_vision_session_dispose;
  object_class->finalize = gbox_vision_session_finalize;

  properties[PROP_MODEL] = g_param_spec_object ("model", NULL, NULL, GBOX_TYPE_MODEL_ITEM, flags);
  properties[PROP_NETWORK] = g_param_spec_pointer ("network", NULL, NULL, flags);
  properties[PROP_RUN] = g_param_spec_object ("run", NULL, NULL, GBOX_TYPE_RUN, flags);
  properties[PROP_NEEDS_RESTART] = g_param_spec_boolean ("needs-restart", NULL, NULL, FALSE, flags);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, flags);
  properties[PROP_SELECTED] = g_param_spec_object ("selected", NULL, NULL, GBOX_TYPE_VISION_TILE, flags);
  properties[PROP_LOCKSTEP]
    = g_param_spec_boolean ("lockstep", NULL, NULL, TRUE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_TARGET_CHANGED] = g_signal_new ("target-changed", GBOX_TYPE_VISION_SESSION,
                                                 G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_MESSAGE] = g_signal_new ("message", GBOX_TYPE_VISION_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
gbox_vision_session_init (GboxVisionSession *self)
{
  self->class_id = FIRST_CLASS;
  self->lockstep = TRUE;
}

static void
set_problem (GboxVisionSession *self, const char *problem)
{
  if (g_strcmp0 (self->problem, problem) == 0)
    return;
  g_free (self->problem);
  self->problem = g_strdup (problem);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

static void
remember_spec (GboxVisionSession *self)
{
  g_autofree char *json = gbox_spec_to_json (GBOX_SPEC (self->spec));

  gbox_settings_set_spec (self->settings, json);
}

static void
update_needs_restart (GboxVisionSession *self)
{
  GboxRun *run = gbox_vision_session_get_run (self);
  const gboolean needs_restart
    = run && gbox_spec_needs_restart (gbox_run_get_spec (run), GBOX_SPEC (self->spec));

  if (needs_restart == self->needs_restart)
    return;
  self->needs_restart = needs_restart;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NEEDS_RESTART]);
}

/* Several properties at once, of which nobody is told but in the end. What was opened is left behind: it is
 * about another picture. */
void
gbox_vision_session_begin_change (GboxVisionSession *self)
{
  self->is_changing = TRUE;
  g_object_set (self->spec, "start-digest", "", "schedule", "", "checkpoint", "", NULL);
}

void
gbox_vision_session_end_change (GboxVisionSession *self)
{
  self->is_changing = FALSE;
}

/* What is opened, rather than chosen. Setting one of these while its change is told would tell it for ever.
 */
static gboolean
is_opened (const GParamSpec *pspec)
{
  static const char *const names[] = { "start-digest", "schedule", "checkpoint", NULL };

  return g_strv_contains (names, pspec->name);
}

static void
on_spec_notify (GboxVisionSession *self, GParamSpec *pspec)
{
  GboxRun *run = gbox_vision_session_get_run (self);
  g_autoptr (GError) error = NULL;

  if (self->is_changing)
    return;
  if (!(pspec->flags & GBOX_PARAM_LIVE) && !is_opened (pspec))
    {
      gbox_vision_session_begin_change (self);
      gbox_vision_session_end_change (self);
    }
  remember_spec (self);
  if (pspec->flags & GBOX_PARAM_LIVE)
    gbox_vision_session_adjust_others (self);
  if (run && (pspec->flags & GBOX_PARAM_LIVE))
    {
      /* The run's own spec but for what is live: what else has changed waits for a restart. */
      g_autoptr (GboxSpec) adjusted = gbox_spec_copy (gbox_run_get_spec (run));

      gbox_visualization_spec_adjust (GBOX_VISUALIZATION_SPEC (adjusted), self->spec);
      if (!gbox_run_adjust (run, adjusted, &error))
        g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, error->message);
    }
  update_needs_restart (self);
}

void
gbox_vision_session_set_run (GboxVisionSession *self, GboxRun *run)
{
  gbox_spec_assign (GBOX_SPEC (gbox_vision_tile_get_spec (self->selected)), GBOX_SPEC (self->spec));
  gbox_vision_tile_set_run (self->selected, run);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUN]);
  update_needs_restart (self);
}

void
gbox_vision_session_tell_selected (GboxVisionSession *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
  g_signal_emit (self, signals[SIGNAL_TARGET_CHANGED], 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUN]);
  update_needs_restart (self);
}

void
gbox_vision_session_start_run (GboxVisionSession *self)
{
  g_autoptr (GboxRun) run = NULL;

  if (!self->network)
    return;
  remember_spec (self);
  run = gbox_engine_start (self->engine, GBOX_SPEC (self->spec));
  gbox_vision_session_set_run (self, run);
}

/* The target has been changed: whoever shows it is told, and a run of it starts. */
void
gbox_vision_session_start_target (GboxVisionSession *self)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);

  if (g_str_equal (values->layer, GBOX_TARGET_CLASS_LAYER))
    {
      self->class_id = values->unit;
    }
  else
    {
      g_free (self->layer);
      self->layer = g_strdup (values->layer);
      self->unit = values->unit;
    }
  g_signal_emit (self, signals[SIGNAL_TARGET_CHANGED], 0);
  gbox_vision_session_start_run (self);
  gbox_vision_session_start_others (self);
}

static void
on_network_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GboxVisionSession) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxNetwork) network = gbox_engine_load_network_finish (GBOX_ENGINE (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || !self->loading)
    return;
  g_clear_object (&self->loading);
  if (!network)
    {
      set_problem (self, error->message);
      return;
    }
  self->network = g_steal_pointer (&network);
  self->is_changing = TRUE;
  gbox_target_fit (self->spec, self->network);
  self->is_changing = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NETWORK]);
  if (self->is_adopting)
    g_signal_emit (self, signals[SIGNAL_TARGET_CHANGED], 0);
  else
    gbox_vision_session_start_target (self);
  self->is_adopting = FALSE;
}

static void
cancel_loading (GboxVisionSession *self)
{
  if (self->loading)
    g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
}

void
gbox_vision_session_load_model (GboxVisionSession *self)
{
  cancel_loading (self);
  if (!self->is_adopting)
    gbox_vision_session_set_run (self, NULL);
  set_problem (self, NULL);
  g_clear_pointer (&self->network, gbox_network_unref);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NETWORK]);
  if (!self->has_begun || !gbox_model_item_get_present (self->model))
    return;
  self->loading = g_cancellable_new ();
  gbox_engine_load_network_async (self->engine, gbox_model_item_get_name (self->model), self->loading,
                                  on_network_loaded, g_object_ref (self));
}

void
gbox_vision_session_set_model (GboxVisionSession *self, GboxModelItem *model)
{
  if (self->model)
    g_signal_handlers_disconnect_by_func (self->model, gbox_vision_session_load_model, self);
  g_set_object (&self->model, model);
  if (model)
    g_signal_connect_object (model, "notify::present", G_CALLBACK (gbox_vision_session_load_model), self,
                             G_CONNECT_SWAPPED);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODEL]);
}

/* Returns: (transfer none): the item of that name. */
GboxModelItem *
gbox_vision_session_find_model (GboxVisionSession *self, const char *name)
{
  return gbox_model_list_find (self->models, self->engine, name);
}

/* They may be gone by now. */
static void
forget_files (GboxVisualizationSpec *spec)
{
  g_object_set (spec, "start", "", "start-digest", "", "schedule", "", "checkpoint", "", "direction-from", "",
                "minus", "", NULL);
  gbox_target_set_objective (spec, gbox_visualization_spec_get_values (spec)->objective);
}

static void
restore_spec (GboxVisionSession *self)
{
  const char *json = gbox_settings_get_spec (self->settings);
  g_autoptr (GError) error = NULL;
  GboxSpec *spec = NULL;

  if (*json)
    spec = gbox_spec_new_from_json (GBOX_TYPE_VISUALIZATION_SPEC, json, &error);
  if (error)
    g_info ("The last parameters are not taken up: %s", error->message);
  self->spec = spec ? GBOX_VISUALIZATION_SPEC (spec) : gbox_visualization_spec_new ();
  forget_files (self->spec);
  g_signal_connect_object (self->spec, "notify", G_CALLBACK (on_spec_notify), self, G_CONNECT_SWAPPED);
}

/* The model of the last time if it is still here, else the default one. */
static void
restore_model (GboxVisionSession *self)
{
  const GboxCatalogue *catalogue = gbox_model_store_get_catalogue (gbox_engine_get_store (self->engine));
  const char *name = gbox_visualization_spec_get_values (self->spec)->model;
  g_autofree char *path = *name ? gbox_catalogue_locate (catalogue, name, NULL) : NULL;

  if (!path)
    name = gbox_catalogue_get_default (catalogue, GBOX_MODEL_VISION);
  gbox_vision_session_set_model (self, gbox_vision_session_find_model (self, name));
  self->is_changing = TRUE;
  g_object_set (self->spec, "model", gbox_model_item_get_name (self->model), NULL);
  self->is_changing = FALSE;
}

GboxVisionSession *
gbox_vision_session_new (GboxEngine *engine, GboxSettings *settings)
{
  GboxVisionSession *self = g_object_new (GBOX_TYPE_VISION_SESSION, NULL);

  self->engine = g_object_ref (engine);
  self->settings = g_object_ref (settings);
  self->models = gbox_model_list_new (engine, GBOX_MODEL_VISION);
  restore_spec (self);
  gbox_vision_session_init_tiles (self);
  restore_model (self);
  return self;
}

void
gbox_vision_session_begin (GboxVisionSession *self)
{
  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  self->has_begun = TRUE;
  gbox_vision_session_load_model (self);
}

void
gbox_vision_session_end (GboxVisionSession *self)
{
  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  self->has_begun = FALSE;
  cancel_loading (self);
  if (self->tiles)
    gbox_vision_session_end_tiles (self);
  if (self->models)
    gbox_model_list_cancel (self->models);
}

GboxEngine *
gbox_vision_session_get_engine (GboxVisionSession *self)
{
  return self->engine;
}

gboolean
gbox_vision_session_has_begun (GboxVisionSession *self)
{
  return self->has_begun;
}

GListModel *
gbox_vision_session_get_models (GboxVisionSession *self)
{
  return G_LIST_MODEL (self->models);
}

GboxModelItem *
gbox_vision_session_get_model (GboxVisionSession *self)
{
  return self->model;
}

GboxVisualizationSpec *
gbox_vision_session_get_spec (GboxVisionSession *self)
{
  return self->spec;
}

GboxNetwork *
gbox_vision_session_get_network (GboxVisionSession *self)
{
  return self->network;
}

GboxRun *
gbox_vision_session_get_run (GboxVisionSession *self)
{
  return self->selected ? gbox_vision_tile_get_run (self->selected) : NULL;
}

int
gbox_vision_session_get_map_side (GboxVisionSession *self)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (self->spec);
  const int index = self->network ? gbox_network_find_layer (self->network, values->layer) : -1;

  return index < 0 ? 0 : gbox_network_get_map_side (self->network, (guint) index, values->size);
}

gboolean
gbox_vision_session_get_needs_restart (GboxVisionSession *self)
{
  return self->needs_restart;
}

const char *
gbox_vision_session_get_problem (GboxVisionSession *self)
{
  return self->problem;
}

void
gbox_vision_session_choose_model (GboxVisionSession *self, GboxModelItem *model)
{
  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  if (model == self->model && !self->problem)
    return;
  self->is_adopting = FALSE;
  gbox_vision_session_begin_change (self);
  g_object_set (self->spec, "model", gbox_model_item_get_name (model), NULL);
  gbox_vision_session_end_change (self);
  gbox_vision_session_set_model (self, model);
  gbox_vision_session_load_model (self);
}

void
gbox_vision_session_choose_model_name (GboxVisionSession *self, const char *name)
{
  g_return_if_fail (GBOX_IS_VISION_SESSION (self));

  gbox_vision_session_choose_model (self, gbox_vision_session_find_model (self, name));
}

static GListModel *
choice_get_models (GboxModelChoice *choice)
{
  return gbox_vision_session_get_models (GBOX_VISION_SESSION (choice));
}

static GboxModelItem *
choice_get_model (GboxModelChoice *choice)
{
  return gbox_vision_session_get_model (GBOX_VISION_SESSION (choice));
}

static const char *
choice_get_problem (GboxModelChoice *choice)
{
  return gbox_vision_session_get_problem (GBOX_VISION_SESSION (choice));
}

static void
choice_choose (GboxModelChoice *choice, GboxModelItem *model)
{
  gbox_vision_session_choose_model (GBOX_VISION_SESSION (choice), model);
}

static void
init_model_choice (GboxModelChoiceInterface *interface)
{
  interface->get_models = choice_get_models;
  interface->get_model = choice_get_model;
  interface->get_problem = choice_get_problem;
  interface->choose = choice_choose;
}
