/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loads what excites a unit, with the parts of the photographs, on a worker thread. */
#include "vision/example-loader.h"

#include "base/error.h"

typedef struct
{
  char *database; /* (nullable) */
  GboxNetwork *network;
  guint layer;
  int unit;
  GboxExampleMeasure measure;
  guint n;
} Request;

static void
free_request (gpointer data)
{
  Request *request = data;

  g_free (request->database);
  gbox_network_unref (request->network);
  g_free (request);
}

void
gbox_loaded_examples_free (GboxLoadedExamples *loaded)
{
  if (loaded == NULL)
    return;

  for (guint i = 0; loaded->textures != NULL && i < loaded->examples->n; i++)
    g_clear_object (&loaded->textures[i]);
  g_free (loaded->textures);
  g_free (loaded->is_gone);
  gbox_examples_free (loaded->examples);
  g_free (loaded);
}

static void
free_loaded (gpointer loaded)
{
  gbox_loaded_examples_free (loaded);
}

static GdkTexture *
load_texture (const GboxExample *example, gboolean *is_gone)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxImage) image = gbox_photo_crop_load (example->path, example->width, example->height,
                                                      &example->crop, GBOX_EXAMPLE_TEXTURE_SIZE, &error);
  g_autoptr (GBytes) bytes = NULL;

  *is_gone = g_error_matches (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  if (image == NULL)
    return NULL;
  bytes = g_bytes_new_take (g_steal_pointer (&image->pixels),
                            3 * GBOX_EXAMPLE_TEXTURE_SIZE * GBOX_EXAMPLE_TEXTURE_SIZE);
  return gdk_memory_texture_new (GBOX_EXAMPLE_TEXTURE_SIZE, GBOX_EXAMPLE_TEXTURE_SIZE, GDK_MEMORY_R8G8B8,
                                 bytes, 3 * GBOX_EXAMPLE_TEXTURE_SIZE);
}

static void
load (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Request *request = task_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxPhotoIndex) index = gbox_photo_index_open (request->database, &error);
  g_autoptr (GboxLoadedExamples) loaded = g_new0 (GboxLoadedExamples, 1);

  if (index != NULL)
    loaded->examples = gbox_examples_new (index, request->network, request->layer, request->unit,
                                          request->measure, 0, request->n, &error);
  if (loaded->examples == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  loaded->textures = g_new0 (GdkTexture *, loaded->examples->n + 1);
  loaded->is_gone = g_new0 (gboolean, loaded->examples->n + 1);
  for (guint i = 0; i < loaded->examples->n && !g_cancellable_is_cancelled (cancellable); i++)
    loaded->textures[i] = load_texture (&loaded->examples->examples[i], &loaded->is_gone[i]);
  g_task_return_pointer (task, g_steal_pointer (&loaded), free_loaded);
}

void
gbox_example_loader_load_async (const char *database,
                                GboxNetwork *network,
                                guint layer,
                                int unit,
                                GboxExampleMeasure measure,
                                guint n,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  Request *request = g_new (Request, 1);
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  *request = (Request){ .database = g_strdup (database),
                        .network = gbox_network_ref (network),
                        .layer = layer,
                        .unit = unit,
                        .measure = measure,
                        .n = n };
  g_task_set_source_tag (task, gbox_example_loader_load_async);
  g_task_set_task_data (task, request, free_request);
  g_task_run_in_thread (task, load);
}

GboxLoadedExamples *
gbox_example_loader_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
