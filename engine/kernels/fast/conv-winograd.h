/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of a convolution by Winograd's tiles read. */
#pragma once

#include "kernels/finish.h"
#include "kernels/winograd-form.h"

G_BEGIN_DECLS

/**
 * GboxWinogradWork:
 * @form: the tiles
 * @n_in: channels that are summed over
 * @n_out: channels of the result
 * @packed: the weights, see gbox_winograd_pack()
 * @zeros: (n_in) of them: what lies outside the input
 * @from: what is read: (N, H, W, n_in), or with a stride of 2 forward (N, 2H, 2W, n_in / 4)
 * @to: what is written, likewise
 * @from_phases: whether @from is cut into its phases
 * @to_phases: whether @to is
 * @pad_top: rows of zeros above @from (above its phases), negative to pass over rows
 * @pad_left: columns of zeros to the left
 * @finish: what becomes of a sum
 * @tile_rows: tiles down an image
 * @tile_columns: tiles across
 * @n_tiles: tiles of all images
 * @n_blocks: into how many blocks the tiles are cut
 * @shared_inputs: (nullable): transformed inputs of all tiles, where the workers share them
 * @scratch: memory of the workers
 * @worker_floats: of it for each
 * @point_step: floats from the inputs of one point to those of the next
 */
typedef struct
{
  const GboxWinogradForm *form;
  int n_in;
  int n_out;
  const float *packed;
  const float *zeros;
  GboxTensor from;
  GboxTensor to;
  gboolean from_phases;
  gboolean to_phases;
  int pad_top;
  int pad_left;
  GboxFinish finish;
  int tile_rows;
  int tile_columns;
  int n_tiles;
  guint n_blocks;
  float *shared_inputs;
  float *scratch;
  gsize worker_floats;
  gsize point_step;
} GboxWinogradWork;

G_END_DECLS
