/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model wrote once: tokens that go on from a prompt, or from another branch. */
#include "completion/branch.h"

#include "completion/visible-text.h"

/* Of a line that is only to be recognized by. */
#define LINE_CHARS 160

struct _GboxBranch
{
  GObject parent_instance;

  GboxBranch *parent; /* owns this one; NULL of a root, and once the parent is gone */
  GListStore *children;
  guint fork;
  guint seed;
  guint sample;
  GPtrArray *tokens; /* of GboxCompletionToken */
  GString *line;
  glong n_line; /* characters of it */
  double logprob;
  char *tail;
  char *ending;
  gboolean can_continue;
  gboolean is_interrupted;
  char *badge;
  char *badge_style;
  char *badge_tip;

  char *prompt; /* these of a root */
  char *model;
  GArray *prompt_ids; /* of int */
  guint n_vocab;
};

G_DEFINE_FINAL_TYPE (GboxBranch, gbox_branch, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_LINE,
  PROP_TITLE,
  PROP_SUMMARY,
  PROP_N_TOKENS,
  PROP_LOGPROB,
  PROP_ENDING,
  PROP_BADGE,
  PROP_BADGE_STYLE,
  PROP_BADGE_TIP,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static char *
describe_title (GboxBranch *self)
{
  if (self->prompt != NULL)
    return g_strdup ("Prompt");
  return g_strdup_printf ("seed %u·%u", self->seed, self->sample + 1);
}

/* What a line of a list has room for. */
static char *
describe_summary (GboxBranch *self)
{
  if (self->prompt != NULL)
    return g_strdup ("prompt");
  if (self->fork > 0)
    return g_strdup_printf ("from token %u · %u tokens", self->fork + 1, self->tokens->len);
  return g_strdup_printf ("%u tokens", self->tokens->len);
}

static void
gbox_branch_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxBranch *self = GBOX_BRANCH (object);

  switch (id)
    {
    case PROP_LINE:
      g_value_set_string (value, self->line->str);
      break;
    case PROP_TITLE:
      g_value_take_string (value, describe_title (self));
      break;
    case PROP_SUMMARY:
      g_value_take_string (value, describe_summary (self));
      break;
    case PROP_N_TOKENS:
      g_value_set_uint (value, self->tokens->len);
      break;
    case PROP_LOGPROB:
      g_value_set_double (value, self->logprob);
      break;
    case PROP_ENDING:
      g_value_set_string (value, self->ending);
      break;
    case PROP_BADGE:
      g_value_set_string (value, self->badge);
      break;
    case PROP_BADGE_STYLE:
      g_value_set_string (value, self->badge_style);
      break;
    case PROP_BADGE_TIP:
      g_value_set_string (value, self->badge_tip);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_branch_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxBranch *self = GBOX_BRANCH (object);

  switch (id)
    {
    case PROP_BADGE:
      g_free (self->badge);
      self->badge = g_value_dup_string (value);
      break;
    case PROP_BADGE_STYLE:
      g_free (self->badge_style);
      self->badge_style = g_value_dup_string (value);
      break;
    case PROP_BADGE_TIP:
      g_free (self->badge_tip);
      self->badge_tip = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* Someone may hold a child for longer. */
static void
gbox_branch_dispose (GObject *object)
{
  GboxBranch *self = GBOX_BRANCH (object);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->children)); i++)
    {
      g_autoptr (GboxBranch) child = g_list_model_get_item (G_LIST_MODEL (self->children), i);

      child->parent = NULL;
    }
  g_list_store_remove_all (self->children);
  G_OBJECT_CLASS (gbox_branch_parent_class)->dispose (object);
}

static void
gbox_branch_finalize (GObject *object)
{
  GboxBranch *self = GBOX_BRANCH (object);

  g_clear_object (&self->children);
  g_ptr_array_unref (self->tokens);
  g_string_free (self->line, TRUE);
  g_array_unref (self->prompt_ids);
  g_free (self->tail);
  g_free (self->ending);
  g_free (self->badge);
  g_free (self->badge_style);
  g_free (self->badge_tip);
  g_free (self->prompt);
  g_free (self->model);
  G_OBJECT_CLASS (gbox_branch_parent_class)->finalize (object);
}

static void
gbox_branch_class_init (GboxBranchClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_branch_get_property;
  object_class->set_property = gbox_branch_set_property;
  object_class->dispose = gbox_branch_dispose;
  object_class->finalize = gbox_branch_finalize;

  properties[PROP_LINE] = g_param_spec_string ("line", NULL, NULL, "", flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", flags);
  properties[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, "", flags);
  properties[PROP_N_TOKENS] = g_param_spec_uint ("n-tokens", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_LOGPROB] = g_param_spec_double ("logprob", NULL, NULL, -G_MAXDOUBLE, 0, 0, flags);
  properties[PROP_ENDING] = g_param_spec_string ("ending", NULL, NULL, NULL, flags);
  properties[PROP_BADGE] = g_param_spec_string ("badge", NULL, NULL, NULL, writable);
  properties[PROP_BADGE_STYLE] = g_param_spec_string ("badge-style", NULL, NULL, NULL, writable);
  properties[PROP_BADGE_TIP] = g_param_spec_string ("badge-tip", NULL, NULL, NULL, writable);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gbox_branch_init (GboxBranch *self)
{
  self->children = g_list_store_new (GBOX_TYPE_BRANCH);
  self->tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) gbox_completion_token_free);
  self->line = g_string_new (NULL);
  self->prompt_ids = g_array_new (FALSE, FALSE, sizeof (int));
  self->tail = g_strdup ("");
}

static void
extend_line (GboxBranch *self, const char *text)
{
  if (self->n_line >= LINE_CHARS)
    return;
  gbox_visible_text_append_line (self->line, text);
  self->n_line = g_utf8_strlen (self->line->str, -1);
  if (self->n_line > LINE_CHARS)
    g_string_truncate (self->line,
                       (gsize) (g_utf8_offset_to_pointer (self->line->str, LINE_CHARS) - self->line->str));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LINE]);
}

GboxBranch *
gbox_branch_new_root (const char *prompt, const char *model)
{
  GboxBranch *self = g_object_new (GBOX_TYPE_BRANCH, NULL);

  self->prompt = g_strdup (prompt);
  self->model = g_strdup (model);
  extend_line (self, prompt);
  return self;
}

GboxBranch *
gbox_branch_new (GboxBranch *parent, guint fork, guint seed, guint sample)
{
  g_autoptr (GboxBranch) self = g_object_new (GBOX_TYPE_BRANCH, NULL);

  self->parent = parent;
  self->fork = fork;
  self->seed = seed;
  self->sample = sample;
  g_list_store_append (parent->children, self);
  return self;
}

void
gbox_branch_append (GboxBranch *self, const GboxCompletionToken *token)
{
  g_return_if_fail (GBOX_IS_BRANCH (self));

  g_ptr_array_add (self->tokens, gbox_completion_token_copy (token));
  self->logprob += (double) token->sample.chosen.logprob;
  extend_line (self, token->text);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_TOKENS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUMMARY]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOGPROB]);
}

static void
set_ending (GboxBranch *self, const char *words, gboolean can_continue)
{
  g_free (self->ending);
  self->ending = g_strdup (words);
  self->can_continue = can_continue;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENDING]);
}

void
gbox_branch_end (GboxBranch *self, const GboxCompletionEnd *end)
{
  static const char *const words[] = {
    [GBOX_STOP_END] = "end of text",
    [GBOX_STOP_LENGTH] = "max tokens",
    [GBOX_STOP_CONTEXT] = "the context is full",
  };

  g_return_if_fail (GBOX_IS_BRANCH (self));

  g_free (self->tail);
  self->tail = g_strdup (end->text);
  set_ending (self, words[end->reason], end->reason == GBOX_STOP_LENGTH);
}

void
gbox_branch_interrupt (GboxBranch *self, const char *words)
{
  g_return_if_fail (GBOX_IS_BRANCH (self));

  if (self->ending != NULL)
    return;
  self->is_interrupted = TRUE;
  set_ending (self, words, self->tokens->len > 0);
}

GboxBranch *
gbox_branch_get_parent (GboxBranch *self)
{
  return self->parent;
}

GboxBranch *
gbox_branch_get_root (GboxBranch *self)
{
  while (self->parent != NULL)
    self = self->parent;
  return self;
}

GListModel *
gbox_branch_get_children (GboxBranch *self)
{
  return G_LIST_MODEL (self->children);
}

guint
gbox_branch_get_fork (GboxBranch *self)
{
  return self->fork;
}

guint
gbox_branch_get_n_own (GboxBranch *self)
{
  return self->tokens->len;
}

const GboxCompletionToken *
gbox_branch_get_own (GboxBranch *self, guint i)
{
  return g_ptr_array_index (self->tokens, i);
}

const char *
gbox_branch_get_tail (GboxBranch *self)
{
  return self->tail;
}

gboolean
gbox_branch_can_continue (GboxBranch *self)
{
  return self->can_continue;
}

const char *
gbox_branch_get_ending (GboxBranch *self)
{
  return self->ending;
}

gboolean
gbox_branch_is_interrupted (GboxBranch *self)
{
  return self->is_interrupted;
}

const char *
gbox_branch_get_prompt (GboxBranch *self)
{
  return gbox_branch_get_root (self)->prompt;
}

const char *
gbox_branch_get_model (GboxBranch *self)
{
  return gbox_branch_get_root (self)->model;
}

void
gbox_branch_set_prompt_ids (GboxBranch *self, const int *ids, guint n, guint n_vocab)
{
  GboxBranch *root = gbox_branch_get_root (self);

  g_array_set_size (root->prompt_ids, 0);
  g_array_append_vals (root->prompt_ids, ids, n);
  root->n_vocab = n_vocab;
}

const int *
gbox_branch_get_prompt_ids (GboxBranch *self, guint *n)
{
  GboxBranch *root = gbox_branch_get_root (self);

  *n = root->prompt_ids->len;
  return (const int *) (gpointer) root->prompt_ids->data;
}

guint
gbox_branch_get_n_vocab (GboxBranch *self)
{
  return gbox_branch_get_root (self)->n_vocab;
}

GPtrArray *
gbox_branch_collect (GboxBranch *self)
{
  GPtrArray *all;

  g_return_val_if_fail (GBOX_IS_BRANCH (self), NULL);

  all = self->parent != NULL ? gbox_branch_collect (self->parent) : g_ptr_array_new ();
  g_ptr_array_set_size (all, (int) MIN (self->fork, all->len));
  for (guint i = 0; i < self->tokens->len; i++)
    g_ptr_array_add (all, g_ptr_array_index (self->tokens, i));
  return all;
}

char *
gbox_branch_get_text (GboxBranch *self)
{
  g_autoptr (GPtrArray) tokens = gbox_branch_collect (self);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < tokens->len; i++)
    g_string_append (text, ((const GboxCompletionToken *) g_ptr_array_index (tokens, i))->text);
  g_string_append (text, self->tail);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

GboxBranch *
gbox_branch_find_child (GboxBranch *self, guint fork, int id)
{
  g_return_val_if_fail (GBOX_IS_BRANCH (self), NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->children)); i++)
    {
      g_autoptr (GboxBranch) child = g_list_model_get_item (G_LIST_MODEL (self->children), i);

      if (child->fork == fork && child->tokens->len > 0
          && gbox_branch_get_own (child, 0)->sample.chosen.id == id)
        return child;
    }
  return NULL;
}
