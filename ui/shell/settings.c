/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the window remembers from one start to the next. */
#define G_SETTINGS_ENABLE_BACKEND
#include "shell/settings.h"

#include <gio/gio.h>
#include <gio/gsettingsbackend.h>

#define SCHEMA_ID   "org.glassbox.Glassbox"
#define SCHEMA_ROOT "/org/glassbox/Glassbox/"

struct _GboxSettings
{
  GObject parent_instance;

  GSettings *settings; /* NULL where the schema is missing */
  guint write_source;

  char *spec;
  char *completion;
  char *gridworld;
  char *finetune;
  char *page;
  char *photo_folders;
  char *reinforcement_view;
  char *color_scheme;
  int window_width;
  int window_height;
  int threads;
  gboolean window_maximized;
  gboolean left_pane;
  gboolean right_pane;
  gboolean completion_pane;
  gboolean reinforcement_pane;
  gboolean reinforcement_texts;
  gboolean tints;
  gboolean run_samples;
};

G_DEFINE_FINAL_TYPE (GboxSettings, gbox_settings, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_SPEC,
  PROP_COMPLETION,
  PROP_GRIDWORLD,
  PROP_FINETUNE,
  PROP_WINDOW_WIDTH,
  PROP_WINDOW_HEIGHT,
  PROP_WINDOW_MAXIMIZED,
  PROP_LEFT_PANE,
  PROP_RIGHT_PANE,
  PROP_COMPLETION_PANE,
  PROP_REINFORCEMENT_PANE,
  PROP_REINFORCEMENT_TEXTS,
  PROP_REINFORCEMENT_VIEW,
  PROP_TINTS,
  PROP_RUN_SAMPLES,
  PROP_PAGE,
  PROP_PHOTO_FOLDERS,
  PROP_THREADS,
  PROP_COLOR_SCHEME,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GSettingsSchema *
lookup_schema (void)
{
  GSettingsSchemaSource *usual = g_settings_schema_source_get_default ();
  GSettingsSchema *schema = usual ? g_settings_schema_source_lookup (usual, SCHEMA_ID, TRUE) : NULL;
  g_auto (GStrv) folders = g_strsplit (GBOX_SCHEMA_PATH, ":", -1);

  for (guint i = 0; !schema && folders[i]; i++)
    {
      g_autoptr (GSettingsSchemaSource) source
        = g_settings_schema_source_new_from_directory (folders[i], usual, FALSE, NULL);

      if (source)
        schema = g_settings_schema_source_lookup (source, SCHEMA_ID, FALSE);
    }
  return schema;
}

static GSettings *
open_settings (void)
{
  g_autoptr (GSettingsSchema) schema = lookup_schema ();
  g_autoptr (GSettingsBackend) backend = NULL;
  g_autofree char *file = NULL;

  if (!schema)
    {
      g_info ("The settings schema %s is not installed: settings are not kept.", SCHEMA_ID);
      return NULL;
    }
  if (g_getenv ("GSETTINGS_BACKEND"))
    return g_settings_new_full (schema, NULL, NULL);
  file = g_build_filename (g_get_user_config_dir (), "glassbox", "settings.ini", NULL);
  backend = g_keyfile_settings_backend_new (file, SCHEMA_ROOT, "glassbox");
  return g_settings_new_full (schema, backend, NULL);
}

static void
gbox_settings_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxSettings *self = GBOX_SETTINGS (object);

  switch (id)
    {
    case PROP_SPEC:
      g_value_set_string (value, self->spec);
      break;
    case PROP_COMPLETION:
      g_value_set_string (value, self->completion);
      break;
    case PROP_GRIDWORLD:
      g_value_set_string (value, self->gridworld);
      break;
    case PROP_FINETUNE:
      g_value_set_string (value, self->finetune);
      break;
    case PROP_WINDOW_WIDTH:
      g_value_set_int (value, self->window_width);
      break;
    case PROP_WINDOW_HEIGHT:
      g_value_set_int (value, self->window_height);
      break;
    case PROP_WINDOW_MAXIMIZED:
      g_value_set_boolean (value, self->window_maximized);
      break;
    case PROP_LEFT_PANE:
      g_value_set_boolean (value, self->left_pane);
      break;
    case PROP_RIGHT_PANE:
      g_value_set_boolean (value, self->right_pane);
      break;
    case PROP_COMPLETION_PANE:
      g_value_set_boolean (value, self->completion_pane);
      break;
    case PROP_REINFORCEMENT_PANE:
      g_value_set_boolean (value, self->reinforcement_pane);
      break;
    case PROP_REINFORCEMENT_TEXTS:
      g_value_set_boolean (value, self->reinforcement_texts);
      break;
    case PROP_REINFORCEMENT_VIEW:
      g_value_set_string (value, self->reinforcement_view);
      break;
    case PROP_TINTS:
      g_value_set_boolean (value, self->tints);
      break;
    case PROP_RUN_SAMPLES:
      g_value_set_boolean (value, self->run_samples);
      break;
    case PROP_PAGE:
      g_value_set_string (value, self->page);
      break;
    case PROP_PHOTO_FOLDERS:
      g_value_set_string (value, self->photo_folders);
      break;
    case PROP_THREADS:
      g_value_set_int (value, self->threads);
      break;
    case PROP_COLOR_SCHEME:
      g_value_set_string (value, self->color_scheme);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_settings_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxSettings *self = GBOX_SETTINGS (object);

  switch (id)
    {
    case PROP_SPEC:
      gbox_settings_set_spec (self, g_value_get_string (value));
      break;
    case PROP_COMPLETION:
      gbox_settings_set_completion (self, g_value_get_string (value));
      break;
    case PROP_GRIDWORLD:
      gbox_settings_set_gridworld (self, g_value_get_string (value));
      break;
    case PROP_FINETUNE:
      gbox_settings_set_finetune (self, g_value_get_string (value));
      break;
    case PROP_WINDOW_WIDTH:
      self->window_width = g_value_get_int (value);
      break;
    case PROP_WINDOW_HEIGHT:
      self->window_height = g_value_get_int (value);
      break;
    case PROP_WINDOW_MAXIMIZED:
      self->window_maximized = g_value_get_boolean (value);
      break;
    case PROP_LEFT_PANE:
      self->left_pane = g_value_get_boolean (value);
      break;
    case PROP_RIGHT_PANE:
      self->right_pane = g_value_get_boolean (value);
      break;
    case PROP_COMPLETION_PANE:
      self->completion_pane = g_value_get_boolean (value);
      break;
    case PROP_REINFORCEMENT_PANE:
      self->reinforcement_pane = g_value_get_boolean (value);
      break;
    case PROP_REINFORCEMENT_TEXTS:
      self->reinforcement_texts = g_value_get_boolean (value);
      break;
    case PROP_REINFORCEMENT_VIEW:
      g_free (self->reinforcement_view);
      self->reinforcement_view = g_value_dup_string (value);
      break;
    case PROP_TINTS:
      self->tints = g_value_get_boolean (value);
      break;
    case PROP_RUN_SAMPLES:
      self->run_samples = g_value_get_boolean (value);
      break;
    case PROP_PAGE:
      g_free (self->page);
      self->page = g_value_dup_string (value);
      break;
    case PROP_PHOTO_FOLDERS:
      g_free (self->photo_folders);
      self->photo_folders = g_value_dup_string (value);
      break;
    case PROP_THREADS:
      self->threads = g_value_get_int (value);
      break;
    case PROP_COLOR_SCHEME:
      g_free (self->color_scheme);
      self->color_scheme = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_settings_finalize (GObject *object)
{
  GboxSettings *self = GBOX_SETTINGS (object);

  gbox_settings_flush (self);
  g_clear_object (&self->settings);
  g_free (self->spec);
  g_free (self->completion);
  g_free (self->gridworld);
  g_free (self->finetune);
  g_free (self->reinforcement_view);
  g_free (self->page);
  g_free (self->photo_folders);
  g_free (self->color_scheme);
  G_OBJECT_CLASS (gbox_settings_parent_class)->finalize (object);
}

static void
gbox_settings_class_init (GboxSettingsClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_settings_get_property;
  object_class->set_property = gbox_settings_set_property;
  object_class->finalize = gbox_settings_finalize;

  properties[PROP_SPEC]
    = g_param_spec_string ("spec", NULL, NULL, "", G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_COMPLETION]
    = g_param_spec_string ("completion", NULL, NULL, "", G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_GRIDWORLD]
    = g_param_spec_string ("gridworld", NULL, NULL, "", G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_FINETUNE]
    = g_param_spec_string ("finetune", NULL, NULL, "", G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_WINDOW_WIDTH] = g_param_spec_int ("window-width", NULL, NULL, 360, 16384, 1440, flags);
  properties[PROP_WINDOW_HEIGHT] = g_param_spec_int ("window-height", NULL, NULL, 360, 16384, 900, flags);
  properties[PROP_WINDOW_MAXIMIZED] = g_param_spec_boolean ("window-maximized", NULL, NULL, FALSE, flags);
  properties[PROP_LEFT_PANE] = g_param_spec_boolean ("left-pane", NULL, NULL, TRUE, flags);
  properties[PROP_RIGHT_PANE] = g_param_spec_boolean ("right-pane", NULL, NULL, TRUE, flags);
  properties[PROP_COMPLETION_PANE] = g_param_spec_boolean ("completion-pane", NULL, NULL, TRUE, flags);
  properties[PROP_REINFORCEMENT_PANE] = g_param_spec_boolean ("reinforcement-pane", NULL, NULL, TRUE, flags);
  properties[PROP_REINFORCEMENT_TEXTS]
    = g_param_spec_boolean ("reinforcement-texts", NULL, NULL, TRUE, flags);
  properties[PROP_REINFORCEMENT_VIEW]
    = g_param_spec_string ("reinforcement-view", NULL, NULL, "language", flags);
  properties[PROP_TINTS] = g_param_spec_boolean ("tints", NULL, NULL, TRUE, flags);
  properties[PROP_RUN_SAMPLES] = g_param_spec_boolean ("run-samples", NULL, NULL, FALSE, flags);
  properties[PROP_PAGE] = g_param_spec_string ("page", NULL, NULL, "vision", flags);
  properties[PROP_PHOTO_FOLDERS] = g_param_spec_string ("photo-folders", NULL, NULL, "", flags);
  properties[PROP_THREADS] = g_param_spec_int ("threads", NULL, NULL, 0, 256, 0, flags);
  properties[PROP_COLOR_SCHEME] = g_param_spec_string ("color-scheme", NULL, NULL, "system", flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gbox_settings_init (GboxSettings *self)
{
  self->settings = open_settings ();
  if (self->settings)
    {
      self->spec = g_settings_get_string (self->settings, "spec");
      self->completion = g_settings_get_string (self->settings, "completion");
      self->gridworld = g_settings_get_string (self->settings, "gridworld");
      self->finetune = g_settings_get_string (self->settings, "finetune");
    }
}

GboxSettings *
gbox_settings_new (void)
{
  GboxSettings *self = g_object_new (GBOX_TYPE_SETTINGS, NULL);

  for (guint id = PROP_WINDOW_WIDTH; self->settings && id < N_PROPS; id++)
    g_settings_bind (self->settings, properties[id]->name, self, properties[id]->name,
                     G_SETTINGS_BIND_DEFAULT);
  return self;
}

static gboolean
write_specs (gpointer data)
{
  GboxSettings *self = data;

  self->write_source = 0;
  if (!self->settings)
    return G_SOURCE_REMOVE;
  g_settings_set_string (self->settings, "spec", gbox_settings_get_spec (self));
  g_settings_set_string (self->settings, "completion", gbox_settings_get_completion (self));
  g_settings_set_string (self->settings, "gridworld", gbox_settings_get_gridworld (self));
  g_settings_set_string (self->settings, "finetune", gbox_settings_get_finetune (self));
  return G_SOURCE_REMOVE;
}

/* They change with every move of a slider: they are written a little later. */
static void
set_spec (GboxSettings *self, char **field, const char *json, guint property)
{
  if (g_strcmp0 (*field, json) == 0)
    return;
  g_free (*field);
  *field = g_strdup (json ? json : "");
  if (self->write_source == 0)
    self->write_source = g_timeout_add_seconds (1, write_specs, self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
gbox_settings_set_spec (GboxSettings *self, const char *json)
{
  g_return_if_fail (GBOX_IS_SETTINGS (self));

  set_spec (self, &self->spec, json, PROP_SPEC);
}

const char *
gbox_settings_get_spec (GboxSettings *self)
{
  g_return_val_if_fail (GBOX_IS_SETTINGS (self), "");

  return self->spec ? self->spec : "";
}

void
gbox_settings_set_completion (GboxSettings *self, const char *json)
{
  g_return_if_fail (GBOX_IS_SETTINGS (self));

  set_spec (self, &self->completion, json, PROP_COMPLETION);
}

const char *
gbox_settings_get_completion (GboxSettings *self)
{
  g_return_val_if_fail (GBOX_IS_SETTINGS (self), "");

  return self->completion ? self->completion : "";
}

void
gbox_settings_set_gridworld (GboxSettings *self, const char *json)
{
  g_return_if_fail (GBOX_IS_SETTINGS (self));

  set_spec (self, &self->gridworld, json, PROP_GRIDWORLD);
}

const char *
gbox_settings_get_gridworld (GboxSettings *self)
{
  g_return_val_if_fail (GBOX_IS_SETTINGS (self), "");

  return self->gridworld ? self->gridworld : "";
}

void
gbox_settings_set_finetune (GboxSettings *self, const char *json)
{
  g_return_if_fail (GBOX_IS_SETTINGS (self));

  set_spec (self, &self->finetune, json, PROP_FINETUNE);
}

const char *
gbox_settings_get_finetune (GboxSettings *self)
{
  g_return_val_if_fail (GBOX_IS_SETTINGS (self), "");

  return self->finetune ? self->finetune : "";
}

void
gbox_settings_flush (GboxSettings *self)
{
  g_return_if_fail (GBOX_IS_SETTINGS (self));

  if (self->write_source != 0)
    {
      g_source_remove (self->write_source);
      write_specs (self);
    }
  if (self->settings)
    g_settings_sync ();
}
