/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loads what excites a unit, with the parts of the photographs, on a worker thread. */
#pragma once

#include "vision/examples.h"

#include <gdk/gdk.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/* Pixels along a side of an example's texture: two device pixels for each it is drawn in. */
#define GBOX_EXAMPLE_TEXTURE_SIZE 180

/**
 * GboxLoadedExamples:
 * @examples: what is known of the unit
 * @textures: (array): one of each example; %NULL where the photograph cannot be read any more
 * @is_gone: (array): of each, whether the photograph is no longer there
 */
typedef struct
{
  GboxExamples *examples;
  GdkTexture **textures;
  gboolean *is_gone;
} GboxLoadedExamples;

void gbox_loaded_examples_free (GboxLoadedExamples *loaded);

/**
 * gbox_example_loader_load_async:
 * @database: (nullable): as for gbox_photo_index_open()
 * @network: the network
 * @layer: index of a layer
 * @unit: a unit of it
 * @measure: what counts
 * @n: how many examples
 * @cancellable: stops it
 * @callback: called from the main loop
 * @user_data: for @callback
 */
void gbox_example_loader_load_async (const char *database,
                                     GboxNetwork *network,
                                     guint layer,
                                     int unit,
                                     GboxExampleMeasure measure,
                                     guint n,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/* Returns: (transfer full) (nullable). */
GboxLoadedExamples *gbox_example_loader_load_finish (GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxLoadedExamples, gbox_loaded_examples_free)

G_END_DECLS
