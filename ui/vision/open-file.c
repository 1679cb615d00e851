/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening weights, pictures and checkpoints in the Vision page. */
#include "vision/open-file.h"

#include "vision/objective.h"
#include "vision/recipe.h"
#include "vision/target.h"

typedef struct
{
  GboxVisionPage *page;
  char *name;
  GCancellable *cancellable;
  GboxVisualizationSpec *spec; /* what to do; NULL until it is known */
  gboolean is_recipe;          /* from the file, not from what the page has done so far */
  guint step;                  /* done by what is gone on from */
} Opening;

static void
opening_free (Opening *opening)
{
  g_clear_object (&opening->spec);
  g_object_unref (opening->page);
  g_object_unref (opening->cancellable);
  g_free (opening->name);
  g_free (opening);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Opening, opening_free)

static GboxVisionSession *
get_session (Opening *opening)
{
  return gbox_vision_page_get_session (opening->page);
}

static const GboxCatalogue *
get_catalogue (Opening *opening)
{
  return gbox_model_store_get_catalogue (
    gbox_engine_get_store (gbox_vision_session_get_engine (get_session (opening))));
}

/* What goes on, or would have begun, is left to it. */
static void
fail (Opening *opening, const GError *error)
{
  g_autofree char *name = g_path_get_basename (opening->name);
  g_autofree char *heading = g_strdup_printf ("“%s” Cannot Be Opened", name);

  if (g_cancellable_is_cancelled (opening->cancellable))
    return;
  gbox_vision_page_tell_problem (opening->page, heading, error->message);
  if (!gbox_vision_session_has_begun (get_session (opening)))
    gbox_vision_session_begin (get_session (opening));
}

/* A checkpoint of all its steps goes on for as many as are usual. */
static void
ensure_steps (Opening *opening)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (opening->spec), "steps");
  const GParamSpecUInt *range = G_PARAM_SPEC_UINT (pspec);

  if (gbox_visualization_spec_get_values (opening->spec)->steps <= opening->step)
    g_object_set (opening->spec, "steps", MIN (opening->step + range->default_value, range->maximum), NULL);
}

static void
succeed (Opening *opening)
{
  g_autofree char *name = g_path_get_basename (opening->name);
  g_autofree char *text = NULL;

  if (g_cancellable_is_cancelled (opening->cancellable))
    return;
  ensure_steps (opening);
  gbox_vision_session_open (get_session (opening), opening->spec);
  if (!opening->is_recipe)
    return;
  text = opening->step > 0 ? g_strdup_printf ("Going on from step %u of %s", opening->step, name)
                           : g_strdup_printf ("Making %s again", name);
  gbox_vision_page_tell (opening->page, text);
}

static void
on_network_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Opening) opening = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxNetwork) network = gbox_engine_load_network_finish (GBOX_ENGINE (source), result, &error);

  if (!network || (opening->is_recipe && !gbox_objective_check (opening->spec, network, &error)))
    fail (opening, error);
  else
    succeed (opening);
}

/* The model is tried before anything is given up for it; one of the catalogue that is not here can be got. */
static void
try_model (Opening *opening)
{
  GboxEngine *engine = gbox_vision_session_get_engine (get_session (opening));
  const char *model = gbox_visualization_spec_get_values (opening->spec)->model;
  g_autofree char *path = gbox_catalogue_locate (get_catalogue (opening), model, NULL);

  if (!path && gbox_catalogue_find (get_catalogue (opening), model))
    {
      succeed (opening);
      opening_free (opening);
      return;
    }
  gbox_engine_load_network_async (engine, model, opening->cancellable, on_network_loaded, opening);
}

/* Recipes leave out what is usual. */
static void
complete_recipe (Opening *opening)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (opening->spec);

  if (!*values->model)
    g_object_set (opening->spec, "model",
                  gbox_catalogue_get_default (get_catalogue (opening), GBOX_MODEL_VISION), NULL);
  if (values->objective == GBOX_OBJECTIVE_CLASS)
    g_object_set (opening->spec, "layer", GBOX_TARGET_CLASS_LAYER, NULL);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Opening) opening = user_data;
  g_autoptr (GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  if (g_cancellable_is_cancelled (opening->cancellable))
    return;
  if (error)
    {
      fail (opening, error);
      return;
    }
  if (opening->is_recipe)
    complete_recipe (opening);
  else
    {
      opening->spec = GBOX_VISUALIZATION_SPEC (
        gbox_spec_copy (GBOX_SPEC (gbox_vision_session_get_spec (get_session (opening)))));
      g_object_set (opening->spec, "model", opening->name, "start-digest", "", "schedule", "", "checkpoint",
                    "", NULL);
    }
  try_model (g_steal_pointer (&opening));
}

static void
read_recipe (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Opening *opening = task_data;
  g_autoptr (GError) error = NULL;

  opening->is_recipe = gbox_recipe_is_in (opening->name);
  if (opening->is_recipe)
    opening->spec = gbox_recipe_load (opening->name, &opening->step, &error);
  if (error)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

void
gbox_open_file (GboxVisionPage *page, const char *name, GCancellable *cancellable)
{
  Opening *opening = g_new0 (Opening, 1);
  g_autoptr (GTask) task = g_task_new (page, NULL, on_read, opening);

  opening->page = g_object_ref (page);
  opening->name = g_strdup (name);
  opening->cancellable = g_object_ref (cancellable);
  g_task_set_source_tag (task, gbox_open_file);
  g_task_set_task_data (task, opening, NULL);
  g_task_run_in_thread (task, read_recipe);
}

static void
on_response (GboxVisionPage *page, int response, GtkNativeDialog *dialog)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      path = g_file_get_path (file);
      if (path)
        gbox_vision_page_open (page, path);
      else
        gbox_vision_page_tell (page, "Only files on this computer can be opened; copy it here first.");
    }
  g_object_unref (dialog);
}

static void
add_filter (GtkFileChooser *chooser, const char *name, const char *const *suffixes)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (guint i = 0; suffixes[i]; i++)
    gtk_file_filter_add_suffix (filter, suffixes[i]);
  if (!suffixes[0])
    gtk_file_filter_add_pattern (filter, "*");
  gtk_file_chooser_add_filter (chooser, filter);
}

void
gbox_open_file_choose (GboxVisionPage *page)
{
  static const char *const known[] = { "caffemodel", "pth", "pt", "safetensors", "png", "webp", NULL };
  static const char *const weights[] = { "caffemodel", "pth", "pt", "safetensors", NULL };
  static const char *const saved[] = { "png", "webp", "safetensors", NULL };
  static const char *const all[] = { NULL };
  GtkFileChooserNative *dialog
    = gtk_file_chooser_native_new ("Open", GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (page))),
                                   GTK_FILE_CHOOSER_ACTION_OPEN, "_Open", "_Cancel");

  add_filter (GTK_FILE_CHOOSER (dialog), "Models, pictures and checkpoints", known);
  add_filter (GTK_FILE_CHOOSER (dialog), "Models (Caffe, PyTorch, safetensors)", weights);
  add_filter (GTK_FILE_CHOOSER (dialog), "Saved pictures and checkpoints", saved);
  add_filter (GTK_FILE_CHOOSER (dialog), "All files", all);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), page, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
