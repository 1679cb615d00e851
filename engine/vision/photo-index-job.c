/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of looking through photographs with a network. */
#include "vision/photo-index-job.h"

#include "base/error.h"
#include "models/plan.h"
#include "vision/photo-index.h"
#include "vision/photo-reader.h"

#include <string.h>

/* Photographs that are looked up in a step, some microseconds each. */
#define LOOK_UPS_PER_STEP 200
/* Patches that are shown to the network in a step: one, so that what else is computed takes turns quickly. */
#define BATCH 1

struct _GboxPhotoIndexJob
{
  GboxJob parent_instance;

  GboxPhotoIndexSpec *spec;
  GboxTeam *team;
  GboxNetwork *network;
  GArray *layers;     /* of guint, in execution order */
  const char **names; /* (n layers) */
  char **folders;     /* absolute; a NULL ends them */
  GboxPhotoCut cut;
  GboxPhotoIndex *index;
  gint64 model;

  GboxPhotoListing *listing;
  const GPtrArray *files; /* (nullable): of GboxPhotoFile: once they are listed */
  guint n_looked_up;
  GArray *to_do; /* of guint: into files */
  GboxPhotosFound found;

  GboxPhotoReader *reader;
  guint n_pushed; /* of to_do */
  GboxPlan *plan;
  GboxUnitSummaryLayer *summaries; /* (n layers) */
  GboxTensor *activations;         /* (n layers): one patch of each */
  GboxPhotoReading *reading;       /* (nullable): the photograph in work */
  guint next_patch;

  guint n_done;
  guint n_patches;
  gint64 microseconds; /* of all steps */
};

G_DEFINE_FINAL_TYPE (GboxPhotoIndexJob, gbox_photo_index_job, GBOX_TYPE_JOB)

static void
finalize (GObject *object)
{
  GboxPhotoIndexJob *self = GBOX_PHOTO_INDEX_JOB (object);

  g_clear_pointer (&self->reader, gbox_photo_reader_free);
  g_clear_pointer (&self->listing, gbox_photo_listing_free);
  g_clear_pointer (&self->reading, gbox_photo_reading_free);
  for (guint i = 0; self->summaries != NULL && i < self->layers->len; i++)
    g_free (self->summaries[i].summaries);
  g_free (self->summaries);
  g_free (self->activations);
  g_clear_pointer (&self->plan, gbox_plan_free);
  g_clear_pointer (&self->index, gbox_photo_index_free);
  g_clear_pointer (&self->layers, g_array_unref);
  g_clear_pointer (&self->to_do, g_array_unref);
  g_free (self->names);
  g_strfreev (self->folders);
  g_clear_pointer (&self->network, gbox_network_unref);
  g_clear_object (&self->spec);
  G_OBJECT_CLASS (gbox_photo_index_job_parent_class)->finalize (object);
}

static int
compare_layers (const void *a, const void *b)
{
  return (int) *(const guint *) a - (int) *(const guint *) b;
}

static gboolean
add_layer (GboxPhotoIndexJob *self, const char *name, GError **error)
{
  const int layer = gbox_network_find_layer (self->network, name);

  if (layer < 0)
    {
      g_set_error (
        error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "%s has no layer “%s”; its layers go from %s to %s.",
        gbox_network_get_title (self->network), name, gbox_network_get_layer (self->network, 0)->name,
        gbox_network_get_layer (self->network, gbox_network_get_n_layers (self->network) - 1)->name);
      return FALSE;
    }
  for (guint i = 0; i < self->layers->len; i++)
    if (g_array_index (self->layers, guint, i) == (guint) layer)
      return TRUE;
  g_array_append_val (self->layers, layer);
  return TRUE;
}

static gboolean
choose_layers (GboxPhotoIndexJob *self, GError **error)
{
  const char *text = gbox_photo_index_spec_get_values (self->spec)->layers;
  g_auto (GStrv) names = g_strsplit (text, ",", -1);

  self->layers = g_array_new (FALSE, FALSE, sizeof (guint));
  if (g_str_equal (text, "all"))
    for (guint i = 0; i < gbox_network_get_n_layers (self->network); i++)
      g_array_append_val (self->layers, i);
  else
    for (char **name = names; *name != NULL; name++)
      if (!add_layer (self, g_strstrip (*name), error))
        return FALSE;
  if (self->layers->len == 0)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "There is no layer to look at: name some, or say “all”.");
      return FALSE;
    }
  g_array_sort (self->layers, compare_layers);
  self->names = g_new0 (const char *, self->layers->len);
  for (guint i = 0; i < self->layers->len; i++)
    self->names[i] = gbox_network_get_layer (self->network, g_array_index (self->layers, guint, i))->name;
  return TRUE;
}

static void
choose_folders (GboxPhotoIndexJob *self)
{
  self->folders = g_strsplit (gbox_photo_index_spec_get_values (self->spec)->folders, "\n", -1);
  for (char **folder = self->folders; *folder != NULL; folder++)
    {
      char *absolute = g_canonicalize_filename (*folder, NULL);

      g_free (*folder);
      *folder = absolute;
    }
}

static gboolean
start (GboxJob *job, const GboxJobContext *context, GError **error)
{
  GboxPhotoIndexJob *self = GBOX_PHOTO_INDEX_JOB (job);
  const GboxPhotoIndexValues *values = gbox_photo_index_spec_get_values (self->spec);

  self->team = context->team;
  if (self->network == NULL)
    self->network = gbox_model_store_get_network (context->store, values->model, error);
  if (self->network == NULL || !choose_layers (self, error))
    return FALSE;
  choose_folders (self);
  self->cut = gbox_photo_cut (self->network, values->scales);
  self->index = gbox_photo_index_open (values->database, error);
  if (self->index == NULL)
    return FALSE;
  self->model = gbox_photo_index_add_model (self->index, gbox_network_get_digest (self->network),
                                            values->scales, error);
  if (self->model == 0)
    return FALSE;
  self->to_do = g_array_new (FALSE, FALSE, sizeof (guint));
  self->listing = gbox_photo_listing_new ((const char *const *) self->folders);
  return TRUE;
}

static void
post_skipped (GboxPhotoIndexJob *self, const char *path, const char *problem)
{
  gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_PHOTO_SKIPPED, gbox_photo_skipped_new (path, problem));
}

/* An error where none of the folders can be read: nothing would happen, and nobody would know why. */
static gboolean
tell_unreadable (GboxPhotoIndexJob *self, GError **error)
{
  const GPtrArray *unreadable = gbox_photo_listing_get_unreadable (self->listing);

  for (guint i = 0; i < unreadable->len; i++)
    post_skipped (self, g_ptr_array_index (unreadable, i),
                  "The folder could not be read. Does it exist, and may you read it?");
  if (self->files->len > 0 || unreadable->len < g_strv_length (self->folders))
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
               "The folder “%s” could not be read. Does it exist, and may you read it?", self->folders[0]);
  return FALSE;
}

static GboxStepResult
list (GboxPhotoIndexJob *self, GError **error)
{
  self->files = gbox_photo_listing_wait (self->listing);
  if (self->files == NULL)
    return GBOX_STEP_CONTINUE;
  self->found.n_photos = self->files->len;
  if (!tell_unreadable (self, error)
      || !gbox_photo_index_forget_missing (self->index, (const char *const *) self->folders, self->files,
                                           gbox_photo_listing_get_unreadable (self->listing),
                                           &self->found.n_forgotten, error))
    return GBOX_STEP_FAILED;
  return GBOX_STEP_CONTINUE;
}

static gboolean
look_up_photo (GboxPhotoIndexJob *self, guint i, GError **error)
{
  const GboxPhotoFile *file = g_ptr_array_index (self->files, i);
  g_autofree char *problem = NULL;
  GboxPhotoState state;

  if (!gbox_photo_index_look_up (self->index, self->model, file, self->names, self->layers->len, &state,
                                 &problem, error))
    return FALSE;
  switch (state)
    {
    case GBOX_PHOTO_NEW:
      g_array_append_val (self->to_do, i);
      break;
    case GBOX_PHOTO_KNOWN:
      self->found.n_known++;
      break;
    case GBOX_PHOTO_UNREADABLE:
      self->found.n_unreadable++;
      post_skipped (self, file->path, problem);
      break;
    }
  return TRUE;
}

/* The plan is laid out only where there is something to do. */
static gboolean
prepare (GboxPhotoIndexJob *self, GError **error)
{
  const guint n = self->layers->len;
  const guint *layers = (const guint *) (gpointer) self->layers->data;

  self->plan = gbox_plan_new_observed (self->network, self->team, layers[n - 1], layers, n, BATCH,
                                       self->cut.side, self->cut.side, FALSE, error);
  if (self->plan == NULL)
    return FALSE;
  memset (gbox_plan_get_input (self->plan)->data, 0,
          gbox_tensor_n_pixels (gbox_plan_get_input (self->plan)) * 3 * sizeof (float));
  self->summaries = g_new0 (GboxUnitSummaryLayer, n);
  self->activations = g_new0 (GboxTensor, n);
  for (guint i = 0; i < n; i++)
    {
      self->activations[i] = *gbox_plan_get_observed (self->plan, i);
      self->activations[i].batch = 1;
      self->summaries[i].activation = &self->activations[i];
      self->summaries[i].summaries = g_new0 (GboxUnitSummary, self->activations[i].channels);
    }
  self->reader = gbox_photo_reader_new (&self->cut, MAX (gbox_team_get_active (self->team) / 2, 1));
  return TRUE;
}

static GboxStepResult
look_up (GboxPhotoIndexJob *self, GError **error)
{
  const guint end = MIN (self->n_looked_up + LOOK_UPS_PER_STEP, self->files->len);

  for (; self->n_looked_up < end; self->n_looked_up++)
    if (!look_up_photo (self, self->n_looked_up, error))
      return GBOX_STEP_FAILED;
  if (self->n_looked_up < self->files->len)
    return GBOX_STEP_CONTINUE;
  gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_PHOTOS_FOUND, gbox_photos_found_copy (&self->found));
  if (self->to_do->len == 0)
    return GBOX_STEP_FINISHED;
  gbox_job_post_length (GBOX_JOB (self), self->to_do->len);
  return prepare (self, error) ? GBOX_STEP_CONTINUE : GBOX_STEP_FAILED;
}

static const GboxPhotoFile *
get_file (GboxPhotoIndexJob *self, guint i)
{
  return g_ptr_array_index (self->files, g_array_index (self->to_do, guint, i));
}

/* Keeps the readers busy; what they have read is next. */
static void
fetch (GboxPhotoIndexJob *self)
{
  while (self->n_pushed < self->to_do->len && gbox_photo_reader_has_room (self->reader))
    {
      gbox_photo_reader_push (self->reader, self->n_pushed, get_file (self, self->n_pushed)->path);
      self->n_pushed++;
    }
  if (self->reading == NULL)
    {
      self->reading = gbox_photo_reader_pop (self->reader);
      self->next_patch = 0;
    }
}

static void
show_patches (GboxPhotoIndexJob *self)
{
  const GboxPhotoPatches *patches = self->reading->patches;
  const gsize n_samples = 3 * (gsize) patches->side * (gsize) patches->side;
  const guint n = MIN (BATCH, patches->n - self->next_patch);
  const guint8 *pixels = patches->pixels + self->next_patch * n_samples;
  float *input = gbox_plan_get_input (self->plan)->data;

  for (gsize i = 0; i < n * n_samples; i++)
    input[i] = pixels[i];
  gbox_plan_forward (self->plan);
  for (guint i = 0; i < n; i++)
    {
      for (guint layer = 0; layer < self->layers->len; layer++)
        self->activations[layer].data
          = gbox_tensor_pixel (gbox_plan_get_observed (self->plan, layer), (int) i, 0, 0);
      gbox_unit_summary_update (self->team, self->summaries, self->layers->len, self->next_patch + i);
    }
  self->next_patch += n;
  self->n_patches += n;
}

static gboolean
store_photo (GboxPhotoIndexJob *self, const GboxPhotoFile *file, GError **error)
{
  const GboxPhotoPatches *patches = self->reading->patches;
  g_autofree GboxPhotoLayer *layers = g_new0 (GboxPhotoLayer, self->layers->len);

  for (guint i = 0; i < self->layers->len; i++)
    layers[i] = (GboxPhotoLayer){ .name = self->names[i],
                                  .n_units = (gsize) self->activations[i].channels,
                                  .summaries = self->summaries[i].summaries };
  return gbox_photo_index_store (self->index, self->model, file, patches->width, patches->height, layers,
                                 self->layers->len, error);
}

static GboxStepResult
finish_photo (GboxPhotoIndexJob *self, GError **error)
{
  const GboxPhotoFile *file = get_file (self, self->reading->id);
  GboxPoint point = { .n_values = GBOX_PHOTO_INDEX_N_VALUES };

  if (self->reading->patches == NULL)
    {
      if (!gbox_photo_index_store_problem (self->index, file, self->reading->error->message, error))
        return GBOX_STEP_FAILED;
      post_skipped (self, file->path, self->reading->error->message);
    }
  else if (!store_photo (self, file, error))
    return GBOX_STEP_FAILED;
  g_clear_pointer (&self->reading, gbox_photo_reading_free);
  point.step = ++self->n_done;
  point.seconds = (double) self->microseconds / G_USEC_PER_SEC;
  point.values[GBOX_PHOTO_INDEX_VALUE_PHOTOS] = self->n_done;
  point.values[GBOX_PHOTO_INDEX_VALUE_PATCHES] = self->n_patches;
  gbox_job_post_point (GBOX_JOB (self), &point);
  return self->n_done < self->to_do->len ? GBOX_STEP_CONTINUE : GBOX_STEP_FINISHED;
}

static GboxStepResult
look_at_photo (GboxPhotoIndexJob *self, GError **error)
{
  fetch (self);
  if (self->reading == NULL)
    return GBOX_STEP_CONTINUE;
  if (self->reading->patches != NULL)
    {
      show_patches (self);
      if (self->next_patch < self->reading->patches->n)
        return GBOX_STEP_CONTINUE;
    }
  return finish_photo (self, error);
}

static GboxStepResult
step (GboxJob *job, GError **error)
{
  GboxPhotoIndexJob *self = GBOX_PHOTO_INDEX_JOB (job);
  const gint64 begin = g_get_monotonic_time ();
  GboxStepResult result;

  if (self->files == NULL)
    result = list (self, error);
  else if (self->plan == NULL)
    result = look_up (self, error);
  else
    result = look_at_photo (self, error);
  self->microseconds += g_get_monotonic_time () - begin;
  return result;
}

static void
gbox_photo_index_job_class_init (GboxPhotoIndexJobClass *class)
{
  G_OBJECT_CLASS (class)->finalize = finalize;
  GBOX_JOB_CLASS (class)->start = start;
  GBOX_JOB_CLASS (class)->step = step;
}

static void
gbox_photo_index_job_init (GboxPhotoIndexJob *self)
{
}

GboxJob *
gbox_photo_index_job_new (GboxPhotoIndexSpec *spec)
{
  GboxPhotoIndexJob *self = g_object_new (GBOX_TYPE_PHOTO_INDEX_JOB, NULL);

  self->spec = GBOX_PHOTO_INDEX_SPEC (gbox_spec_copy (GBOX_SPEC (spec)));
  return GBOX_JOB (self);
}

GboxJob *
gbox_photo_index_job_new_for_network (GboxPhotoIndexSpec *spec, GboxNetwork *network)
{
  GboxJob *job = gbox_photo_index_job_new (spec);

  GBOX_PHOTO_INDEX_JOB (job)->network = gbox_network_ref (network);
  return job;
}
