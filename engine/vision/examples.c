/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The photographs that excite a unit most, and how it answers to all of them. */
#include "vision/examples.h"

#include "base/error.h"
#include "models/plan.h"

#include <math.h>

typedef struct
{
  gint64 photo;
  const GboxUnitAnswer *answer;
} Ranked;

void
gbox_examples_free (GboxExamples *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < self->n; i++)
    g_free (self->examples[i].path);
  g_free (self->examples);
  g_free (self);
}

/* Of two alike the one that was looked at first. */
static int
compare_ranked (const void *a, const void *b)
{
  const Ranked *x = a, *y = b;

  if (x->answer->value > y->answer->value || x->answer->value < y->answer->value)
    return x->answer->value > y->answer->value ? -1 : 1;
  return (x->photo > y->photo) - (x->photo < y->photo);
}

static GArray *
rank (const GArray *answers, GboxExampleMeasure measure)
{
  GArray *ranked = g_array_sized_new (FALSE, FALSE, sizeof (Ranked), answers->len);

  for (guint i = 0; i < answers->len; i++)
    {
      const GboxPhotoAnswer *answer = &g_array_index (answers, GboxPhotoAnswer, i);
      const Ranked entry
        = { .photo = answer->photo,
            .answer = measure == GBOX_EXAMPLE_PEAK ? &answer->summary.peak : &answer->summary.mean };

      g_array_append_val (ranked, entry);
    }
  g_array_sort (ranked, compare_ranked);
  return ranked;
}

static void
measure_set (GboxExamples *self, const GArray *ranked)
{
  const double n = ranked->len;
  double sum = 0.0, squares = 0.0, width;

  self->n_photos = ranked->len;
  self->largest = (double) g_array_index (ranked, Ranked, 0).answer->value;
  self->smallest = (double) g_array_index (ranked, Ranked, ranked->len - 1).answer->value;
  width = (self->largest - self->smallest) / GBOX_EXAMPLES_N_BINS;
  for (guint i = 0; i < ranked->len; i++)
    {
      const double value = (double) g_array_index (ranked, Ranked, i).answer->value;
      const int bin = width > 0.0 ? (int) ((value - self->smallest) / width) : 0;

      sum += value;
      self->bins[MIN (bin, GBOX_EXAMPLES_N_BINS - 1)]++;
    }
  self->mean = sum / n;
  for (guint i = 0; i < ranked->len; i++)
    {
      const double off = (double) g_array_index (ranked, Ranked, i).answer->value - self->mean;

      squares += off * off;
    }
  self->sd = sqrt (squares / n);
}

/* What the unit at the example's position sees; all of the patch where it sees more than that. */
static gboolean
crop (GboxExample *example, GboxNetwork *network, guint layer, int side, GError **error)
{
  const GboxRegion unit = { .top = example->y, .left = example->x, .height = 1, .width = 1 };
  const double zoom = example->patch.side / side;
  GboxRegion seen;
  int length, top, left;

  if (!gbox_plan_measure_region (network, layer, side, side, &unit, &seen, error))
    return FALSE;
  /* A square, also at the edges. */
  length = MIN (MAX (seen.height, seen.width), side);
  top = CLAMP (seen.top + (seen.height - length) / 2, 0, side - length);
  left = CLAMP (seen.left + (seen.width - length) / 2, 0, side - length);
  example->crop = (GboxPhotoPatch){ .x = example->patch.x + zoom * left,
                                    .y = example->patch.y + zoom * top,
                                    .side = zoom * length };
  return TRUE;
}

static gboolean
find_class (GboxExample *example, GboxPhotoIndex *index, gint64 model, gint64 photo, GError **error)
{
  g_autoptr (GArray) classes = gbox_photo_index_get_units (index, model, "class", photo, error);
  float largest = -INFINITY;

  if (classes == NULL)
    return FALSE;
  example->class_id = -1;
  for (guint i = 0; i < classes->len; i++)
    if (g_array_index (classes, GboxUnitSummary, i).mean.value > largest)
      {
        largest = g_array_index (classes, GboxUnitSummary, i).mean.value;
        example->class_id = (int) i;
      }
  return TRUE;
}

static gboolean
describe (
  GboxExample *example, GboxPhotoIndex *index, const Ranked *ranked, const GboxPhotoCut *cut, GError **error)
{
  g_autoptr (GArray) patches = NULL;

  example->path = gbox_photo_index_get_photo (index, ranked->photo, &example->width, &example->height, error);
  if (example->path == NULL)
    return FALSE;
  patches = gbox_photo_cut_lay (cut, example->width, example->height);
  if (ranked->answer->patch >= patches->len)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                           "The index of photographs contradicts itself. Move it away to begin a new one.");
      return FALSE;
    }
  example->activation = (double) ranked->answer->value;
  example->patch = g_array_index (patches, GboxPhotoPatch, ranked->answer->patch);
  example->y = ranked->answer->y;
  example->x = ranked->answer->x;
  return TRUE;
}

static gboolean
check_unit (GboxNetwork *network, guint layer, int unit, GError **error)
{
  const GboxLayer *info = gbox_network_get_layer (network, layer);

  if (unit >= 0 && unit < info->n_channels)
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
               "Layer %s of %s has no unit %d; choose one from 0 to %d.", info->name,
               gbox_network_get_title (network), unit, info->n_channels - 1);
  return FALSE;
}

gboolean
gbox_examples_measure (GboxNetwork *network,
                       GboxTeam *team,
                       guint layer,
                       int unit,
                       GboxExampleMeasure measure,
                       const GboxImage *image,
                       double *activation,
                       GError **error)
{
  g_autoptr (GboxPlan) plan = NULL;
  g_autofree GboxUnitSummary *summaries = NULL;
  GboxUnitSummaryLayer summarised;
  GboxTensor *input;

  if (!check_unit (network, layer, unit, error))
    return FALSE;
  plan = gbox_plan_new (network, team, layer, 1, image->height, image->width, FALSE, error);
  if (plan == NULL)
    return FALSE;
  input = gbox_plan_get_input (plan);
  for (gsize i = 0; i < 3 * gbox_tensor_n_pixels (input); i++)
    input->data[i] = image->pixels[i];
  gbox_plan_forward (plan);
  summaries = g_new0 (GboxUnitSummary, gbox_plan_get_output (plan)->channels);
  summarised = (GboxUnitSummaryLayer){ .activation = gbox_plan_get_output (plan), .summaries = summaries };
  gbox_unit_summary_update (team, &summarised, 1, 0);
  *activation = (double) (measure == GBOX_EXAMPLE_PEAK ? summaries[unit].peak : summaries[unit].mean).value;
  return TRUE;
}

GboxExamples *
gbox_examples_new (GboxPhotoIndex *index,
                   GboxNetwork *network,
                   guint layer,
                   int unit,
                   GboxExampleMeasure measure,
                   int n_scales,
                   guint n,
                   GError **error)
{
  g_autoptr (GboxExamples) self = g_new0 (GboxExamples, 1);
  g_autoptr (GArray) answers = NULL;
  g_autoptr (GArray) ranked = NULL;
  g_autoptr (GError) failure = NULL;
  GboxPhotoCut cut = gbox_photo_cut (network, n_scales);
  gint64 model;

  if (!check_unit (network, layer, unit, error))
    return NULL;
  model = gbox_photo_index_find_model (index, gbox_network_get_digest (network), &cut.n_scales, &failure);
  if (failure == NULL && model == 0)
    return g_steal_pointer (&self);
  if (failure == NULL)
    answers = gbox_photo_index_get_answers (index, model, gbox_network_get_layer (network, layer)->name, unit,
                                            &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  ranked = rank (answers, measure);
  self->n_scales = cut.n_scales;
  if (ranked->len > 0)
    measure_set (self, ranked);
  self->examples = g_new0 (GboxExample, MIN (n, ranked->len));
  for (; self->n < MIN (n, ranked->len); self->n++)
    {
      GboxExample *example = &self->examples[self->n];

      if (describe (example, index, &g_array_index (ranked, Ranked, self->n), &cut, error)
          && find_class (example, index, model, g_array_index (ranked, Ranked, self->n).photo, error)
          && crop (example, network, layer, cut.side, error))
        continue;
      g_free (example->path);
      return NULL;
    }
  return g_steal_pointer (&self);
}
