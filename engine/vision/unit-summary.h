/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the units of a layer answer to a photograph, in a few numbers each. */
#pragma once

#include "base/team.h"
#include "base/tensor.h"

G_BEGIN_DECLS

/**
 * GboxUnitAnswer:
 * @value: the activation
 * @patch: the patch of the photograph where it is largest
 * @y: row of the layer's map where the unit is strongest in that patch
 * @x: column
 */
typedef struct
{
  float value;
  guint16 patch;
  guint8 y;
  guint8 x;
} GboxUnitAnswer;

/**
 * GboxUnitSummary:
 * @mean: the largest mean over a patch's positions
 * @peak: the largest at a single position
 *
 * 16 bytes, as they lie in the photo index.
 */
typedef struct
{
  GboxUnitAnswer mean;
  GboxUnitAnswer peak;
} GboxUnitSummary;

G_STATIC_ASSERT (sizeof (GboxUnitSummary) == 16);

/* Maps and patches beyond what the numbers hold. */
#define GBOX_UNIT_SUMMARY_MAX_MAP     256
#define GBOX_UNIT_SUMMARY_MAX_PATCHES 65536

/**
 * GboxUnitSummaryLayer:
 * @activation: (1, h, w, C)
 * @summaries: (array): (C)
 */
typedef struct
{
  const GboxTensor *activation;
  GboxUnitSummary *summaries;
} GboxUnitSummaryLayer;

/**
 * gbox_unit_summary_update:
 * @team: the workers
 * @layers: (array length=n_layers): what the layers answer to a patch
 * @n_layers: how many
 * @patch: number of the patch; the first is 0 and replaces what is in the summaries
 *
 * Of several alike the first patch and position count. Means are summed row by row.
 */
void
gbox_unit_summary_update (GboxTeam *team, const GboxUnitSummaryLayer *layers, guint n_layers, guint patch);

G_END_DECLS
