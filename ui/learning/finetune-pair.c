/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two completions of a prompt side by side: before training, and now. */
#include "learning/finetune-pair.h"

struct _GboxFinetunePair
{
  GObject parent_instance;

  GboxFinetuneText before;
  GboxFinetuneText now;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxFinetunePair, gbox_finetune_pair, G_TYPE_OBJECT)

static void
gbox_finetune_pair_finalize (GObject *object)
{
  GboxFinetunePair *self = GBOX_FINETUNE_PAIR (object);

  g_free (self->before.text);
  g_free (self->now.text);
  G_OBJECT_CLASS (gbox_finetune_pair_parent_class)->finalize (object);
}

static void
gbox_finetune_pair_class_init (GboxFinetunePairClass *class)
{
  G_OBJECT_CLASS (class)->finalize = gbox_finetune_pair_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
gbox_finetune_pair_init (GboxFinetunePair *self)
{
  self->before.text = g_strdup ("");
  self->now.text = g_strdup ("");
}

GboxFinetunePair *
gbox_finetune_pair_new (void)
{
  return g_object_new (GBOX_TYPE_FINETUNE_PAIR, NULL);
}

const GboxFinetuneText *
gbox_finetune_pair_get_before (GboxFinetunePair *self)
{
  return &self->before;
}

const GboxFinetuneText *
gbox_finetune_pair_get_now (GboxFinetunePair *self)
{
  return &self->now;
}

/* Takes @text. */
static void
set (GboxFinetunePair *self, GboxFinetuneText *which, char *text, double reward, gboolean is_whole)
{
  g_free (which->text);
  *which = (GboxFinetuneText){ .text = text, .reward = reward, .is_whole = is_whole };
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

void
gbox_finetune_pair_set_before (GboxFinetunePair *self, const char *text, double reward)
{
  g_return_if_fail (GBOX_IS_FINETUNE_PAIR (self));

  set (self, &self->before, g_strdup (text), reward, TRUE);
}

void
gbox_finetune_pair_set_now (GboxFinetunePair *self, const char *text, double reward)
{
  g_return_if_fail (GBOX_IS_FINETUNE_PAIR (self));

  set (self, &self->now, g_strdup (text), reward, TRUE);
}

void
gbox_finetune_pair_begin_now (GboxFinetunePair *self)
{
  g_return_if_fail (GBOX_IS_FINETUNE_PAIR (self));

  set (self, &self->now, g_strdup (""), 0, FALSE);
}

void
gbox_finetune_pair_append_now (GboxFinetunePair *self, const char *text)
{
  g_return_if_fail (GBOX_IS_FINETUNE_PAIR (self));

  set (self, &self->now, g_strconcat (self->now.text, text, NULL), 0, FALSE);
}
