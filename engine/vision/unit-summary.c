/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the units of a layer answer to a photograph, in a few numbers each. */
#include "vision/unit-summary.h"

#include <float.h>
#include <string.h>

/* Channels that a task takes: what it sums lies in registers and the first cache. */
#define BLOCK 64

typedef struct
{
  const GboxUnitSummaryLayer *layers;
  guint n_layers;
  guint patch;
} Update;

typedef struct
{
  double sums[BLOCK];
  float peaks[BLOCK];
  int positions[BLOCK]; /* of the peaks */
} Block;

static void
add_row (Block *block, const float *a, gsize stride, int width, int n, int first_position)
{
  float sums[BLOCK] = { 0 };

  for (int x = 0; x < width; x++, a += stride)
    for (int c = 0; c < n; c++)
      {
        sums[c] += a[c];
        block->positions[c] = a[c] > block->peaks[c] ? first_position + x : block->positions[c];
        block->peaks[c] = a[c] > block->peaks[c] ? a[c] : block->peaks[c];
      }
  for (int c = 0; c < n; c++)
    block->sums[c] += (double) sums[c];
}

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
  Block block = { 0 };

  for (int c = 0; c < BLOCK; c++)
    block.peaks[c] = -FLT_MAX;
  for (int y = 0; y < tensor->height; y++)
    add_row (&block, gbox_tensor_pixel (tensor, 0, y, 0) + first, tensor->stride, tensor->width, n,
             y * tensor->width);
  for (int c = 0; c < n; c++)
    {
      GboxUnitAnswer answer = { .patch = (guint16) patch };

      answer.y = (guint8) (block.positions[c] / tensor->width);
      answer.x = (guint8) (block.positions[c] % tensor->width);
      answer.value = (float) (block.sums[c] / n_positions);
      take_larger (&layer->summaries[first + c].mean, &answer);
      answer.value = block.peaks[c];
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
