/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the units of a layer answer to a photograph, in a few numbers each. */
#include "vision/unit-summary.h"

#include "kernels/peaks.h"

/* Channels that a task takes: a few cache lines of each pixel. */
#define BLOCK 64

typedef struct
{
  const GboxUnitSummaryLayer *layers;
  guint n_layers;
  guint patch;
} Update;

static void
take_larger (GboxUnitAnswer *answer, const GboxUnitAnswer *candidate)
{
  if (candidate->patch == 0 || candidate->value > answer->value)
    *answer = *candidate;
}

static void
summarise (const GboxUnitSummaryLayer *layer, int first, guint patch)
{
  const GboxTensor *tensor = layer->activation;
  const int n = MIN (BLOCK, tensor->channels - first);
  const double n_positions = (double) tensor->height * tensor->width;
  double sums[BLOCK];
  float peaks[BLOCK];
  int positions[BLOCK];

  gbox_peaks (tensor, first, n, sums, peaks, positions);
  for (int c = 0; c < n; c++)
    {
      GboxUnitAnswer answer = { .patch = (guint16) patch };

      answer.y = (guint8) (positions[c] / tensor->width);
      answer.x = (guint8) (positions[c] % tensor->width);
      answer.value = (float) (sums[c] / n_positions);
      take_larger (&layer->summaries[first + c].mean, &answer);
      answer.value = peaks[c];
      take_larger (&layer->summaries[first + c].peak, &answer);
    }
}

static guint
count_blocks (const GboxUnitSummaryLayer *layer)
{
  return (guint) (layer->activation->channels + BLOCK - 1) / BLOCK;
}

static void
update_block (gpointer data, guint task, guint worker)
{
  const Update *update = data;
  guint layer = 0;

  while (task >= count_blocks (&update->layers[layer]))
    task -= count_blocks (&update->layers[layer++]);
  summarise (&update->layers[layer], (int) task * BLOCK, update->patch);
}

void
gbox_unit_summary_update (GboxTeam *team, const GboxUnitSummaryLayer *layers, guint n_layers, guint patch)
{
  Update update = { .layers = layers, .n_layers = n_layers, .patch = patch };
  guint n_tasks = 0;

  for (guint i = 0; i < n_layers; i++)
    n_tasks += count_blocks (&layers[i]);
  gbox_team_run (team, n_tasks, update_block, &update);
}
