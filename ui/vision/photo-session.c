/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The photographs beside the Vision page: which folders, looking through them, and what excites the unit at
 * hand. */
#include "vision/photo-session.h"

#include "base/path-text.h"
#include "vision/example-loader.h"
#include "vision/photo-index-job.h"
#include "vision/target.h"

#include <math.h>
#include <string.h>

/* Where systems keep backgrounds. */
static const char *const backgrounds[] = { "/usr/share/backgrounds", "/usr/share/wallpapers", NULL };
/* While photographs are looked through, what is known of the unit at hand is brought up to date this often.
 */
#define REFRESH_MICROSECONDS (2 * G_USEC_PER_SEC)

struct _GboxPhotoSession
{
  GObject parent_instance;

  GboxVisionSession *session;
  GboxSettings *settings;
  char *database; /* (nullable) */

  GboxRun *indexing; /* (nullable) */
  gulong handlers[3];
  GboxPhotosFound found;
  GString *skipped;
  guint n_skipped;
  char *outcome; /* (nullable): of the last time */
  gint64 refreshed;

  GCancellable *loading;      /* (nullable) */
  GboxLoadedExamples *loaded; /* (nullable) */
  char *target;               /* what they are about */
  gboolean has_ended;
};

G_DEFINE_FINAL_TYPE (GboxPhotoSession, gbox_photo_session, G_TYPE_OBJECT)

enum
{
  CHANGED,
  EXAMPLES_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const GboxVisualizationValues *
get_values (GboxPhotoSession *self)
{
  return gbox_visualization_spec_get_values (gbox_vision_session_get_spec (self->session));
}

static gboolean
is_about_a_unit (const GboxVisualizationValues *values)
{
  return values->objective == GBOX_OBJECTIVE_CHANNEL || values->objective == GBOX_OBJECTIVE_NEURON
         || values->objective == GBOX_OBJECTIVE_CLASS;
}

static char *
describe_target (const GboxVisualizationValues *values)
{
  return g_strdup_printf ("%s/%s/%d/%d", values->model, values->layer, values->unit,
                          values->objective == GBOX_OBJECTIVE_NEURON);
}

static void
cancel_loading (GboxPhotoSession *self)
{
  if (self->loading != NULL)
    g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GboxPhotoSession) self = user_data;
  g_autoptr (GError) error = NULL;
  GboxLoadedExamples *loaded = gbox_example_loader_load_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->loading);
  g_clear_pointer (&self->loaded, gbox_loaded_examples_free);
  self->loaded = loaded;
  if (error != NULL)
    {
      g_free (self->outcome);
      self->outcome = g_strdup (error->message);
      g_signal_emit (self, signals[CHANGED], 0);
    }
  g_signal_emit (self, signals[EXAMPLES_CHANGED], 0);
}

static void
load_examples (GboxPhotoSession *self)
{
  const GboxVisualizationValues *values = get_values (self);
  GboxNetwork *network = gbox_vision_session_get_network (self->session);
  const int layer = network != NULL ? gbox_network_find_layer (network, values->layer) : -1;

  cancel_loading (self);
  self->refreshed = g_get_monotonic_time ();
  if (self->has_ended || layer < 0 || !is_about_a_unit (values))
    return;
  self->loading = g_cancellable_new ();
  gbox_example_loader_load_async (self->database, network, (guint) layer, values->unit,
                                  values->objective == GBOX_OBJECTIVE_NEURON ? GBOX_EXAMPLE_PEAK
                                                                             : GBOX_EXAMPLE_MEAN,
                                  GBOX_PHOTO_SESSION_N_EXAMPLES, self->loading, on_loaded,
                                  g_object_ref (self));
}

/* Of another unit nothing is known until it is looked up. */
static void
follow_target (GboxPhotoSession *self)
{
  g_autofree char *target = describe_target (get_values (self));

  if (g_strcmp0 (target, self->target) != 0 || !is_about_a_unit (get_values (self)))
    {
      g_clear_pointer (&self->loaded, gbox_loaded_examples_free);
      g_free (self->target);
      self->target = g_steal_pointer (&target);
      g_signal_emit (self, signals[EXAMPLES_CHANGED], 0);
    }
  load_examples (self);
}

static void
drop_indexing (GboxPhotoSession *self)
{
  for (gsize i = 0; self->indexing != NULL && i < G_N_ELEMENTS (self->handlers); i++)
    g_signal_handler_disconnect (self->indexing, self->handlers[i]);
  g_clear_object (&self->indexing);
}

static void
gbox_photo_session_dispose (GObject *object)
{
  GboxPhotoSession *self = GBOX_PHOTO_SESSION (object);

  cancel_loading (self);
  drop_indexing (self);
  g_clear_pointer (&self->loaded, gbox_loaded_examples_free);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (gbox_photo_session_parent_class)->dispose (object);
}

static void
gbox_photo_session_finalize (GObject *object)
{
  GboxPhotoSession *self = GBOX_PHOTO_SESSION (object);

  g_free (self->database);
  g_free (self->outcome);
  g_free (self->target);
  g_string_free (self->skipped, TRUE);
  G_OBJECT_CLASS (gbox_photo_session_parent_class)->finalize (object);
}

static void
gbox_photo_session_class_init (GboxPhotoSessionClass *class)
{
  G_OBJECT_CLASS (class)->dispose = gbox_photo_session_dispose;
  G_OBJECT_CLASS (class)->finalize = gbox_photo_session_finalize;
  signals[CHANGED] = g_signal_new ("changed", GBOX_TYPE_PHOTO_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
  signals[EXAMPLES_CHANGED] = g_signal_new ("examples-changed", GBOX_TYPE_PHOTO_SESSION, G_SIGNAL_RUN_LAST, 0,
                                            NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
gbox_photo_session_init (GboxPhotoSession *self)
{
  self->skipped = g_string_new (NULL);
}

GboxPhotoSession *
gbox_photo_session_new (GboxVisionSession *session, GboxSettings *settings)
{
  GboxPhotoSession *self = g_object_new (GBOX_TYPE_PHOTO_SESSION, NULL);

  self->session = g_object_ref (session);
  self->settings = g_object_ref (settings);
  g_signal_connect_object (session, "target-changed", G_CALLBACK (follow_target), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::network", G_CALLBACK (follow_target), self, G_CONNECT_SWAPPED);
  follow_target (self);
  return self;
}

void
gbox_photo_session_end (GboxPhotoSession *self)
{
  g_return_if_fail (GBOX_IS_PHOTO_SESSION (self));

  self->has_ended = TRUE;
  cancel_loading (self);
  drop_indexing (self);
}

GboxVisionSession *
gbox_photo_session_get_vision (GboxPhotoSession *self)
{
  return self->session;
}

void
gbox_photo_session_set_database (GboxPhotoSession *self, const char *path)
{
  g_free (self->database);
  self->database = g_strdup (path);
  load_examples (self);
}

char **
gbox_photo_session_get_folders (GboxPhotoSession *self)
{
  g_autofree char *text = NULL;

  g_object_get (self->settings, "photo-folders", &text, NULL);
  return g_strsplit (text != NULL ? text : "", "\n", -1);
}

char **
gbox_photo_session_get_offer (void)
{
  const char *pictures = g_get_user_special_dir (G_USER_DIRECTORY_PICTURES);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (pictures != NULL && g_file_test (pictures, G_FILE_TEST_IS_DIR))
    g_strv_builder_add (builder, pictures);
  for (gsize i = 0; backgrounds[i] != NULL; i++)
    if (g_file_test (backgrounds[i], G_FILE_TEST_IS_DIR))
      g_strv_builder_add (builder, backgrounds[i]);
  return g_strv_builder_end (builder);
}

static void
on_record (GboxPhotoSession *self, GType type, gconstpointer record)
{
  if (type == GBOX_TYPE_PHOTOS_FOUND)
    self->found = *(const GboxPhotosFound *) record;
  else if (type == GBOX_TYPE_PHOTO_SKIPPED)
    {
      const GboxPhotoSkipped *skipped = record;
      g_autofree char *path = gbox_path_to_text (skipped->path);

      self->n_skipped++;
      g_string_append_printf (self->skipped, "%s%s: %s", self->skipped->len > 0 ? "\n" : "", path,
                              skipped->problem);
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_step (GboxPhotoSession *self)
{
  if (g_get_monotonic_time () - self->refreshed > REFRESH_MICROSECONDS && self->loading == NULL)
    load_examples (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_state (GboxPhotoSession *self)
{
  const GError *error = gbox_run_get_error (self->indexing);

  if (!gbox_run_is_final (self->indexing))
    return;
  g_clear_pointer (&self->outcome, g_free);
  if (error != NULL)
    self->outcome = g_strdup (error->message);
  drop_indexing (self);
  load_examples (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
gbox_photo_session_index (GboxPhotoSession *self, const char *const *folders)
{
  g_autofree char *text = g_strjoinv ("\n", (char **) folders);
  g_autoptr (GboxPhotoIndexSpec) spec = gbox_photo_index_spec_new ();

  g_return_if_fail (GBOX_IS_PHOTO_SESSION (self));

  if (self->has_ended)
    return;
  g_object_set (self->settings, "photo-folders", text, NULL);
  drop_indexing (self);
  g_clear_pointer (&self->outcome, g_free);
  g_string_truncate (self->skipped, 0);
  self->n_skipped = 0;
  self->found = (GboxPhotosFound){ 0 };
  g_object_set (spec, "model", get_values (self)->model, "folders", text, "database",
                self->database != NULL ? self->database : "", NULL);
  self->indexing = gbox_engine_start (gbox_vision_session_get_engine (self->session), GBOX_SPEC (spec));
  self->handlers[0] = g_signal_connect_swapped (self->indexing, "record", G_CALLBACK (on_record), self);
  self->handlers[1] = g_signal_connect_swapped (self->indexing, "notify::step", G_CALLBACK (on_step), self);
  self->handlers[2] = g_signal_connect_swapped (self->indexing, "notify::state", G_CALLBACK (on_state), self);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
gbox_photo_session_cancel (GboxPhotoSession *self)
{
  g_return_if_fail (GBOX_IS_PHOTO_SESSION (self));

  if (self->indexing == NULL)
    return;
  gbox_run_stop (self->indexing);
}

void
gbox_photo_session_forget (GboxPhotoSession *self)
{
  g_return_if_fail (GBOX_IS_PHOTO_SESSION (self));

  g_object_set (self->settings, "photo-folders", "", NULL);
  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
gbox_photo_session_is_indexing (GboxPhotoSession *self)
{
  return self->indexing != NULL;
}

double
gbox_photo_session_get_progress (GboxPhotoSession *self)
{
  const guint n_steps = self->indexing != NULL ? gbox_run_get_n_steps (self->indexing) : 0;

  return n_steps > 0 ? (double) gbox_run_get_step (self->indexing) / n_steps : -1.0;
}

char *
gbox_photo_session_describe (GboxPhotoSession *self)
{
  const guint n_steps = self->indexing != NULL ? gbox_run_get_n_steps (self->indexing) : 0;

  if (self->indexing == NULL)
    return g_strdup (self->outcome != NULL ? self->outcome : "");
  if (n_steps == 0)
    return g_strdup ("Looking for photographs …");
  return g_strdup_printf ("%u of %u photographs", self->found.n_known + gbox_run_get_step (self->indexing),
                          self->found.n_known + n_steps);
}

const char *
gbox_photo_session_get_skipped (GboxPhotoSession *self)
{
  return self->skipped->str;
}

guint
gbox_photo_session_count_skipped (GboxPhotoSession *self)
{
  return self->n_skipped;
}

gboolean
gbox_photo_session_has_unit (GboxPhotoSession *self)
{
  return is_about_a_unit (get_values (self));
}

const GboxExamples *
gbox_photo_session_get_examples (GboxPhotoSession *self)
{
  return self->loaded != NULL ? self->loaded->examples : NULL;
}

GdkTexture *
gbox_photo_session_get_texture (GboxPhotoSession *self, guint i)
{
  g_return_val_if_fail (self->loaded != NULL && i < self->loaded->examples->n, NULL);

  return self->loaded->textures[i];
}

const char *
gbox_photo_session_get_problem (GboxPhotoSession *self, guint i)
{
  g_return_val_if_fail (self->loaded != NULL && i < self->loaded->examples->n, NULL);

  if (self->loaded->textures[i] != NULL)
    return NULL;
  return self->loaded->is_gone[i] ? "no longer there" : "cannot be read";
}

/* Not a number where there is none of the unit at hand. */
static double
get_image_activation (GboxPhotoSession *self)
{
  GboxRun *run = gbox_vision_session_get_run (self->session);
  g_autofree char *target = NULL;

  if (run == NULL || gbox_run_get_step (run) == 0
      || gbox_visualization_spec_interpolates (GBOX_VISUALIZATION_SPEC (gbox_run_get_spec (run))))
    return NAN;
  target = describe_target (
    gbox_visualization_spec_get_values (GBOX_VISUALIZATION_SPEC (gbox_run_get_spec (run))));
  return g_strcmp0 (target, self->target) == 0 ? gbox_run_get_objective (run) : NAN;
}

GboxVerdict *
gbox_photo_session_judge (GboxPhotoSession *self)
{
  const GboxExamples *examples = gbox_photo_session_get_examples (self);

  return examples != NULL ? gbox_verdict_new (examples, get_image_activation (self)) : NULL;
}
