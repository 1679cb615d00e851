/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Visualization jobs that tests drive themselves, and what those post. */
#pragma once

#include <glib/gstdio.h>

#include "formats/tensor-file.h"
#include "runtime/event-private.h"
#include "runtime/job-private.h"
#include "tiny-network.h"
#include "vision/film.h"
#include "vision/visualization-job.h"

/* A job that was started, and what it posted. */
typedef struct
{
  GboxJobContext context;
  GboxMailbox *mailbox;
  GboxJob *job;
  GboxFrame *frame; /* the newest */
  GArray *points;   /* of GboxPoint */
  GboxFilm *film;   /* of the records */
  guint n_steps;
  guint n_notices;
  char *notice_id;
} JobFixture;

static inline void
job_on_event (gpointer message, gpointer user_data)
{
  g_autoptr (GboxEvent) event = message;
  JobFixture *f = user_data;

  switch (event->kind)
    {
    case GBOX_EVENT_FRAME:
      g_clear_pointer (&f->frame, gbox_frame_unref);
      f->frame = gbox_frame_ref (event->frame);
      break;
    case GBOX_EVENT_POINT:
      g_array_append_val (f->points, event->point);
      break;
    case GBOX_EVENT_RECORD:
      g_assert_true (event->record.type == GBOX_TYPE_FRAME);
      g_assert_true (gbox_film_append (f->film, event->record.value));
      break;
    case GBOX_EVENT_LENGTH:
      f->n_steps = event->n_steps;
      break;
    case GBOX_EVENT_NOTICE:
      f->n_notices++;
      g_free (f->notice_id);
      f->notice_id = g_strdup (event->notice.id);
      break;
    default:
      g_assert_not_reached ();
    }
}

static inline void
job_free_event (gpointer event)
{
  gbox_event_free (event);
}

/* The frame comes last of what a step posts. */
static inline void
job_dispatch_frame (const JobFixture *f, guint step)
{
  while (f->frame == NULL || f->frame->step != step)
    g_main_context_iteration (NULL, TRUE);
}

static inline void
job_init (JobFixture *f, GboxVisualizationSpec *spec, GboxNetwork *network, guint n_threads)
{
  *f = (JobFixture){ .context.team = gbox_team_new (n_threads) };
  f->points = g_array_new (FALSE, FALSE, sizeof (GboxPoint));
  f->film = gbox_film_new ();
  f->mailbox = gbox_mailbox_new (NULL, job_on_event, NULL, job_free_event, f);
  f->job = gbox_visualization_job_new_for_network (spec, network);
  gbox_job_set_mailbox (f->job, f->mailbox);
}

static inline void
job_start (JobFixture *f)
{
  g_autoptr (GError) error = NULL;

  gbox_job_start (f->job, &f->context, &error);
  g_assert_no_error (error);
  while (f->frame == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static inline GboxStepResult
job_run_steps (JobFixture *f, guint n)
{
  GboxStepResult result = GBOX_STEP_CONTINUE;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      do
        result = gbox_job_step (f->job, &error);
      while (result == GBOX_STEP_PART);
      g_assert_no_error (error);
      job_dispatch_frame (f, f->frame->step + 1);
    }
  return result;
}

static inline void
job_clear (JobFixture *f)
{
  gbox_mailbox_close (f->mailbox);
  g_object_unref (f->job);
  gbox_film_unref (f->film);
  gbox_mailbox_unref (f->mailbox);
  gbox_team_free (f->context.team);
  g_clear_pointer (&f->frame, gbox_frame_unref);
  g_array_unref (f->points);
  g_free (f->notice_id);
}

static inline GboxVisualizationSpec *
job_new_spec (void)
{
  GboxVisualizationSpec *spec = gbox_visualization_spec_new ();

  g_object_set (spec, "model", "tiny", "layer", "conv2", "unit", 2, "size", 64, "steps", 12u, "seed", 5u,
                NULL);
  return spec;
}

static inline char *
job_new_path (const char *suffix)
{
  g_autofree char *pattern = g_strdup_printf ("glassbox-XXXXXX%s", suffix);
  g_autoptr (GError) error = NULL;
  char *path;
  const int fd = g_file_open_tmp (pattern, &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  return path;
}

static inline void
job_save (JobFixture *f, const char *path)
{
  g_autoptr (GError) error = NULL;

  gbox_job_save (f->job, path, &error);
  g_assert_no_error (error);
}

static inline void
job_assert_same_frame (const JobFixture *a, const JobFixture *b)
{
  const gsize n = 3 * (gsize) a->frame->width * (gsize) a->frame->height;

  g_assert_cmpuint (a->frame->step, ==, b->frame->step);
  g_assert_cmpmem (a->frame->pixels, n, b->frame->pixels, n);
}

/* Everything that was computed: parameters, moments and objectives, to the bit. */
static inline void
job_assert_same_state (JobFixture *a, JobFixture *b)
{
  const char *const names[] = { "parameters", "adam_m", "adam_v", "transparency" };
  g_autofree char *first_path = job_new_path (".safetensors");
  g_autofree char *second_path = job_new_path (".safetensors");
  g_autoptr (GboxTensorFile) first = NULL;
  g_autoptr (GboxTensorFile) second = NULL;
  const GboxPoint *last_a = &g_array_index (a->points, GboxPoint, a->points->len - 1);
  const GboxPoint *last_b = &g_array_index (b->points, GboxPoint, b->points->len - 1);

  job_save (a, first_path);
  job_save (b, second_path);
  first = gbox_tensor_file_open (first_path, NULL);
  second = gbox_tensor_file_open (second_path, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const GboxNamedTensor *x = gbox_tensor_file_lookup (first, names[i]);
      const GboxNamedTensor *y = gbox_tensor_file_lookup (second, names[i]);

      g_assert_true ((x == NULL) == (y == NULL));
      g_assert_true (x != NULL || g_str_equal (names[i], "transparency"));
      if (x != NULL)
        g_assert_cmpmem (x->data, x->n_bytes, y->data, y->n_bytes);
    }
  g_assert_cmpstr (gbox_tensor_file_get_metadata (first, "spec"), ==,
                   gbox_tensor_file_get_metadata (second, "spec"));
  g_assert_cmpstr (gbox_tensor_file_get_metadata (first, "step"), ==,
                   gbox_tensor_file_get_metadata (second, "step"));
  g_assert_cmpfloat (last_a->values[0], ==, last_b->values[0]);
  job_assert_same_frame (a, b);
  g_remove (first_path);
  g_remove (second_path);
}
