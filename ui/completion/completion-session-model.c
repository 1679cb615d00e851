/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which model a session's text is of, and names that are a model's. */
#include "completion/completion-session-private.h"

#include "base/error.h"
#include "models/model-list.h"

GboxModelItem *
gbox_completion_session_get_writer (GboxCompletionSession *self)
{
  if (self->branch == NULL)
    return self->model;
  return gbox_model_list_find (self->models, self->engine, gbox_branch_get_model (self->branch));
}

/* One of the catalogue need not be here yet. */
static gboolean
check_model (GboxCompletionSession *self, const char *name, GError **error)
{
  const GboxCatalogue *catalogue = gbox_model_store_get_catalogue (gbox_engine_get_store (self->engine));
  const GboxModelEntry *entry = gbox_catalogue_find (catalogue, name);
  g_autofree char *path = NULL;

  if (entry != NULL && entry->kind == GBOX_MODEL_LANGUAGE)
    return TRUE;
  if (entry != NULL)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "%s looks at images and writes no text. Choose a language model.", entry->title);
      return FALSE;
    }
  path = gbox_catalogue_locate (catalogue, name, error);
  return path != NULL;
}

gboolean
gbox_completion_session_try_model (GboxCompletionSession *self, const char *name, GError **error)
{
  g_return_val_if_fail (GBOX_IS_COMPLETION_SESSION (self), FALSE);

  if (!check_model (self, name, error))
    return FALSE;
  gbox_completion_session_choose_model (self, name);
  return TRUE;
}
