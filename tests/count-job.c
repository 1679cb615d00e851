/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A job that counts, for tests of what drives jobs. */
#include "count-job.h"

#include "base/error.h"

#include <string.h>

CountSeen count_seen;

G_DECLARE_FINAL_TYPE (CountJob, count_job, COUNT, JOB, GboxJob)

struct _CountSpec
{
  GboxSpec parent_instance;

  guint steps, fail, tag, parts;
  gboolean gated, work;
  double value;
};

struct _CountJob
{
  GboxJob parent_instance;

  CountSpec *spec;
  GThread *thread;
  GboxTeam *team;
  GboxFramePool *pool;
  guint n_done;
  guint n_parts; /* of the next step */
};

enum
{
  PROP_STEPS = 1,
  PROP_FAIL,
  PROP_TAG,
  PROP_GATED,
  PROP_WORK,
  PROP_VALUE,
  PROP_PARTS,
};

G_DEFINE_FINAL_TYPE (CountSpec, count_spec, GBOX_TYPE_SPEC)
G_DEFINE_FINAL_TYPE (CountJob, count_job, GBOX_TYPE_JOB)

static void
check_thread (CountJob *self)
{
  g_assert_true (g_thread_self () == self->thread);
}

static gboolean
count_job_start (GboxJob *job, const GboxJobContext *context, GError **error)
{
  CountJob *self = COUNT_JOB (job);

  check_thread (self);
  self->team = context->team;
  self->pool = gbox_frame_pool_new (4, 4);
  if (self->spec->fail == COUNT_FAIL_START)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "no such thing");
      return FALSE;
    }
  gbox_job_post_length (job, self->spec->steps);
  gbox_job_post_notice (job, "begin", "It begins.");

  return TRUE;
}

static void
fill_task (gpointer data, guint task, guint worker)
{
  ((guint *) data)[task] = task;
}

static void
do_work (CountJob *self)
{
  guint numbers[32] = { 0 };

  gbox_team_run (self->team, G_N_ELEMENTS (numbers), fill_task, numbers);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_assert_cmpuint (numbers[i], ==, i);
}

static void
pass_gate (void)
{
  atomic_fetch_add (&count_seen.n_at_gate, 1);
  while (atomic_load (&count_seen.gate_closed))
    g_usleep (100);
}

static void
post (CountJob *self)
{
  GboxFrame *frame = gbox_frame_pool_acquire (self->pool, self->n_done);
  GboxPoint point = { .step = self->n_done, .seconds = self->n_done, .n_values = 2 };

  memset (frame->pixels, (int) (self->n_done % 256), 4 * 4 * 3);
  gbox_job_post_frame (GBOX_JOB (self), frame);
  point.values[0] = self->n_done * 2;
  point.values[1] = self->spec->value;
  gbox_job_post_point (GBOX_JOB (self), &point);
}

static GboxStepResult
count_job_step (GboxJob *job, GError **error)
{
  CountJob *self = COUNT_JOB (job);
  const guint n = atomic_fetch_add (&count_seen.n_steps, 1);

  check_thread (self);
  if (n < G_N_ELEMENTS (count_seen.tags))
    atomic_store (&count_seen.tags[n], self->spec->tag);
  if (self->spec->gated)
    pass_gate ();
  if (self->spec->work)
    do_work (self);
  if (self->n_done >= self->spec->steps)
    return GBOX_STEP_FINISHED;
  if (self->spec->fail == COUNT_FAIL_STEP && self->n_done == 3)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_NUMERIC, "it became infinite");
      return GBOX_STEP_FAILED;
    }
  if (++self->n_parts < self->spec->parts)
    return GBOX_STEP_PART;
  self->n_parts = 0;
  self->n_done++;
  post (self);

  return self->n_done == self->spec->steps ? GBOX_STEP_FINISHED : GBOX_STEP_CONTINUE;
}

static gboolean
count_job_adjust (GboxJob *job, GboxSpec *spec, GError **error)
{
  CountJob *self = COUNT_JOB (job);

  check_thread (self);
  if (self->spec->fail == COUNT_FAIL_ADJUST)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "it is stubborn");
      return FALSE;
    }
  if (COUNT_SPEC (spec)->steps != self->spec->steps)
    gbox_job_post_length (job, COUNT_SPEC (spec)->steps);
  g_object_unref (self->spec);
  self->spec = COUNT_SPEC (gbox_spec_copy (spec));

  return TRUE;
}

static gboolean
count_job_save (GboxJob *job, const char *path, GError **error)
{
  CountJob *self = COUNT_JOB (job);
  g_autofree char *text = g_strdup_printf ("%u", self->n_done);

  check_thread (self);
  atomic_fetch_add (&count_seen.n_saves, 1);

  return g_file_set_contents (path, text, -1, error);
}

static void
count_job_finalize (GObject *object)
{
  CountJob *self = COUNT_JOB (object);

  check_thread (self);
  g_object_unref (self->spec);
  g_clear_pointer (&self->pool, gbox_frame_pool_free);
  G_OBJECT_CLASS (count_job_parent_class)->finalize (object);
  atomic_fetch_add (&count_seen.n_finalized, 1);
}

static void
count_job_class_init (CountJobClass *class)
{
  G_OBJECT_CLASS (class)->finalize = count_job_finalize;
  GBOX_JOB_CLASS (class)->start = count_job_start;
  GBOX_JOB_CLASS (class)->step = count_job_step;
  GBOX_JOB_CLASS (class)->adjust = count_job_adjust;
  GBOX_JOB_CLASS (class)->save = count_job_save;
}

static void
count_job_init (CountJob *self)
{
  self->thread = g_thread_self ();
  atomic_fetch_add (&count_seen.n_created, 1);
}

static GboxJob *
count_spec_create_job (GboxSpec *spec)
{
  CountJob *job = g_object_new (count_job_get_type (), NULL);

  job->spec = COUNT_SPEC (gbox_spec_copy (spec));

  return GBOX_JOB (job);
}

static gboolean
count_spec_validate (GboxSpec *spec, GError **error)
{
  if (COUNT_SPEC (spec)->fail != COUNT_FAIL_VALIDATE)
    return TRUE;
  g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "it makes no sense");

  return FALSE;
}

static void
count_spec_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CountSpec *self = COUNT_SPEC (object);

  switch (id)
    {
    case PROP_STEPS:
      self->steps = g_value_get_uint (value);
      break;
    case PROP_FAIL:
      self->fail = g_value_get_uint (value);
      break;
    case PROP_TAG:
      self->tag = g_value_get_uint (value);
      break;
    case PROP_GATED:
      self->gated = g_value_get_boolean (value);
      break;
    case PROP_WORK:
      self->work = g_value_get_boolean (value);
      break;
    case PROP_VALUE:
      self->value = g_value_get_double (value);
      break;
    case PROP_PARTS:
      self->parts = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
count_spec_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CountSpec *self = COUNT_SPEC (object);

  switch (id)
    {
    case PROP_STEPS:
      g_value_set_uint (value, self->steps);
      break;
    case PROP_FAIL:
      g_value_set_uint (value, self->fail);
      break;
    case PROP_TAG:
      g_value_set_uint (value, self->tag);
      break;
    case PROP_GATED:
      g_value_set_boolean (value, self->gated);
      break;
    case PROP_WORK:
      g_value_set_boolean (value, self->work);
      break;
    case PROP_VALUE:
      g_value_set_double (value, self->value);
      break;
    case PROP_PARTS:
      g_value_set_uint (value, self->parts);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
count_spec_class_init (CountSpecClass *klass)
{
  const GParamFlags fixed = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;
  const GParamFlags live = fixed | (GParamFlags) GBOX_PARAM_LIVE;
  GObjectClass *class = G_OBJECT_CLASS (klass);

  class->set_property = count_spec_set_property;
  class->get_property = count_spec_get_property;
  GBOX_SPEC_CLASS (klass)->create_job = count_spec_create_job;
  GBOX_SPEC_CLASS (klass)->validate = count_spec_validate;

  g_object_class_install_property (class, PROP_STEPS,
                                   g_param_spec_uint ("steps", "Steps", "How many", 0, G_MAXUINT, G_MAXUINT,
                                                      live));
  g_object_class_install_property (class, PROP_FAIL,
                                   g_param_spec_uint ("fail", "Fail", "Where", 0, COUNT_FAIL_ADJUST,
                                                      COUNT_FAIL_NEVER, fixed));
  g_object_class_install_property (class, PROP_TAG,
                                   g_param_spec_uint ("tag", "Tag", "Which", 0, 9, 0, fixed));
  g_object_class_install_property (class, PROP_GATED,
                                   g_param_spec_boolean ("gated", "Gated", "Waits", FALSE, fixed));
  g_object_class_install_property (class, PROP_WORK,
                                   g_param_spec_boolean ("work", "Work", "As a team", FALSE, fixed));
  g_object_class_install_property (class, PROP_VALUE,
                                   g_param_spec_double ("value", "Value", "Any", -100, 100, 1, live));
  g_object_class_install_property (class, PROP_PARTS,
                                   g_param_spec_uint ("parts", "Parts", "Of a step", 1, 9, 1, fixed));
}

static void
count_spec_init (CountSpec *self)
{
}

GboxEngine *
count_make_engine (guint n_threads)
{
  g_autoptr (GError) error = NULL;
  GboxEngine *engine = gbox_engine_new (n_threads, &error);

  g_assert_no_error (error);
  memset (&count_seen, 0, sizeof count_seen);

  return engine;
}

GboxRun *
count_start (GboxEngine *engine, const char *first_property, ...)
{
  g_autoptr (GboxSpec) spec = NULL;
  va_list arguments;

  va_start (arguments, first_property);
  spec = GBOX_SPEC (g_object_new_valist (COUNT_TYPE_SPEC, first_property, arguments));
  va_end (arguments);

  return gbox_engine_start (engine, spec);
}

GboxRun *
count_hold (GboxEngine *engine)
{
  const guint n_at_gate = atomic_load (&count_seen.n_at_gate);
  GboxRun *held;

  atomic_store (&count_seen.gate_closed, true);
  held = count_start (engine, "gated", TRUE, "steps", 1, NULL);
  count_wait_for (&count_seen.n_at_gate, n_at_gate + 1);

  return held;
}

void
count_release (GboxRun *held)
{
  g_object_unref (held);
  atomic_store (&count_seen.gate_closed, false);
}

void
count_wait_for (atomic_uint *counter, guint at_least)
{
  while (atomic_load (counter) < at_least)
    g_usleep (100);
}
